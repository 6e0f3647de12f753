"""Versions and aliases, which flows and flow modules have alike: a version is kept content, an alias points to one.

Flows keep theirs in `Flow`, modules in their details; both reach the other Region with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from acgr_sandbox.wire.refusal import duplicate, invalid_parameter, invalid_request, not_found

from .call import Call
from .registry import Answer

Kept = Mapping[str, dict[str, Any]]
"""Versions by number, or aliases by id."""

LATEST, SAVED = "$LATEST", "$SAVED"


class Versioned(NamedTuple):
    """A flow or module as one Region shows it: ARN, versions, aliases, the highest number that a version ever had.

    `write` stores all three again.
    """

    arn: str
    versions: Kept
    aliases: Kept
    last: int
    write: Callable[[Kept, Kept, int], None]


def split_qualifier(text: str) -> tuple[str, str]:
    """The id or ARN of a flow or module, and what stands after its colon: a version, an alias, `$SAVED`, nothing."""
    head, slash, tail = text.rpartition("/")
    id, _, qualifier = tail.partition(":")
    return f"{head}{slash}{id}", qualifier


def add_version(call: Call, owner: Versioned, content: Mapping[str, Any]) -> int:
    """Keep content as a version, with the number after the last one or the higher one that the call gives.

    Raises:
        Refusal: the number is not higher than all that were.
    """
    number = int(call.params.get("ContactFlowVersion", owner.last + 1))
    if number <= owner.last:
        raise invalid_parameter(f"Version {number} is not higher than version {owner.last}.")
    entry = {"Version": number, **content, "LastModifiedTime": call.now, "LastModifiedRegion": call.region}
    if call.params.get("Description"):
        entry["VersionDescription"] = call.params["Description"]
    owner.write({**owner.versions, str(number): entry}, owner.aliases, number)
    return number


def remove_version(owner: Versioned, number: int) -> None:
    """Forget a version to which no alias points.

    Raises:
        Refusal: there is no such version, or an alias points to it.
    """
    find_version(owner, number)
    for alias in owner.aliases.values():
        if alias["Version"] == number:
            raise invalid_request(f"The alias {alias['Name']!r} points to version {number}.")
    kept = {key: entry for key, entry in owner.versions.items() if key != str(number)}
    owner.write(kept, owner.aliases, owner.last)


def find_version(owner: Versioned, number: int | str) -> Mapping[str, Any]:
    """What is kept of a version.

    Raises:
        Refusal: `ResourceNotFoundException`.
    """
    if str(number) not in owner.versions:
        raise not_found(f"{owner.arn} has no version {number}.")
    return owner.versions[str(number)]


def qualified_version(owner: Versioned, qualifier: str) -> Mapping[str, Any]:
    """The version that a qualifier names: its number, or the id of an alias.

    Raises:
        Refusal: `ResourceNotFoundException`.
    """
    alias = owner.aliases.get(qualifier)
    return find_version(owner, alias["Version"] if alias else qualifier)


def version_summaries(owner: Versioned, members: tuple[str, ...]) -> list[tuple[str, Answer]]:
    """The versions, each with a key in whose order they are listed; only these members, besides the ARN."""
    rows = ({name: value for name, value in entry.items() if name in members} for entry in owner.versions.values())
    return [(f"{row['Version']:010d}", {"Arn": f"{owner.arn}:{row['Version']}", **row}) for row in rows]


def add_alias(call: Call, owner: Versioned, number: int) -> str:
    """A new alias of the call's `AliasName` for a version; its id.

    Raises:
        Refusal: the name is taken or reserved, or there is no such version.
    """
    name = call.params["AliasName"]
    _check_alias(owner, "", name, number)
    id = call.world.new_id("alias", f"{owner.arn}/{name}")
    alias = {"Name": name, "Version": number, "Description": call.params.get("Description", "")}
    owner.write(owner.versions, {**owner.aliases, id: {**alias, **_modified(call)}}, owner.last)
    return id


def change_alias(call: Call, owner: Versioned, number: int | None) -> None:
    """Give the call's alias another name, description or version.

    Raises:
        Refusal: there is no such alias or version, or the name is taken or reserved.
    """
    id = call.params["AliasId"]
    alias = find_alias(owner, id)
    given = {name: call.params[name] for name in ("Name", "Description") if name in call.params}
    if number is not None:
        given["Version"] = number
    changed = {**alias, **given, **_modified(call)}
    _check_alias(owner, id, changed["Name"], changed["Version"])
    owner.write(owner.versions, {**owner.aliases, id: changed}, owner.last)


def remove_alias(owner: Versioned, id: str) -> None:
    """Forget an alias; the version stays.

    Raises:
        Refusal: `ResourceNotFoundException`.
    """
    find_alias(owner, id)
    kept = {key: alias for key, alias in owner.aliases.items() if key != id}
    owner.write(owner.versions, kept, owner.last)


def find_alias(owner: Versioned, id: str) -> Mapping[str, Any]:
    """What is kept of an alias.

    Raises:
        Refusal: `ResourceNotFoundException`.
    """
    if id not in owner.aliases:
        raise not_found(f"{owner.arn} has no alias {id}.")
    return owner.aliases[id]


def described_alias(owner: Versioned, id: str) -> Answer:
    """An alias as it is described; what is empty is left out."""
    return {"AliasId": id, **{name: value for name, value in find_alias(owner, id).items() if value != ""}}


def alias_summaries(owner: Versioned) -> list[tuple[str, Answer]]:
    """The aliases, each with a key in whose order they are listed."""
    return [(alias["Name"], _alias_summary(owner, id, alias)) for id, alias in owner.aliases.items()]


def _alias_summary(owner: Versioned, id: str, alias: Mapping[str, Any]) -> Answer:
    row = {"Arn": f"{owner.arn}:{id}", "AliasId": id, "AliasName": alias["Name"], "Version": alias["Version"]}
    if alias["Description"]:
        row["AliasDescription"] = alias["Description"]
    return {**row, "LastModifiedTime": alias["LastModifiedTime"]}


def _check_alias(owner: Versioned, id: str, name: str, number: int) -> None:
    find_version(owner, number)
    if name in (LATEST, SAVED):
        raise invalid_parameter(f"{name} is an alias that every flow has.")
    if any(alias["Name"] == name for other, alias in owner.aliases.items() if other != id):
        raise duplicate(f"There is an alias named {name!r} already.")


def _modified(call: Call) -> Answer:
    return {"LastModifiedTime": call.now, "LastModifiedRegion": call.region}
