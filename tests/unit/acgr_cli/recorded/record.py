#!/usr/bin/env python3
"""Records previews of the real CLI on a contact centre of their own, and the comments that are made of them.

`scripts/pulumi_cli.py -- .venv/bin/python tests/unit/acgr_cli/recorded/record.py [NAME ...]` records all, or those that
are named; `.venv/bin/python tests/unit/acgr_cli/recorded/record.py --comments` only makes the comments anew, of what is
recorded. What differs from run to run, and long lists of places in source files, are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
for folder in ("tests", "tests/engine", "tests/unit"):
    sys.path.insert(0, str(ROOT / folder))

from harness.centre import Centre, serving  # noqa: E402
from harness.declarations import REPLICA, SOURCE, agent, component, e164, flow, number, roster  # noqa: E402
from harness.examples import centre_of, stack_of  # noqa: E402
from harness.stack import FAST, PLAIN, Stack, clean_environment, empty_stack, endpoints  # noqa: E402

from acgr_cli.preview.markdown import markdown  # noqa: E402
from acgr_cli.preview.reading import decoded, read_preview  # noqa: E402
from acgr_cli.preview.report import report_of  # noqa: E402

NOISE = frozenset(
    {
        "stackTrace",
        "sourcePosition",
        "created",
        "modified",
        "__provider",
        "timestamp",
        "duration",
        "provider",
        "parent",
        "custom",
        "logical",
    }
)
STREAM = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
"""What makes `--json` print one event a line."""

Scenario = Callable[[Stack, Centre], None]

STAFF = ["alice.smith", "bob.brown"]


def _first(stack: Stack, _: Centre) -> None:
    """Nothing is there yet."""
    numbers = {e164(1): {"flow": "Main IVR"}, e164(2): {"flow": "Sales"}}
    stack.declare(component("retail", "retail", numbers, STAFF), flow("own", 3, REPLICA, "Sales"))


def _made(stack: Stack) -> None:
    stack.declare(
        component("retail", "retail", {e164(1): {"flow": "Main IVR"}, e164(2): {"flow": "Sales"}}, STAFF),
        number("spare", 4, "retail", "Main IVR"),
        number("gone", 5, "retail", "Main IVR"),
        number("kept", 6, "retail", "Main IVR", return_to="leave"),
        agent("carol", "retail", "carol.white"),
        flow("own", 3, REPLICA, "Sales"),
    )
    assert stack.up().code == 0


def _changes(stack: Stack, _: Centre) -> None:
    """A move, other flows, numbers that go, agents who come and go."""
    _made(stack)
    numbers = {e164(1): {"flow": "Winter IVR"}, e164(2): {"flow": "Sales"}}
    stack.declare(
        component("retail", "retail", numbers, ["alice.smith", "dave.jones", "erin.green"]),
        number("spare", 4, "emergency", {SOURCE: "Main IVR", REPLICA: "Sales"}),
        agent("carol", "emergency", "carol.white"),
        flow("own", 3, REPLICA, "Main IVR"),
    )


def _handed_over(stack: Stack, _: Centre) -> None:
    """Another name for the component; one number with another flow besides."""
    _made(stack)
    numbers = {e164(1): {"flow": "Winter IVR"}, e164(2): {"flow": "Sales"}}
    stack.declare(
        component("shops", "retail", numbers, STAFF),
        number("reserve", 4, "retail", "Main IVR"),
        number("gone", 5, "retail", "Main IVR"),
        number("kept", 6, "retail", "Main IVR", return_to="leave"),
        roster("people", "retail", ["carol.white"]),
        flow("theirs", 3, REPLICA, "Sales"),
    )


def _secret(stack: Stack, _: Centre) -> None:
    """Numbers, places, flows and agents that are secret."""
    _made(stack)
    stack.declare(
        component("retail", "retail", {e164(1): {"flow": {"secret": "Winter IVR"}}, e164(2): {"flow": "Sales"}}, STAFF),
        number("spare", 4, {"secret": "emergency"}, "Main IVR"),
        number("private", 7, "retail", "Main IVR", phone_number={"secret": e164(7)}),
        number("gone", 5, "retail", "Main IVR"),
        number("kept", 6, "retail", "Main IVR", description={"secret": "sesame"}, return_to="leave"),
        {**agent("vip", "retail", ""), "args": {**agent("vip", "retail", "")["args"], "user": {"secret": "agent001"}}},
        roster("some", "everyone", {"one": {"secret": "agent002"}, "two": "agent003"}),
        agent("carol", "retail", "carol.white"),
    )


def _drifted(stack: Stack, centre: Centre) -> None:
    """A number that was moved by hand, one that lost its flow, one with another flow, an agent who was taken off."""
    _made(stack)
    instance = centre.sandbox.world.instance("northwind").id
    moved, silenced, changed = (centre.sandbox.world.number(e164(last)).id for last in (4, 5, 6))
    retail = centre.arn("group", "emergency")
    centre.by_hand("update_phone_number", PhoneNumberId=moved, TargetArn=retail)
    centre.by_hand("disassociate_phone_number_contact_flow", PhoneNumberId=silenced, InstanceId=instance)
    winter = centre.arn("flow", "Winter IVR")
    centre.by_hand(
        "associate_phone_number_contact_flow", PhoneNumberId=changed, InstanceId=instance, ContactFlowId=winter
    )
    centre.by_hand(
        "disassociate_traffic_distribution_group_user",
        TrafficDistributionGroupId=centre.arn("group", "retail"),
        UserId=centre.arn("user", "bob.brown"),
        InstanceId=instance,
    )


def _replaced(stack: Stack, _: Centre) -> None:
    """Another number and another agent in the same resources."""
    _made(stack)
    stack.declare(
        component("retail", "retail", {e164(1): {"flow": "Main IVR"}, e164(2): {"flow": "Sales"}}, STAFF),
        number("spare", 8, "retail", "Main IVR"),
        number("gone", 5, "retail", "Main IVR"),
        number("kept", 6, "retail", "Main IVR", return_to="leave"),
        agent("carol", "retail", "agent004"),
        flow("own", 3, REPLICA, "Sales"),
    )


def _twice(stack: Stack, _: Centre) -> None:
    """One number in two placements: refused."""
    stack.declare(number("a", 1, "retail", "Main IVR"), number("b", 1, "emergency", "Main IVR"))


def _wrong(stack: Stack, _: Centre) -> None:
    """Arguments that a component refuses, all at once."""
    stack.declare(component("retail", "retail", {"0442079460001": {"flow": "Main IVR"}, e164(2): {"flow": ""}}, STAFF))


def _crash(stack: Stack, _: Centre) -> None:
    """A program with a mistake in it."""
    (stack.folder / "__main__.py").write_text(
        "raise RuntimeError('the list of numbers is not there')\n", encoding="utf-8"
    )


def _gone(stack: Stack, _: Centre) -> None:
    """All of it, destroyed."""
    _made(stack)


EXAMPLE = "from-one-region"


def _one_region(_: Stack, __: Centre) -> None:
    """An instance in one Region: its replica, two groups, what is on them: the example, as it is."""


def _two_regions(stack: Stack, _: Centre) -> None:
    """The same, made."""
    made = stack.up()
    assert made.code == 0, made.text


def _groups(stack: Stack, centre: Centre) -> None:
    """Other tags, another name for a group, another alias, and a replica that goes with what is on it."""
    _two_regions(stack, centre)
    program = stack.folder / "__main__.py"
    settings = stack.folder / "Pulumi.dev.yaml"
    text = settings.read_text(encoding="utf-8")
    assert text.count('{"team": "retail"}') == 1
    settings.write_text(text.replace('{"team": "retail"}', '{"team": "shops"}'), encoding="utf-8")
    text = program.read_text(encoding="utf-8")
    changed = text.replace('"name": name,', '"name": name.replace("emergency", "urgent"),')
    changed = changed.replace("replica_alias=", 'on_delete="delete", replica_alias=')
    program.write_text(changed, encoding="utf-8")


PREVIEW = ("preview", "--json")
REFRESH = ("refresh", "--preview-only", "--json")

CASES: dict[str, tuple[Scenario, tuple[str, ...], str]] = {
    "first.json": (_first, PREVIEW, "out"),
    "changes.json": (_changes, PREVIEW, "out"),
    "changes.events": (_changes, PREVIEW, "stream"),
    "changes.log": (_changes, ("preview",), "log"),
    "hand-over.json": (_handed_over, PREVIEW, "out"),
    "secret.json": (_secret, PREVIEW, "out"),
    "secret.events": (_secret, PREVIEW, "stream"),
    "drift.json": (_drifted, ("preview", "--refresh", "--json"), "out"),
    "drift.events": (_drifted, ("preview", "--refresh", "--json"), "stream"),
    "drift-alone.events": (_drifted, REFRESH, "stream"),
    "drift-alone.json": (_drifted, REFRESH, "out"),
    "dark.json": (_drifted, PREVIEW, "out"),
    "replace.json": (_replaced, PREVIEW, "out"),
    "destroy.json": (_gone, ("destroy", "--preview-only", "--json"), "out"),
    "twice.json": (_twice, PREVIEW, "out"),
    "twice.events": (_twice, PREVIEW, "stream"),
    "wrong.json": (_wrong, PREVIEW, "out"),
    "crash.json": (_crash, PREVIEW, "out"),
    "one-region.json": (_one_region, PREVIEW, "out"),
    "groups.json": (_groups, PREVIEW, "out"),
    "one-region-destroy.json": (_two_regions, ("destroy", "--preview-only", "--json"), "out"),
    "no-stack.txt": (_first, ("preview", "--json", "--stack", "absent"), "both"),
    "no-passphrase.txt": (_first, ("preview", "--json"), "both without a passphrase"),
}
"""File, what is declared and done before, the command, and which form is recorded."""


def main() -> int:
    """Record, and write the comments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="files to record")
    parser.add_argument("--comments", action="store_true", help="only the comments")
    arguments = parser.parse_args()
    for name, (scenario, command, form) in CASES.items():
        if not arguments.comments and (not arguments.names or name in arguments.names):
            sys.stderr.write(f"recording {name}\n")
            (HERE / name).write_text(_recorded(scenario, command, form), encoding="utf-8")
        (HERE / f"{name}.md").write_text(comment(name), encoding="utf-8")
    return 0


def comment(name: str) -> str:
    """The comment that is made of a recorded preview."""
    return markdown(report_of(read_preview(decoded((HERE / name).read_bytes())), stack="trial/dev"))


def _recorded(scenario: Scenario, command: tuple[str, ...], form: str) -> str:
    found = shutil.which("pulumi")
    assert found, "There is no Pulumi CLI on PATH: run this after `scripts/pulumi_cli.py --`."
    is_example = scenario in {_one_region, _two_regions, _groups}
    opened = centre_of(EXAMPLE, "set-up") if is_example else serving(Centre())
    with tempfile.TemporaryDirectory() as folder, opened as centre:
        clean = {**clean_environment(os.environ, Path(found).parent), "PULUMI_HOME": f"{folder}/home"}
        empty = empty_stack(Path(folder) / "empty", clean)
        place = Path(folder) / "stack"
        if is_example:
            stack = stack_of(EXAMPLE, centre, clean, empty, place)
        else:
            stack = Stack(place, {**clean, **endpoints(centre.url)}, FAST, empty)
        scenario(stack, centre)
        log = Path(folder) / "events"
        environment = dict(stack.environment)
        if form == "stream":
            environment |= STREAM
        elif form == "log":
            environment["PULUMI_DEBUG_COMMANDS"], command = "true", (*command, "--event-log", str(log))
        elif "passphrase" in form:
            environment["PULUMI_CONFIG_PASSPHRASE"] = "another"
        ran = subprocess.run(
            ["pulumi", *command, *PLAIN],
            cwd=stack.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if form.startswith("both") else subprocess.PIPE,
            text=True,
            check=False,
        )
        text = log.read_text(encoding="utf-8") if form == "log" else ran.stdout
        return _without_noise(text.replace(folder, "/work"))


def _without_noise(text: str) -> str:
    """The same, shorter, and the same again when it is recorded again."""
    try:
        return json.dumps(_quiet(json.loads(text)), indent=1, ensure_ascii=False) + "\n"
    except ValueError:
        lines = text.splitlines()
    return "".join(f"{_quiet_line(line)}\n" for line in lines if '"severity":"debug"' not in line)


def _quiet_line(line: str) -> str:
    try:
        return json.dumps(_quiet(json.loads(line)), ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return line


def _quiet(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _quiet(one) for key, one in value.items() if key not in NOISE}
    return [_quiet(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main())
