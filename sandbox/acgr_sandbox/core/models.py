"""What Connect keeps: instances and all that is in them, and the changes that wait for their time.

The names of the fields are those of stored worlds (`scenario.snapshot`): they may be added to, never renamed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, TypeVar

PAIRS = {
    ("us-east-1", "us-west-2"),
    ("us-west-2", "us-east-1"),
    ("eu-central-1", "eu-west-2"),
    ("eu-west-2", "eu-central-1"),
    ("ap-northeast-1", "ap-northeast-3"),
}
"""(source, replica) Regions between which Connect replicates instances."""


@dataclass
class Instance:
    """A Connect instance; `replica` is the Region it is replicated to, or None.

    `replicating` is the Region it is being replicated to, `trouble` why its creation or replication failed.
    `attributes` holds those that were set. Each Region has its own `storage` (configurations by association id),
    `functions` (ARNs of Lambda functions) and `bots`, as the API spells them. `isolated`: cross-Region routing is off.
    """

    id: str
    alias: str
    region: str
    replica: str | None = None
    created: float = 1_680_000_000.0
    status: str = "ACTIVE"
    identity: str = "SAML"
    replica_alias: str = ""
    replicating: str = ""
    trouble: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    storage: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    functions: dict[str, list[str]] = field(default_factory=dict)
    bots: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    isolated: bool = False

    def alias_in(self, region: str) -> str:
        """What it is called in a Region."""
        alias = self.alias if region == self.region else self.replica_alias
        return alias or f"{self.alias}-{region}"

    @property
    def regions(self) -> tuple[str, ...]:
        """Where it answers, the source Region first."""
        return (self.region, self.replica) if self.replica else (self.region,)


@dataclass
class Group:
    """A traffic distribution group (TDG) and its members.

    `members` is who belongs to it, `listed` who a list shows (the same, unless lists lag).
    Shares are whole percentages by Region.
    """

    id: str
    name: str
    instance_id: str
    default: bool = False
    status: str = "ACTIVE"
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    telephony: dict[str, int] = field(default_factory=dict)
    agents: dict[str, int] = field(default_factory=dict)
    sign_in: dict[str, bool] = field(default_factory=dict)
    last_failover: float | None = None


@dataclass
class Flow:
    """A flow; `states` maps each Region that has it to its (state, status).

    `saved` is content that was saved and not published, `stale` what a Region that lags behind still shows.
    `versions` are by number and `aliases` by id, as the API spells them; `last_version` is the highest number ever.
    """

    MIRRORED_FIELDS: ClassVar[tuple[str, ...]] = (
        "name",
        "description",
        "content",
        "saved",
        "versions",
        "aliases",
        "last_version",
    )

    id: str
    name: str
    instance_id: str
    type: str = "CONTACT_FLOW"
    states: dict[str, tuple[str, str]] = field(default_factory=dict)
    description: str = ""
    content: str = '{"Version":"2019-10-30","StartAction":"end","Actions":[{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}'  # noqa: E501
    saved: str | None = None
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    aliases: dict[str, dict[str, Any]] = field(default_factory=dict)
    last_version: int = 0
    tags: dict[str, str] = field(default_factory=dict)
    stale: dict[str, dict[str, Any]] = field(default_factory=dict)
    modified: float = 1_690_000_000.0
    modified_in: str = ""


@dataclass
class User:
    """A user; `mirrored` once both Regions have it, until then only `born` (empty: the source Region) does.

    `details` holds what was set besides the names, as the API spells it.
    """

    MIRRORED_FIELDS: ClassVar[tuple[str, ...]] = ("first_name", "last_name", "details")

    id: str
    username: str
    instance_id: str
    first_name: str = ""
    last_name: str = ""
    mirrored: bool = True
    born: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    stale: dict[str, dict[str, Any]] = field(default_factory=dict)
    modified: float = 1_690_000_000.0
    modified_in: str = ""


@dataclass
class Resource:
    """What an instance is configured with: a queue, hours of operation, a routing profile, and so on.

    `kind` is what its ARN says: …:instance/<instance_id>/<kind>/<id>. `details` holds what the API says of it besides
    name, description and tags, as the API spells it. `regions` has it; the other Region gets it if it is `mirrored`.
    """

    MIRRORED_FIELDS: ClassVar[tuple[str, ...]] = ("name", "description", "details")

    id: str
    kind: str
    name: str
    instance_id: str
    description: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    regions: list[str] = field(default_factory=list)
    mirrored: bool = True
    tags: dict[str, str] = field(default_factory=dict)
    stale: dict[str, dict[str, Any]] = field(default_factory=dict)
    modified: float = 1_690_000_000.0
    modified_in: str = ""

    @property
    def siblings(self) -> tuple[str, str, str]:
        """Among which resources its name is unique: those of its kind, hierarchy groups those below one parent."""
        return self.kind, self.instance_id, self.details.get("ParentGroupId", "")


Mirrored = TypeVar("Mirrored", Flow, User, Resource)


def seen_from(resource: Mirrored, region: str) -> Mirrored:
    """A flow, user or other resource as a Region shows it, which may lag behind."""
    stale = resource.stale.get(region)
    return replace(resource, **stale) if stale else resource


@dataclass
class Association:
    """The flow of a number in one Region (None: taken away) and the revision that wrote it."""

    flow_id: str | None
    order: int


KEPT = 8
"""Changes of a number's flow in a Region that lists which run behind can still show."""


@dataclass
class Number:
    """A claimed phone number.

    `target` is the id of the instance or group it is on, `wanted` that of an operation under way, `listed_target`
    what a list shows. `region` is where it was claimed; it is `claimed` once that has succeeded. `flows` maps Regions
    to its flow there, `flow_changes` to [when, the flow until then] of the last changes; with `loses_flow` it has none
    any more once the operation under way has ended. `outbound` is how a stored world of 0.1.0 says that a queue has it
    as its outbound caller ID; elsewhere the queue says it.
    """

    id: str
    e164: str
    region: str
    target: str
    listed_target: str = ""
    wanted: str | None = None
    status: str = "CLAIMED"
    message: str = ""
    description: str = ""
    country: str = "GB"
    type: str = "DID"
    outbound: bool = False
    source_arn: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    flows: dict[str, Association] = field(default_factory=dict)
    loses_flow: bool = False
    claimed: bool = True
    flow_changes: dict[str, list[list[Any]]] = field(default_factory=dict)

    def flow_in(self, region: str) -> str | None:
        """The id of its flow in a Region, or None."""
        association = self.flows.get(region)
        return association.flow_id if association else None

    def flow_in_at(self, region: str, at: float) -> str | None:
        """The id of the flow that it had in a Region at `at`, epoch seconds, as far back as is known; or None."""
        for changed, before in self.flow_changes.get(region, ()):
            if changed > at:
                return str(before) if before else None
        return self.flow_in(region)

    def note_flow(self, region: str, at: float) -> None:
        """Keep the flow it has in a Region, which changes at `at`, for the lists that run behind."""
        changes = self.flow_changes.setdefault(region, [])
        changes.append([at, self.flow_in(region)])
        del changes[:-KEPT]


@dataclass
class TestCase:
    """A test case, which belongs to one Region of its instance.

    `versions` maps PUBLISHED and SAVED to what was published and saved last: Content, EntryPoint and
    InitializationData, as the API spells them.
    """

    __test__: ClassVar[bool] = False  # it is no test of pytest's

    id: str
    name: str
    instance_id: str
    region: str
    description: str = ""
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    modified: float = 1_690_000_000.0
    modified_in: str = ""

    @property
    def status(self) -> str:
        """PUBLISHED once it was published, else SAVED."""
        return "PUBLISHED" if "PUBLISHED" in self.versions else "SAVED"


@dataclass
class TestExecution:
    """A run of a test case: asked for at `asked`, over at `ended` (epoch seconds), it takes `seconds`.

    It calls the number `e164`, or begins in the flow `flow_id`; `by_shares` lets it fail in a Region that calls to the
    number do not go to, and `failure` lets it fail in any case. `answered_by` is the flow that answered, `group_id` the
    number's TDG, `reason` why none did.
    """

    __test__: ClassVar[bool] = False

    id: str
    test_case_id: str
    instance_id: str
    region: str
    asked: float
    seconds: float
    observations: list[str] = field(default_factory=list)
    e164: str = ""
    flow_id: str = ""
    by_shares: bool = False
    failure: str = ""
    channel: str = "VOICE"
    caller: str = ""
    status: str = "INITIATED"
    ended: float | None = None
    answered_by: str = ""
    group_id: str = ""
    reason: str = ""
    contact_tags: dict[str, str] = field(default_factory=dict)


@dataclass(order=True)
class PendingChange:
    """Something that will have happened at `at` (epoch seconds); `order` keeps equal times in sequence."""

    at: float
    order: int
    what: str = field(compare=False)
    subject: str = field(compare=False)
    region: str = field(default="", compare=False)
    detail: str | None = field(default=None, compare=False)


@dataclass
class Token:
    """What an answered client token stands for: a digest of its parameters, the answer, and when."""

    digest: str
    answer: str
    at: float


def put_all_traffic_in_source(group: Group, instance: Instance) -> None:
    """Give the source Region everything, as a new TDG has it."""
    shares = {region: 100 if region == instance.region else 0 for region in instance.regions}
    group.telephony, group.agents = dict(shares), dict(shares)
    if group.default:
        group.sign_in = {region: region == instance.region for region in instance.regions}


_COUNTRIES = {"+44": "GB", "+49": "DE", "+33": "FR", "+81": "JP", "+61": "AU", "+353": "IE", "+1": "US"}


def country_of(e164: str) -> str:
    """The country of a number, by its prefix."""
    known = [code for code in sorted(_COUNTRIES, key=len, reverse=True) if e164.startswith(code)]
    return _COUNTRIES[known[0]] if known else "GB"
