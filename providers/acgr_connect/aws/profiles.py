"""Profiles that need a person, and credentials that cannot be had: one sentence each, with what to do instead."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore import exceptions

from acgr_connect.aws.settings import Settings
from acgr_connect.model import errors

BY_HAND = 'eval "$(aws configure export-credentials --profile {profile} --format env)"'
"""Asks a person for whatever the profile needs, and puts the credentials into the environment."""

_SIGNED_OUT: tuple[type[BaseException], ...] = tuple(
    kind
    for name in ("SSOError", "LoginError", "TokenRetrievalError", "UnauthorizedSSOTokenError")
    if isinstance(kind := getattr(exceptions, name, None), type)
)
"""What says that somebody has to sign in again; botocore knows more of them with each year."""


def needs_code(profiles: Mapping[str, Mapping[str, Any]], name: str) -> str | None:
    """The profile of a chain of source profiles for which botocore would ask for a code, or None."""
    seen: set[str] = set()
    while name not in seen and (profile := profiles.get(name)) is not None:
        # botocore takes the web identity where a profile has both, and the keys of a source profile that has some.
        has_better = "web_identity_token_file" in profile or (seen and "aws_access_key_id" in profile)
        if "role_arn" not in profile or has_better:
            return None
        seen.add(name)
        if profile.get("mfa_serial"):
            return name
        name = str(profile.get("source_profile", ""))
    return None


def require_nobody(profiles: Mapping[str, Mapping[str, Any]], profile: str | None, settings: Settings) -> None:
    """Refuse a profile for which botocore would ask a person at the terminal, where nobody may be.

    Args:
        profiles: all profiles of the shared files.
        profile: the one that is used; None: the default one.
        settings: where it names a profile, keys in the environment do not come first.

    Raises:
        Denied: a code of a second factor is needed.
    """
    if not settings.profile and os.environ.get("AWS_ACCESS_KEY_ID"):
        return
    chosen = profile or "default"
    if asks := needs_code(profiles, chosen):
        via = "" if asks == chosen else f" through profile {asks}"
        raise errors.Denied(
            f"profile {chosen} needs a code (mfa_serial){via}, and nobody is asked for one here: run "
            f"{BY_HAND.format(profile=chosen)} first, or choose a role that needs none"
        )


@contextmanager
def told(profile: str | None) -> Iterator[None]:
    """Credentials that cannot be had are one sentence. What a profile's own process printed is never part of it."""
    chosen = profile or "default"
    try:
        yield
    except _SIGNED_OUT as error:
        kind = type(error).__name__
        command = "aws login" if kind.startswith("Login") else "aws sso login"
        raise errors.Denied(
            f"profile {chosen} is signed out: run {command} --profile {chosen} first", code=kind
        ) from None
    except exceptions.BotoCoreError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        # What a credential_process prints, and a cache that somebody edited, is read without any check.
        raise errors.Denied(
            f"the credentials of profile {chosen} cannot be read ({type(error).__name__}): run its credential_process "
            "by hand, and look at its SSO and login caches"
        ) from None
