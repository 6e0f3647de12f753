"""What a run will do for a resource, looked at before anything is done, and what a component comes to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from typing import Any

from acgr_connect.model.errors import Conflict, ConnectError, NotFound, Refused
from acgr_connect.model.identifiers import E164, is_name
from acgr_connect.scheduling.duration import Pace, Work, about, about_between


@dataclass(frozen=True)
class Problem:
    """Something that is named and not there, or not usable.

    Attributes:
        said: one sentence, with the way out.
        is_certain: whether this same program cannot make it true: what is written is an id, an ARN or a number.
        then: what a run does about it.
    """

    said: str
    is_certain: bool
    then: str = "As it is now, `pulumi up` fails here"

    @property
    def warning(self) -> str:
        """What is said where it does not end the preview: the sentence, and what a run will do."""
        end = "" if self.said[-1] in ".?!" else "."
        return f"{self.said}{end} {self.then}"


@dataclass(frozen=True)
class Foreseen:
    """What a run will do for one resource.

    Attributes:
        said: lines for whoever reads the preview: what callers will notice.
        problems: what is in the way.
        work: what it takes.
        restores: how many numbers that are dark are given their flow.
        dark_seconds: seconds for which a number that moves has no flow.
        region: whose request rate it takes.
        unsure: how many of the agents who join may be on the group already.
        outputs: outputs that are known already, by key, as they are if nothing goes wrong.
    """

    said: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    work: Work = field(default_factory=Work)
    restores: int = 0
    dark_seconds: float = 0.0
    region: str = ""
    unsure: int = 0
    outputs: Mapping[str, Any] = field(default_factory=dict)


def problem(error: ConnectError, written: Any, *, coming: str = "") -> Foreseen:
    """What is in the way, where looking something up has failed.

    Args:
        error: what Connect, or this package, has answered.
        written: how the thing is written: a name may yet be given to something by the same program, an id, an ARN or a
            number's digits may not.
        coming: where it is on its way, what a run does about it.

    Raises:
        ConnectError: nobody could tell.
    """
    if not isinstance(error, (NotFound, Conflict, Refused)):
        raise error
    written = [*written.values()] if isinstance(written, Mapping) else [written]
    if coming:
        return Foreseen(problems=(Problem(str(error), is_certain=False, then=coming),))
    return Foreseen(problems=(Problem(str(error), not any(map(_is_name, written))),))


def _is_name(written: Any) -> bool:
    return isinstance(written, str) and is_name(written) and not E164.fullmatch(written)


def summed_up(all_foreseen: Iterable[Foreseen], pace: Pace) -> str:
    """What the resources of a component come to, in one line; "" where nothing is to be done."""
    rows = list(all_foreseen)
    work = reduce(add, (one.work for one in rows), Work())
    if not work:
        return ""
    parts = list(_parts(work, rows))
    sure = replace(work, joins=work.joins - sum(one.unsure for one in rows))
    least, most = pace.seconds(sure)[0], pace.seconds(work)[1]
    said = f"{'; '.join(parts)}; the run takes about {about_between(least, most)}"
    return f"{said} at {pace.rate.per_second:.0f} requests a second"


def _parts(work: Work, rows: list[Foreseen]) -> Iterator[str]:
    restores = sum(one.restores for one in rows)
    if work.moves:
        dark = max(one.dark_seconds for one in rows)
        whose = "its callers reach" if work.moves == 1 else "the callers of each reach"
        yield f"{_count(work.moves, 'number moves', 'numbers move')}, and {whose} nothing for about {about(dark)}"
    if restores:
        yield f"{_count(restores, 'dark number gets its flow', 'dark numbers get their flows')} first"
    if others := work.flows - restores:
        yield f"{_count(others, 'number is answered', 'numbers are answered')} by another flow, without a gap"
    if work.joins:
        up_to = "up to " if any(one.unsure for one in rows) else ""
        yield f"{up_to}{_count(work.joins, 'agent joins', 'agents join')}"
    if work.leaves:
        yield _count(work.leaves, "agent leaves", "agents leave")
    if problems := sum(len(one.problems) for one in rows):
        yield f"{_count(problems, 'problem', 'problems')}: see the warnings"


def _count(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
