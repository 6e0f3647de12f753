"""What the API pages say of a user's name, identity and settings, and the model's constraints do not.

API pages CreateUser, UpdateUserConfig, UpdateUserPhoneConfig and SearchUsers; data types UserIdentityInfo,
UserPhoneConfig, AfterContactWorkConfig and the others by channel.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from acgr_sandbox.core.models import Instance
from acgr_sandbox.wire.refusal import invalid_parameter, invalid_request

Details = Mapping[str, Any]

BY_CHANNEL = {
    "AutoAcceptConfigs": ("AutoAccept",),
    "AfterContactWorkConfigs": ("AfterContactWorkTimeLimit",),
    "PhoneNumberConfigs": ("PhoneType", "DeskPhoneNumber"),
    "PersistentConnectionConfigs": ("PersistentConnection",),
    "VoiceEnhancementConfigs": (),
}
"""The settings by channel, and the fields of PhoneConfig that each of them stands for."""

_VOICE_ONLY = ("PhoneNumberConfigs", "PersistentConnectionConfigs", "VoiceEnhancementConfigs")
_VOICE_ONLY_FIELDS = ("AgentFirstCallbackAutoAccept", "AgentFirstCallbackAfterContactWorkConfig")
_LONGEST_WORK = 2_000_000
_SAML_NAME = re.compile(r"[a-zA-Z0-9_.@-]{1,64}")
_EMAIL = re.compile(r"[^@]+@[^@.]+(\.[^@.]+)+")
_SECONDARY_EMAIL = re.compile(r"(?=^.{0,265}$)[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,63}")


def check_username(name: str, instance: Instance, *, long_ones: bool) -> None:
    """Refuse a username that the instance's identity management does not have.

    Args:
        name: 64 characters of a few kinds with SAML, else 20; an @ only as in an e-mail address.
        instance: whose user it becomes.
        long_ones: take more than 20 characters without SAML.
    """
    if instance.identity == "SAML" and not _SAML_NAME.fullmatch(name):
        raise invalid_request("With SAML a username has up to 64 characters from [a-zA-Z0-9_.@-].")
    if instance.identity != "SAML" and len(name) > 20 and not long_ones:
        raise invalid_request("Without SAML a username has up to 20 characters.")
    if "@" in name and not _EMAIL.fullmatch(name):
        raise invalid_request(f"An @ belongs into a username that is an e-mail address; {name!r} is none.")


def check_identity(identity: Details, instance: Instance) -> None:
    """Refuse names and addresses that the instance's identity management does not take."""
    if "Email" in identity and instance.identity == "SAML":
        raise invalid_request("With SAML a user has no Email.")
    for name in ("FirstName", "LastName"):
        if not unicodedata.is_normalized("NFC", identity.get(name, "")):
            raise invalid_parameter(f"{name} is not in Unicode Normalization Form C.")
    if instance.identity == "CONNECT_MANAGED" and len(identity.get("LastName", "")) > 256:
        raise invalid_parameter("LastName has up to 256 characters.")
    address = identity.get("SecondaryEmail")
    if address is not None and not _SECONDARY_EMAIL.fullmatch(address):
        raise invalid_parameter(f"SecondaryEmail is {address!r}, which is no e-mail address.")


def check_directory(identity: Details, instance: Instance) -> None:
    """Refuse to change what an existing directory manages."""
    managed = [name for name in ("FirstName", "LastName", "Email") if name in identity]
    if instance.identity == "EXISTING_DIRECTORY" and managed:
        raise invalid_request(f"{managed[0]} is managed by the directory.")


def check_settings(settings: Details) -> None:
    """Refuse times that are too long, channels twice, and what VOICE alone has for other channels."""
    if any(seconds > _LONGEST_WORK for seconds in _work_times(settings)):
        raise invalid_parameter(f"AfterContactWorkTimeLimit is {_LONGEST_WORK} seconds at most.")
    for name in BY_CHANNEL:
        rows = settings.get(name, [])
        channels = [row["Channel"] for row in rows]
        if len(channels) != len(set(channels)):
            raise invalid_parameter(f"{name} has a channel twice.")
        for row in rows:
            only_voice = name in _VOICE_ONLY or any(field in row for field in _VOICE_ONLY_FIELDS)
            if only_voice and row["Channel"] != "VOICE":
                raise invalid_parameter(f"{name}: {row['Channel']} does not have this setting, VOICE does.")


def check_settings_once(settings: Details) -> None:
    """Refuse a setting that is given in PhoneConfig and by channel."""
    phone = settings.get("PhoneConfig", {})
    for name, fields in BY_CHANNEL.items():
        twice = [field for field in fields if field in phone and name in settings]
        if twice:
            raise invalid_request(f"PhoneConfig.{twice[0]} conflicts with {name}.")


def phone_config(details: Details) -> dict[str, Any]:
    """How a user takes calls: what was set in PhoneConfig, or for VOICE."""
    config = {"PhoneType": "SOFT_PHONE", "AutoAccept": False, "AfterContactWorkTimeLimit": 0}
    config.update(details.get("PhoneConfig", {}))
    for name in BY_CHANNEL:
        for row in details.get(name, []):
            if row["Channel"] == "VOICE":
                config.update(_as_phone_config(row))
    return config


def without_channels(details: Details) -> dict[str, Any]:
    """The details without what UpdateUserPhoneConfig sets for all channels alike."""
    return {name: value for name, value in details.items() if not BY_CHANNEL.get(name)}


def in_milliseconds(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as SearchUsers has them: times after contacts are milliseconds there."""
    phone = settings["PhoneConfig"]
    answer = {**settings, "PhoneConfig": {**phone, **_milliseconds(phone)}}
    if "AfterContactWorkConfigs" in settings:
        answer["AfterContactWorkConfigs"] = [
            {name: _milliseconds(value) if isinstance(value, dict) else value for name, value in row.items()}
            for row in settings["AfterContactWorkConfigs"]
        ]
    return answer


def _as_phone_config(row: Details) -> dict[str, Any]:
    names = {"AutoAccept": "AutoAccept", "PhoneType": "PhoneType", "PhoneNumber": "DeskPhoneNumber"}
    names["PersistentConnection"] = "PersistentConnection"
    shown = {field: row[name] for name, field in names.items() if name in row}
    return {**shown, **row.get("AfterContactWorkConfig", {})}


def _work_times(settings: Details) -> Iterator[int]:
    limits = [settings.get("PhoneConfig", {})]
    for row in settings.get("AfterContactWorkConfigs", []):
        limits += [value for value in row.values() if isinstance(value, dict)]
    return (limit["AfterContactWorkTimeLimit"] for limit in limits if "AfterContactWorkTimeLimit" in limit)


def _milliseconds(limit: Details) -> dict[str, Any]:
    name = "AfterContactWorkTimeLimit"
    return {name: limit[name] * 1000} if name in limit else {}
