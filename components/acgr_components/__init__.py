"""Amazon Connect Global Resiliency as one Pulumi component."""

from acgr_components.answers import GlobalResiliencyNumber
from acgr_components.global_resiliency import (
    GlobalResiliency,
    GlobalResiliencyArgs,
    GlobalResiliencyArgsDict,
    GlobalResiliencyGroupArgsDict,
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
