"""Which resources declare a number after the update, as far as a preview shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from acgr_cli.preview.names import Names, Shown
from acgr_cli.preview.pairing import CREATES, UPDATES
from acgr_cli.preview.steps import FLOW, PLACEMENT, State, Step

_STAYING = CREATES | UPDATES | {"same"}


def number_of(state: State, names: Names) -> Shown:
    """The number of a placement, or of a flow's declaration."""
    return names.number(*(state.value(key) for key in ("phone_number_arn", "e164", "phone_number")))


def number_key(step: Step, state: State, names: Names) -> str:
    """Equal for one number; one that is secret or not known yet is like no other."""
    return number_of(state, names).key or f"urn:{step.urn}"


def called(step: Step, state: State, names: Names) -> str:
    """In E.164 or, where that is not known or secret, what the program calls it."""
    shown = number_of(state, names)
    return shown.text if shown.is_known else step.name


def region_of(state: State) -> str:
    """The Region of a flow's declaration, or ""."""
    region = state.inputs.get("region")
    return region if isinstance(region, str) else ""


class Declared:
    """By number, who places it and who declares its flow in a Region, of what the preview shows."""

    def __init__(self, steps: Iterable[Step], names: Names) -> None:
        self._placed: dict[str, str] = {}
        self._answered: dict[str, dict[str, str]] = {}
        for step in steps:
            if step.op in _STAYING and step.kind == PLACEMENT:
                self._placed[number_key(step, step.after, names)] = step.name
            elif step.op in _STAYING and step.kind == FLOW:
                regions = self._answered.setdefault(number_key(step, step.after, names), {})
                regions[region_of(step.after)] = step.name

    def placed_by(self, key: str) -> str | None:
        """The resource that places the number."""
        return self._placed.get(key)

    def is_declared(self, key: str) -> bool:
        """Whether any resource declares the number, or its flow somewhere."""
        return key in self._placed or key in self._answered

    def answered_beside(self, key: str, source: str) -> tuple[str, str] | None:
        """A Region beside the source in which a resource declares the number's flow, and that resource."""
        return next(((region, name) for region, name in self._answered.get(key, {}).items() if region != source), None)
