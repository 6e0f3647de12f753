"""How Connect counts the request rate: for each operation by itself, or over all together. Learned by harmless reads.

Its documents say both. Different operations that are asked in one second tell the two apart: one shared bucket cannot
hold more of them than its burst, and a bucket for each holds them all. If it is shared, some are refused, and are asked
once more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from acgr_connect.aws.client import RegionalConnect
from acgr_connect.model.errors import ConnectError
from acgr_connect.model.operation import Operation
from acgr_connect.scheduling.limiter_state import SURE
from acgr_connect.scheduling.notice import Scope
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.survey.findings import kinds
from acgr_connect.survey.findings.finding import Finding
from acgr_connect.survey.records import RegionView, Survey
from acgr_connect.world.connection import Connection

Ask = Callable[[RegionalConnect], object]


@dataclass(frozen=True)
class Probed:
    """What was learned of a Region.

    Attributes:
        region: the Region.
        scope: "per-operation", "shared", or "auto": it could not be told.
        requests: how many were asked for it, beside the survey.
        why: why it could not be told; "" where it could.
    """

    region: str
    scope: Scope
    requests: int
    why: str = ""

    def finding(self) -> Finding:
        """As a finding that nobody has to act upon."""
        said = {
            "per-operation": "for each operation by itself",
            "shared": "over all operations together",
            "auto": f"in a way that could not be told ({self.why})",
        }[self.scope]
        remedy = {
            "per-operation": "set acgr:bucketScope to per-operation, so that no run has to learn it",
            "shared": "set acgr:bucketScope to shared, so that no run has to learn it",
            "auto": "nothing: each run goes by the slower of the two until it knows",
        }[self.scope]
        facts = {"scope": self.scope, "requests": self.requests}
        return Finding(
            kinds.RATE_SCOPE,
            f"the request rate is counted {said} in {self.region}",
            self.region,
            remedy,
            self.region,
            facts=facts,
        )


def cost(survey: Survey) -> int:
    """Requests that a probe asks for in a Region at most, but for those that are refused and asked once more."""
    return max(len(_reads(survey, view)) for view in survey.regions)


def probe(connection: Connection, survey: Survey, operation: Operation) -> list[Probed]:
    """What is known of each Region, if need be after a probe. A Region that was not read is left out."""
    down = {one.region for one in survey.unread if one.why.value == "unreachable"}
    return [_probed(connection, survey, view, operation) for view in survey.regions if view.region not in down]


def _probed(connection: Connection, survey: Survey, view: RegionView, operation: Operation) -> Probed:
    region, rate = view.region, connection.settings.rate
    known = connection.pace(region).scope
    if known != "auto":
        return Probed(region, known, 0)
    reads = _reads(survey, view)
    if len(reads) < rate.burst + rate.per_second + SURE:
        why = f"with a burst of {rate.burst:g} it takes more kinds of requests than the {len(reads)} that there are"
        return Probed(region, "auto", 0, why)
    operation.progress(f"probing the request rate in {region}: {len(reads)} reads")
    connection.clock.sleep(rate.burst / rate.per_second + 1.0)  # until every bucket is full again
    asked = 0
    for read in reads:
        api = connection.connect(region, Purpose.CHECK, operation.deadline)
        asked += 1
        try:
            read(api)
        except ConnectError:
            continue  # what may not be read tells nothing, and the next one does
    scope = connection.pace(region).scope
    return Probed(region, scope, asked, "" if scope != "auto" else "not enough of the reads were answered at once")


def _reads(survey: Survey, view: RegionView) -> list[Ask]:
    """Reads of different operations, one request each, that a survey asks for too."""
    instance = view.instance
    reads: list[Ask] = [
        lambda api: api.describe_instance(instance.id),
        lambda api: api.list_instances(),
        lambda api: api.list_groups(),
        lambda api: api.list_flow_associations(instance),
        lambda api: api.list_flows(instance.id),
    ]
    if survey.pair.replica is not None:
        reads.append(lambda api: api.list_replication_findings(survey.pair.source, "PHONE_NUMBER"))
    if survey.groups:
        group = survey.groups[0].group.arn
        reads += [
            lambda api: api.describe_group(str(group)),
            lambda api: api.get_distribution(group),
            lambda api: api.list_phone_numbers(group),
        ]
    if survey.numbers:
        number = str(survey.numbers[0].arn)
        reads.append(lambda api: api.describe_phone_number(number))
    if view.flows:
        flow = next(iter(view.flows.values())).arn
        reads.append(lambda api: api.describe_flow(flow))
    return reads
