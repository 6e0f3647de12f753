"""Each planted defect is found under its code and nothing else is; of a sound pair nothing is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sound_world import MODULE, REPLICA, SOUND, SOURCE, action, content, found, lambda_arn, sound, surveyed

from acgr_connect.model.records import Replication, TypeReplication
from acgr_connect.survey.findings import Meant, findings_of
from acgr_connect.survey.findings.finding import Severity
from acgr_connect.survey.findings.kinds import OF_SURVEY
from acgr_sandbox import ManualClock, Sandbox, Switches, load_scenario

Plant = Callable[[Sandbox], object]
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
NUMBER = "+442079460003"
UNDER_WAY = "INSTANCE_REPLICATION_IN_PROGRESS"


def _set(kind: str, name: str, **values: Any) -> Plant:
    def plant(sandbox: Sandbox) -> None:
        thing = getattr(sandbox.world, kind)(name)
        for key, value in values.items():
            setattr(thing, key, value)

    return plant


def _content(flow: str, text: str) -> Plant:
    return _set("flow", flow, content=text)


def _stale(flow: str, text: str) -> Plant:
    return lambda sandbox: sandbox.world.flow(flow).stale.update({REPLICA: {"content": text}})


def _change(**change: Any) -> Plant:
    def plant(sandbox: Sandbox) -> None:
        assert sandbox.change(change) == "done"
        sandbox.clock.sleep(60)

    return plant


def _all(*plants: Plant) -> Plant:
    def plant(sandbox: Sandbox) -> None:
        for one in plants:
            one(sandbox)

    return plant


def _state(flow: str, state: str, status: str, *regions: str) -> Plant:
    return lambda sandbox: sandbox.world.flow(flow).states.update(dict.fromkeys(regions, (state, status)))


def _only(sandbox: Sandbox, region: str, flow: str, number: str = NUMBER) -> None:
    """Another flow in one Region, as where flows are not mirrored."""
    association = sandbox.world.number(number).flows[region]
    association.flow_id = sandbox.world.flow(flow).id


def _other(kind: str, service: str, region: str, path: str) -> str:
    return f"arn:aws:{service}:{region}:111122223333:{kind}{path}"


def _queue(sandbox: Sandbox) -> None:
    instance = sandbox.world.instance("northwind").id
    queue = _other("instance/", "connect", SOURCE, f"{instance}/queue/0d4a4a08-2df3-4a44-a8f6-2fb5b3a1f0ce")
    _content("Sales", content(action("UpdateContactTargetQueue", QueueId=queue)))(sandbox)


def _gone_from_replica(sandbox: Sandbox) -> None:
    del sandbox.world.flow("Opening hours").states[REPLICA]


def _groups(sandbox: Sandbox) -> None:
    client = sandbox.world.instance("northwind")
    for n in range(6):
        _api(sandbox, "CreateTrafficDistributionGroup", InstanceId=client.id, Name=f"spare-{n}")
    sandbox.clock.sleep(60)


def _api(sandbox: Sandbox, operation: str, **parameters: Any) -> None:
    assert sandbox.change({"do": "operation", "operation": operation, "parameters": parameters}) == "done"


def _stuck(sandbox: Sandbox) -> None:
    """A flow of the source that the replica cannot have: the name is taken there."""
    flow = sandbox.world.flow("Whisper")
    del flow.states[REPLICA]
    twin = type(flow)("8f14e45f-ceea-467f-a0e6-6a6d2f0f4d11", "Whisper", flow.instance_id, flow.type)
    twin.states = {REPLICA: ("ACTIVE", "PUBLISHED")}
    sandbox.world.flows[twin.id] = twin


@dataclass(frozen=True)
class Defect:
    """What is planted, and what is to be found of it."""

    name: str
    plant: Plant
    code: str
    severity: Severity
    says: str
    region: str = ""


_LEX = _other("bot-alias/", "lex", SOURCE, "BOT/ALIAS")
_BRANCHES = content(
    action("Compare", ComparisonValue="$.AwsRegion"),
    action("InvokeLambdaFunction", LambdaFunctionARN=lambda_arn(SOURCE)),
    action("InvokeLambdaFunction", LambdaFunctionARN=lambda_arn(REPLICA), Other=""),
)

DEFECTS = [
    Defect("dark", _change(do="clear-flow", number=NUMBER), "ACGR201", ERROR, "has no flow in eu-", "both"),
    Defect(
        "dark in the replica alone",
        lambda s: setattr(s.world.number(NUMBER).flows[REPLICA], "flow_id", None),
        "ACGR201",
        ERROR,
        f"has no flow in {REPLICA}",
        REPLICA,
    ),
    Defect(
        "number failed", _set("number", NUMBER, status="FAILED", message="No."), "ACGR202", ERROR, "FAILED: No", SOURCE
    ),
    Defect("number moving", _set("number", NUMBER, status="IN_PROGRESS"), "ACGR203", WARNING, "IN_PROGRESS", SOURCE),
    Defect(
        "number on the instance",
        _all(
            _change(do="place", number="+442079460004", target="northwind"),
            _change(do="set-flow", number="+442079460004", flow="Main IVR"),
        ),
        "ACGR204",
        WARNING,
        "answers in eu-west-2 alone",
        SOURCE,
    ),
    Defect(
        "group broken", _set("group", "retail", status="CREATION_FAILED"), "ACGR110", ERROR, "CREATION_FAILED", SOURCE
    ),
    Defect(
        "group changing", _set("group", "retail", status="UPDATE_IN_PROGRESS"), "ACGR111", WARNING, "UPDATE_IN", SOURCE
    ),
    Defect(
        "no default group", _set("group", "everyone", default=False), "ACGR112", WARNING, "is the default one", SOURCE
    ),
    Defect("flow archived", _state("Sales", "ARCHIVED", "PUBLISHED", REPLICA), "ACGR301", ERROR, "ARCHIVED", REPLICA),
    Defect(
        "flow not published", _state("Sales", "ACTIVE", "SAVED", REPLICA), "ACGR301", ERROR, "not published", REPLICA
    ),
    Defect(
        "flow of the wrong type",
        lambda s: [_only(s, r, "Whisper") for r in (SOURCE, REPLICA)],
        "ACGR302",
        ERROR,
        "type",
    ),
    Defect(
        "flow not there",
        lambda s: s.world.flow("Sales").states.pop(REPLICA),
        "ACGR303",
        ERROR,
        "is not among the flows of eu-central-1",
        REPLICA,
    ),
    Defect("content differs", _stale("Sales", content(action("Wait"))), "ACGR304", ERROR, "does not do the same"),
    Defect(
        "next flow differs",
        _stale("Opening hours", content(action("Wait"))),
        "ACGR304",
        ERROR,
        "flow Opening hours does not",
    ),
    Defect(
        "module differs",
        lambda s: s.world.resources[MODULE].stale.update(
            {REPLICA: {"details": {**s.world.resources[MODULE].details, "Content": content(action("Wait"))}}}
        ),
        "ACGR304",
        ERROR,
        "module Greeting does not",
    ),
    Defect("another flow there", lambda s: _only(s, REPLICA, "Sales"), "ACGR306", INFO, "flow Sales in eu-central-1"),
    Defect(
        "Lambda pinned",
        _content("Sales", content(action("InvokeLambdaFunction", LambdaFunctionARN=lambda_arn(SOURCE)))),
        "ACGR307",
        ERROR,
        "flow Sales uses, in eu-central-1, a Lambda function of eu-west-2",
        REPLICA,
    ),
    Defect(
        "Lex pinned",
        _content("Sales", content(action("ConnectParticipantWithLexBot", LexV2Bot={"AliasArn": _LEX}))),
        "ACGR307",
        ERROR,
        "a Lex bot of eu-west-2",
        REPLICA,
    ),
    Defect(
        "classic Lex pinned",
        _content("Sales", content(action("ConnectParticipantWithLexBot", LexBot={"Name": "b", "Region": SOURCE}))),
        "ACGR307",
        ERROR,
        "a Lex bot of eu-west-2",
        REPLICA,
    ),
    Defect(
        "prompt in a bucket pinned",
        _content(
            "Sales", content(action("MessageParticipant", Media={"Uri": f"https://b.s3.{SOURCE}.amazonaws.com/a"}))
        ),
        "ACGR307",
        ERROR,
        "an address of s3 of eu-west-2",
        REPLICA,
    ),
    Defect(
        "pinned in a flow that is transferred to",
        _content("Opening hours", content(action("InvokeLambdaFunction", LambdaFunctionARN=lambda_arn(SOURCE)))),
        "ACGR307",
        ERROR,
        "flow Opening hours uses",
        REPLICA,
    ),
    Defect(
        "pinned in a module",
        lambda s: s.world.resources[MODULE].details.update(
            Content=content(action("InvokeLambdaFunction", LambdaFunctionARN=lambda_arn(SOURCE)))
        ),
        "ACGR307",
        ERROR,
        "module Greeting uses",
        REPLICA,
    ),
    Defect("queue pinned", _queue, "ACGR308", WARNING, "names, in eu-central-1, a queue of eu-west-2", REPLICA),
    Defect("next flow gone", _gone_from_replica, "ACGR309", ERROR, "which is not there", REPLICA),
    Defect(
        "next flow archived",
        _state("Opening hours", "ARCHIVED", "PUBLISHED", SOURCE),
        "ACGR309",
        ERROR,
        "ARCHIVED",
        SOURCE,
    ),
    Defect(
        "module gone", lambda s: s.world.resources[MODULE].regions.remove(REPLICA), "ACGR309", ERROR, "module", REPLICA
    ),
    Defect("content nobody understands", _content("Sales", "[]"), "ACGR310", WARNING, "not in the Flow language"),
    Defect(
        "agent on no group",
        _change(do="remove-agent", group="retail", user="bob.brown"),
        "ACGR401",
        WARNING,
        "bob.brown",
    ),
    Defect(
        "agents without numbers",
        _all(
            *(_change(do="place", number=f"+44207946000{n}", target="everyone") for n in (3, 4)),
            *(_change(do="set-flow", number=f"+44207946000{n}", flow="Main IVR") for n in (3, 4)),
        ),
        "ACGR402",
        WARNING,
        "group retail has 3 agents and no numbers",
        SOURCE,
    ),
    Defect(
        "numbers without agents",
        _all(
            _change(do="remove-agent", group="everyone", user="dave.jones"),
            _change(do="add-agent", group="retail", user="dave.jones"),
        ),
        "ACGR403",
        WARNING,
        "group everyone has 1 number and no agents",
        SOURCE,
    ),
    Defect(
        "agent not in the replica", _set("user", "bob.brown", mirrored=False), "ACGR404", ERROR, "bob.brown", REPLICA
    ),
    Defect(
        "member is no user", lambda s: s.world.group("retail").listed.append("gone"), "ACGR405", WARNING, "gone", SOURCE
    ),
    Defect(
        "sign-in", _set("group", "everyone", sign_in={SOURCE: False, REPLICA: True}), "ACGR501", ERROR, "sign in", "any"
    ),
    Defect(
        "no agents there",
        _set("group", "retail", agents={SOURCE: 0, REPLICA: 100}),
        "ACGR502",
        ERROR,
        "none of",
        SOURCE,
    ),
    Defect("shares do not add up", _set("group", "retail", telephony={SOURCE: 60}), "ACGR503", ERROR, "60 %"),
    Defect(
        "no sign-in", _set("group", "everyone", sign_in={SOURCE: False, REPLICA: False}), "ACGR505", ERROR, "nowhere"
    ),
    Defect(
        "agents without calls",
        _set("group", "retail", agents={SOURCE: 50, REPLICA: 50}),
        "ACGR506",
        WARNING,
        "50 %",
        REPLICA,
    ),
    Defect("replication failed", _set("instance", "northwind", trouble="No.", replicating="x"), "ACGR103", ERROR, "No"),
    Defect("does not catch up", _stuck, "ACGR105", WARNING, "has another resource named", "any"),
    Defect("eight groups", _groups, "ACGR601", WARNING, "8 traffic distribution groups of 8", SOURCE),
]


def test_a_sound_pair() -> None:
    """Nothing at all is said of it, and everything was read."""
    sandbox = sound()
    survey = surveyed(sandbox)
    assert survey.unread == ()
    assert set(survey.source.modules) == {MODULE}
    assert findings_of(survey) == []


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda one: one.name)
def test_a_planted_defect(defect: Defect) -> None:
    """It is found under its code, where it is, with what to do; nothing else is said that is as bad."""
    sandbox = sound()
    defect.plant(sandbox)
    findings = found(sandbox)
    assert findings
    assert {one.code for one in findings} == {defect.code}, [one.what for one in findings]
    mine = [one for one in findings if one.code == defect.code]
    assert {one.severity for one in mine} == {defect.severity}
    assert any(defect.says in one.what for one in mine), [one.what for one in mine]
    if defect.region not in ("", "both", "any"):
        assert {one.region for one in mine} == {defect.region}
    assert all(one.what and one.remedy and one.name for one in findings)
    assert not any(one.what.endswith(".") or one.remedy.endswith(".") for one in findings)


def test_no_replica() -> None:
    """An instance that is not replicated cannot fail over: that is said, and nothing of groups or agents."""
    alone = {**SOUND, "instances": [{"alias": "northwind", "replicated": False}], "groups": [], "numbers": []}
    findings = found(Sandbox(load_scenario(alone), clock=ManualClock()))
    assert [(one.code, one.region) for one in findings] == [("ACGR101", SOURCE)]


def test_what_connect_shows_and_the_sandbox_does_not() -> None:
    """An instance that is not ACTIVE, a replication under way, a type that is not replicated, and an unknown group."""
    survey = surveyed(sound())
    shown = {
        region: replace(one, status="CREATION_FAILED", replication=(Replication(REPLICA, UNDER_WAY, ""),))
        for region, one in survey.pair.shown.items()
    }
    kind = TypeReplication("AGENT", (), {SOURCE: "ENABLED", REPLICA: "BLOCKED"})
    groups = tuple(one for one in survey.groups or () if one.group.name != "retail")
    changed = replace(survey, pair=replace(survey.pair, shown=shown), replication=(kind,), groups=groups)
    by_code = Counter(one.code for one in findings_of(changed))
    assert by_code == {"ACGR102": 2, "ACGR104": 1, "ACGR106": 1, "ACGR205": 2, "ACGR401": 1}


def test_twins_that_differ() -> None:
    """Where Regions have flows of their own, those of one name are compared."""
    sandbox = Sandbox(load_scenario(SOUND), clock=ManualClock(), switches=Switches(replica_flow_ids="different"))
    assert [one.code for one in found(sandbox)] == []
    _stale("Sales", content(action("Wait")))(sandbox)
    [finding] = found(sandbox)
    assert (finding.code, finding.name) == ("ACGR305", "Sales")


def test_a_failover() -> None:
    """Traffic that is shifted is said, and is no defect as long as agents and sign-in go with it."""
    sandbox = sound()
    shares = {SOURCE: 0, REPLICA: 100}
    for group in ("everyone", "retail"):
        _set("group", group, telephony=shares, agents=shares)(sandbox)
    _set("group", "everyone", sign_in={SOURCE: False, REPLICA: True})(sandbox)
    findings = found(sandbox)
    assert [(one.code, one.name, one.region) for one in findings] == [
        ("ACGR504", "everyone", REPLICA),
        ("ACGR504", "retail", REPLICA),
    ]


@pytest.mark.parametrize(
    ("quotas", "found_"),
    [
        ({}, []),
        ({"phone-numbers": 3}, ["ACGR602"]),
        ({"users": 4, "flows": 4}, ["ACGR603", "ACGR603", "ACGR604", "ACGR604"]),
        ({"users": 2}, ["ACGR603", "ACGR603"]),
    ],
)
def test_quotas(quotas: dict[str, int], found_: list[str]) -> None:
    """What is near a quota that was given, or a default; in both Regions."""
    assert [one.code for one in found(sound(), Meant(quotas=quotas))] == found_


def test_a_default_is_said_to_be_one() -> None:
    """Five numbers are the default quota: whoever has more has had it raised, and nobody knows to how many."""
    for count, codes in ((5, ["ACGR602"]), (6, [])):
        more = [{"e164": f"+4420794601{n:02}", "target": "retail", "flow": "Sales"} for n in range(count - 3)]
        world = {**SOUND, "numbers": [*SOUND["numbers"], *more]}
        findings = found(Sandbox(load_scenario(world), clock=ManualClock()))
        assert [one.code for one in findings] == codes
        assert all("the default" in one.what for one in findings)


def test_what_is_meant_to_be_so() -> None:
    """What is passed over is not told: a code, a code for some names, and users who are no agents."""
    sandbox = sound()
    for number in ("+442079460003", "+442079460004"):
        _change(do="clear-flow", number=number)(sandbox)
    _change(do="remove-agent", group="retail", user="bob.brown")(sandbox)
    assert Counter(one.code for one in found(sandbox)) == {"ACGR201": 4, "ACGR401": 1}
    meant = Meant(("bob.*",), {}, {"ACGR201": ("*0003",)})
    assert {one.name for one in found(sandbox, meant)} == {"+442079460004"}
    assert found(sandbox, Meant(("*",), {}, {"ACGR201": ()})) == []


def test_a_group_that_does_not_show_where_its_agents_are() -> None:
    """Nothing is said of what is not known."""
    sandbox = sound()
    _set("group", "retail", agents={})(sandbox)
    assert found(sandbox) == []


def test_a_branch_for_each_region_is_no_pin() -> None:
    """A flow that asks where it runs, and has what it needs in both Regions, is as the guide says."""
    sandbox = sound()
    _content("Sales", _BRANCHES)(sandbox)
    assert found(sandbox) == []


def test_what_makes_no_difference() -> None:
    """Positions in the designer, the order of keys and actions, and the Region in ARNs are no difference."""
    sandbox = sound()
    first, second = action("Wait"), action("Loop", LoopCount="1")
    _content("Sales", content(first, second, Metadata={"x": 1}))(sandbox)
    _stale("Sales", content(dict(reversed(second.items())), first, Metadata={"x": 2}))(sandbox)
    assert found(sandbox) == []


def test_the_line_that_gives_a_flow() -> None:
    """The command of a dark number names the flow that answers it in the other Region, there under its own id."""
    sandbox = sound()
    sandbox.world.number(NUMBER).flows[REPLICA].flow_id = None
    [finding] = found(sandbox)
    number, flow = sandbox.world.number(NUMBER), sandbox.world.flow("Main IVR")
    assert finding.command == (
        f"aws connect associate-phone-number-contact-flow --region {REPLICA} "
        f"--phone-number-id arn:aws:connect:{SOURCE}:111122223333:phone-number/{number.id} "
        f"--instance-id {flow.instance_id} --contact-flow-id {flow.id}"
    )


def test_there_are_enough() -> None:
    """More than twenty-five defects, and every kind that a survey alone can tell but those that need another world."""
    assert len(DEFECTS) >= 25
    elsewhere = {"ACGR101", "ACGR102", "ACGR104", "ACGR106", "ACGR205", "ACGR305", "ACGR504"}  # the tests above
    elsewhere |= {"ACGR602", "ACGR603", "ACGR604"}
    assert set(OF_SURVEY) - {one.code for one in DEFECTS} == elsewhere
