"""The keys of stack configuration: which are honoured, which concern other things, and what is refused.

pulumi-aws reads the same `aws:` keys. One that decides whose account, role, endpoint or partition is used must never be
passed over in silence: it would be honoured for all other resources of the stack, and not for these.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from acgr_connect.aws.setting_error import SettingError

OURS = frozenset(
    {
        "accountCheck",
        "allowInsecureEndpoints",
        "bucketScope",
        "burst",
        "duringFailover",
        "earlyFlow",
        "journal",
        "preflight",
        "profile",
        "requestsPerSecond",
        "roleArn",
    }
)
"""All keys of the namespace `acgr`."""

HONOURED = frozenset(
    {
        "accessKey",
        "allowedAccountIds",
        "assumeRole",
        "assumeRoles",
        "assumeRoleWithWebIdentity",
        "customCaBundle",
        "ec2MetadataServiceEndpoint",
        "ec2MetadataServiceEndpointMode",
        "endpoints",
        "forbiddenAccountIds",
        "httpProxy",
        "httpsProxy",
        "insecure",
        "noProxy",
        "profile",
        "secretKey",
        "sharedConfigFiles",
        "sharedCredentialsFiles",
        "skipMetadataApiCheck",
        "stsRegion",
        "token",
        "useDualstackEndpoint",
        "useFipsEndpoint",
    }
)
"""The keys of the namespace `aws` that are honoured, or refused where they are read."""

OF_OTHERS = frozenset(
    {
        "defaultTags",
        "ignoreTags",
        "maxRetries",
        "region",
        "retryMode",
        "s3ForcePathStyle",
        "s3UsEast1RegionalEndpoint",
        "s3UsePathStyle",
        "skipCredentialsValidation",
        "skipGetEc2Platforms",
        "skipRegionValidation",
        "skipRequestingAccountId",
        "tagPolicyCompliance",
        "tokenBucketRateLimiterCapacity",
        "userAgents",
    }
)
"""The keys of the namespace `aws` that change nothing here: Regions are arguments, and requests are paced here."""

LOOKS_ALIKE = 0.8
"""How alike two names are, of 1, where one is taken for the other misspelt."""


def unknown_keys(keys: Iterable[str], project: str) -> list[str]:
    """The keys of the namespace `aws` that nobody here knows: they are not honoured, and the user is told.

    Args:
        keys: all keys of the stack's configuration, with their namespaces.
        project: the project's name, whose own keys are none of ours.

    Raises:
        SettingError: a key is ours misspelt, or is one misspelt that decides whose account or endpoint is used.
    """
    unknown = []
    for key in sorted(keys):
        namespace, _, name = key.partition(":")
        if namespace == project:
            continue
        _require_ours(key, namespace, name)
        if namespace == "aws" and name not in HONOURED | OF_OTHERS:
            if meant := nearest(name, HONOURED | OF_OTHERS):
                raise SettingError(f"there is no {key}; did you mean aws:{meant}?")
            unknown.append(key)
    return unknown


def _require_ours(key: str, namespace: str, name: str) -> None:
    is_ours = namespace == "acgr"
    if not is_ours and namespace.lower().replace("_", "-") not in {"acgr", "pulumi-acgr", "acgr-components"}:
        return
    if is_ours and name in OURS:
        return
    if meant := name if name in OURS else nearest(name, OURS):
        raise SettingError(f"there is no {key}; did you mean acgr:{meant}?")
    # pulumi-aws has it, and so it is in its namespace that it is honoured.
    if name in HONOURED:
        raise SettingError(f"there is no {key}; did you mean aws:{name}?")
    raise SettingError(f"there is no {key}; there are: {', '.join(sorted(OURS))}")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one that a misspelt name stands for, or None."""
    by_letters = {_letters(one): one for one in sorted(known)}
    found = get_close_matches(_letters(name), by_letters, 1, LOOKS_ALIKE)
    return by_letters[found[0]] if found else None


def _letters(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
