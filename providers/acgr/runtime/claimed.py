"""Numbers that the same program claims: what must be known of the resource that does, and what is done to it.

A resource of pulumi_aws (or of Terraform's provider, bridged) that claims a number says in `target_arn` where the
number is, and so does the placement: two owners. And it does not say which flow answers its number, so a destroy would
delete that flow beside it, which Connect refuses while the number has it. Nobody but the program can tell: no plugin is
told the options of resources, and a resource cannot be made to depend on another once it is constructed. So the program
is watched by a transformation, from the first import of this package on.
"""

from __future__ import annotations

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
    leaves_targets: bool = False

    def see(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        """A resource is being constructed: what becomes of its options."""
        if _FLOWS.fullmatch(args.type_):
            self.flows.add(args.resource)
        elif _INSTANCES.fullmatch(args.type_):
            self.instances.add(args.resource)
        elif _CLAIMS.fullmatch(args.type_):
            opts = self._options(args.opts)
            ignored = {*TARGET, "*"}.intersection(opts.ignore_changes or ())
            props: Mapping[str, Any] = args.props
            target = next((props[key] for key in TARGET if props.get(key) is not None), None)
            self.claims[args.resource] = Claim(args.name, target, bool(ignored), _listed(opts.depends_on))
            return pulumi.ResourceTransformationResult(args.props, opts)
        return None

    def _options(self, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """The options of a claimed number.

        It is deleted before the flows that the program declares before it, one of which may answer it. What was
        constructed before cannot need it, so no circle comes of that.
        """
        ignored = [TARGET[1]] if self.leaves_targets else []
        more = pulumi.ResourceOptions(ignore_changes=ignored, depends_on=list(self.flows))
        return pulumi.ResourceOptions.merge(opts, more)


def _listed(depends_on: Any) -> WeakSet[pulumi.Resource] | None:
    """What a resource depends on, as far as that is resources."""
    if not isinstance(depends_on, list):
        return None
    return WeakSet(one for one in depends_on if isinstance(one, pulumi.Resource))


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


def warn_of_claims(placement: pulumi.Resource, name: str, props: Mapping[str, Any]) -> None:
    """In a preview's program: say what will go wrong between a placement and the resource that claims its number.

    A resource that takes the number back is a warning. A flow that a destroy would delete too early is worth a line:
    the next destroy succeeds.

    Args:
        placement: the resource that places the number.
        name: its name.
        props: its inputs.
    """
    watched, number = watch(), props["phone_number"]
    if (
        watched is None
        or not watched.claims
        or not pulumi.runtime.is_dry_run()
        or not isinstance(number, pulumi.Output)
    ):
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
