"""Numbers that the same program claims: what must be known of the resource that does, and what is done to it.

A resource of pulumi_aws (or of Terraform's provider, bridged) that claims a number says in `target_arn` where the
number is, and so does the placement: two owners. And it does not say which flow answers its number, so a destroy would
delete that flow beside it, which Connect refuses while the number has it. Nobody but the program can tell: no plugin is
told the options of resources, and a resource cannot be made to depend on another once it is constructed. So the program
is watched by a transformation, from the first import of this package on.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import pulumi
from pulumi.runtime.settings import get_root_resource

from acgr_connect.model.arns import ArnError, is_arn, parse

_CLAIMS = re.compile(r"[\w-]+:(connect/phoneNumber:PhoneNumber|index/connectPhoneNumber:ConnectPhoneNumber)")
_FLOWS = re.compile(r"[\w-]+:(connect/contactFlow:ContactFlow|index/connectContactFlow:ConnectContactFlow)")
_INSTANCES = re.compile(r"[\w-]+:(connect/instance:Instance|index/connectInstance:ConnectInstance)")
"""The types of pulumi_aws's resources, and of the same ones bridged without it."""

TARGET = ("target_arn", "targetArn")
"""What a claimed number's target is called in Python, and in Pulumi's state."""

GUIDE = "docs/beside-pulumi-aws.md"


@dataclass(frozen=True)
class Claim:
    """A resource that claims a number.

    Attributes:
        name: its name in the program.
        target: where it says that the number is.
        is_left: whether it leaves that to others.
        after: flows before which it is deleted; None where that is not known.
    """

    name: str
    target: Any
    is_left: bool
    after: WeakSet[pulumi.Resource] | None


@dataclass
class Watched:
    """What one program has declared so far that has to do with numbers."""

    claims: WeakKeyDictionary[pulumi.Resource, Claim] = field(default_factory=WeakKeyDictionary)
    flows: WeakSet[pulumi.Resource] = field(default_factory=WeakSet)
    instances: WeakSet[pulumi.Resource] = field(default_factory=WeakSet)
    placed: list[tuple[Any, Any]] = field(default_factory=list)
    leaves_targets: bool = False

    def see(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        """A resource is being constructed: what becomes of its options."""
        if _FLOWS.fullmatch(args.type_):
            self.flows.add(args.resource)
        elif _INSTANCES.fullmatch(args.type_):
            self.instances.add(args.resource)
        elif _CLAIMS.fullmatch(args.type_):
            after = _listed(args.opts.depends_on)
            opts = pulumi.ResourceOptions.merge(args.opts, self._more(args.resource, after))
            ignored = {*TARGET, "*"}.intersection(opts.ignore_changes or ())
            props: Mapping[str, Any] = args.props
            target = next((props[key] for key in TARGET if props.get(key) is not None), None)
            self.claims[args.resource] = Claim(args.name, target, bool(ignored), after)
            return pulumi.ResourceTransformationResult(args.props, opts)
        return None

    def _more(self, number: pulumi.Resource, after: WeakSet[pulumi.Resource] | None) -> pulumi.ResourceOptions:
        """The options of a claimed number beside its own: it is deleted before the flow that answers it."""
        more = pulumi.ResourceOptions(ignore_changes=[TARGET[1]] if self.leaves_targets else [])
        if self.flows:
            # Which flow that is, only the placement says, which is constructed later; the options are read after that.
            more.depends_on = asyncio.ensure_future(self._answering(number, WeakSet(self.flows), after))
        return more

    async def _answering(
        self, number: pulumi.Resource, earlier: WeakSet[pulumi.Resource], after: WeakSet[pulumi.Resource] | None
    ) -> list[pulumi.Resource]:
        """The flows that its placement gives a number, and that were declared before it: those cannot need it.

        None where the program has waited for something in between, so that the placement is not known yet.
        """
        given = [flow for placed, flow in self.placed if _is_of(placed, number)]
        own = [one for flow in given for one in (flow.values() if isinstance(flow, Mapping) else [flow])]
        found = [flow for flow in earlier if any(_is_of(one, flow) for one in own)]
        if after is not None:
            after.update(found)
        return found


def _is_of(given: Any, resource: pulumi.Resource) -> bool:
    """Whether an argument is a resource, or one of its outputs."""
    return given is resource or any(given is output for output in vars(resource).values())


def _listed(depends_on: Any) -> WeakSet[pulumi.Resource] | None:
    """What a resource depends on; None where that is not known yet."""
    listed = [depends_on] if isinstance(depends_on, pulumi.Resource) else depends_on or []
    if not isinstance(listed, (list, tuple)):
        return None
    return WeakSet(one for one in listed if isinstance(one, pulumi.Resource))


_watched: WeakKeyDictionary[pulumi.Resource, Watched] = WeakKeyDictionary()
"""By stack: a process may run several programs."""


def watch() -> Watched | None:
    """Watch the program from now on; None outside a program. Whoever asks again gets what was seen so far."""
    stack = get_root_resource()
    if stack is None:
        return None
    if stack not in _watched:
        _watched[stack] = Watched()
        pulumi.runtime.register_stack_transformation(_watched[stack].see)
    return _watched[stack]


def leave_targets_to_placements() -> None:
    """Let numbers that pulumi_aws claims from now on stay where this package places them.

    Each of them is constructed as if it had `ignore_changes=["target_arn"]`. Otherwise its refresh would put it back on
    the target that it was claimed for, without a flow. A number that is claimed on the group needs none of this.

    Raises:
        RunError: it is not called by a Pulumi program.
    """
    watched = watch()
    if watched is None:
        raise pulumi.RunError("leave_targets_to_placements(): only a Pulumi program can do this")
    watched.leaves_targets = True


def placed(placement: pulumi.Resource, name: str, props: Mapping[str, Any]) -> None:
    """The program places a number; in a preview, say what will go wrong between that and what claims the number.

    A resource that takes the number back is a warning. A flow that a destroy would delete too early is worth a line:
    the next destroy succeeds.

    Args:
        placement: the resource that places the number.
        name: its name.
        props: its inputs, as the program gives them.
    """
    watched, number = watch(), props["phone_number"]
    if watched is None:
        return
    watched.placed.append((number, props["flow"]))
    if not (watched.claims and pulumi.runtime.is_dry_run() and isinstance(number, pulumi.Output)):
        return

    async def look() -> bool:
        claims = {one: watched.claims[one] for one in await number.resources() if one in watched.claims}
        for claimer, claim in claims.items():
            if not claim.is_left and await _differ(watched, claim.target, props["target"], _shown(claimer)):
                await placement.urn.future()
                pulumi.log.warn(_said(claim, name), placement)
            if await _has_later(watched, claim, props["flow"]):
                await placement.urn.future()
                pulumi.log.info(_said_of_order(claim), placement)
        return bool(claims)

    looked: Any = look()
    pulumi.Output.from_input(looked)  # the program waits for its outputs


def _said(claim: Claim, name: str) -> str:
    one = claim.name
    return (
        f"{one} claims this number for another target than {name} places it on: whenever {one} is refreshed, the next "
        f"run takes the number back, and callers reach nothing until {name} has placed it again. Give {one} the "
        f'group\'s ARN as target_arn, or ignore_changes=["target_arn"] ({GUIDE})'
    )


def _said_of_order(claim: Claim) -> str:
    return (
        f"{claim.name} claims this number and does not wait for its flow: a destroy deletes both at once, which "
        f"Connect refuses of a flow that a number has. Declare the flow before {claim.name}, or give {claim.name} "
        f"depends_on=[the flow] ({GUIDE})"
    )


async def _has_later(watched: Watched, claim: Claim, flow: Any) -> bool:
    """Whether one of the program's flows that answer the number may be deleted before it."""
    if claim.after is None:
        return False
    flows = flow.values() if isinstance(flow, Mapping) else [flow]
    behind = [await one.resources() for one in flows if isinstance(one, pulumi.Output)]
    return any(one in watched.flows and one not in claim.after for found in behind for one in found)


def _shown(claimer: pulumi.Resource) -> Any:
    """The output of a resource that claims a number: where this is."""
    return next((getattr(claimer, key) for key in TARGET if hasattr(claimer, key)), None)


async def _differ(watched: Watched, claimed: Any, placed: Any, shown: Any) -> bool:
    """Whether a number is claimed for another target than it is placed on, as far as that is known.

    Where the claiming resource is shown on the other target and left there, something that is not seen here, such as a
    transform of the program's own, has it ignored.
    """
    claimed_on, placed_on = await _known(claimed), await _known(placed)
    if placed_on and placed_on == await _known(shown):
        return False
    if claimed_on and placed_on and is_arn(placed_on):
        return claimed_on != placed_on
    if claimed_on is None:
        behind = await claimed.resources() if isinstance(claimed, pulumi.Output) else set()
        return any(one in watched.instances for one in behind) and _kind(placed_on) != "instance"
    return _kind(claimed_on) == "instance"


async def _known(value: Any) -> str | None:
    """A text; None where it is not known yet, or no text."""
    if isinstance(value, pulumi.Output):
        value = await value.future() if await value.is_known() else None
    return value if isinstance(value, str) else None


def _kind(target: str | None) -> str:
    try:
        return parse(target or "").kind
    except ArnError:
        return ""
