"""`GlobalResiliency` for programs in other languages: constructed here, its children resources of this plugin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from contextvars import copy_context
from dataclasses import replace
from typing import Any

import grpc
import pulumi
from pulumi.provider import ConstructResult, Provider
from pulumi.provider.server import ProviderServicer
from pulumi.resource import DependencyProviderResource

from acgr.arguments import given_arguments
from acgr.requests import Request
from acgr.runtime.looking_ahead import sum_up
from acgr.runtime.run import Run
from acgr.runtime.steps import StepFailed
from acgr_components.answers import dark, group_arn, members, number
from acgr_components.declared import Declared, declared
from acgr_components.global_resiliency import GlobalResiliencyArgs
from acgr_connect.model.property_names import camel, in_snake_case, snake
from acgr_plugin.component_schema import TOKEN
from acgr_plugin.kinds import Kind, kinds
from acgr_plugin.schema import package_version
from acgr_plugin.wire import with_outputs


class Child(pulumi.CustomResource):
    """A resource of this plugin, as a child of the component; its outputs have the names that `acgr` gives them."""

    def __init__(self, kind: Kind, name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        former = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=kind.dynamic_token)])
        given = {**dict.fromkeys((*kind.inputs, *kind.outputs)), **props}
        super().__init__(kind.token, name, given, pulumi.ResourceOptions.merge(opts, former))

    def translate_input_property(self, prop: str) -> str:
        """As it is on the wire."""
        return camel(prop)

    def translate_output_property(self, prop: str) -> str:
        """As it is here."""
        return snake(prop)


class Component(pulumi.ComponentResource):
    """The component: the same children, by the same names, as that of Python programs."""

    def __init__(self, name: str, wanted: Declared, opts: pulumi.ResourceOptions, reference: str | None) -> None:
        super().__init__(TOKEN, name, None, opts)
        # By name the engine would look for a provider of some version, and may find another one than this.
        own = DependencyProviderResource(reference) if reference else None
        child = pulumi.ResourceOptions(parent=self, provider=own)
        known = kinds()
        group = (
            Child(known["acgr:index:TrafficDistributionGroup"], f"{name}-group", wanted.made, child)
            if wanted.made
            else None
        )
        wanted = wanted.on(group.id) if group else wanted
        # The roster first: the engine begins in this order, and a place among its parallel steps is all it needs.
        roster: Any = (
            Child(known["acgr:index:TrafficDistributionGroupRoster"], f"{name}-agents", wanted.roster, child)
            if wanted.roster
            else None
        )
        placements: dict[str, Any] = {
            label: Child(known["acgr:index:PhoneNumberPlacement"], f"{name}-{label}", placed, child)
            for label, placed in wanted.placements.items()
        }
        self.children: Sequence[Child] = [one for one in (group, roster, *placements.values()) if one is not None]
        self.state = {
            "trafficDistributionGroupArn": group_arn(wanted.group, group, roster, placements),
            "numbers": {label: number(placement, wanted.regions) for label, placement in placements.items()},
            "darkNumbers": dark(placements),
            "agents": members(roster),
        }
        self.register_outputs(self.state)


class Constructor(Provider):
    """Constructs the component, as the SDK asks for it.

    Args:
        reference: to this provider, as the engine knows it; the children are resources of it.
        is_made: called once the children are declared.
    """

    def __init__(self, reference: str | None, is_made: Callable[[], None]) -> None:
        super().__init__(package_version())
        self._reference, self._is_made = reference, is_made
        self.made: Component | None = None

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: Mapping[str, pulumi.Input[Any]],
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """The component and its children."""
        if resource_type != TOKEN:
            raise pulumi.RunError(f"there is no component {resource_type}; there is: {TOKEN}")
        try:
            given = given_arguments(GlobalResiliencyArgs, _arguments(inputs), {})
        except TypeError as error:
            raise pulumi.RunError(f'GlobalResiliency "{name}": {error}') from None
        # Whose provider it is was settled by whoever sent this here.
        wanted = declared(name, given, None)
        self.made = Component(name, wanted, options or pulumi.ResourceOptions(), self._reference)
        self._is_made()
        return ConstructResult(self.made.urn, self.made.state)


def _arguments(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by their names in Python, those of numbers and of a group included."""
    found = in_snake_case(inputs)
    if isinstance(numbers := found.get("numbers"), Mapping):
        found["numbers"] = {
            key: in_snake_case(entry) if isinstance(entry, Mapping) else entry for key, entry in numbers.items()
        }
    return found


def constructed(
    request: Any, context: grpc.ServicerContext, run: Run, asked: Request, address: str, reference: str | None
) -> Any:
    """Construct the component in the thread at hand, and in a preview say what it comes to.

    Args:
        request: the engine's.
        context: gRPC's.
        run: of the provider.
        asked: speaks to the operator.
        address: of the engine.
        reference: to this provider, as the engine knows it.

    Raises:
        StepFailed: an argument cannot be meant, or a child failed.
    """

    async def construct(is_made: Callable[[], None]) -> Any:
        provider = Constructor(reference, is_made)
        response = await ProviderServicer(provider, [], address).Construct(request, context)
        if request.dryRun and provider.made:
            urns = [await child.urn.future() for child in provider.made.children]
            if run.settings.preflight != "off":
                row = replace(asked, urn=response.urn).without_time(run.connection.clock)
                sum_up(run, row, [str(urn) for urn in urns if urn])
        return response

    request.inputs.CopyFrom(with_outputs(request.inputs))
    with ExitStack() as declaring:
        declaring.enter_context(run.declaring())
        try:
            return copy_context().run(asyncio.run, construct(declaring.close))
        except pulumi.RunError as error:
            raise StepFailed(str(error)) from error
        except Exception as error:
            if not _is_of_child(error):
                raise
            # The SDK adds a traceback of its own. What is wrong is on the row of the child.
            raise StepFailed(str(error).partition(":\n  File ")[0]) from error


def _is_of_child(error: BaseException | None) -> bool:
    """Whether the engine has refused to register a resource."""
    while error is not None and not isinstance(error, grpc.RpcError):
        error = error.__cause__ or error.__context__
    return error is not None
