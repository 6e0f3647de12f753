"""`acgr sandbox`: an imitation of Amazon Connect to try things on."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from .browser import open_browser
from .calls import call, silences, stream_calls, totals
from .environment import as_exports, sandbox_environment
from .process import Folder, Running, SandboxFailure, control_request, find_running, kept_world, start, stop

DEFAULT_FOLDER = Path(".state/sandbox")
SIZES = ("numbers", "agents", "flows", "groups")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `sandbox` and what it can do to the command line."""
    parser = commands.add_parser("sandbox", help="an imitation of Amazon Connect with two linked Regions")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add(actions, "start", _start, "start it in the background").set_defaults(starts=True)
    _add(actions, "stop", _stop, "stop it; its world is kept")
    _add(actions, "status", _status, "what is in it, what it was asked, which numbers are dark")
    _add(actions, "reset", _reset, "back to its scenario")
    _add(actions, "env", _env, "print the environment that leads AWS clients to it")
    snapshot = _add(actions, "snapshot", _snapshot, "write its world, as it is now, to a file")
    restore = _add(actions, "restore", _restore, "put the world of a snapshot in place of its own")
    for parser in (snapshot, restore):
        parser.add_argument("file", type=Path, help="JSON file")
    watching = _add(actions, "watch", _watch, "see what happens in it while it happens")
    watching.add_argument("--once", action="store_true", help="print one picture and end")
    watching.add_argument("--every", type=float, default=0.5, metavar="SECONDS", help="between pictures (default 0.5)")
    calling = _add(actions, "call", _call, "place calls to a number: what answers them, and where")
    calling.add_argument("number", help="number in E.164 form: +442079460001")
    calling.add_argument("--count", type=int, default=1, metavar="N", help="how many calls (default 1)")
    calling.add_argument("--rate", type=float, default=0.0, metavar="PER-SECOND", help="spread them; else all at once")
    calling.add_argument("--json", action="store_true", help="print what the control route answers")
    page = _add(actions, "page", _page, "see what happens in it in a browser")
    page.add_argument("--no-browser", action="store_true", help="print the address, and open nothing")
    run = _add(actions, "run", _run, "run a command against one that lives as long as the command")
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="the command and its arguments")
    for name in ("start", "run"):
        _add_options(actions.choices[name])


def _add(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    handler: Callable[[argparse.Namespace], int],
    summary: str,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.")
    parser.add_argument("--folder", type=Path, help=f"where it keeps its world (default {DEFAULT_FOLDER})")
    parser.set_defaults(handler=handler)
    return parser


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scenario", type=Path, help="YAML file with what there is at first")
    for size in SIZES:
        parser.add_argument(f"--{size}", type=int, metavar="N", help=f"make a world with that many {size} instead")
    parser.add_argument("--clock", help="real (default), manual (moves when told to), or a speed such as 60x")
    parser.add_argument("--events", type=Path, help="file to which every event is added, one JSON object a line")
    parser.add_argument("--port", type=int, default=0, help="0 (default) takes a free one")
    parser.add_argument("--rate", help="requests a second; 0 throttles nothing")
    parser.add_argument("--burst", help="requests at once")
    parser.add_argument(
        "--calls", metavar="RATE", help="let calls come in steadily, e.g. 5/s; 5/s:+442079460001 for one"
    )
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE", help="may be repeated")


def _start(arguments: argparse.Namespace) -> int:
    folder = _folder(arguments)
    going_on = folder.world.exists()
    running = find_running(folder) or start(folder, arguments.scenario, _sizes(arguments), _options(arguments))
    if running.process is None:
        print(f"The sandbox is running already: {running.url}, process {running.pid}.")
        if arguments.calls:
            stream_calls(running, arguments.calls)
            print(f"Calls come in at {arguments.calls}.")
        return 0
    print(f"Amazon Connect is imitated at {running.url} (process {running.pid}, log {folder.log}).")
    print(_contents(running))
    if arguments.calls:
        print(f"Calls come in at {arguments.calls}.")
    if going_on:
        print("It goes on with the world it had; `acgr sandbox reset` goes back to the scenario.")
    return 0


def _stop(arguments: argparse.Namespace) -> int:
    folder = _folder(arguments)
    running = find_running(folder)
    if running is None:
        print("No sandbox is running.")
        return 0
    stop(folder, running)
    print(f"The sandbox has stopped; its world is kept in {folder.world}.")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    running = find_running(_folder(arguments))
    if running is None:
        print("No sandbox is running.")
        return 1
    print(f"{running.url}, process {running.pid}")
    print(_contents(running))
    print(_calls(running))
    for name, count in running.status.get("lacked", {}).items():
        print(f"lacked: {name}, asked for {'once' if count == 1 else f'{count} times'}, is not in the sandbox")
    print(totals(running.status))
    print(silences(running.status))
    return 0


def _call(arguments: argparse.Namespace) -> int:
    running = _running_or_fail(_folder(arguments))
    return call(running, arguments.number, arguments.count, arguments.rate, as_json=arguments.json)


def _reset(arguments: argparse.Namespace) -> int:
    folder = _folder(arguments)
    running = find_running(folder)
    if running is None:
        for file in (folder.writes, folder.world):
            file.unlink(missing_ok=True)
        print("No sandbox is running; the next one begins with its scenario.")
        return 0
    control_request(running.url, "POST", "reset")
    print("The sandbox is back at its scenario.")
    return 0


def _env(arguments: argparse.Namespace) -> int:
    running = _running_or_fail(_folder(arguments))
    print(as_exports(running.url, running.regions[0]))
    return 0


def _snapshot(arguments: argparse.Namespace) -> int:
    folder = _folder(arguments)
    running = find_running(folder)
    if running is None and not folder.world.exists():
        raise SandboxFailure(f"There is no world in {folder.path}: start a sandbox there first.")
    world = json.dumps(control_request(running.url, "GET", "world")) if running else kept_world(folder)
    arguments.file.write_text(world, encoding="utf-8")
    print(f"The world is in {arguments.file}; `acgr sandbox restore {arguments.file}` goes back to it.")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    running = _running_or_fail(_folder(arguments))
    try:
        world = json.loads(arguments.file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SandboxFailure(f"There is no file {arguments.file}.") from None
    except ValueError:
        raise SandboxFailure(f"{arguments.file} is no snapshot of a sandbox.") from None
    control_request(running.url, "POST", "world", world)
    print(f"The sandbox is as it was in {arguments.file}; what was under way goes on from there.")
    return 0


def _watch(arguments: argparse.Namespace) -> int:
    from .watch import watch  # it draws with a library that no other action needs

    if not 0.05 <= arguments.every <= 60:
        raise SandboxFailure("--every takes 0.05 to 60 seconds.")
    return watch(_folder(arguments), once=arguments.once, seconds=arguments.every)


def _page(arguments: argparse.Namespace) -> int:
    url = f"{_running_or_fail(_folder(arguments)).url}/_sandbox/page"
    print(url)
    if not arguments.no_browser:
        open_browser(url)
    return 0


def _run(arguments: argparse.Namespace) -> int:
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise SandboxFailure("Say what to run: acgr sandbox run -- COMMAND.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with _temporary_sandbox(arguments) as running:
        environment = sandbox_environment(os.environ, running.url, running.regions[0])
        try:
            return _exit_code(subprocess.call(command, env=environment))
        except FileNotFoundError:
            raise SandboxFailure(f"There is no command {command[0]!r}.") from None


@contextlib.contextmanager
def _temporary_sandbox(arguments: argparse.Namespace) -> Iterator[Running]:
    with contextlib.ExitStack() as stack:
        path = arguments.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="acgr-sandbox-")))
        folder = Folder(path)
        running = find_running(folder) or start(folder, arguments.scenario, _sizes(arguments), _options(arguments))
        if running.process is not None:
            stack.callback(stop, folder, running)
        elif arguments.calls:
            stream_calls(running, arguments.calls)
        yield running


def _exit_code(code: int) -> int:
    return code if code >= 0 else 128 - code


def _folder(arguments: argparse.Namespace) -> Folder:
    return Folder(arguments.folder or DEFAULT_FOLDER)


def _running_or_fail(folder: Folder) -> Running:
    running = find_running(folder)
    if running is None:
        raise SandboxFailure(f"No sandbox is running in {folder.path}: start one with `acgr sandbox start`.")
    return running


def _options(arguments: argparse.Namespace) -> list[str]:
    options = ["--port", str(arguments.port)]
    for name in ("rate", "burst", "clock", "events", "calls"):
        value = getattr(arguments, name)
        options += [f"--{name}", str(value)] if value is not None else []
    return options + [part for switch in arguments.switch for part in ("--switch", switch)]


def _sizes(arguments: argparse.Namespace) -> list[str]:
    given = {name: getattr(arguments, name) for name in SIZES if getattr(arguments, name) is not None}
    if given and arguments.scenario:
        raise SandboxFailure(f"Give --scenario or --{next(iter(given))}, not both.")
    return [part for name, size in given.items() for part in (f"--{name}", str(size))]


def _contents(running: Running) -> str:
    status = running.status
    groups = ", ".join(f"{name} ({count} agents)" for name, count in status["members"].items())
    return (
        f"Account {status['account']}, {' and '.join(running.regions)}: {status['numbers']} numbers, "
        f"{status['agents']} agents, {status['flows']} flows; traffic distribution groups {groups or 'none'}."
    )


def _calls(running: Running) -> str:
    rows = control_request(running.url, "GET", "counters")
    return "\n".join(f"{row['calls']:>6}  {row['operation']}  {row['region']}  {row['outcome']}" for row in rows) or (
        "It has not been asked anything."
    )
