"""`acgr report`: the command line."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

import click

from acgr_cli.connected import Reach, asks_connect
from acgr_cli.exit_codes import DONE, PARTIAL
from acgr_connect.machine import write_whole
from acgr_connect.numbers.obligation import Obligation
from acgr_connect.numbers.owed import files_of
from acgr_connect.survey.findings import findings_of
from acgr_connect.survey.reading import Extent, survey
from acgr_connect.survey.records import Pair, Survey

from .history import of_logs
from .page import Finding, Past, page

DEFAULT_FILE = "acgr-report.html"

_EPILOG = """\b
exit codes:
  0  the report is written
  4  it is written, and something could not be read: a Region did not answer, or the role may not

A log is what a run wrote with ACGR_LOG=info, ACGR_LOG_FORMAT=json and ACGR_LOG_FILE.
"""


@click.command(epilog=_EPILOG, short_help="who answers where: one HTML file with a picture")
@click.option("--out", default=DEFAULT_FILE, metavar="FILE", help=f"Where to ({DEFAULT_FILE}); - is standard output.")
@click.option("--log", "logs", multiple=True, type=click.Path(path_type=Path), help="A log of runs; may be repeated.")
@click.option("--no-status", is_flag=True, help="Do not ask for the status of each number: one request a number less.")
@asks_connect
def report(reach: Reach, out: str, logs: tuple[Path, ...], *, no_status: bool) -> int:
    """Write who answers where into one HTML file: groups, numbers, flows, agents, traffic shares, findings, dark times.

    The file needs no network, no script and no other file. It holds phone numbers and user names.
    """
    darknesses = of_logs(logs)  # a log that cannot be read is told before anything is asked
    pair = reach.pair()
    found = survey(reach.connection, pair, reach.operation(), Extent(statuses=not no_status, findings=True))
    past = Past(darknesses, _owed(reach, pair), is_asked=bool(logs))
    text = page(found, _findings(found), past, version("pulumi-acgr"))
    if out == "-":
        click.echo(text)
    else:
        write_whole(Path(out), text)
        print(f"The report is in {os.path.relpath(out)}.", file=sys.stderr)
    return PARTIAL if found.unread else DONE


def _findings(found: Survey) -> list[Finding]:
    """What `acgr verify` finds of the same survey: without what flows do, which takes a request each."""
    return [
        Finding(one.severity.value, one.code, one.what, one.region or "both Regions", one.remedy)
        for one in findings_of(found)
    ]


def _owed(reach: Reach, pair: Pair) -> list[Obligation]:
    entries = files_of(reach.connection.settings).entries()
    return [one for one in entries if one.number.account == pair.source.account]
