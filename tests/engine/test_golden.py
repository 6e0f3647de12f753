"""Twelve situations as people see them: what the CLI prints, and the comment for a pull request (`golden/`).

`make golden` writes them anew. They share stacks and contact centres: a command takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.centre import SCENARIO, Centre, serving
from harness.declarations import REPLICA, SOURCE, Declaration, component, e164, native, number, roster
from harness.golden import FOLDER, Golden
from harness.stack import Stack, endpoints
from tooling import cli_version

from acgr_sandbox import Fault

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)
FIRST_CREATE, ADOPTED, FLOW, MOVE, HANDED_OVER, TYPOS = (
    "01-first-create",
    "02-adopt",
    "03-flow-change",
    "04-move",
    "05-hand-over",
    "06-typos",
)
DARK, DRIFT, THOUSAND, DELETED, NOBODY, HALF_WAY = (
    "07-dark-number",
    "08-drift",
    "09-roster-of-1000",
    "10-delete",
    "11-no-credentials",
    "12-failure-half-way",
)
SITUATIONS = {FIRST_CREATE, ADOPTED, FLOW, MOVE, HANDED_OVER, TYPOS}
SITUATIONS |= {DARK, DRIFT, THOUSAND, DELETED, NOBODY, HALF_WAY}

NO_CREDENTIALS = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), "")
NUMBERS: dict[str, Any] = {
    e164(1): {"flow": "Main IVR"},
    e164(2): {"flow": "Main IVR"},
    e164(3): {"flow": "Sales"},
}
AGENTS = ["alice.smith", "erin.green"]
CENTRE: dict[str, Any] = {
    **SCENARIO,
    "users": [*SCENARIO["users"], {"prefix": "night", "count": 1_000, "digits": 4}],
    "groups": [
        *(group for group in SCENARIO["groups"] if group["name"] != "emergency"),
        {"name": "emergency", "members": [{"prefix": "night", "count": 1_000, "digits": 4}]},
    ],
    "numbers": [
        *(one for one in SCENARIO["numbers"] if one["e164"] not in {e164(4), e164(5), e164(6)}),
        *({"e164": e164(last), "target": "retail", "flow": "Main IVR"} for last in (4, 5, 6)),
    ],
}


@pytest.fixture
def golden(pytestconfig: pytest.Config, pulumi_folder: Path) -> Iterator[Golden]:
    """What people see, compared at the end of a test."""
    if (version := cli_version.printed_by(pulumi_folder / "pulumi")).strip().removeprefix("v") != cli_version.NEWEST:
        pytest.skip(f"the texts are those of {cli_version.NEWEST}; this is {version}: it says other words of its own")
    golden = Golden(renews=pytestconfig.getoption("renew_golden", default=False))
    yield golden
    golden.agree()


@pytest.fixture
def centre() -> Iterator[Centre]:
    """The contact centre of these situations."""
    with serving(Centre(CENTRE)) as open_centre:
        yield open_centre


@pytest.fixture
def stack(centre: Centre, clean: dict[str, str], empty: Path, tmp_path: Path) -> Stack:
    """A stack at the rate that people have."""
    return Stack(tmp_path / "stack", {**clean, **endpoints(centre.url)}, {}, empty)


def _declared(centre: Centre, numbers: Any = None, agents: Any = None, *apart: Declaration) -> list[Declaration]:
    """A component, and three numbers of which each would go elsewhere if it were taken out."""
    return [
        component("contact-centre", "retail", numbers or NUMBERS, agents or AGENTS),
        *(apart or _apart(centre)),
    ]


def _apart(centre: Centre, target: str = "retail") -> list[Declaration]:
    after = {"after": ["office"]}  # so that the same one is always looked at first
    return [
        number("office", 4, target, "Main IVR"),
        number("hotline", 5, target, "Main IVR", return_to="leave", options=after),
        number("claims", 6, target, "Main IVR", return_to=centre.arn("group", "everyone"), options=after),
    ]


def _made(stack: Stack) -> None:
    """What is declared is there, and the next preview has nothing to say."""
    up = stack.up()
    assert up.code == 0, up.text
    _is_silent(stack)


def _is_silent(stack: Stack) -> None:
    quiet = stack.preview("--expect-no-changes")
    assert quiet.code == 0, quiet.text
    assert "Diagnostics:" not in quiet.text, quiet.text


def test_a_life(stack: Stack, centre: Centre, golden: Golden) -> None:
    """From nothing to a program that is changed, mistyped, changed by hand, without credentials, taken apart."""
    stack.declare(*_declared(centre))
    assert golden.preview(FIRST_CREATE, stack).code == 0
    assert centre.writes() == {}
    _made(stack)
    centre.forget()

    stack.declare(*_declared(centre, {**NUMBERS, e164(1): {"flow": "Winter IVR"}}))
    assert golden.preview(FLOW, stack).code == 0

    stack.declare(
        component("contact-centre", "emergency", NUMBERS, AGENTS),
        number("office", 4, "retail", "Main IVR"),
        *_apart(centre)[1:],
    )
    assert golden.preview(MOVE, stack).code == 0

    stack.declare(
        component("contact-centre", "retail", {e164(2): NUMBERS[e164(2)]}, ["erin.green"]),
        component("shops", "retail", {e164(1): NUMBERS[e164(1)], e164(3): NUMBERS[e164(3)]}, ["alice.smith"]),
        *_apart(centre),
    )
    assert golden.preview(HANDED_OVER, stack).code == 0

    stack.declare(*_declared(centre, {**NUMBERS, e164(1): {"flow": "Wintre IVR"}}, ["alice.smit", "erin.green"]))
    assert golden.preview(TYPOS, stack).code == 0

    stack.declare(_declared(centre)[0])
    assert golden.preview(DELETED, stack).code == 0

    stack.declare(*_declared(centre, {**NUMBERS, e164(1): {"flow": "Winter IVR"}}))
    assert golden.preview(NOBODY, stack, **NO_CREDENTIALS).code == 0
    assert centre.writes() == {}

    instance = centre.sandbox.world.instance("northwind").id
    centre.by_hand(
        "associate_phone_number_contact_flow",
        PhoneNumberId=centre.arn("number", e164(3)),
        InstanceId=instance,
        ContactFlowId=centre.sandbox.world.flow("Winter IVR").id,
    )
    centre.by_hand(
        "update_phone_number",
        PhoneNumberId=centre.sandbox.world.number(e164(1)).id,
        TargetArn=centre.arn("group", "everyone"),
    )
    centre.by_hand(
        "disassociate_traffic_distribution_group_user",
        TrafficDistributionGroupId=centre.arn("group", "retail"),
        UserId=centre.sandbox.world.user("alice.smith").id,
        InstanceId=instance,
    )
    stack.declare(*_declared(centre))
    assert golden.preview(DRIFT, stack, "--refresh").code == 0


def test_what_is_there_already(stack: Stack, centre: Centre, golden: Golden) -> None:
    """Taken over without a write; then found dark, with a number beside it that nothing declares."""
    stack.declare(*_apart(centre), roster("agents", "retail", ["erin.green"], options={"after": ["office"]}))
    assert golden.preview(ADOPTED, stack).code == 0
    _made(stack)
    assert centre.writes() == {}

    instance = centre.sandbox.world.instance("northwind").id
    centre.by_hand(
        "disassociate_phone_number_contact_flow", PhoneNumberId=centre.arn("number", e164(4)), InstanceId=instance
    )
    centre.by_hand(
        "update_phone_number",
        PhoneNumberId=centre.sandbox.world.number(e164(9)).id,
        TargetArn=centre.arn("group", "retail"),
    )
    assert golden.preview(DARK, stack).code == 0


def test_the_native_provider_says_the_same(stack: Stack, centre: Centre, golden: Golden) -> None:
    """The same declarations by the other door: nothing that a reader would care about is different."""
    stack.use_native()
    agents = roster("agents", "retail", ["erin.green"], options={"after": ["office"]})
    stack.declare(*map(native, [*_apart(centre), agents]))
    assert golden.preview(ADOPTED, stack, by_native=True).code == 0


def test_a_roster_of_a_thousand(stack: Stack, centre: Centre, golden: Golden) -> None:
    """Two agents join a thousand, and one leaves."""
    agents = [f"night{last:04d}" for last in range(1, 1_001)]
    stack.configure({"acgr:burst": "1000"})
    stack.declare(component("night-shift", "emergency", {e164(1): {"flow": "Main IVR"}}, agents))
    _made(stack)
    stack.configure({})
    stack.declare(
        component(
            "night-shift", "emergency", {e164(1): {"flow": "Main IVR"}}, [*agents[:-1], "bob.brown", "dave.jones"]
        )
    )
    assert golden.preview(THOUSAND, stack).code == 0


def test_a_failure_half_way(stack: Stack, centre: Centre, golden: Golden) -> None:
    """One number has moved, the next one is left dark: the run says so, the next preview too, and `up` ends it."""
    stack.declare(
        number("sales", 7, "retail", "Main IVR"),
        number("support", 8, "retail", "Main IVR", options={"after": ["sales"], "timeout": "4s"}),
        number("returns", 9, "retail", "Main IVR", options={"after": ["support"]}),
    )
    running = stack.start("up", "--yes", "--skip-preview", "--non-interactive", "--color", "never")
    centre.until(lambda world: all(map(world.number(e164(7)).flow_in, BOTH)) and not world.number(e164(8)).flows)
    centre.sandbox.faults.add(Fault("AssociatePhoneNumberContactFlow", "denied", count=0))
    failed = running.wait()
    assert failed.code != 0
    golden.up(HALF_WAY, failed)
    assert [dark for dark, _ in centre.dark()] == [e164(8)] * 2
    centre.sandbox.faults.clear()
    assert golden.preview(HALF_WAY, stack).code == 0
    _made(stack)
    assert centre.dark() == []


def test_every_situation_is_tried() -> None:
    """What is kept is what the tests ask for."""
    assert {folder.name for folder in FOLDER.iterdir()} == SITUATIONS
