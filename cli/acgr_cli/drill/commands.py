"""`acgr drill`: the command line."""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import click

from acgr_cli.connected import Reach, asks_connect
from acgr_cli.exit_codes import DONE, FOUND
from acgr_cli.failure import CommandFailure
from acgr_connect.model.arns import is_arn, parse
from acgr_connect.model.clock import seconds_since_1970, utc
from acgr_connect.model.records import Distribution, Group
from acgr_connect.survey.findings import findings_of
from acgr_connect.survey.findings.finding import Severity
from acgr_connect.survey.reading import Extent, survey
from acgr_connect.survey.records import Pair, Why
from acgr_connect.traffic.plan import Step
from acgr_connect.traffic.reading import chosen, distribution_now, distribution_of, groups_in, numbers_of
from acgr_connect.world.connection import Connection

from . import failover, words
from .console import Console, Terminal
from .drill import Drill, Hands, gaining, present, ways
from .evidence import A_PERSON, NOTHING, Evidence, Part, Shares, Sitting, Terms, Writer, read
from .page import page
from .proof import Nothing, Person, Proof, TestCases

LOOKING = 120.0
"""Seconds in which what holds has to be read, a change that is under way included."""

_EPILOG = """\b
exit codes:
  0    done, or nothing would keep the drill from being done
  1    it was refused, or has stopped: the sentence says in which state things are
  2    wrong usage
  3    a call was not answered, or `acgr verify` has errors
  4    done but for something: a group of a failover was not shifted, or the evidence could not be written
  130  interrupted: what holds was said, and how to go on

Without --execute a drill changes nothing and says what it would do. A failover asks once, and does it.
"""


@dataclass(frozen=True)
class Asked:
    """The options, as click gives them."""

    to: str | None = None
    percent: int = 100
    step: int | None = None
    groups: tuple[str, ...] = ()
    hold: float | None = None
    returns: bool = True
    calls: int | None = None
    ask_to_call: bool = False
    no_calls: bool = False
    back_on_failure: bool = True
    kind: Literal["failover", "failback"] | None = None
    resume: Path | None = None
    back: bool = False
    dry_run: bool | None = None
    yes: bool = False
    force: bool = False
    evidence: Path | None = None
    as_json: bool = False

    @property
    def does(self) -> bool:
        """Whether anything is to be changed. A failover is meant: nobody may find out later that it did nothing."""
        return bool(self.kind) if self.dry_run is None else not self.dry_run


def _in_tens(_context: click.Context, parameter: click.Parameter, value: int | None) -> int | None:
    if value is not None and value not in range(10, 101, 10):
        raise click.BadParameter(f"Connect takes tens: 10, 20, … 100, and not {value}.", param=parameter)
    return value


@click.command(epilog=_EPILOG, short_help="shift calls to the other Region and back, with proof and evidence")
@click.option("--to", metavar="REGION", help="The Region that is to take the calls.")
@click.option(
    "--percent", default=100, metavar="N", type=int, callback=_in_tens, help="How many percent of them (100)."
)
@click.option("--step", metavar="N", type=int, callback=_in_tens, help="How many percent at once (10).")
@click.option("--group", "groups", multiple=True, metavar="NAME", help="A group; may be repeated (all of the pair).")
@click.option("--hold", metavar="SECONDS", type=click.FloatRange(min=0), help="Between two steps (60).")
@click.option("--return/--no-return", "returns", default=True, help="Go back to what was, or stay there (go back).")
@click.option("--calls", metavar="N", type=click.IntRange(min=1), help="Per step, group and Region (1).")
@click.option("--ask-to-call", is_flag=True, help="Ask a person to call, instead of placing calls by test cases.")
@click.option("--no-calls", is_flag=True, help="Prove nothing.")
@click.option(
    "--back-on-failure/--stay-on-failure", default=True, help="Go back at once when a call is not answered (go back)."
)
@click.option(
    "--failover", "kind", flag_value="failover", help="Everything to --to at once: the night when it is real."
)
@click.option("--failback", "kind", flag_value="failback", help="Everything back to the source Region at once.")
@click.option("--resume", metavar="FILE", type=click.Path(path_type=Path), help="Go on with what this evidence is of.")
@click.option("--back", is_flag=True, help="With --resume: go back to what was, step by step.")
@click.option("--dry-run/--execute", "dry_run", default=None, help="Only say what would be done; or do it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Although `acgr verify` has errors, or somebody else has changed a group.")
@click.option("--evidence", metavar="FILE", type=click.Path(path_type=Path), help="Where to (acgr-drill-TIME.json).")
@click.option("--json", "as_json", is_flag=True, help="Print the evidence, or what is planned, as JSON.")
@asks_connect
def drill(reach: Reach, **given: Any) -> int:
    """Shift the calls of traffic distribution groups to the other Region, step by step, and back.

    Agents, and where they may sign in, go along. In each step calls are placed in each Region that takes any; where one
    is not answered, everything goes back at once. What was, what was done and which call arrived where is written to a
    JSON and an HTML file as it happens. After Ctrl-C, or a kill, --resume goes on with it.
    """
    asked = Asked(**given)
    _require_sense(asked)
    return carry_out(reach, asked, Terminal(reach.pause, yes=asked.yes, to_stderr=asked.as_json))


def carry_out(reach: Reach, asked: Asked, console: Console) -> int:
    """Say what would be done, and do it where that is asked for and agreed to; the exit code.

    Raises:
        CommandFailure: it is not possible: the sentence says why, and nothing was changed.
        ConnectError: Connect says no; nothing was changed.
    """
    if asked.resume:
        evidence = read(asked.resume)
        _adjust(evidence.terms, asked)
        return _resume(reach, evidence, asked, console)
    to = asked.to or (_source(reach) if asked.kind == "failback" else "")
    terms = Terms(
        to,
        asked.percent,
        returns=asked.returns,
        groups=list(asked.groups),
        back_on_failure=asked.back_on_failure,
        forced=asked.force,
    )
    _adjust(terms, asked)
    return _failover(reach, terms, asked, console) if asked.kind else _drill(reach, terms, asked, console)


def _adjust(terms: Terms, asked: Asked) -> None:
    """How fast it goes and how it is proved may be said anew when it is gone on with; what it is of may not."""
    terms.step = terms.step if asked.step is None else asked.step
    terms.hold = terms.hold if asked.hold is None else asked.hold
    terms.calls = terms.calls if asked.calls is None else asked.calls
    if asked.ask_to_call or asked.no_calls:
        terms.proof = A_PERSON if asked.ask_to_call else NOTHING


def _require_sense(asked: Asked) -> None:
    if asked.ask_to_call and asked.no_calls:
        raise click.UsageError("--ask-to-call and --no-calls exclude each other.")
    if asked.back and not asked.resume:
        raise click.UsageError("--back goes with --resume.")
    if asked.resume and (asked.to or asked.kind or asked.groups or asked.evidence):
        raise click.UsageError("--resume takes Region and groups from its file.")
    if not (asked.resume or asked.to or asked.kind == "failback"):
        raise click.UsageError("Say with --to which Region is to take the calls.")
    if asked.evidence and asked.evidence.suffix != ".json":
        raise click.UsageError("--evidence names a file that ends in .json; the HTML file is put beside it.")
    if asked.evidence and asked.evidence.exists():
        raise CommandFailure(f"{asked.evidence} is there already: --resume goes on with it, another name keeps it.")
    if asked.ask_to_call and asked.does and not sys.stdin.isatty():
        raise CommandFailure("--ask-to-call takes a terminal, and there is none.")


def _drill(reach: Reach, terms: Terms, asked: Asked, console: Console) -> int:
    reach.regions = tuple(dict.fromkeys([*reach.regions, terms.to]))
    pair = reach.pair()
    if pair.replica is None:
        raise CommandFailure(f"{pair.alias} is not replicated: there is no other Region to which calls could go.")
    if terms.to not in pair.regions:
        raise CommandFailure(f"{terms.to} is no Region of {pair.alias}: it is in {' and '.join(pair.regions)}.")
    reach.connection.require_account(pair.source)
    evidence = Evidence("drill", str(pair.source), pair.alias, list(pair.regions), terms)
    evidence.groups = _parts(reach, pair, terms)
    now = {part.arn: part.before.distribution for part in evidence.groups if part.before}
    there, back = ways(evidence, now)
    _show(reach, evidence, now, there, back, console)
    if not there:
        console.say(f"Nothing is to be done: {terms.to} takes {terms.percent} % of the calls already, or more.")
        return DONE
    evidence.findings, why_not = _verified(reach, pair, console)
    for line in why_not:
        console.say(f"  {line}")
    if why_not and not terms.forced:
        console.say("A drill is refused as long as `acgr verify` finds errors. --force does it all the same.")
        return FOUND
    if not asked.does:
        return _only_shown(evidence, there, back, asked, console)
    if not console.confirm("Do it?"):
        console.say("Nothing was changed.")
        return DONE
    hands = _hands(reach, evidence, asked.evidence or _file("drill"), console, reach.connection)
    _begin(hands, reach.connection.caller_arn(terms.to))
    hands.writer.begin()
    return _told(hands, asked, Drill(hands).run(there))


def _parts(reach: Reach, pair: Pair, terms: Terms) -> list[Part]:
    """The groups that take part, read in the Region that is to take the calls."""
    operation = reach.operation(LOOKING)
    ours = [group for group in groups_in(reach.connection, terms.to, operation) if group.instance.id == pair.source.id]
    meant = chosen(ours, terms.groups, terms.to)
    if not meant:
        raise CommandFailure(f"{pair.alias} has no traffic distribution group.")
    numbers = numbers_of(reach.connection, meant, terms.to, operation)
    parts = []
    for group in [*meant, *(one for one in ours if one.is_default and one not in meant)]:
        before = distribution_of(reach.connection, group, terms.to, operation)
        only_sign_in = group not in meant
        if only_sign_in and before.sign_in.get(terms.to):
            continue
        parts.append(
            _part(group, before, [one.e164 for one in numbers.get(group.arn.id, ())], only_sign_in=only_sign_in)
        )
    return sorted(parts, key=lambda part: (not part.is_default, part.name))


def _part(group: Group, before: Distribution, numbers: list[str], *, only_sign_in: bool) -> Part:
    arn, instance = str(group.arn), str(group.instance)
    return Part(arn, group.name, instance, group.is_default, only_sign_in, numbers, Shares.of(before))


def _verified(reach: Reach, pair: Pair, console: Console) -> tuple[list[dict[str, str]], list[str]]:
    """The errors that `acgr verify` finds, and one line for each reason not to begin. What is not known is said."""
    found = survey(reach.connection, pair, reach.operation(), Extent(statuses=True, contents=True, findings=True))
    errors = [one for one in findings_of(found) if one.severity is Severity.ERROR]
    rows = [{"code": one.code, "what": one.what, "where": one.region or one.name} for one in errors]
    lines = [f"{one.code} {one.what}{f' ({one.region})' if one.region else ''}" for one in errors]
    for one in found.unread:
        if one.why is not Why.UNREACHABLE:
            console.say(f"  Not known: {one.what} in {one.region} ({one.text})")
    down = {one.region: one.text for one in found.unread if one.why is Why.UNREACHABLE}
    return rows, [*lines, *(f"{region} does not answer: {text}" for region, text in down.items())]


def _failover(reach: Reach, terms: Terms, asked: Asked, console: Console) -> int:
    assert asked.kind is not None  # the caller has looked
    connection = reach.connection.without_sts()
    operation = reach.operation(failover.LONGEST)
    evidence = failover.begin(connection, reach.instance, terms, asked.kind, operation)
    now = {part.arn: part.before.distribution if part.before else None for part in evidence.groups}
    console.say(words.heading(evidence))
    for line in words.standing(evidence.groups, now, numbers=False):
        console.say(line)
    if not asked.does:
        return _only_shown(evidence, [], [], asked, console)
    if not console.confirm("Do it?"):
        console.say("Nothing was changed.")
        return DONE
    return _failed_over(reach, connection, evidence, asked.evidence or _file(asked.kind), now, asked, console)


def _failed_over(
    reach: Reach,
    connection: Connection,
    evidence: Evidence,
    file: Path,
    now: Mapping[str, Distribution | None],
    asked: Asked,
    console: Console,
) -> int:
    hands = _hands(reach, evidence, file, console, connection)
    _begin(hands)
    hands.writer.save()  # calls have to go even where it cannot be written
    code = failover.fail_over(hands, now, lambda: reach.connection.caller_arn(evidence.terms.to))
    return _told(hands, asked, code)


def _resume(reach: Reach, evidence: Evidence, asked: Asked, console: Console) -> int:
    assert asked.resume is not None  # the caller has looked
    if evidence.kind != "drill" and not asked.back:
        return _resume_failover(reach, evidence, asked, console)
    if evidence.state in {"done", "went back"} and not asked.back:
        console.say(f"Nothing is left to be done: it is over ({evidence.state}).")
        return DONE
    if asked.back:
        evidence.direction = "back"
        if unknown := [part.name for part in evidence.groups if part.before is None]:
            raise CommandFailure(f"What was before is not known of {', '.join(unknown)}: use --failback.")
    region = gaining(evidence, evidence.direction)
    reach.connection.require_account(parse(evidence.instance, "instance").in_region(region))
    now = present(reach.connection, evidence, region, reach.operation(LOOKING), insist=asked.force)
    if not any(part.numbers for part in evidence.groups):
        groups = [part.group for part in evidence.groups if not part.only_sign_in]
        numbers = numbers_of(reach.connection, groups, region, reach.operation(LOOKING))
        for part in evidence.groups:
            part.numbers = [one.e164 for one in numbers.get(part.group.arn.id, ())]
    there, way_back = ways(evidence, now)
    _show(reach, evidence, now, there, way_back, console)
    if not asked.does:
        return _only_shown(evidence, there, way_back, asked, console)
    if not console.confirm("Do it?"):
        console.say("Nothing was changed.")
        return DONE
    hands = _hands(reach, evidence, asked.resume, console, reach.connection)
    _begin(hands, reach.connection.caller_arn(region))
    hands.writer.begin()
    return _told(hands, asked, Drill(hands, insist=asked.force).run(there))


def _resume_failover(reach: Reach, evidence: Evidence, asked: Asked, console: Console) -> int:
    assert asked.resume is not None  # the caller has looked
    to, operation = evidence.terms.to, reach.operation(failover.LONGEST)
    connection = reach.connection.without_sts()
    now = {part.arn: distribution_now(connection, part.group, to, operation) for part in evidence.groups}
    console.say(words.heading(evidence))
    for line in words.standing(evidence.groups, now, numbers=bool(evidence.steps)):
        console.say(line)
    if not asked.does:
        return _only_shown(evidence, [], [], asked, console)
    if not console.confirm("Do it?"):
        console.say("Nothing was changed.")
        return DONE
    return _failed_over(reach, connection, evidence, asked.resume, now, asked, console)


def _show(
    reach: Reach,
    evidence: Evidence,
    now: Mapping[str, Distribution],
    there: Sequence[Step],
    back: Sequence[Step],
    console: Console,
) -> None:
    terms = evidence.terms
    console.say(words.heading(evidence))
    for line in [*words.standing(evidence.groups, now), *words.planned(there, back, max(evidence.last, 0) + 1)]:
        console.say(line)
    if steps := [*there, *back]:
        groups = [part for part in evidence.groups if part.numbers]
        calls = 0 if terms.proof == NOTHING else terms.calls * len(groups) * 2
        seconds = words.seconds_of(steps, terms.hold, calls, reach.connection.settings.rate.per_second)
        console.say(f"It takes about {words.duration(seconds)}.")


def _only_shown(evidence: Evidence, there: list[Step], back: list[Step], asked: Asked, console: Console) -> int:
    if asked.as_json:
        rows = [("there", step) for step in there] + [("back", step) for step in back]
        planned = [
            {"number": number, "direction": direction, "text": words.told(step)}
            for number, (direction, step) in enumerate(rows, max(evidence.last, 0) + 1)
        ]
        click.echo(json.dumps({**evidence.plain(), "planned": planned}, indent=2))
    console.say("Nothing was changed. --execute does it.")
    return DONE


def _hands(reach: Reach, evidence: Evidence, file: Path, console: Console, connection: Connection) -> Hands:
    writer = Writer(evidence, file, page, lambda line: click.echo(line, err=True))
    return Hands(connection, writer, _proof(reach, evidence, console, connection), console, reach.say)


def _proof(reach: Reach, evidence: Evidence, console: Console, connection: Connection) -> Proof:
    if evidence.terms.proof == A_PERSON:
        return Person(console)
    if evidence.terms.proof == NOTHING:
        return Nothing()
    return TestCases(connection, parse(evidence.instance, "instance"), reach.say)


def _begin(hands: Hands, by: str = "") -> None:
    """One more run of the command on this evidence."""
    versions = {"acgr": version("pulumi-acgr"), "boto3": version("boto3"), "python": platform.python_version()}
    hands.evidence.sittings.append(Sitting(utc(seconds_since_1970()), by, versions))
    hands.evidence.state = "running"


def _told(hands: Hands, asked: Asked, code: int) -> int:
    if asked.as_json:
        click.echo(json.dumps(hands.evidence.plain(), indent=2))
    return code


def _file(kind: str) -> Path:
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds_since_1970()))
    return Path(f"acgr-{kind}-{moment}.json")


def _source(reach: Reach) -> str:
    """The source Region, for a failback that does not name it."""
    if reach.instance and is_arn(reach.instance):
        return parse(reach.instance, "instance").region
    return reach.pair().source.region
