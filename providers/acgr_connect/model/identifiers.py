"""What a text of the program stands for, and the sentence for each way to get it wrong. Pure: nothing is looked up.

A text is read once, where it enters, as an `Arn`, an `Id` or a `Name`. What is below takes one of these and never asks
a text again what it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from acgr_connect.model.arns import NOUNS, Arn, ArnError, Kind, is_arn, parse
from acgr_connect.model.yaml_texts import as_it_was_read, key_as_it_was_read, octal

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]")

NATIONAL_DIGITS = range(9, 13)
"""Digits of a number that is written without its country's code, the leading zero included."""

MAX_DESCRIPTION = 500
"""Characters of a number's description."""

MAX_GROUP_NAME, MAX_GROUP_DESCRIPTION = 128, 250
"""Characters of a traffic distribution group's name and description."""

MAX_TAGS, MAX_TAG_KEY, MAX_TAG_VALUE = 50, 128, 256
"""Tags of a resource; characters of a key and of a value."""

REPLICA_ALIAS = re.compile(r"(?!d-)[0-9A-Za-z]+(-*[0-9A-Za-z])*")
MAX_ALIAS = 45
"""Characters of an instance's alias."""

DEFAULT_GROUP = "default"
"""The name under which the default traffic distribution group of an instance goes, whatever it is called."""


class InvalidInput(ValueError):
    """The value means nothing that could exist; the message says what to write instead."""


@dataclass(frozen=True)
class Id:
    """The bare UUID of an object."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Name:
    """What people call an object; it may come to mean another one."""

    text: str

    def __str__(self) -> str:
        return self.text


Identifier = Arn | Id | Name
"""One object, as a program writes it. An E.164 number is a `Name`: it can be released and claimed again."""

Flows = Identifier | Mapping[str, Identifier]
"""One flow for all Regions, or a mapping Region to flow."""


def identifier(text: str, *kinds: Kind) -> Identifier:
    """What a text stands for; with `kinds`, an ARN of another kind is refused.

    Raises:
        ArnError: it begins as an ARN does and is none, or is one of another kind.
    """
    if is_arn(text):
        return parse(text, *kinds)
    return Id(text) if is_uuid(text) else Name(text)


def flows(value: str | Mapping[str, str]) -> Flows:
    """What a declared flow, or a mapping Region to flow, stands for.

    Raises:
        ArnError: as for `identifier`.
    """
    if isinstance(value, str):
        return identifier(value, "contact-flow")
    return {region: identifier(text, "contact-flow") for region, text in value.items()}


def is_uuid(text: str) -> bool:
    """Whether the text is a bare id."""
    return UUID.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Whether the text is neither an ARN nor a bare id: a name, which may come to mean something else."""
    return not is_arn(text) and not is_uuid(text)


def phone_number(value: Any) -> str:
    """A phone number in E.164, its id or its ARN.

    Raises:
        InvalidInput: spaces, a missing plus, a number instead of text, another ARN.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value) and value > 0:
        raise InvalidInput(_number_of_yaml(value))
    text = _text(value, "a phone number")
    if is_arn(text):
        return _arn(text, "phone-number")
    if is_uuid(text) or E164.fullmatch(text):
        return text
    _refuse_other_forms(text, "phone-number")
    raise InvalidInput(_misspelt_number(text))


def _number_of_yaml(value: float) -> str:
    said = f"{value:.0f} is a number, not text: YAML dropped the plus"
    national = octal(int(value))
    if len(national) in NATIONAL_DIGITS:
        return (
            f"{said}, or read {national} as an octal number; quote it: '+{value:.0f}', or in E.164 what that stands for"
        )
    return f"{said}; quote it: '+{value:.0f}'"


def _misspelt_number(text: str) -> str:
    bare = re.sub(r"[\s().-]", "", text.replace("(0)", ""))
    if bare.isdigit() and bare.startswith("00"):
        return f"{text!r} begins with 00; write it in E.164: '+{bare[2:]}'"
    if bare.isdigit() and bare.startswith("0"):
        return f"{text!r} is a national number; write it in E.164, with the country's code, such as '+442079460001'"
    if text.isdigit():
        return f"{text!r} has no plus: YAML dropped it or it was never there; quote it: '+{text}'"
    if bare != text and E164.fullmatch(bare):
        return f"{text!r} has spaces or punctuation; write it in E.164: '{bare}'"
    return f"{text!r} is not a phone number in E.164 ('+442079460001'), nor the id or ARN of one"


def group(value: Any, source_region: str | None, replica_region: str | None = None) -> str:
    """A traffic distribution group's ARN; with a source Region also its name, its id, or "default".

    Where the replica's Region is known too, an ARN that is of it is said to be a sign that the two are swapped.

    Raises:
        InvalidInput: another ARN, an ARN of another Region, or a name without a Region to look it up in.
    """
    text = _text(value, "a traffic distribution group")
    return _regional(text, source_region, replica_region, "traffic-distribution-group")


def target(value: Any, source_region: str | None, replica_region: str | None = None) -> str:
    """What a number can be placed on: a group, as in `group`, or the ARN of an instance.

    Raises:
        InvalidInput: as for `group`.
    """
    text = _text(value, "a target")
    return _regional(text, source_region, replica_region, "traffic-distribution-group", "instance")


def _regional(text: str, source_region: str | None, replica_region: str | None, *kinds: Kind) -> str:
    if not is_arn(text):
        _refuse_other_forms(text, kinds[0])
        if source_region is None:
            kind = "a bare id" if is_uuid(text) else "a name"
            raise InvalidInput(f"{text!r} is {kind}: write the ARN, or give source_region as well")
        return text
    _arn(text, *kinds)
    if source_region is not None:
        _require_source(text, source_region, replica_region)
    return text


def instance(value: Any, source_region: str | None) -> str:
    """A source instance's ARN; with its Region also its alias or id.

    Raises:
        InvalidInput: another ARN, an ARN of another Region, or an alias without a Region to look it up in.
    """
    return _regional(_text(value, "an instance"), source_region, None, "instance")


def group_name(value: Any) -> str:
    """The name of a traffic distribution group that is to be there (`CreateTrafficDistributionGroup`).

    Raises:
        InvalidInput: empty, padded, too long, or what stands for a group that is there already: an id or an ARN.
    """
    text = _text(value, "the name of a traffic distribution group")
    if not is_name(text):
        raise InvalidInput(f"{text!r} is the {'ARN' if is_arn(text) else 'id'} of a group; its name is needed")
    return _at_most(text, MAX_GROUP_NAME)


def group_description(value: Any) -> str:
    """The description of a traffic distribution group (`CreateTrafficDistributionGroup`).

    Raises:
        InvalidInput: empty, padded or too long.
    """
    return _at_most(_text(value, "a description"), MAX_GROUP_DESCRIPTION)


def tags(value: Any) -> dict[str, str]:
    """Tags: a mapping of keys to texts (`TagResource`).

    Raises:
        InvalidInput: no mapping, no texts, too many or too long, or a key that is AWS's own.
    """
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{value!r} is no mapping of tags{as_it_was_read(value)}")
    if len(value) > MAX_TAGS:
        raise InvalidInput(f"there are {len(value)}; a resource has {MAX_TAGS} at most")
    return {_tag_key(key): _tag_value(key, text) for key, text in value.items()}


def _tag_key(key: Any) -> str:
    if not isinstance(key, str):
        raise InvalidInput(f"the key {key!r} is not text{key_as_it_was_read(key)}")
    if not key.strip():
        raise InvalidInput("a key is empty")
    if key.lower().startswith("aws:"):
        raise InvalidInput(f"{key!r} begins with 'aws:': such tags are AWS's own")
    return _at_most(key, MAX_TAG_KEY)


def _tag_value(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"{key!r} has {value!r}, which is not text{as_it_was_read(value)}")
    if len(value) > MAX_TAG_VALUE:
        raise InvalidInput(f"{key!r} has {len(value)} characters; {MAX_TAG_VALUE} are the most")
    return value


def replica_alias(value: Any) -> str:
    """The alias of a replica (`ReplicateInstance`): letters, digits and hyphens.

    Raises:
        InvalidInput: anything else.
    """
    text = _at_most(_text(value, "an alias"), MAX_ALIAS)
    if REPLICA_ALIAS.fullmatch(text) is None:
        raise InvalidInput(
            f"{text!r} is no alias: it has letters, digits and hyphens between them, and does not begin with 'd-'"
        )
    return text


def on_delete(value: Any) -> str:
    """What becomes of a replica that is declared no longer: "leave" or "delete".

    Raises:
        InvalidInput: anything else.
    """
    if value not in ("leave", "delete"):
        raise InvalidInput(f"{value!r} is neither 'leave' nor 'delete'")
    return str(value)


def other_region(value: Any, source_region: str | None) -> str:
    """The replica's Region: a Region, and not the source's where that is known.

    Raises:
        InvalidInput: anything else.
    """
    text = region(value)
    if text == source_region:
        raise InvalidInput(f"{text!r} is the instance's own Region; a replica is in another one")
    return text


def _at_most(text: str, most: int) -> str:
    if len(text) > most:
        raise InvalidInput(f"it has {len(text)} characters; {most} are the most")
    return text


def user(value: Any) -> str:
    """A user name, a user's id or ARN.

    Raises:
        InvalidInput: empty, padded, or another ARN.
    """
    text = _text(value, "a user")
    if is_arn(text):
        return _arn(text, "agent")
    _refuse_other_forms(text, "agent")
    return text


def flow(value: Any) -> str | dict[str, str]:
    """A flow's name, id or ARN, for both Regions, or a mapping Region to one of these.

    Raises:
        InvalidInput: empty, keys that are no Regions, an ARN of another Region than its key.
    """
    if not isinstance(value, Mapping):
        return _one_flow(value)
    if not value:
        raise InvalidInput("the mapping is empty: give a flow for each Region")
    return {_region_key(key): _flow_in(key, entry) for key, entry in value.items()}


def _one_flow(value: Any) -> str:
    # Connect takes any name for a flow, also one that begins or ends with a space.
    text = _filled(value, "a flow")
    if is_arn(text):
        return _arn(text, "contact-flow")
    _refuse_other_forms(text, "contact-flow")
    return text


def _region_key(key: Any) -> str:
    if not isinstance(key, str) or not REGION.fullmatch(key):
        said = "" if isinstance(key, str) else key_as_it_was_read(key)
        raise InvalidInput(f"{key!r} is not a Region; a mapping of flows is Region to flow{said}")
    return key


def _flow_in(region: str, value: Any) -> str:
    text = _one_flow(value)
    if is_arn(text) and parse(text).region != region:
        raise InvalidInput(f"{text!r} is of {parse(text).region}, but stands under {region}")
    return text


def flow_of_region(value: Any, region: str | None) -> str:
    """One flow of one Region, where that is known: its name, id or ARN.

    Raises:
        InvalidInput: empty, a mapping, or an ARN of another Region.
    """
    text = _one_flow(value)
    if region and is_arn(text) and (found := parse(text).region) != region:
        raise InvalidInput(f"{text!r} is of {found}, but the flow is declared for {region}")
    return text


def claimed_number(value: Any, source_region: str, replica_region: str | None = None) -> str:
    """A phone number as in `phone_number`, claimed in that Region.

    Where the replica's Region is known too, an ARN that is of it is said to be a sign that the two are swapped.

    Raises:
        InvalidInput: as for `phone_number`, or an ARN of another Region.
    """
    text = phone_number(value)
    if is_arn(text):
        swapped = "the number was claimed in the replica's Region, or the two are swapped"
        _require_source(text, source_region, replica_region, swapped)
    return text


def _require_source(
    text: str,
    source_region: str,
    replica_region: str | None,
    swapped: str = "source and replica Region are swapped",
) -> None:
    """Refuse an ARN of another Region than the source."""
    if (found := parse(text).region) == source_region:
        return
    said = f"{text!r} is of {found}, but source_region is {source_region}"
    if found == replica_region:
        raise InvalidInput(f"{said} and replica_region is {found}: {swapped}")
    raise InvalidInput(f"{said}: they must be the same")


def region(value: Any) -> str:
    """A Region's name.

    Raises:
        InvalidInput: it does not look like one.
    """
    text = _text(value, "a Region")
    if not REGION.fullmatch(text):
        raise InvalidInput(f"{text!r} is not a Region such as 'eu-west-2'")
    return text


def return_to(value: Any) -> str:
    """Where a number goes on delete: "instance", "leave", or a group's ARN.

    Raises:
        InvalidInput: anything else.
    """
    text = _text(value, "return_to")
    if text in {"instance", "leave"}:
        return text
    if is_arn(text):
        return _arn(text, "traffic-distribution-group")
    raise InvalidInput(f"{text!r} is none of 'instance', 'leave' and the ARN of a traffic distribution group")


def description(value: Any) -> str:
    """A number's description: 500 characters at most (`UpdatePhoneNumberMetadata`).

    Raises:
        InvalidInput: longer, or no text.
    """
    if not isinstance(value, str):
        raise InvalidInput(f"{value!r} is not text; a description is needed{as_it_was_read(value)}")
    if len(value) > MAX_DESCRIPTION:
        raise InvalidInput(f"it has {len(value)} characters; {MAX_DESCRIPTION} are the most")
    return value


def _text(value: Any, what: str) -> str:
    text = _filled(value, what)
    if text != text.strip():
        raise InvalidInput(f"{text!r} begins or ends with a space")
    return text


def _filled(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"{value!r} is not text; {what} is needed{as_it_was_read(value)}")
    if not value.strip():
        raise InvalidInput(f"it is empty; {what} is needed")
    return value


def _refuse_other_forms(text: str, kind: Kind) -> None:
    """Refuse ids in the forms of other tools, which no name has: whoever writes one means the object that it names."""
    wanted = f"write the {NOUNS[kind].split(' ', 1)[1]}'s own id, its ARN{_OR_NAME.get(kind, '')}"
    if joined := _JOINED_IDS.fullmatch(text):
        separator = joined.group(1)
        said = f"{text!r} is several ids joined by {separator!r}, as Terraform and pulumi_aws write some"
        own = f" (here {text.rsplit(':', 1)[1]!r})" if separator == ":" else ""
        raise InvalidInput(f"{said}; {wanted.replace('own id', f'own id{own}')}")
    if _END_OF_ARN.fullmatch(text):
        raise InvalidInput(f"{text!r} is the end of an ARN; {wanted}")
    if not is_uuid(text) and is_uuid(text.lower()):
        raise InvalidInput(f"{text!r} is an id in capital letters; Connect writes ids in small ones: {text.lower()!r}")


_OR_NAME: dict[str, str] = {
    "instance": " or its alias",
    "agent": " or its name",
    "contact-flow": " or its name",
    "traffic-distribution-group": " or its name",
    "phone-number": " or the number in E.164",
}
"""What else may be written for an object, but its id and ARN."""
_JOINED_IDS = re.compile(rf"{UUID.pattern}(?=([:,;|/#]))(?:\1{UUID.pattern})+", re.IGNORECASE)
_END_OF_ARN = re.compile(rf"(?:instance|{'|'.join(NOUNS)})/{UUID.pattern}(?:/.*)?", re.IGNORECASE)


def _arn(text: str, *kinds: Kind) -> str:
    try:
        return str(parse(text, *kinds))
    except ArnError as error:
        raise InvalidInput(str(error)) from None
