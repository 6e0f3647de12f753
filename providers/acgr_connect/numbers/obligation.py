"""What is owed to a number that is about to be dark, and what has to answer it wherever it ends. Pure.

`UpdatePhoneNumber` drops a number's flow. So before it goes out, an obligation is taken: it is discharged when every
Region in which the number is reachable was seen to answer, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from acgr_connect.model.arns import Arn, parse

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True)
class Obligation:
    """One number, from before its move until it answers again.

    Attributes:
        number: its ARN.
        e164: how people call it.
        origin: where it was.
        before: Region to the flow that answered there.
        destination: where it was to go.
        wanted: Region to the flow that is to answer there.
        since: when it was taken, in seconds since 1970.
        early: whether its flow may have been set while it was moving: if it came back, it may have the declared one.
    """

    number: Arn
    e164: str
    origin: Arn
    before: Mapping[str, Arn]
    destination: Arn
    wanted: Mapping[str, Arn]
    since: float
    early: bool = False

    def flows_at(self, target: Arn, regions: tuple[str, ...]) -> dict[str, Arn]:
        """What is to answer in each of these Regions, where the number is on that target.

        The declared flow where it was to go; what it had where it stayed or came back; and where nobody knows better,
        whichever of the two is known. A Region of which neither says anything is left out.
        """
        first, second = (self.before, self.wanted) if target == self.origin else (self.wanted, self.before)
        found = {region: first.get(region) or second.get(region) for region in regions}
        return {region: flow for region, flow in found.items() if flow is not None}

    def is_misplaced(self, found: Arn, target: Arn) -> bool:
        """Whether a flow was set for where the number was to go, and it stayed or came back: it had another one."""
        region = found.region
        if not self.early or target != self.origin or target == self.destination:
            return False
        return found == self.wanted.get(region) != self.before.get(region, found)

    def as_data(self) -> dict[str, Any]:
        """As plain data, for the journal."""
        return {
            "number": str(self.number),
            "e164": self.e164,
            "origin": str(self.origin),
            "before": {region: str(flow) for region, flow in self.before.items()},
            "destination": str(self.destination),
            "wanted": {region: str(flow) for region, flow in self.wanted.items()},
            "since": self.since,
            "early": self.early,
        }

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """From plain data.

        Raises:
            KeyError, TypeError, AttributeError, ArnError: it is no obligation.
        """
        return cls(
            parse(data["number"], "phone-number"),
            str(data["e164"]),
            parse(data["origin"]),
            _flows(data["before"]),
            parse(data["destination"]),
            _flows(data["wanted"]),
            float(data["since"]),
            bool(data.get("early", False)),
        )


def _flows(data: Mapping[str, str]) -> dict[str, Arn]:
    return {str(region): parse(flow, "contact-flow") for region, flow in data.items()}
