"""`acgr verify`: the command line."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from acgr_cli.connected import Reach, asks_connect
from acgr_cli.failure import CommandFailure
from acgr_connect.model.arns import ArnError
from acgr_connect.model.identifiers import REGION, Identifier, InvalidInput, identifier
from acgr_connect.survey.findings import Meant, kinds
from acgr_connect.survey.findings.finding import Severity
from acgr_connect.survey.findings.quotas import DEFAULTS

from .as_json import as_json
from .as_junit import as_junit
from .as_markdown import as_markdown
from .as_sarif import as_sarif
from .as_table import show
from .outcome import Outcome
from .stack_export import expected
from .verification import Asked, verified

_WRITTEN: Mapping[str, Callable[[Outcome], str]] = {
    "json": as_json,
    "junit": as_junit,
    "sarif": as_sarif,
    "markdown": as_markdown,
}

_EPILOG = """\b
exit codes:
  0    nothing was found that is as bad as --fail-on says
  1    the instance was not found, or no Region answers
  2    wrong usage
  3    something was found; docs/findings.md explains each code
  4    nothing was found in what could be read: a Region did not answer, or something may not be read
  130  interrupted; what --restore has given is kept, what --call has made is deleted

Reads only, but for --restore (sets flows) and --call (makes test cases, and deletes them): these say first what they
do, and ask. docs/verify.md has more.
"""

_QUOTAS = ", ".join(DEFAULTS)


def _ignored(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        code, equals, pattern = text.partition("=")
        if code not in kinds.KINDS:
            raise click.BadParameter(f"there is no {code}; docs/findings.md has them all")
        if code in found and not found[code]:
            continue  # it is passed over for all names
        found[code] = (*found.get(code, ()), pattern) if equals else ()
    return found


def _quotas(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for text in given:
        name, _, count = text.partition("=")
        if name not in DEFAULTS or not re.fullmatch("[0-9]{1,9}", count) or int(count) == 0:
            raise click.BadParameter(f"{text!r} is none: write NAME=N, with a NAME of {_QUOTAS}")
        found[name] = int(count)
    return found


def _flows(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, Identifier]:
    found: dict[str, Identifier] = {}
    for text in given:
        region, equals, flow = text.partition("=")
        if not equals or not REGION.fullmatch(region):
            region, flow = "", text
        try:
            found[region] = identifier(flow, "contact-flow")
        except (ArnError, InvalidInput) as error:
            raise click.BadParameter(str(error)) from None
    return found


@click.command(epilog=_EPILOG, short_help="would a failover work? what is dark, and the line that mends it")
@click.option("--format", "form", type=click.Choice(["table", *_WRITTEN]), default="table", help="table (default).")
@click.option("--json", "as_json_", is_flag=True, help="The same as --format json.")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default="error",
    help="From which severity on the exit code is 3 (error).",
)
@click.option(
    "--ignore", multiple=True, metavar="CODE[=NAME]", callback=_ignored, help="Pass a code over, for names like NAME."
)
@click.option("--not-agents", multiple=True, metavar="PATTERN", help="Users who take no calls, such as 'admin*'.")
@click.option(
    "--quota", "quotas", multiple=True, metavar="NAME=N", callback=_quotas, help=f"A raised quota: {_QUOTAS}."
)
@click.option("--quick", is_flag=True, help="Lists alone: neither the status of each number nor what flows do.")
@click.option(
    "--expect",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What `pulumi stack export` wrote; - is standard input.",
)
@click.option("--restore", is_flag=True, help="Give dark numbers their flow: as the journal knows it, else by --flow.")
@click.option(
    "--flow", "flows", multiple=True, metavar="[REGION=]FLOW", callback=_flows, help="A flow for them: name, id or ARN."
)
@click.option("--call", is_flag=True, help="Call each number in each Region, by Connect's test cases.")
@click.option("--call-content", type=click.Path(path_type=Path), metavar="FILE", help="What a caller does and hears.")
@click.option("--number", "numbers", multiple=True, metavar="PATTERN", help="Restore or call these alone.")
@click.option("--probe", is_flag=True, help="Learn how the request rate is counted: about ten reads more a Region.")
@click.option("--yes", is_flag=True, help="Do not ask before --restore and --call.")
@asks_connect
def verify(
    reach: Reach,
    form: str,
    ignore: dict[str, tuple[str, ...]],
    not_agents: tuple[str, ...],
    quotas: dict[str, int],
    expect: Path | None,
    flows: dict[str, Identifier],
    call_content: Path | None,
    numbers: tuple[str, ...],
    fail_on: str,
    *,
    as_json_: bool,
    quick: bool,
    restore: bool,
    call: bool,
    probe: bool,
    yes: bool,
) -> int:
    """Say what keeps a failover from working, and what to do about it.

    Looks at an instance and its replica in both Regions: groups, numbers, flows and what they go to, agents, traffic
    shares, replication and quotas.
    """
    if flows and not restore:
        raise click.UsageError("--flow goes with --restore.")
    if (call_content and not call) or (numbers and not (call or restore)):
        raise click.UsageError("--number and --call-content go with --restore or --call.")
    stack = expected(_text(expect)) if expect else None
    content = _text(call_content) if call_content else None
    meant = Meant(not_agents, quotas, ignore)
    asked = Asked(meant, numbers, flows, stack, content, restore, probe, call, quick, yes)
    outcome = verified(reach, asked, Severity(fail_on))
    form = "json" if as_json_ else form
    with reach.pause():
        if form == "table":
            show(outcome)
        else:
            click.echo(_WRITTEN[form](outcome), nl=False)
    return outcome.exit_code


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandFailure(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandFailure(f"{file} cannot be read: it is not text in UTF-8.") from None
