"""The roles that stack configuration names, as pulumi-aws spells them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from acgr_connect.aws.setting_error import SettingError

SHORTEST, LONGEST = 900, 43200
"""Seconds that a session of a role may last (STS)."""

MEMBERS = (
    "roleArn",
    "sessionName",
    "externalId",
    "policy",
    "policyArns",
    "duration",
    "durationSeconds",
    "sourceIdentity",
    "tags",
    "transitiveTagKeys",
)
WEB_IDENTITY_MEMBERS = (
    "roleArn",
    "sessionName",
    "policy",
    "policyArns",
    "duration",
    "webIdentityToken",
    "webIdentityTokenFile",
)

_ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/\S+")
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


@dataclass(frozen=True)
class Role:
    """A role to assume.

    Attributes:
        arn: the role's ARN.
        session_name: how the session is called in CloudTrail.
        external_id: what the role's owner asks for.
        options: further parameters of `AssumeRole`, by their names in the API.
    """

    arn: str
    session_name: str = "acgr"
    external_id: str | None = field(default=None, repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def parameters(self) -> dict[str, Any]:
        """What STS is asked with."""
        external = {"ExternalId": self.external_id} if self.external_id else {}
        return {"RoleArn": self.arn, "RoleSessionName": self.session_name, **external, **self.options}


@dataclass(frozen=True)
class WebIdentity:
    """A role that is assumed with a token of somebody else: text, or a file that is read anew each time."""

    role: Role
    token: str | None = field(default=None, repr=False)
    token_file: Path | None = None

    def current_token(self) -> str:
        """The token.

        Raises:
            OSError: the file cannot be read.
        """
        if self.token_file is None:
            return self.token or ""
        return self.token_file.read_text(encoding="utf-8").strip()


def chain(ours: Any, old: Any, listed: Any) -> tuple[Role, ...]:
    """The roles to assume, each with the credentials of the one before.

    Args:
        ours: `acgr:roleArn`, which comes first.
        old: `aws:assumeRole`, as pulumi-aws before 7 spells it.
        listed: `aws:assumeRoles`.

    Raises:
        SettingError: one of them cannot be understood, or both `aws:` keys are given.
    """
    if ours:
        return (Role(_arn("acgr:roleArn", ours)),)
    if old and listed:
        raise SettingError("aws:assumeRole and aws:assumeRoles are both given: keep aws:assumeRoles")
    if old:
        only = old[0] if isinstance(old, list) and len(old) == 1 else old
        return (_role("aws:assumeRole", only),)
    if listed and not isinstance(listed, list):
        raise SettingError("aws:assumeRoles is a list of mappings, each with a roleArn")
    return tuple(_role(f"aws:assumeRoles[{index}]", role) for index, role in enumerate(listed or []))


def web_identity(declared: Any) -> WebIdentity | None:
    """`aws:assumeRoleWithWebIdentity`.

    Raises:
        SettingError: it cannot be understood.
    """
    where = "aws:assumeRoleWithWebIdentity"
    if not declared:
        return None
    given = _mapping(where, declared, WEB_IDENTITY_MEMBERS)
    token, file = given.get("webIdentityToken"), given.get("webIdentityTokenFile")
    if bool(token) == bool(file):
        raise SettingError(f"{where} needs a webIdentityTokenFile, or else a webIdentityToken")
    role = Role(
        _arn(f"{where}.roleArn", given.get("roleArn")),
        _text(f"{where}.sessionName", given.get("sessionName")) or "acgr",
        None,
        _options(where, given),
    )
    return WebIdentity(role, str(token) if token else None, Path(str(file)).expanduser() if file else None)


def _role(where: str, declared: Any) -> Role:
    given = _mapping(where, declared, MEMBERS)
    return Role(
        _arn(f"{where}.roleArn", given.get("roleArn")),
        _text(f"{where}.sessionName", given.get("sessionName")) or "acgr",
        _text(f"{where}.externalId", given.get("externalId")),
        _options(where, given),
    )


def _mapping(where: str, declared: Any, members: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(declared, Mapping):
        raise SettingError(f"{where} is a mapping with a roleArn")
    for name in declared:
        if name not in members:
            meant = get_close_matches(str(name), members, 1)
            hint = f"did you mean {meant[0]}?" if meant else f"it has: {', '.join(members)}"
            raise SettingError(f"{where} has no {name}; {hint}")
    return {name: value for name, value in declared.items() if value is not None}


def _options(where: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What goes to STS beside the role, its session's name and the external id."""
    tags = given.get("tags") or {}
    if not isinstance(tags, Mapping) or not all(isinstance(value, str) for value in tags.values()):
        raise SettingError(f"{where}.tags is a mapping of texts; quote the values")
    asked = {
        "DurationSeconds": _seconds(where, given),
        "Policy": _text(f"{where}.policy", given.get("policy")),
        "PolicyArns": [{"arn": arn} for arn in _texts(f"{where}.policyArns", given.get("policyArns"))],
        "SourceIdentity": _text(f"{where}.sourceIdentity", given.get("sourceIdentity")),
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "TransitiveTagKeys": _texts(f"{where}.transitiveTagKeys", given.get("transitiveTagKeys")),
    }
    return {name: value for name, value in asked.items() if value}


def _seconds(where: str, given: Mapping[str, Any]) -> int | None:
    if (plain := given.get("durationSeconds")) is not None:
        seconds = int(plain) if re.fullmatch(r"\d+", str(plain)) else 0
    elif (written := given.get("duration")) is not None:
        parts = _DURATION.fullmatch(str(written))
        hours, minutes, rest = (int(part or 0) for part in parts.groups()) if parts else (0, 0, 0)
        seconds = hours * 3600 + minutes * 60 + rest
    else:
        return None
    if not SHORTEST <= seconds <= LONGEST:
        raise SettingError(f"{where}.duration is from 15m to 12h, such as 1h30m")
    return seconds


def _arn(where: str, value: Any) -> str:
    if not isinstance(value, str) or not _ROLE.fullmatch(value):
        raise SettingError(f"{where} is the ARN of a role, such as arn:aws:iam::111122223333:role/name")
    return value


def _text(where: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise SettingError(f"{where} is text; quote it")
    return value or None


def _texts(where: str, value: Any) -> list[str]:
    if value is not None and (not isinstance(value, list) or not all(isinstance(one, str) for one in value)):
        raise SettingError(f"{where} is a list of texts")
    return value or []
