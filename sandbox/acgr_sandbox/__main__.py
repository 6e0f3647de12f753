"""`python -m acgr_sandbox`: a sandbox over HTTP, until it is told to stop."""

from __future__ import annotations

import argparse
import copy
import errno
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from .core.clock import RealClock, clock_named
from .core.events import Event, line
from .core.pending_changes import shift
from .core.switches import Switches
from .core.world import World
from .front import Sandbox
from .kept_world import KeptWorld, kept
from .scenario.default import DEFAULT_SCENARIO
from .scenario.generate import SIZES, generated
from .scenario.load import load_scenario
from .scenario.snapshot import write_atomically
from .server import LOOPBACK, Server


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 0 at a clean end, 2 when it cannot start."""
    arguments = _parser().parse_args(argv)
    try:
        server = Server(_sandbox(arguments), host=arguments.host, port=arguments.port)
        server.sandbox.persist()
    except OSError as error:
        _say(_why_not(error, arguments))
        return 2
    except ValueError as error:
        _say(str(error))
        return 2
    if arguments.host not in LOOPBACK:
        _say(f"Listening on {arguments.host}: whoever reaches this machine can read and change the sandbox.")
    _serve(server, arguments.ready)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m acgr_sandbox", description=__doc__)
    parser.add_argument("--scenario", type=Path, help="YAML file with what there is at first")
    for name in SIZES:
        parser.add_argument(f"--{name}", type=int, help=f"make a world with that many {name} instead")
    parser.add_argument("--world", type=Path, help="file that keeps the world from one start to the next")
    parser.add_argument("--reset", action="store_true", help="begin with the scenario though --world has a world")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 (default) takes a free one")
    parser.add_argument("--ready", type=Path, help="file that says where it answers, there while it does")
    parser.add_argument("--clock", default="real", help="real, manual (moves when told to), or a speed such as 60x")
    parser.add_argument("--events", type=Path, help="file to which every event is added, one JSON object a line")
    parser.add_argument("--rate", help="requests a second; 0 throttles nothing")
    parser.add_argument("--burst", help="requests at once")
    parser.add_argument("--calls", metavar="RATE", help="a steady stream of phone calls, e.g. 5/s (docs/sandbox.md)")
    parser.add_argument("--iam-policy", type=_policy, action="append", default=[], metavar="[KEY=]FILE", help=_POLICY)
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE", help="may be repeated")
    return parser


_POLICY = "what callers may do, or those with the access key KEY; may be repeated"
_KEY = re.compile(r"(?:([A-Za-z0-9_.*-]+)=)?(.+)", re.DOTALL)


def _policy(text: str) -> tuple[str, Path]:
    found = _KEY.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("name a file with a policy")
    from .access.access import EVERYBODY  # as in `Simulation.set_policies`

    return found[1] or EVERYBODY, Path(found[2])


def _policies(rows: Sequence[tuple[str, Path]]) -> dict[str, list[object]]:
    documents: dict[str, list[object]] = {}
    for key, path in rows:
        documents.setdefault(key, []).append(_document(path))
    return documents


def _document(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} cannot be read as a policy: {error}") from None


def _sandbox(arguments: argparse.Namespace) -> Sandbox:
    scenario, path, then = _scenario(arguments), arguments.world, 0.0
    goes_on = path is not None and path.exists() and not arguments.reset
    world = copy.deepcopy(scenario)
    if goes_on:
        world, then = kept(path)
    clock = clock_named(arguments.clock, then)
    if then > clock.now():  # it ran ahead of the wall clock
        shift(world, clock.now() - then)

    switches, events = _switches(arguments), _events(arguments.events)
    keeper = KeptWorld(path) if path is not None else None
    sandbox = Sandbox(world, clock=clock, switches=switches, scenario=scenario, on_event=events, keeper=keeper)
    if arguments.iam_policy:
        sandbox.set_policies(_policies(arguments.iam_policy))
    if arguments.calls:
        sandbox.stream_calls(arguments.calls)
    return sandbox


def _scenario(arguments: argparse.Namespace) -> World:
    sizes = {name: getattr(arguments, name) for name in SIZES if getattr(arguments, name) is not None}
    if sizes and arguments.scenario:
        raise ValueError(f"Give --scenario or --{next(iter(sizes))}, not both.")
    return load_scenario(generated(**sizes) if sizes else arguments.scenario or DEFAULT_SCENARIO)


def _events(path: Path | None) -> Callable[[Event], None] | None:
    if path is None:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    # Line by line, so that whoever follows the file sees each event when it happens.
    file = path.open("a", encoding="utf-8", buffering=1)

    def write(event: Event) -> None:
        file.write(line(event))

    return write


def _switches(arguments: argparse.Namespace) -> Switches:
    texts = {}
    for text in arguments.switch:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"--switch takes NAME=VALUE, not {text!r}.")
        texts[name] = value
    given = {"rate": arguments.rate, "burst": arguments.burst}
    return Switches().with_texts({**texts, **{name: value for name, value in given.items() if value is not None}})


def _serve(server: Server, ready: Path | None) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    _say(f"Amazon Connect is imitated at {server.url}.")
    if ready is not None:
        write_atomically(ready, json.dumps(_facts(server)))
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.server_close()
        _keep(server)
        if ready is not None:
            ready.unlink(missing_ok=True)


def _keep(server: Server) -> None:
    try:
        server.sandbox.keep()
    except OSError as error:
        _say(f"The world's file could not be written anew ({error}); what was written since stands beside it.")


def _facts(server: Server) -> dict[str, object]:
    world = server.sandbox.world
    return {
        "url": server.url,
        "pid": os.getpid(),
        "account": world.account,
        "regions": [world.source_region, world.replica_region],
        "started": RealClock().now(),
        "secret": server.sandbox.secret,
    }


def _why_not(error: OSError, arguments: argparse.Namespace) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {arguments.port} is taken by another program: choose another with --port, or 0 for a free one."
    return f"The sandbox cannot start: {error}"


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
