"""The program of every stack in these tests: declares what `program.json` beside it lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
from pulumi.resource import DependencyProviderResource

import acgr
from acgr_components import GlobalResiliency


class Team(pulumi.ComponentResource):
    """A parent, and nothing else."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("test:index:Team", name, None, opts)


KINDS: dict[str, Any] = {
    "number": acgr.PhoneNumberPlacement,
    "flow": acgr.PhoneNumberContactFlow,
    "agent": acgr.TrafficDistributionGroupUser,
    "roster": acgr.TrafficDistributionGroupRoster,
    "group": acgr.TrafficDistributionGroup,
    "replica": acgr.InstanceReplica,
    "component": GlobalResiliency,
    "team": Team,
}

made: dict[str, pulumi.Resource] = {}


class Native(pulumi.CustomResource):
    """A resource of the native provider, as a generated SDK makes it: names are those of the wire."""

    def __init__(self, name: str, token: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__(token, name, {**props, "phoneNumberArn": None}, opts)
        if token.endswith("Placement"):
            pulumi.export(name, getattr(self, "phoneNumberArn"))  # noqa: B009  # no SDK declares it here


class Remote(pulumi.ComponentResource):
    """A component that the native provider constructs."""

    def __init__(self, name: str, token: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__(token, name, props, opts, remote=True)


class Provider(pulumi.ProviderResource):
    """A native provider with a configuration of its own."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("acgr", name, props, opts)


KINDS |= {"native": Native, "remote": Remote, "provider": Provider}

WRAPPED: dict[str, Any] = {"secret": pulumi.Output.secret, "output": pulumi.Output.from_input}


def given(value: Any) -> Any:
    """An argument from JSON; `{"secret": value}` and `{"output": value}` are an Output of that value."""
    if isinstance(value, dict):
        for name, wrap in WRAPPED.items():
            if set(value) == {name}:
                return wrap(value[name])
        return {key: given(inner) for key, inner in value.items()}
    return value


def options(
    parent: str | None = None,
    aliases: Any = (),
    timeout: str | None = None,
    after: Any = (),
    provider_of: str | None = None,
    provider: str | None = None,
    former: str | None = None,
    from_native: bool = False,
    **plain: Any,
) -> Any:
    """Resource options from JSON: an alias is a former name, or `{"parent": null}` for the top of the stack.

    `provider_of` is the package of a provider that somebody else has made; `provider` one that the program makes;
    `former` the type that the resource had before; `from_native` takes over what the native provider has.
    """
    named: Any = made[provider] if provider else None
    types = [pulumi.Alias(type_=former)] if former else []
    reference = f"urn:pulumi:dev::trial::pulumi:providers:{provider_of}::theirs::id"
    return pulumi.ResourceOptions(
        transformations=[_from_native] if from_native else None,
        provider=DependencyProviderResource(reference) if provider_of else named,
        parent=made[parent] if parent else None,
        depends_on=[made[name] for name in after],
        aliases=[
            *types,
            *(pulumi.Alias(name=a) if isinstance(a, str) else pulumi.Alias(parent=_top()) for a in aliases),
        ],
        custom_timeouts=pulumi.CustomTimeouts(timeout, timeout, timeout) if timeout else None,
        **plain,
    )


def _from_native(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """As docs/native.md shows it: a dynamic resource takes over the native one of its kind."""
    begins, _, kind = args.type_.rpartition(":")
    if begins != "pulumi-python:dynamic/acgr":
        return None
    former = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=f"acgr:index:{kind}")])
    return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, former))


def _top() -> Any:
    return pulumi.ROOT_STACK_RESOURCE


for entry in json.loads(Path("program.json").read_text(encoding="utf-8")):
    kind, name, opts = KINDS[entry["kind"]], entry["name"], options(**entry["options"])
    if "get" in entry:
        made[name] = kind.get(name, entry["get"], *entry["args"].values(), opts=opts)
    else:
        made[name] = kind(name, opts=opts, **given(entry["args"]))
