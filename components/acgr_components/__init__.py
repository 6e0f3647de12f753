"""Amazon Connect Global Resiliency as one Pulumi component."""

from acgr_components.global_resiliency import (
    GlobalResiliency,
    GlobalResiliencyArgs,
    GlobalResiliencyArgsDict,
    GlobalResiliencyGroupArgsDict,
    GlobalResiliencyNumber,
    GlobalResiliencyNumberArgsDict,
)
from acgr_components.problems import ArgumentsError

__all__ = [
    "ArgumentsError",
    "GlobalResiliency",
    "GlobalResiliencyArgs",
    "GlobalResiliencyArgsDict",
    "GlobalResiliencyGroupArgsDict",
    "GlobalResiliencyNumber",
    "GlobalResiliencyNumberArgsDict",
]
