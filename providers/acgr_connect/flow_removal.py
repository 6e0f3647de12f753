"""Taking away the flow of a number in one Region: only the flow that was set, and with a look at what is left."""

from __future__ import annotations

from dataclasses import dataclass

from acgr_connect.arns import Arn
from acgr_connect.connection import Connection, Progress, silent
from acgr_connect.errors import ConnectError, Doing, NotFound, because
from acgr_connect.flows import look_at_flow, unset_flow
from acgr_connect.goal import regions_of_target
from acgr_connect.groups import insist_on_calm
from acgr_connect.ledger import Purpose
from acgr_connect.lighting import MIRROR_GRACE
from acgr_connect.numbers import at_rest
from acgr_connect.records import Number


def remove_flow(
    connection: Connection, number: Arn, e164: str, flow: Arn, *, within: float = 600.0, progress: Progress = silent
) -> str:
    """Disassociate a number from its flow in the flow's Region, if that is the flow it has there.

    Args:
        connection: the account.
        number: its ARN.
        e164: how it is called.
        flow: what was set, with the Region in which it was.
        within: seconds that somebody else's operation on the number is waited for.
        progress: told what is happening.

    Returns:
        What became of it, after a look, as the rest of a sentence that begins with the number.

    Raises:
        ConnectError: anything but "not there"; nothing was taken away.
    """
    doing = Doing(f"removing the flow of phone number {e164}", flow.region)
    connection.insist_on_account(number)
    try:
        with connection.alone_with(number):
            seen = _at_rest(connection, Number(number, e164, flow.instance, ""), within, progress)
            if seen is None:
                return "is not claimed any more: there is nothing to remove"
            return _Removal(connection, seen, flow).run()
    except ConnectError as error:
        raise because(error, doing) from error


def _at_rest(connection: Connection, number: Number, within: float, progress: Progress) -> Number | None:
    try:
        return at_rest(connection, number, within=within, progress=progress)
    except NotFound:
        return None


@dataclass(frozen=True)
class _Removal:
    connection: Connection
    number: Number
    flow: Arn

    def run(self) -> str:
        instance, regions = regions_of_target(self.connection, self.number.target)
        region = self.flow.region
        if region not in regions:
            return f"is not reachable in {region} any more: there is nothing to remove"
        found = self._look(instance, region)
        if found is None:
            return f"has no flow in {region} any more: there is nothing to remove"
        if found != self.flow:
            return f"keeps flow {found.id} in {region}: something else set it after this program did"
        self._disassociate()
        return self._what_is_left(instance, regions)

    def _disassociate(self) -> None:
        if self.number.target.kind == "traffic-distribution-group":
            insist_on_calm(self.connection, self.number.target)
        try:
            unset_flow(self.connection, self.number.arn, self.flow.instance)
        except NotFound:
            if self._look(self.flow.instance, self.flow.region) == self.flow:
                raise

    def _what_is_left(self, instance: Arn, regions: tuple[str, ...]) -> str:
        if len(regions) > 1:
            self.connection.clock.sleep(MIRROR_GRACE)
        found = {region: self._look(instance, region) for region in regions}
        dark = [region for region, flow in found.items() if flow is None]
        here = self.flow.region
        if here not in dark:
            return f"has a flow in {here} again: something else set it meanwhile"
        if len(regions) > 1 and len(dark) == len(regions):
            return f"has no flow in {' and '.join(regions)} now: callers reach nothing"
        lit = [region for region in regions if region not in dark]
        still = f"; it has its flow in {' and '.join(lit)}" if lit else ""
        return f"has no flow in {here} now: callers reach nothing there{still}"

    def _look(self, instance: Arn, region: str) -> Arn | None:
        return look_at_flow(self.connection, self.number.arn, instance.in_region(region), Purpose.MOVE)
