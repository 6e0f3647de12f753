"""A failover: everything of each group goes to one Region, in one request, asked for in that Region alone.

Nothing here asks the other Region, or anything that may have failed with it. A group that cannot be shifted holds up no
other one. The evidence says what was before, as far as that can be read, so that `--resume … --back` can put it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from acgr_cli.exit_codes import DONE, FAILED, FOUND, PARTIAL
from acgr_cli.failure import CommandFailure
from acgr_connect.groups import SETTLING
from acgr_connect.model.arns import Arn, is_arn, parse
from acgr_connect.model.clock import seconds_since_1970, utc
from acgr_connect.model.errors import Conflict, ConnectError, NotFound, Throttled, Unavailable
from acgr_connect.model.identifiers import is_uuid
from acgr_connect.model.operation import Deadline, Operation
from acgr_connect.model.records import Distribution, Group
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.survey.pair import find_pair
from acgr_connect.traffic.plan import Change, all_to
from acgr_connect.traffic.reading import chosen, distribution_now, groups_in, numbers_of
from acgr_connect.traffic.shift import LOOK_EVERY, SHOWN_WITHIN, holds, look, put
from acgr_connect.world.connection import Connection

from . import words
from .drill import Hands, conclude, failed, is_proved, sentence, written
from .evidence import Changed, Done, Evidence, Kind, Part, Shares, Terms
from .proof import Turns

ATTEMPT = 20.0
"""Seconds for which one request is repeated where it is not answered, before the other groups have their turn."""

LONGEST = 300.0
"""Seconds after which a group that has not been shifted is given up."""


def begin(connection: Connection, instance: str | None, terms: Terms, kind: Kind, operation: Operation) -> Evidence:
    """What is to be done, and what holds, from the Region that is to take the calls alone.

    Args:
        connection: the account.
        instance: ARN, id or alias; None: the only one of which that Region shows groups.
        terms: what was asked for.
        kind: failover or failback.
        operation: ends it.

    Raises:
        CommandFailure: there are no groups, or of several instances.
        ConnectError: the Region does not answer, or there is no such instance or group.
    """
    groups = _of_instance(connection, groups_in(connection, terms.to, operation), instance, terms.to)
    source = groups[0].instance
    connection.require_account(source.in_region(terms.to))  # of the ARN alone: only one's own groups are shown
    meant = chosen(groups, terms.groups, terms.to)
    before = {group.arn.id: distribution_now(connection, group, terms.to, operation) for group in meant}
    other = _other_region(connection, source, terms.to, list(before.values()))
    if kind == "failback" and terms.to != source.region:
        raise CommandFailure(f"--failback goes to the source Region, {source.region}; --failover goes to {terms.to}.")
    parts = [
        Part(
            str(group.arn),
            group.name,
            str(group.instance),
            group.is_default,
            before=Shares.of(shown) if (shown := before[group.arn.id]) else None,
        )
        for group in sorted(meant, key=lambda group: (not group.is_default, group.name))
    ]
    regions = [source.region, other if terms.to == source.region else terms.to]
    return Evidence(kind, str(source), instance or source.id, regions, terms, parts)


def changes(evidence: Evidence) -> list[Change]:
    """One request a group: everything goes, whatever was. The default group first: it lets agents sign in."""
    both = evidence.kind == "failback"
    return [
        Change(
            part.group,
            part.before.distribution if part.before else Distribution({}, {}, {}),
            all_to(evidence.terms.to, evidence.regions, sign_in=part.is_default, both=both),
        )
        for part in evidence.groups
    ]


def fail_over(hands: Hands, now: Mapping[str, Distribution | None], who: Callable[[], str]) -> int:
    """Do it, and say what came of it; the exit code.

    Args:
        hands: what it works with.
        now: group ARN to how its traffic is spread; None: not known. Where all is as it is to be, nothing is asked.
        who: says who the caller is; asked once the calls have gone.

    Raises:
        KeyboardInterrupt: somebody has had enough. What holds was said, and is in the evidence.
    """
    evidence, to = hands.evidence, hands.evidence.terms.to
    number = max(evidence.last, 0) + 1
    done = Done(number, "there", "shift", to, f"{to} takes all calls and agents", utc(seconds_since_1970()))
    evidence.steps.append(done)
    todo = [change for change in changes(evidence) if not _holds(now, change)]
    begun = [_Begun(hands, *pair) for pair in zip(todo, written(hands, done, todo), strict=True)]
    clock, began = hands.connection.clock, hands.connection.clock.now()
    try:
        left = _shifted(hands, begun)
        evidence.sittings[-1].by = who()
        _name(hands)
        all_answered = _proved(hands, done, to)
        done.seconds = round(clock.now() - began, 1)
    except KeyboardInterrupt:
        conclude(hands, "interrupted")
        raise
    conclude(hands, "stopped" if left else "done")
    if left:
        return FAILED if left == len(begun) else PARTIAL
    if not all_answered:
        return FOUND
    return DONE if hands.writer.is_whole else PARTIAL


def _name(hands: Hands) -> None:
    """What people call the instance. The calls did not wait for that."""
    evidence = hands.evidence
    with suppress(ConnectError):
        api = hands.connection.connect(evidence.terms.to, Purpose.CHECK)
        evidence.alias = api.describe_instance(parse(evidence.instance, "instance").id).alias or evidence.alias


def _holds(now: Mapping[str, Distribution | None], change: Change) -> bool:
    found = now.get(str(change.group.arn))
    return found is not None and holds(found, change.wanted)


def _shifted(hands: Hands, begun: Sequence[_Begun]) -> int:
    """Ask for all of them, then look at them in turn until they hold; how many do not in the end."""
    clock = hands.connection.clock
    for one in begun:
        one.ask()
    hands.writer.save()
    until = clock.now() + LONGEST
    while (waiting := [one for one in begun if one.is_open]) and clock.now() < until:
        clock.sleep(LOOK_EVERY)
        for one in waiting:
            one.look()
    for one in waiting:
        one.end(f"it does not hold after {LONGEST:.0f} s")
    return sum(not one.is_shifted for one in begun)


class _Begun:
    """One group's shift, which is asked for and looked at without holding up the others."""

    def __init__(self, hands: Hands, change: Change, changed: Changed) -> None:
        self.is_open, self.is_shifted = True, False
        self._hands, self._change, self._to = hands, change, hands.evidence.terms.to
        self._changed = changed
        self._clock = hands.connection.clock
        self._began = self._clock.now()
        self._accepted_at: float | None = None

    def ask(self) -> None:
        """Ask for it, whatever holds."""
        self._hands.progress(f"shifting {self._change.group.name}")
        try:
            put(self._hands.connection, self._change, self._to, self._operation())
        except (Conflict, Throttled, Unavailable) as error:
            self._changed.error = str(error)  # it is tried again: others are in the way, or it is done already
        except ConnectError as error:
            failed(self._changed, error)
            self.end(str(error))
        else:
            self._accepted_at = self._clock.now()
            self._changed.outcome, self._changed.error = "asked", ""

    def look(self) -> None:
        """See whether it holds; where it does not, ask again."""
        try:
            status, found = look(self._hands.connection, self._change.group, self._to, self._operation())
        except ConnectError as error:
            self._changed.error = str(error)
            return
        if found is not None and holds(found, self._change.wanted):
            self.end("")
        elif status not in {"ACTIVE", *SETTLING}:
            self.end(f"the group is {status}")
        elif found is not None and not self._may_show_later(found):
            self.ask()

    def _may_show_later(self, found: Distribution) -> bool:
        """Whether what was accepted may not show yet: what was before is shown instead."""
        at = self._accepted_at
        return at is not None and self._clock.now() < at + SHOWN_WITHIN and holds(found, self._change.was)

    def end(self, why: str) -> None:
        """It is over; `why` it failed, or nothing."""
        self.is_open, self.is_shifted = False, not why
        self._changed.seconds = round(self._clock.now() - self._began, 1)
        if not why:
            self._changed.outcome, self._changed.error = "done", ""
        elif not self._changed.error:
            self._changed.error = why
        self._hands.writer.save()
        name = self._change.group.name
        self._hands.console.say(
            f"  {name}: NOT SHIFTED: {self._changed.error}" if why else f"  {name}: all in {self._to}"
        )

    def _operation(self) -> Operation:
        return Operation(Deadline.after(ATTEMPT, self._clock), progress=self._hands.progress)


def _proved(hands: Hands, done: Done, to: str) -> bool:
    """Place calls where they go; whether all were answered. It is too late to do without, and nothing is put back."""
    evidence, groups = hands.evidence, [part.group for part in hands.evidence.groups]
    try:
        numbers = numbers_of(hands.connection, groups, to, hands.operation())
    except ConnectError as error:
        done.error = str(error)
        hands.console.say(f"  {error}")
        return False
    turns = Turns(evidence.terms.calls)
    for part in evidence.groups:
        part.numbers = [number.e164 for number in numbers[part.group.arn.id]]
    wanted = [call for part in evidence.groups for call in turns.wanted(part.arn, part.name, part.numbers, {to: 100})]
    done.calls = hands.proof.prove(wanted) if wanted else []
    names = {part.arn: part.name for part in evidence.groups}
    for call in done.calls:
        hands.console.say(words.heard(call, names))
    return all(map(is_proved, done.calls))


def _of_instance(connection: Connection, groups: Sequence[Group], instance: str | None, to: str) -> list[Group]:
    """The groups of the instance that is meant, as its replica's Region shows them."""
    if instance is None:
        there = {group.instance.id for group in groups}
        if len(there) > 1:
            raise CommandFailure(f"{to} has groups of {len(there)} instances: say which with --instance.")
        wanted = next(iter(there), "")
    elif is_arn(instance):
        wanted = parse(instance, "instance").id
    elif is_uuid(instance):
        wanted = instance
    else:
        try:
            wanted = find_pair(connection, instance, [to], alone=True).source.id
        except NotFound as error:
            hint = "the replica may have an alias of its own: its id is the same in both Regions"
            raise CommandFailure(f"{sentence(error)[:-1]}; {hint}.") from error
    ours = [group for group in groups if group.instance.id == wanted]
    if not ours:
        raise CommandFailure(
            f"{to} shows no traffic distribution group{f' of {instance}' if instance else ''}: "
            "only an instance that is replicated has any, and only its two Regions show them."
        )
    return ours


def _other_region(connection: Connection, source: Arn, to: str, shown: Sequence[Distribution | None]) -> str:
    """The other one of the two: a group's ARN tells the source, its shares the replica."""
    if to != source.region:
        return source.region
    for distribution in filter(None, shown):
        return next(region for region in distribution.telephony if region != to)
    api = connection.connect(to, Purpose.CHECK)
    others = [region for region in api.describe_instance(source.id).regions if region != to]
    if not others:
        raise CommandFailure(f"{source.id} is not replicated: there is no other Region.")
    return others[0]
