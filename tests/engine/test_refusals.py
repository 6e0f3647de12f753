"""What cannot be: refused with the sentence a user reads, before anything is written."""

from __future__ import annotations

import socket

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, Declaration, agent, component, e164, number
from harness.stack import Stack, endpoints

pytestmark = pytest.mark.engine

NOBODY = "00000000-0000-0000-0000-000000000000"
KIND = "pulumi-python:dynamic/acgr:PhoneNumberPlacement"
CLAIMED_ELSEWHERE = "a number can only be placed in the Region where it was claimed"
NOT_CLAIMED = "it is not claimed in this account and Region; claim it first, or mend source_region"
GROUPS = "there is none of that name; there are: alone, emergency, everyone, retail, stuck"


def test_what_is_misspelt_is_refused_in_the_preview(stack: Stack, centre: Centre) -> None:
    """A bare UUID without a Region, spaces in a number, a wrong `return_to`: each fails the preview in one sentence."""
    uuid = centre.sandbox.world.group("retail").id
    args = {"phone_number": "+44 20 7946 0001", "target": uuid, "flow": "Main IVR", "return_to": "home"}
    stack.declare({"kind": "number", "name": "bad", "args": args, "options": {}})
    preview = stack.preview()
    assert preview.code != 0
    problem = f"error: {KIND} resource 'bad' has a problem: "
    assert preview.said("bad") == [
        f"{problem}phone_number: '+44 20 7946 0001' has spaces or punctuation; write it in E.164: '+442079460001'",
        f"{problem}return_to: 'home' is none of 'instance', 'leave' and the ARN of a traffic distribution group",
        f"{problem}target: '{uuid}' is a bare id: write the ARN, or give source_region as well",
    ]
    assert centre.writes() == {}


def test_a_component_lists_all_that_is_misspelt_at_once(stack: Stack, centre: Centre) -> None:
    """Every misspelt entry of a component has its line with its path, in one preview, without a traceback."""
    numbers = {
        "+44 20 7946 0001": {"flow": "Main IVR"},
        "442079460002": {"flow": "Main IVR"},
        e164(3): {"flow": {SOURCE: "Main IVR"}},
    }
    stack.declare(component("centre", "retail", numbers, ["alice.smith", centre.arn("user", "bob.brown", REPLICA)]))
    preview = stack.preview()
    assert preview.code != 0
    lines = [line.strip() for line in preview.text.splitlines()]
    spaces, no_plus = (
        "has spaces or punctuation; write it in E.164",
        "has no plus: YAML dropped it or it was never there",
    )
    for expected in (
        'error: GlobalResiliency "centre":',
        f"""numbers["+44 20 7946 0001"]: '+44 20 7946 0001' {spaces}: '{e164(1)}'""",
        f"""numbers["442079460002"]: '442079460002' {no_plus}; quote it: '{e164(2)}'""",
        f'numbers["{e164(3)}"].flow: its Regions are "{SOURCE}"; it needs exactly "{SOURCE}" and "{REPLICA}"',
        f"agents[1]: '{centre.arn('user', 'bob.brown', REPLICA)}' is of {REPLICA}; "
        f"agents are users of source_region, {SOURCE}",
    ):
        assert expected in lines, preview.text
    assert centre.writes() == {}


def _impossible(centre: Centre) -> dict[str, tuple[Declaration, str]]:
    """By name: what is declared, and the sentence that refuses it."""
    world = centre.sandbox.world
    northwind, island = world.instance("northwind").id, world.instance("island")
    foreign = centre.arn("number", e164(6)).replace(SOURCE, REPLICA)
    missing = centre.arn("group", "retail").replace(world.group("retail").id, NOBODY)
    in_northwind, no_flow = (
        f"of instance {northwind} in {SOURCE}",
        "the instance has no flow of that name, id or ARN there",
    )
    user, flow = f"looking for agent 'nobody' {in_northwind}", f"looking for flow 'Mian IVR' {in_northwind}"
    stuck = f"traffic distribution group stuck in {SOURCE} is CREATION_FAILED"
    return {
        "no-user": (
            agent("no-user", "retail", "nobody"),
            f"{user}: the source instance has no such user; create the user there, or mend the name",
        ),
        "no-flow": (number("no-flow", 4, "retail", "Mian IVR"), f"{flow}: {no_flow}; did you mean 'Main IVR'?"),
        "draft": (
            number("draft", 5, "retail", "Draft"),
            f"looking for flow 'Draft' {in_northwind}: it is SAVED, not published; publish it, or choose another",
        ),
        "no-number": (
            number("no-number", 99, "retail", "Main IVR"),
            f"looking for phone number {e164(99)} in {SOURCE}: {NOT_CLAIMED}: a number is used from the Region",
        ),
        "foreign": (
            number("foreign", 6, "retail", "Main IVR", phone_number=foreign),
            f"looking for phone number {foreign} in {SOURCE}: it was claimed in {REPLICA}, and {CLAIMED_ELSEWHERE}; "
            f"choose a target of {REPLICA}",
        ),
        "no-group": (
            number("no-group", 7, "nowhere", "Main IVR"),
            f"looking for traffic distribution group 'nowhere' in {SOURCE}: {GROUPS}",
        ),
        "no-arn": (
            agent("no-arn", missing, "alice.smith"),
            f"looking for traffic distribution group {NOBODY} in {SOURCE}: there is none in account 111122223333 "
            "(ResourceNotFoundException); check the ARN, or create the group first",
        ),
        "stuck": (
            number("stuck", 8, "stuck", "Main IVR"),
            f"placing phone number {e164(8)} on traffic distribution group stuck in {SOURCE}: {stuck}",
        ),
        "stuck-agent": (
            agent("stuck-agent", "stuck", "alice.smith"),
            f"associating agent alice.smith with traffic distribution group stuck in {SOURCE}: {stuck}",
        ),
        "other-replica": (
            number("other-replica", 9, "retail", "Main IVR", replica_region="us-west-2"),
            f"looking for the replica of instance {northwind} in {SOURCE}: its replica is in {REPLICA}, "
            "not in us-west-2; mend replica_region",
        ),
        "alone": (
            number("alone", 10, "alone", "Main IVR"),
            f"looking for the replica of instance {island.id} in {SOURCE}: it is not replicated; "
            "replicate it with ReplicateInstance first",
        ),
    }


def test_what_does_not_exist_is_refused_before_any_write(stack: Stack, centre: Centre) -> None:
    """Unknown users (A12), flows, numbers (N2) and groups (A10), groups that are not `ACTIVE` (A3, A5, A11, N1),
    numbers of another Region (N5) and instances without a replica are refused by name, and nothing is written.
    """
    centre.add_group_of_unreplicated_instance("alone")
    impossible = _impossible(centre)
    stack.declare(*(declaration for declaration, _ in impossible.values()))
    up = stack.up("--continue-on-error", "--parallel", "32")
    assert up.code != 0
    errors = up.errors()
    assert set(errors) == set(impossible)
    wrong = {name: errors[name] for name, (_, sentence) in impossible.items() if not errors[name].startswith(sentence)}
    assert wrong == {}
    assert centre.writes() == {}
    assert stack.state().resources == {}


def test_credentials_of_another_account_write_nothing(stack: Stack, centre: Centre) -> None:
    """Credentials of one account and ARNs of another: refused before the first write."""
    group = centre.arn("group", "retail")
    stack.declare(number("main", 1, group, "Main IVR"), agent("alice", group, "alice.smith"))
    up = stack.up("--continue-on-error", AWS_ACCESS_KEY_ID="999988887777")
    assert up.code != 0
    sentence = (
        f"the credentials belong to account 999988887777, but {group} is of account 111122223333: nothing was written; "
        "choose the profile or role of 111122223333, or check the endpoint"
    )
    assert up.errors() == {
        "main": f"placing phone number {e164(1)} in {SOURCE}: {sentence}",
        "alice": f"associating agent alice.smith in {SOURCE}: {sentence}",
    }
    assert centre.writes() == {}


def test_an_endpoint_that_does_not_answer_is_one_sentence(stack: Stack, centre: Centre) -> None:
    """Where nobody listens, a run ends with one sentence that names what was being done and the endpoint."""
    group = centre.arn("group", "retail")
    stack.declare(number("main", 1, group, "Main IVR"))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        up = stack.up(**endpoints(url))
    assert up.code != 0
    sentence = (
        f"asking STS whose credentials these are in {SOURCE}: no answer: Could not connect to the endpoint URL: "
        f'"{url}/" (EndpointConnectionError); if that was the sandbox, it does not run there: '
        "`acgr sandbox start` starts it, and `acgr sandbox env` says where"
    )
    assert up.errors() == {"main": sentence}
    assert centre.writes() == {}
