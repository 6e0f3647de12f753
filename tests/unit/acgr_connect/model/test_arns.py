"""Connect's ARNs: taken apart, put together, and refused with the sentence that helps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acgr_connect.model.arns import NOUNS, Arn, ArnError, is_arn, parse

UUID = "0a1b2c3d-0000-4000-8000-000000000001"
HOME = "arn:aws:connect:eu-west-2:111122223333"
INSTANCE = f"{HOME}:instance/{UUID}"
GROUP = f"{HOME}:traffic-distribution-group/{UUID}"
NUMBER = f"{HOME}:phone-number/{UUID}"
FLOW = f"{HOME}:instance/{UUID}/contact-flow/f1"
USER = f"{HOME}:instance/{UUID}/agent/u1"

ids = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)
arns = st.builds(
    Arn,
    partition=st.sampled_from(["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"]),
    region=st.from_regex(r"[a-z]{2,4}(-[a-z]{1,9}){1,2}-[1-9]", fullmatch=True),
    account=st.from_regex(r"[0-9]{12}", fullmatch=True),
    kind=st.sampled_from(["instance", "traffic-distribution-group", "phone-number"]),
    id=ids,
) | st.builds(
    Arn,
    partition=st.just("aws"),
    region=st.sampled_from(["eu-west-2", "eu-central-1"]),
    account=st.just("111122223333"),
    kind=st.sampled_from(["agent", "contact-flow"]),
    id=ids,
    instance_id=ids,
)


@given(arns)
@settings(deadline=None)
def test_round_trip(arn: Arn) -> None:
    """An ARN taken apart and put together is the same, in every partition and of every kind."""
    assert parse(str(arn)) == arn
    assert str(parse(str(arn), arn.kind)) == str(arn)


@given(st.text(max_size=60) | st.text(max_size=40).map("arn:aws:connect:".__add__))
@settings(deadline=None)
def test_any_other_text_is_an_arn_error(text: str) -> None:
    """Text is an ARN that reads back the same, or an `ArnError`, never another failure."""
    try:
        read = str(parse(text))
    except ArnError as error:
        read = text if str(error).startswith(repr(text)) else str(error)
    assert read == text


@pytest.mark.parametrize(
    ("text", "kind", "id_", "instance_id"),
    [
        (INSTANCE, "instance", UUID, None),
        (GROUP, "traffic-distribution-group", UUID, None),
        (NUMBER, "phone-number", UUID, None),
        (FLOW, "contact-flow", "f1", UUID),
        (USER, "agent", "u1", UUID),
    ],
)
def test_parts(text: str, kind: str, id_: str, instance_id: str | None) -> None:
    """Users and flows carry their instance, the others do not."""
    arn = parse(text)
    assert (arn.partition, arn.region, arn.account) == ("aws", "eu-west-2", "111122223333")
    assert (arn.kind, arn.id, arn.instance_id) == (kind, id_, instance_id)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arn:",
        "Main IVR",
        UUID,
        "arn:aws:lambda:eu-west-2:111122223333:instance/i",
        "arn:aws:connect::111122223333:instance/i",
        "arn:aws:connect:eu-west-2:1111:instance/i",
        "arn:aws:connect:eu-west-2::instance/i",
        "arn:aws:connect:eu-west-2:111122223333:",
        "arn:gcp:connect:eu-west-2:111122223333:instance/i",
        f" {INSTANCE}",
        f"{INSTANCE}\n",
    ],
)
def test_no_connect_arn(text: str) -> None:
    """What is no Connect ARN is called that."""
    with pytest.raises(ArnError, match="is not an Amazon Connect ARN"):
        parse(text)


@pytest.mark.parametrize(
    "resource",
    [
        "queue/q",
        "instance/",
        "instance/i/",
        "instance/i/queue/q",
        "instance/i/agent/",
        "instance/i/agent/u/x",
        "phone-number/",
        "traffic-distribution-group",
        "contact-flow/f",
        "instance/i/contact-flow/f:$LATEST",
    ],
)
def test_arn_of_something_else(resource: str) -> None:
    """A Connect ARN of a thing that this package does not handle is refused."""
    with pytest.raises(ArnError, match="names no instance, user, flow, phone number or traffic distribution group"):
        parse(f"{HOME}:{resource}")


def test_old_form_of_a_number() -> None:
    """The old form of a number's ARN, with the instance in it, is refused, with the form that is needed."""
    with pytest.raises(ArnError) as caught:
        parse(f"{HOME}:instance/{UUID}/phone-number/n1")
    assert "the old form" in str(caught.value)
    assert str(caught.value).endswith("…:phone-number/n1")


@pytest.mark.parametrize("text", [INSTANCE, GROUP, NUMBER, FLOW, USER])
@pytest.mark.parametrize("kind", list(NOUNS))
def test_kind(text: str, kind: str) -> None:
    """With a kind asked for, an ARN of another is refused, in the nouns of the documentation."""
    if parse(text).kind == kind:
        assert str(parse(text, kind)) == text
        return
    with pytest.raises(ArnError) as caught:
        parse(text, kind)
    assert f"is the ARN of {NOUNS[parse(text).kind]}" in str(caught.value)
    assert str(caught.value).endswith(f"the ARN of {NOUNS[kind]} is needed")


def test_one_of_several_kinds() -> None:
    """A target may be of two kinds; a third is refused, naming both."""
    assert parse(INSTANCE, "instance", "traffic-distribution-group").kind == "instance"
    with pytest.raises(ArnError, match="of an instance or a traffic distribution group is needed"):
        parse(NUMBER, "instance", "traffic-distribution-group")


def test_in_the_other_region() -> None:
    """A flow's ARN in the other Region differs in nothing but the Region."""
    assert str(parse(FLOW).in_region("eu-central-1")) == FLOW.replace("eu-west-2", "eu-central-1")


def test_inside_an_instance_and_back() -> None:
    """A flow or user of an instance leads back to that instance."""
    instance = parse(INSTANCE)
    assert str(instance.inside("contact-flow", "f1")) == FLOW
    assert str(instance.inside("agent", "u1")) == USER
    assert parse(FLOW).instance == parse(USER).instance == instance


@pytest.mark.parametrize("text", [GROUP, NUMBER])
def test_no_instance(text: str) -> None:
    """Groups and numbers name no instance, so none is made up."""
    with pytest.raises(ArnError, match="names no instance"):
        _ = parse(text).instance


def test_is_arn() -> None:
    """Whatever begins like an ARN claims to be one, and is then judged as one."""
    assert is_arn("arn:nonsense")
    assert not is_arn("Main arn:IVR")
