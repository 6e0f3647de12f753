"""The number plan: a stack that declares a number of somebody else is refused in its preview."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, Resource, ResourceProvider, UpdateResult


class NumberPlanProvider(ResourceProvider):
    """Compares, and asks nobody."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuses a number that is in none of the ranges."""
        ranges = news["ranges"]
        outside = [number for number in news["numbers"] if not number.startswith(tuple(ranges))]
        said = [CheckFailure("numbers", f"{one} is in no range of ours: {', '.join(ranges)}") for one in outside]
        return CheckResult(news, said)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """There is nothing to make: the plan is what is declared."""
        return CreateResult("number-plan", props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """As above."""
        return UpdateResult(news)


class NumberPlan(Resource, module="northwind", name="NumberPlan"):
    """Which phone numbers a stack declares, and from which ranges they may be.

    Args:
        name: the resource's name.
        ranges: how this company's numbers begin.
        numbers: all that the stack declares.
        opts: options of the resource.
    """

    ranges: pulumi.Output[list[str]]
    """How this company's numbers begin."""

    numbers: pulumi.Output[list[str]]
    """All that the stack declares."""

    def __init__(
        self, name: str, ranges: list[str], numbers: list[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(NumberPlanProvider(), name, {"ranges": ranges, "numbers": numbers}, opts)
