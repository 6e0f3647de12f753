#!/usr/bin/env python3
"""Previews, updates or destroys many pairs of instances, some at a time, and says in one table what became of them.

Exit codes: 0 all is well; 1 a pair failed; 3 a number is dark; 130 interrupted; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import signal
import sys
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import get_args

from pairs import Pair, Plan, PlanError, read_plan
from runs import Action, Commands, Runs
from summary import Outcome, exit_code, table

PROJECT = "many-pairs"


def run_all(plan: Plan, action: Action, runs: Runs, commands: Commands) -> list[Outcome]:
    """Every pair's outcome, in the plan's order. After Ctrl-C none begins; what runs is waited for."""
    outcomes: dict[str, Outcome] = {}
    waiting, running = list(plan.pairs), dict[Future[Outcome], Pair]()
    with ThreadPoolExecutor(max_workers=plan.at_once) as workers:
        while running or (waiting and not commands.interrupted):
            for pair in [] if commands.interrupted else plan.may_begin(waiting, running.values()):
                waiting.remove(pair)
                print(f"{pair.name}: {action} begins", file=sys.stderr, flush=True)
                running[workers.submit(runs.run, action, pair)] = pair
            for ended in wait(running, return_when=FIRST_COMPLETED).done:
                pair, outcome = running.pop(ended), ended.result()
                outcomes[pair.name] = outcome
                print(f"{pair.name}: {outcome.result}", file=sys.stderr, flush=True)
    return [outcomes.get(pair.name, Outcome(pair.name, "not begun")) for pair in plan.pairs]


def main() -> int:
    """What the command line asks for; its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=get_args(Action))
    parser.add_argument("--pairs", type=Path, default=Path(__file__).with_name("pairs.yaml"), help="YAML or JSON")
    parser.add_argument("--only", nargs="+", default=[], metavar="PAIR", help="not all pairs, but these")
    asked = parser.parse_args()
    try:
        plan = read_plan(asked.pairs, PROJECT, asked.only)
    except PlanError as error:
        parser.error(str(error))
    commands = Commands()

    def interrupt(_number: int, _frame: object) -> None:
        again = commands.interrupted
        print("Stopping at once." if again else "Stopping: numbers that move get their flows.", file=sys.stderr)
        commands.interrupt()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    outcomes = run_all(plan, asked.action, Runs(commands), commands)
    print(table(outcomes))
    return exit_code(outcomes)


if __name__ == "__main__":
    sys.exit(main())
