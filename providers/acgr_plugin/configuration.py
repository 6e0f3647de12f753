"""The configuration of a provider: what stacks set as `acgr:` for all, and explicit providers each for itself.

`acgr_connect.aws.settings` reads it. It asks for keys of two namespaces, `acgr:` and `aws:`, since the dynamic provider
sees the whole configuration of a stack. The engine hands a plugin what is its own, and so all of it is in one here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from acgr_connect.aws.endpoints import VARIABLES
from acgr_connect.aws.setting_error import SettingError
from acgr_connect.aws.setting_keys import nearest
from acgr_connect.aws.settings import CREDENTIALS, Settings, read

OF_THE_ENGINE = frozenset({"version", "pluginDownloadURL", "parameterization"})
"""Properties of every provider that say where its plugin is."""

WHOSE = ("profile", "accessKey", "assumeRoleWithWebIdentity")
"""The keys that say whose credentials are used."""

ONE_OF = (WHOSE, ("roleArn", "assumeRole", "assumeRoles"))
"""Keys of which one is given: of two, one would be passed over in silence, and somebody else's account written to."""

ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_CONNECT", "AWS_ENDPOINT_URL_STS")

TEXT, NUMBER, TRUTH = "string", "number", "boolean"
TEXTS, ROLE, ROLES, URLS = "texts", "role", "roles", "urls"


@dataclass(frozen=True)
class Key:
    """One key: the type of its value, what it means, and whether it is secret."""

    type: str
    says: str
    is_secret: bool = False


KEYS: Mapping[str, Key] = {
    "profile": Key(TEXT, "The profile of the AWS configuration whose credentials are used."),
    "roleArn": Key(TEXT, "The ARN of a role to assume."),
    "assumeRole": Key(ROLE, "A role to assume, with `roleArn`, `sessionName`, `externalId` and so on."),
    "assumeRoles": Key(ROLES, "Roles to assume one after the other."),
    "assumeRoleWithWebIdentity": Key(ROLE, "A role to assume with a token of somebody else: a text, or a file."),
    "accessKey": Key(TEXT, "An access key. For sandboxes: it is kept in the stack's state."),
    "secretKey": Key(TEXT, "The secret of `accessKey`.", is_secret=True),
    "token": Key(TEXT, "The session token of `accessKey`.", is_secret=True),
    "allowedAccountIds": Key(TEXTS, "The only accounts that may be written to."),
    "forbiddenAccountIds": Key(TEXTS, "Accounts that may not be written to."),
    "accountCheck": Key(TEXT, "`off` where the network has no STS: then nobody looks whose the credentials are."),
    "endpoints": Key(URLS, "A list of mappings, the service (`connect`, `sts`) to the URL where it is asked."),
    "allowInsecureEndpoints": Key(TRUTH, "Whether plain HTTP to another machine is meant."),
    "customCaBundle": Key(TEXT, "A file with certificates of authorities."),
    "ec2MetadataServiceEndpoint": Key(TEXT, "The address of the machine's metadata service."),
    "ec2MetadataServiceEndpointMode": Key(TEXT, "`IPv4` or `IPv6`."),
    "httpProxy": Key(TEXT, "The proxy for HTTP."),
    "httpsProxy": Key(TEXT, "The proxy for HTTPS."),
    "noProxy": Key(TEXT, "The hosts that are reached past the proxies."),
    "sharedConfigFiles": Key(TEXTS, "The AWS configuration's file, in a list of one."),
    "sharedCredentialsFiles": Key(TEXTS, "The AWS credentials' file, in a list of one."),
    "skipMetadataApiCheck": Key(TRUTH, "Whether the machine's metadata service is not asked for credentials."),
    "stsRegion": Key(TEXT, "The Region in which STS is asked."),
    "useDualstackEndpoint": Key(TRUTH, "Whether endpoints with IPv6 are used."),
    "useFipsEndpoint": Key(TRUTH, "Whether FIPS endpoints are used."),
    "requestsPerSecond": Key(NUMBER, "The account's quota of requests a second; 2 unless given."),
    "burst": Key(NUMBER, "How many requests may go out at once; 5 unless given."),
    "bucketScope": Key(TEXT, "Whether the rate is counted per operation: `auto`, `shared` or `per-operation`."),
    "duringFailover": Key(TEXT, "`allow`: numbers are moved and agents removed while traffic is failed over."),
    "journal": Key(TEXT, "`tags`: what is owed to a number that moves stands on the number, too."),
    "preflight": Key(TEXT, "What a preview does about things that are not there: `error`, `warn` or `off`."),
    "earlyFlow": Key(TEXT, "`never`: no flow is set before a move is over."),
}
"""Every key of the configuration."""


def refusals(names: Iterable[str]) -> list[tuple[str, str]]:
    """What is wrong with the keys of a configuration, each with the reason; what the engine adds is passed over."""
    unknown = sorted(
        name for name in names if name not in KEYS and name not in OF_THE_ENGINE and not name.startswith("__")
    )
    found = []
    for name in unknown:
        meant = nearest(name, KEYS)
        found.append((name, f"there is no {name}; " + (f"did you mean {meant}?" if meant else f"there are: {_all()}")))
    return found


CREDENTIALS_WITHIN = frozenset({"externalId", "webIdentityToken"})
"""What is secret among the properties of a role."""

_URL_WITH_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]+@")


def secret_keys(given: Mapping[str, Any]) -> set[str]:
    """The keys whose values hold a credential: the state is to have it encrypted, whether a program says so or not."""
    return {name for name, value in given.items() if (name in KEYS and KEYS[name].is_secret) or _has_credential(value)}


def _has_credential(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(name in CREDENTIALS_WITHIN or _has_credential(entry) for name, entry in value.items())
    if isinstance(value, (list, tuple)):
        return any(map(_has_credential, value))
    if not isinstance(value, str):
        return False
    if value[:1] in {"{", "["}:  # structures travel as text, too
        try:
            return _has_credential(json.loads(value))
        except ValueError:
            return False
    return _URL_WITH_PASSWORD.search(value) is not None


def _all() -> str:
    return ", ".join(sorted(KEYS))


def settings_of(given: Mapping[str, Any], environ: Mapping[str, str], *, is_default: bool) -> Settings:
    """The settings of a provider.

    In a provider of its own the configuration comes first, since programs have several of them for several accounts.
    The default provider has its from the stack, and the environment comes before that, as in the dynamic provider.

    Args:
        given: the configuration, by key.
        environ: the environment of the process.
        is_default: whether it is the default provider of a stack.

    Raises:
        SettingError: a value has the wrong shape, or cannot be honoured.
    """
    surroundings = dict(environ) if is_default else _without(environ, given)
    for said in _mistakes(given, is_default=is_default):
        raise SettingError(said)
    try:
        return read(lambda key: given.get(key.partition(":")[2]), surroundings)
    except SettingError as error:
        raise SettingError(in_own_words(str(error))) from None


def _mistakes(given: Mapping[str, Any], *, is_default: bool) -> Iterator[str]:
    """What a program does not mean, and what would lead to another account or place than it means."""
    for keys in ONE_OF:
        if len(both := [key for key in keys if given.get(key)]) > 1:
            yield f"acgr:{both[0]} and acgr:{both[1]} are both given: keep one of them"
    for name, value in given.items():
        is_text = name in KEYS and KEYS[name].type == TEXT and value is not None
        if is_text and not isinstance(value, str):
            yield f"acgr:{name} is text; quote it"
        elif is_text and not value and not is_default:
            yield f"acgr:{name} is empty: leave it out where nothing is meant"
    yield from _endpoints_without_url(given.get("endpoints"))


def _endpoints_without_url(declared: Any) -> Iterator[str]:
    if isinstance(declared, str) and declared[:1] == "[":
        with suppress(ValueError):
            declared = json.loads(declared)
    for index, entry in enumerate(declared if isinstance(declared, list) else []):
        if not isinstance(entry, Mapping):
            return  # whoever reads it says so
        for service, url in entry.items():
            if service not in VARIABLES:
                there = ", ".join(sorted(VARIABLES))
                yield f"acgr:endpoints[{index}]: there is no service {service}; there are: {there}"
            if not url:
                yield f"acgr:endpoints[{index}]: {service} has no URL"
        if not entry:
            yield f"acgr:endpoints[{index}] is empty: it names no service"


def in_own_words(said: str) -> str:
    """A sentence on the settings, whose keys are all of the namespace `acgr` here."""
    return re.sub(r"(?<![\w:])aws:(?=[a-z]\w)", "acgr:", said)


def _without(environ: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, str]:
    """The environment without what the configuration says itself."""
    dropped: set[str] = set()
    if any(given.get(key) for key in WHOSE):
        dropped |= {*CREDENTIALS, "ACGR_PROFILE"}
    if given.get("endpoints"):
        dropped |= {*ENDPOINT_VARIABLES}
    return {name: value for name, value in environ.items() if name not in dropped}
