"""Findings about calls that were placed: which were not answered, and what they left. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from acgr_connect.calls import CallResult
from acgr_connect.model.errors import Denied, Unavailable
from acgr_connect.survey.records import Survey, Unread, Why

from . import kinds
from .finding import Finding


def called(survey: Survey, results: Iterable[CallResult]) -> list[Finding]:
    """What the calls tell, the worst first."""
    return sorted((found for one in results for found in _of(survey, one)), key=lambda one: one.place)


def not_called(results: Iterable[CallResult]) -> list[Unread]:
    """What they could not tell, because the role may not place calls, or a Region does not answer."""
    found = []
    for one in results:
        if isinstance(one.error, (Denied, Unavailable)):
            why = Why.DENIED if isinstance(one.error, Denied) else Why.UNREACHABLE
            found.append(Unread("calls by test cases", one.asked, one.call.region, why, str(one.error)))
    return list({(one.region, one.why): one for one in found}.values())


def _of(survey: Survey, one: CallResult) -> Iterator[Finding]:
    e164, region = one.call.e164, one.call.region
    facts = {"status": one.status or None, "seconds": one.seconds}
    arn = next((str(number.arn) for number in survey.numbers or () if number.e164 == e164), "")
    if one.has_ended and not one.is_answered:
        yield Finding(
            kinds.NOT_ANSWERED,
            f"a call to {e164} in {region} was not answered: {one.why.rstrip('.')}",
            e164,
            "look at the number's flow there; the records of the test case say more in the console",
            region,
            arn,
            facts=facts,
        )
    elif not one.has_ended and not isinstance(one.error, (Denied, Unavailable)):
        text = f"no call to {e164} could be placed in {region}: {one.why.rstrip('.')}"
        yield Finding(kinds.NOT_CALLED, text, e164, "try once more", region, arn, facts=facts)
    if one.left:
        instance = survey.pair.source.id
        line = f"aws connect delete-test-case --region {region} --instance-id {instance} --test-case-id {one.left}"
        text = f"the test case of the call to {e164} in {region} could not be deleted"
        yield Finding(kinds.LEFT_BEHIND, text, e164, "delete it by hand", region, "", line, {"test_case": one.left})
