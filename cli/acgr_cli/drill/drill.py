"""A drill: there, step by step, and back; and what is left of one that was stopped.

Each step is written down before it is asked for, so that whoever reads the evidence of a drill that was killed knows
how each group may be. Before a drill goes on it looks how they are, and touches none that somebody else has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from acgr_cli.exit_codes import DONE, FAILED, FOUND, PARTIAL
from acgr_connect.model.clock import seconds_since_1970, utc
from acgr_connect.model.errors import ConnectError, ErrorContext, Unavailable, WaitError
from acgr_connect.model.operation import Deadline, Operation, Say
from acgr_connect.model.records import Distribution
from acgr_connect.traffic.plan import Change, Leg, Step, at_once, drilled, gentle
from acgr_connect.traffic.reading import distribution_of
from acgr_connect.traffic.shift import ChangedByOthers, Outcome, ask, described, follow, holds
from acgr_connect.world.connection import Connection

from . import words
from .console import Console
from .evidence import Called, Changed, Direction, Done, Evidence, Shares, State, Writer
from .proof import TEST_CASE, Proof, Turns

CHANGE_SECONDS = 600.0
"""Seconds for the changes of one step, until they hold."""


def goals(evidence: Evidence, now: dict[str, Distribution], direction: Direction) -> list[Leg]:
    """Each group's way, there or back.

    Args:
        evidence: the terms, and what was before.
        now: group ARN to how its traffic is spread.
        direction: where to.
    """
    legs: list[Leg] = []
    for part in evidence.groups:
        before, present = part.before, now[part.arn]
        if direction == "back":
            legs.append(Leg(part.group, present, before.distribution if before else present))
        elif part.only_sign_in:
            sign_in = {**present.sign_in, evidence.terms.to: True}
            legs.append(Leg(part.group, present, Distribution(present.telephony, present.agents, sign_in)))
        else:
            legs.append(Leg(part.group, present, drilled(present, evidence.terms.to, evidence.terms.percent)))
    return legs


def gaining(evidence: Evidence, direction: Direction) -> str:
    """The Region that gains, in which Connect is asked: where the calls are to go."""
    to = evidence.terms.to
    return to if direction == "there" else next(region for region in evidence.regions if region != to)


def ways(evidence: Evidence, now: dict[str, Distribution]) -> tuple[list[Step], list[Step]]:
    """The steps there, and from where these end the steps back; either may be none."""
    there: list[Step] = []
    if evidence.direction == "there":
        legs = goals(evidence, now, "there")
        there = gentle(legs, gaining(evidence, "there"), evidence.terms.step)
        now = {str(leg.group.arn): leg.goal for leg in legs}
    if not evidence.terms.returns and evidence.direction == "there":
        return there, []
    back = gentle(goals(evidence, now, "back"), gaining(evidence, "back"), evidence.terms.step)
    return there, back


def present(
    connection: Connection, evidence: Evidence, region: str, operation: Operation, *, insist: bool = False
) -> dict[str, Distribution]:
    """How each group's traffic is spread, once nobody is changing it.

    Args:
        connection: the account.
        evidence: the groups, and how they may be.
        region: where to ask.
        operation: its deadline ends the waiting for others.
        insist: whether one may be otherwise.

    Raises:
        ChangedByOthers: one is otherwise.
        ConnectError: it cannot be read.
    """
    found: dict[str, Distribution] = {}
    for part in evidence.groups:
        now = distribution_of(connection, part.group, region, operation)
        known = evidence.known(part.arn)
        if known and not insist and not any(holds(now, one) for one in known):
            cause = f"somebody else has changed it: there is {described(now)}, and there was {described(known[-1])}"
            context = ErrorContext(f"looking at the traffic of {part.name}", region)
            raise context.error(ChangedByOthers, cause, "--force goes on from what there is")
        found[part.arn] = now
    return found


@dataclass
class Hands:
    """What a drill works with."""

    connection: Connection
    writer: Writer
    proof: Proof
    console: Console
    progress: Say

    @property
    def evidence(self) -> Evidence:
        """What is written."""
        return self.writer.evidence

    def operation(self) -> Operation:
        """The time for the changes of one step."""
        return Operation(Deadline.after(CHANGE_SECONDS, self.connection.clock), progress=self.progress)


class Stopped(Exception):
    """The drill has stopped, and has said why; the code is the command's."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


class Drill:
    """One drill, or what is left of it.

    Args:
        hands: what it works with.
        insist: whether it goes back although somebody else has changed a group.
    """

    def __init__(self, hands: Hands, *, insist: bool = False) -> None:
        self._insist = insist
        self._hands, self._evidence, self._say = hands, hands.evidence, hands.console.say
        self._turns = Turns(hands.evidence.terms.calls)
        self._names = {part.arn: part.name for part in hands.evidence.groups}
        self._number = self._evidence.last

    def run(self, there: Sequence[Step]) -> int:
        """Do it, and say at its end in which state things are; the exit code.

        Args:
            there: the steps that are left on the way there. Those back are found when it is time for them.

        Raises:
            KeyboardInterrupt: somebody has had enough. What holds was said, and is in the evidence.
        """
        try:
            return self._run(there)
        except Stopped as stopped:
            return stopped.code
        except KeyboardInterrupt:
            self._end("interrupted")
            raise

    def _run(self, there: Sequence[Step]) -> int:
        evidence, terms = self._evidence, self._evidence.terms
        if evidence.direction == "there":
            if self._number < 0 and not self._prove_before():
                self._end("stopped", "A call is not answered before anything was shifted.")
                return FOUND
            self._attempt(lambda: self._steps(there, "there"))
            if not terms.returns:
                return self._done()
            self._hold()
            evidence.direction = "back"
            self._hands.writer.save()
        self._say("Back:")
        all_answered = self._go_back(gently=True)
        if not all_answered:
            self._end("done", "It went there and back, and not every call was answered.")
            return FOUND
        return self._done()

    def _done(self) -> int:
        self._end("done")
        return DONE if self._hands.writer.is_whole else PARTIAL

    def _attempt(self, work: Callable[[], bool]) -> None:
        """Do the way there. Where a call is not answered, or Connect refuses, go back at once unless told otherwise."""
        why, code = "A call was not answered.", FOUND
        try:
            if work():
                return
        except ChangedByOthers as error:
            self._stop(f"{sentence(error)} Nothing more was changed.", FAILED)
        except ConnectError as error:
            why, code = sentence(error), FAILED
            if words.is_as_before(self._evidence):
                self._stop(why, code)
        self._say(why)
        if not self._evidence.terms.back_on_failure:
            self._stop(why, code)
        self._evidence.direction = "back"
        self._hands.writer.save()
        self._say("Back at once:")
        self._go_back(gently=False)
        self._end("went back", why)
        raise Stopped(FOUND)

    def _go_back(self, *, gently: bool) -> bool:
        """Put everything back as it was; whether all calls were answered. A call that is not stops nothing here."""
        evidence, region = self._evidence, gaining(self._evidence, "back")
        try:
            now = present(self._hands.connection, evidence, region, self._hands.operation(), insist=self._insist)
            legs = goals(evidence, now, "back")
            steps = gentle(legs, region, evidence.terms.step) if gently else at_once(legs, region)
            return self._steps(steps, "back")
        except ConnectError as error:
            self._stop(sentence(error), FAILED)

    def _stop(self, why: str, code: int) -> NoReturn:
        self._end("stopped", why)
        raise Stopped(code)

    def _steps(self, steps: Sequence[Step], direction: Direction) -> bool:
        """Take steps; whether all calls were answered. On the way there the first call that is not ends it."""
        all_answered = True
        for place, step in enumerate(steps):
            if place:
                self._hold()
            all_answered = self._take(step, direction) and all_answered
            if not all_answered and direction == "there":
                return False
        return all_answered

    def _hold(self) -> None:
        if seconds := self._evidence.terms.hold:
            self._hands.progress(f"{seconds:g} s until the next step")
            self._hands.connection.clock.sleep(seconds)

    def _prove_before(self) -> bool:
        """Calls before anything is shifted: what is not answered now is not to be blamed on a drill."""
        done = self._begun("", gaining(self._evidence, "back"), "there", "before the first shift")
        now = {part.arn: part.before.calls for part in self._evidence.groups if part.before}
        return self._proved(done, now)

    def _take(self, step: Step, direction: Direction) -> bool:
        """Ask for the changes of a step, wait until they hold, and place calls; whether they were answered.

        Raises:
            ConnectError: a change was refused, or does not hold.
        """
        clock, began = self._hands.connection.clock, self._hands.connection.clock.now()
        done = self._begun(step.kind, step.region, direction, words.told(step))
        operation = self._hands.operation()
        todo = list(zip(step.changes, written(self._hands, done, step.changes), strict=True))
        try:
            self._ask(todo, step.region, operation)
            for change, changed in todo:
                if changed.outcome == "asked":
                    self._follow(changed, change, step.region, operation)
                    changed.seconds = round(clock.now() - began, 1)
        except ConnectError as error:
            done.error = str(error)
            self._hands.writer.save()
            raise
        self._hands.writer.save()
        shares = {str(change.group.arn): dict(change.wanted.telephony) for change in step.changes}
        return self._proved(done, {**self._calls_now(), **shares}, began)

    def _ask(self, todo: Sequence[tuple[Change, Changed]], region: str, operation: Operation) -> None:
        for _, changed in todo:
            changed.outcome = "not asked"
        for change, changed in todo:
            changed.outcome = "asking"
            try:
                outcome = ask(self._hands.connection, change, region, operation)
            except ConnectError as error:
                failed(changed, error)
                raise
            changed.outcome = "asked" if outcome is Outcome.ASKED else "held"

    def _follow(self, changed: Changed, change: Change, region: str, operation: Operation) -> None:
        try:
            follow(self._hands.connection, change, region, operation)
        except ConnectError as error:
            failed(changed, error)
            raise
        changed.outcome = "done"

    def _begun(self, kind: str, region: str, direction: Direction, text: str) -> Done:
        self._number += 1
        done = Done(self._number, direction, kind, region, text, utc(seconds_since_1970()))
        self._evidence.steps.append(done)
        self._say(f"{self._number:>3}  {text}")
        return done

    def _calls_now(self) -> dict[str, dict[str, int]]:
        known = {part.arn: self._evidence.known(part.arn) for part in self._evidence.groups}
        return {arn: dict(rows[-1].telephony) for arn, rows in known.items() if rows}

    def _proved(self, done: Done, shares: dict[str, dict[str, int]], began: float | None = None) -> bool:
        wanted = [
            call
            for part in self._evidence.groups
            if not part.only_sign_in
            for call in self._turns.wanted(part.arn, part.name, part.numbers, shares.get(part.arn, {}))
        ]
        done.calls = self._hands.proof.prove(wanted) if wanted else []
        clock = self._hands.connection.clock
        done.seconds = round(clock.now() - began, 1) if began is not None else None
        self._hands.writer.save(html=True)
        for call in done.calls:
            self._say(words.heard(call, self._names))
        return all(map(is_proved, done.calls))

    def _end(self, state: State, why: str = "") -> None:
        conclude(self._hands, state, why)


def written(hands: Hands, done: Done, changes: Sequence[Change]) -> list[Changed]:
    """What is going to be asked for, written down before it is: nobody may have to guess it."""
    done.changes = [
        Changed(
            str(change.group.arn),
            Shares.of(change.was) if change.was.telephony else None,
            Shares.of(change.wanted),
        )
        for change in changes
    ]
    hands.writer.save()
    return done.changes


def failed(changed: Changed, error: ConnectError) -> None:
    """Write down why a change failed. After an answer that says no, nothing was changed; without any, nobody knows."""
    changed.error = str(error)
    if changed.outcome == "asking" and not isinstance(error, (Unavailable, WaitError)):
        changed.outcome = "failed"
    if isinstance(error, ChangedByOthers) and error.found:
        changed.found = Shares.of(error.found)


def conclude(hands: Hands, state: State, why: str = "") -> None:
    """Write how it ended, and say in which state things are left, and how to go on."""
    evidence, file = hands.evidence, hands.writer.path
    for part in evidence.groups:
        known = evidence.standing(part.arn)
        part.after = Shares.of(known[0]) if len(known) == 1 else None
    evidence.state = state
    evidence.said = [*([why] if why else []), *words.left(evidence)]
    if evidence.sittings:
        evidence.sittings[-1].ended, evidence.sittings[-1].state = utc(seconds_since_1970()), state
    hands.writer.save(html=True)
    hands.console.say({"interrupted": "Interrupted.", "stopped": "Stopped."}.get(state, "Over."))
    for line in [*evidence.said, words.comes_to(evidence)]:
        hands.console.say(f"  {line}")
    if state in {"interrupted", "stopped"} and not words.is_as_before(evidence):
        hands.console.say(f"To go on:   acgr drill --resume {file} --execute")
        hands.console.say(f"To go back: acgr drill --resume {file} --back --execute")
    hands.console.say(f"Evidence: {file} and {hands.writer.html}")


def is_proved(call: Called) -> bool:
    """Whether a call says that callers are answered. A person may leave one out; a test case has to be placed."""
    return bool(call.answered) if call.by == TEST_CASE else call.answered is not False


def may_have_happened(error: ConnectError) -> bool:
    """Whether a request that ended so may have been carried out."""
    return isinstance(error, (Unavailable, WaitError))


def sentence(error: ConnectError) -> str:
    """An error as a sentence of its own."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
