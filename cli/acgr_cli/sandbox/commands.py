"""`acgr sandbox`: an imitation of Amazon Connect to try things on."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from .browser import open_browser
from .calls import call, silences, stream_calls, totals
from .environment import as_exports, sandbox_environment
from .process import Folder, Running, SandboxFailure, control_request, find_running, kept_world
from .process import start as start_process
from .process import stop as stop_process

DEFAULT_FOLDER = Path(".state/sandbox")
_POLICY = "What callers may do, or those with the access key KEY (acgr policy); may be repeated."
SIZES = ("numbers", "agents", "flows", "groups")
SETTINGS = ("rate", "burst", "clock", "events", "calls")


@dataclass(frozen=True)
class _World:
    """What a sandbox begins with, and how it runs.

    Attributes:
        scenario: a YAML file with what there is.
        sizes: how many of each there are instead.
        options: arguments of its process.
        calls: the rate at which phone calls come in.
    """

    scenario: Path | None
    sizes: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    calls: str | None = None


_IN_FOLDER = click.option(
    "--folder",
    type=click.Path(path_type=Path),
    callback=lambda _context, _parameter, path: path and Folder(path),
    help=f"Where it keeps its world (default {DEFAULT_FOLDER}).",
)


def _of_world(command: Callable[..., int]) -> Callable[..., int]:
    """Adds the options of a world, and hands them over as one argument."""
    options = [
        click.option("--scenario", type=click.Path(path_type=Path), help="YAML file with what there is at first."),
        *(
            click.option(f"--{size}", type=int, metavar="N", help=f"Make a world with that many {size}.")
            for size in SIZES
        ),
        click.option("--clock", help="real (default), manual (moves when told to), or a speed such as 60x."),
        click.option("--events", type=click.Path(), help="File to which events are added, one JSON object a line."),
        click.option("--port", type=int, default=0, help="0 (default) takes a free one."),
        click.option("--rate", help="Requests a second; 0 throttles nothing."),
        click.option("--burst", help="Requests at once."),
        click.option("--calls", metavar="RATE", help="Let calls come in steadily: 5/s; 5/s:+442079460001 for one."),
        click.option("--iam-policy", "policies", multiple=True, metavar="[KEY=]FILE", help=_POLICY),
        click.option("--switch", multiple=True, metavar="NAME=VALUE", help="May be repeated."),
    ]

    @functools.wraps(command)
    def with_world(
        *, scenario: Path | None, port: int, policies: tuple[str, ...], switch: tuple[str, ...], **given: Any
    ) -> int:
        sizes = {name: size for name in SIZES if (size := given.pop(name)) is not None}
        if sizes and scenario:
            raise SandboxFailure(f"Give --scenario or --{next(iter(sizes))}, not both.")
        set_ = {name: value for name in SETTINGS if (value := given.pop(name)) is not None}
        world = _World(
            scenario,
            [part for name, size in sizes.items() for part in (f"--{name}", str(size))],
            [
                *("--port", str(port)),
                *(part for name, value in set_.items() for part in (f"--{name}", value)),
                *(part for one in policies for part in ("--iam-policy", one)),
                *(part for one in switch for part in ("--switch", one)),
            ],
            set_.get("calls"),
        )
        return command(world=world, **given)

    for option in reversed(options):
        with_world = option(with_world)
    return with_world


@click.group(short_help="an imitation of Amazon Connect with two linked Regions")
def sandbox() -> None:
    """An imitation of Amazon Connect with two linked Regions."""


@sandbox.command
@_IN_FOLDER
@_of_world
def start(folder: Folder | None, world: _World) -> int:
    """Start it in the background."""
    folder = folder or Folder(DEFAULT_FOLDER)
    going_on = folder.world.exists()
    running = find_running(folder) or start_process(folder, world.scenario, world.sizes, world.options)
    if running.process is None:
        print(f"The sandbox is running already: {running.url}, process {running.pid}.")
        if world.calls:
            stream_calls(running, world.calls)
            print(f"Calls come in at {world.calls}.")
        return 0
    print(f"Amazon Connect is imitated at {running.url} (process {running.pid}, log {folder.log}).")
    print(_contents(running))
    if world.calls:
        print(f"Calls come in at {world.calls}.")
    if going_on:
        print("It goes on with the world it had; `acgr sandbox reset` goes back to the scenario.")
    return 0


@sandbox.command
@_IN_FOLDER
def stop(folder: Folder | None) -> int:
    """Stop it; its world is kept."""
    folder = folder or Folder(DEFAULT_FOLDER)
    running = find_running(folder)
    if running is None:
        print("No sandbox is running.")
        return 0
    stop_process(folder, running)
    print(f"The sandbox has stopped; its world is kept in {folder.world}.")
    return 0


@sandbox.command
@_IN_FOLDER
def status(folder: Folder | None) -> int:
    """What is in it, what it was asked, which numbers are dark."""
    running = find_running(folder or Folder(DEFAULT_FOLDER))
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


@sandbox.command("call")
@_IN_FOLDER
@click.argument("number")
@click.option("--count", type=int, default=1, metavar="N", help="How many calls (default 1).")
@click.option("--rate", type=float, default=0.0, metavar="PER-SECOND", help="Spread them; else all at once.")
@click.option("--json", "as_json", is_flag=True, help="Print what the control route answers.")
def place_calls(folder: Folder | None, number: str, count: int, rate: float, *, as_json: bool) -> int:
    """Place calls to a NUMBER (+442079460001): what answers them, and where."""
    return call(_running_or_fail(folder), number, count, rate, as_json=as_json)


@sandbox.command
@_IN_FOLDER
def reset(folder: Folder | None) -> int:
    """Back to its scenario."""
    folder = folder or Folder(DEFAULT_FOLDER)
    running = find_running(folder)
    if running is None:
        for file in (folder.writes, folder.world):
            file.unlink(missing_ok=True)
        print("No sandbox is running; the next one begins with its scenario.")
        return 0
    control_request(running.url, "POST", "reset")
    print("The sandbox is back at its scenario.")
    return 0


@sandbox.command
@_IN_FOLDER
def env(folder: Folder | None) -> int:
    """Print the environment that leads AWS clients to it."""
    running = _running_or_fail(folder)
    print(as_exports(running.url, running.regions[0]))
    return 0


@sandbox.command
@_IN_FOLDER
@click.argument("file", type=click.Path(path_type=Path))
def snapshot(folder: Folder | None, file: Path) -> int:
    """Write its world, as it is now, to a JSON FILE."""
    folder = folder or Folder(DEFAULT_FOLDER)
    running = find_running(folder)
    if running is None and not folder.world.exists():
        raise SandboxFailure(f"There is no world in {folder.path}: start a sandbox there first.")
    world = json.dumps(control_request(running.url, "GET", "world")) if running else kept_world(folder)
    file.write_text(world, encoding="utf-8")
    print(f"The world is in {file}; `acgr sandbox restore {file}` goes back to it.")
    return 0


@sandbox.command
@_IN_FOLDER
@click.argument("file", type=click.Path(path_type=Path))
def restore(folder: Folder | None, file: Path) -> int:
    """Put the world of a snapshot in place of its own."""
    running = _running_or_fail(folder)
    try:
        world = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SandboxFailure(f"There is no file {file}.") from None
    except ValueError:
        raise SandboxFailure(f"{file} is no snapshot of a sandbox.") from None
    control_request(running.url, "POST", "world", world)
    print(f"The sandbox is as it was in {file}; what was under way goes on from there.")
    return 0


@sandbox.command("watch")
@_IN_FOLDER
@click.option("--once", is_flag=True, help="Print one picture and end.")
@click.option("--every", type=float, default=0.5, metavar="SECONDS", help="Between pictures (default 0.5).")
def watch_it(folder: Folder | None, *, once: bool, every: float) -> int:
    """See what happens in it while it happens."""
    from .watch import watch  # it draws with a library that no other action needs

    if not 0.05 <= every <= 60:
        raise SandboxFailure("--every takes 0.05 to 60 seconds.")
    return watch(folder or Folder(DEFAULT_FOLDER), once=once, seconds=every)


@sandbox.command
@_IN_FOLDER
@click.option("--no-browser", is_flag=True, help="Print the address, and open nothing.")
def page(folder: Folder | None, *, no_browser: bool) -> int:
    """See what happens in it in a browser."""
    url = f"{_running_or_fail(folder).url}/_sandbox/page"
    print(url)
    if not no_browser:
        open_browser(url)
    return 0


@sandbox.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@_IN_FOLDER
@_of_world
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND...")
def run(folder: Folder | None, world: _World, command: tuple[str, ...]) -> int:
    """Run a command against one that lives as long as the command."""
    if not command:
        raise SandboxFailure("Say what to run: acgr sandbox run -- COMMAND.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with _temporary_sandbox(folder, world) as running:
        environment = sandbox_environment(os.environ, running.url, running.regions[0])
        try:
            return _exit_code(subprocess.call(command, env=environment))
        except FileNotFoundError:
            raise SandboxFailure(f"There is no command {command[0]!r}.") from None


@contextlib.contextmanager
def _temporary_sandbox(given: Folder | None, world: _World) -> Iterator[Running]:
    with contextlib.ExitStack() as stack:
        folder = given or Folder(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="acgr-sandbox-"))))
        running = find_running(folder) or start_process(folder, world.scenario, world.sizes, world.options)
        if running.process is not None:
            stack.callback(stop_process, folder, running)
        elif world.calls:
            stream_calls(running, world.calls)
        yield running


def _exit_code(code: int) -> int:
    return code if code >= 0 else 128 - code


def _running_or_fail(given: Folder | None) -> Running:
    folder = given or Folder(DEFAULT_FOLDER)
    running = find_running(folder)
    if running is None:
        raise SandboxFailure(f"No sandbox is running in {folder.path}: start one with `acgr sandbox start`.")
    return running


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
