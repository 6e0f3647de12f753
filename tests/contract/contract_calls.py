"""One call of every operation, as `calls.yaml` has them, and whether answer and world are what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from acgr_sandbox import Sandbox, World, load_scenario
from acgr_sandbox.core.models import Resource
from acgr_sandbox.core.seeds import derived_id
from acgr_sandbox.scenario.snapshot import snapshot
from acgr_sandbox.wire.service_model import service_model

SOURCE, REPLICA = "eu-west-2", "eu-central-1"

SCENARIO: dict[str, Any] = {
    "account": "111122223333",
    "source_region": SOURCE,
    "replica_region": REPLICA,
    "instances": [
        {"alias": "northwind"},
        {"alias": "lonely", "replicated": False},
        {"alias": "empty", "replicated": False},
    ],
    "groups": [
        {"name": "Default", "default": True, "members": ["alice.smith"]},
        {"name": "emergency"},
        {"name": "retail"},
        {"name": "forming", "status": "CREATION_IN_PROGRESS"},
    ],
    "flows": [
        "Main IVR",
        "Winter IVR",
        {"name": "Draft", "status": "SAVED"},
        {"name": "Old", "state": "ARCHIVED"},
        {"name": "Whisper", "type": "AGENT_WHISPER"},
        {"name": "London only", "absent": [REPLICA]},
        {"name": "Elsewhere", "instance": "lonely"},
    ],
    "users": [
        "alice.smith",
        "bob.jones",
        {"username": "new.comer", "mirrored": False},
        {"username": "stranger", "instance": "lonely"},
        {"prefix": "agent", "count": 12},
    ],
    "numbers": [
        {"e164": "+442079460001", "target": "northwind", "flow": "Main IVR", "description": "Main line"},
        {"e164": "+442079460002", "target": "Default", "flow": "Main IVR"},
        {"e164": "+442079460003", "target": "emergency", "flow": None},
        {"e164": "+442079460004", "target": "northwind", "flow": "Main IVR", "outbound": True},
        {"e164": "+442079460005", "target": "lonely", "flow": "Elsewhere"},
    ],
}

ALL: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("calls.yaml").read_text(encoding="utf-8"))

CALLS = {name: call for name, call in ALL.items() if name in service_model().operation_names}
"""What the installed botocore can ask."""

CONTENT = '{"Version":"2019-10-30","StartAction":"bye","Actions":[{"Identifier":"bye","Type":"DisconnectParticipant"}]}'

_NAMES = {"instances": "alias", "groups": "name", "flows": "name", "users": "username", "numbers": "e164"}


EXTRA: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("operating-hours", "Late", {"TimeZone": "Europe/London", "Config": []}),
    ("queue", "Sales", {"Status": "ENABLED"}),
    ("routing-profile", "Chats", {"MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 5}]}),
    ("security-profile", "Readers", {"Permissions": ["Users.View"]}),
    (
        "transfer-destination",
        "Desk",
        {"QuickConnectConfig": {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+442079460900"}}},
    ),
    ("flow-module", "Greeting", {"Content": CONTENT, "State": "ACTIVE", "Status": "PUBLISHED"}),
    ("agent-group", "North", {}),
    ("vocabulary", "words", {"LanguageCode": "en-GB", "Content": "Phrase\nConnect", "State": "ACTIVE"}),
)
"""What northwind has besides what every instance comes with, none of it in use: kind, name, details."""


def contract_world() -> World:
    """The scenario, and what `EXTRA` names."""
    world = load_scenario(SCENARIO)
    instance = world.instance("northwind")
    given = {"HoursOfOperationId": derived_id(instance.id, "operating-hours")}
    queue = {"DefaultOutboundQueueId": derived_id(instance.id, "queue")}
    for kind, name, details in EXTRA:
        more = {"queue": given, "routing-profile": queue}.get(kind, {})
        id = derived_id(instance.id, f"{kind}/{name}")
        regions = list(instance.regions)
        world.resources[id] = Resource(id, kind, name, instance.id, details={**details, **more}, regions=regions)
    return world


def ids(world: World) -> dict[str, str]:
    """What `$name` stands for."""
    resources = {
        "group": world.group("retail"),
        "default": world.group("Default"),
        "user": world.user("bob.jones"),
        "alice": world.user("alice.smith"),
        "number": world.number("+442079460001"),
        "placed": world.number("+442079460002"),
        "flow": world.flow("Winter IVR"),
        "main": world.flow("Main IVR"),
        "instance": world.instance("northwind"),
        "lonely": world.instance("lonely"),
        "empty": world.instance("empty"),
        "sales": world.resource("Sales", "queue"),
        "late": world.resource("Late", "operating-hours"),
        "desk": world.resource("Desk", "transfer-destination"),
        "chats": world.resource("Chats", "routing-profile"),
        "readers": world.resource("Readers", "security-profile"),
        "module": world.resource("Greeting", "flow-module"),
        "north": world.resource("North", "agent-group"),
        "words": world.resource("words", "vocabulary"),
    }
    kinds = {"routing": "routing-profile", "agent_profile": "security-profile", "queue": "queue"}
    kinds |= {"hours": "operating-hours", "beep": "prompt/Beep.wav"}
    return {
        **{name: resource.id for name, resource in resources.items()},
        **{f"{name}_arn": world.arn(resource) for name, resource in resources.items()},
        **{name: derived_id(resources["instance"].id, kind) for name, kind in kinds.items()},
        "content": CONTENT,
    }


def prepared(operation: str, sandbox: Sandbox) -> dict[str, str]:
    """What `$name` stands for, once what the call needs `before` it was done; `keep` names what that answered."""
    known = ids(sandbox.world)
    for step in CALLS[operation].get("before", []):
        answer = sandbox.perform(step["operation"], filled(step["params"], known), region=SOURCE)
        known.update({name: answer[member] for name, member in step.get("keep", {}).items()})
    return known


def filled(value: Any, known: dict[str, str]) -> Any:
    """A value with the names in it replaced."""
    if isinstance(value, dict):
        return {key: filled(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, known) for item in value]
    return known[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def check(operation: str, answer: dict[str, Any], known: dict[str, str], sandbox: Sandbox) -> None:
    """The answer and the world are what the call says, and it was made once."""
    call = filled(CALLS[operation], known)
    if "answer" in call:
        assert_holds(answer, call["answer"], "answer")
    if "world" in call:
        assert_holds(by_name(sandbox.world), call["world"], "world")
    assert sandbox.counters.calls(operation, outcome=call.get("refused", "ok")) == 1


def by_name(world: World) -> dict[str, Any]:
    """The world as data, all by their names; of queues and the like those of northwind, as `kind/name`."""
    data = snapshot(world)
    for kind, name in _NAMES.items():
        data[kind] = {resource[name]: resource for resource in data[kind].values()}
    northwind = world.instance("northwind").id
    own = (each for each in data["resources"].values() if each["instance_id"] == northwind)
    data["resources"] = {f"{each['kind']}/{each['name']}": each for each in own}
    return data


def assert_holds(have: Any, want: Any, where: str) -> None:
    """What `calls.yaml` wants is there."""
    if isinstance(want, dict):
        assert isinstance(have, dict), where
        assert want or not have, (where, have)
        for key, item in want.items():
            assert_holds(have.get(key), item, f"{where}.{key}")
    elif isinstance(want, str) and want.startswith("#"):
        assert len(have) == int(want[1:]), (where, have)
    elif isinstance(want, list):
        assert len(have) == len(want), (where, have)
        for index, item in enumerate(want):
            assert_holds(have[index], item, f"{where}.{index}")
    elif isinstance(want, str) and want.startswith("~"):
        assert str(have).startswith(want[1:]), (where, have)
    else:
        assert have == want, (where, have)
