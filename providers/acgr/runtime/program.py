"""What only the program can tell: the options of its resources, and which settings of its stack are secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
from pulumi.runtime import config as settings

from acgr.runtime.claimed import watch
from acgr.runtime.run import current_run

DYNAMIC = "pulumi-python"
"""The package of all dynamic resources: a provider of it is one that these resources do use."""

ROLES = ("aws:assumeRoles", "aws:assumeRole")
"""The keys in which an external id may stand."""


def foreign_providers(opts: pulumi.ResourceOptions | None) -> Iterator[tuple[str, str]]:
    """By path, what is wrong with each provider of another package.

    Pulumi passes it over in silence, and so its account, role and Region would be used by nobody.
    """
    given = opts.providers if opts else None
    named: dict[str, Any] = {"opts.provider": opts.provider} if opts and opts.provider else {}
    if isinstance(given, Mapping):
        named |= {f'opts.providers["{key}"]': provider for key, provider in given.items()}
    else:
        listed = given if isinstance(given, (list, tuple)) else [given] if given else []
        named |= {f"opts.providers[{index}]": provider for index, provider in enumerate(listed)}
    for path, provider in named.items():
        if (package := getattr(provider, "package", "")) != DYNAMIC:
            yield (
                path,
                f"a provider of {package or 'another package'} is not used here: credentials come from acgr:profile, "
                "acgr:roleArn or the aws: keys of the stack's configuration, and Regions are arguments",
            )


def require_own(whose: str, opts: pulumi.ResourceOptions | None) -> None:
    """Refuse options that would be passed over in silence.

    Args:
        whose: how the error names the resource.
        opts: its options.

    Raises:
        pulumi.RunError: a provider of another package is given, or the resource is to be imported.
    """
    for path, sentence in foreign_providers(opts):
        raise pulumi.RunError(f"{whose}: {path}: {sentence}")
    if opts and getattr(opts, "import_", None) is not None:
        raise pulumi.RunError(
            f"{whose}: opts.import_: a dynamic resource cannot be imported; leave it out: what exists is taken over as "
            "it is, without a call"
        )
    watch()
    run = current_run()
    if not run.has_looked_for_secrets:
        run.has_looked_for_secrets = True
        for key in plain_external_ids():
            pulumi.log.warn(
                f"the external id in {key} is copied into the stack's state as plain text: make it a secret "
                f"(pulumi config set --secret --path '{key}[0].externalId' …), or name a profile that has it"
            )


def plain_external_ids() -> list[str]:
    """The keys of the stack's configuration in which an external id stands that is not secret."""
    secret = settings.get_config_secret_keys_env()
    return [
        key
        for key in ROLES
        if key not in secret and not settings.is_config_secret(key) and _has_external_id(settings.get_config(key))
    ]


def _has_external_id(declared: Any) -> bool:
    try:
        roles = json.loads(declared) if isinstance(declared, str) else declared
    except ValueError:
        return False  # whoever reads it for its meaning says so
    listed = roles if isinstance(roles, list) else [roles]
    return any(isinstance(role, Mapping) and bool(role.get("externalId")) for role in listed)
