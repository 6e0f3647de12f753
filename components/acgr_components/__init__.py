"""Amazon Connect Global Resiliency as one Pulumi component."""

from acgr_components._problems import ArgumentsError
from acgr_components.global_resiliency import (
    GlobalResiliency,
    GlobalResiliencyArgs,
    GlobalResiliencyArgsDict,
    GlobalResiliencyNumber,
    GlobalResiliencyNumberArgsDict,
)

__all__ = [
    "ArgumentsError",
    "GlobalResiliency",
    "GlobalResiliencyArgs",
    "GlobalResiliencyArgsDict",
    "GlobalResiliencyNumber",
    "GlobalResiliencyNumberArgsDict",
]
