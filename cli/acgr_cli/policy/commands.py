"""`acgr policy`: the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import get_args

import click

from acgr_cli.connected import Reach, asks_connect
from acgr_connect.aws.permissions import RoleKind
from acgr_connect.groups import find_group
from acgr_connect.model.arns import Arn, is_arn, parse

from .as_hcl import as_hcl
from .as_json import as_json
from .as_pulumi import as_pulumi
from .document import INLINE, MANAGED, Policy, policy_of
from .scope import Scope, group, number, require_replica

_EPILOG = """\b
roles:
  deploy        pulumi up, refresh and destroy of numbers, their flows and agents
  set-up        the same, and of replicas and traffic distribution groups
  preview-only  pulumi preview, and refresh --preview-only
  verify        acgr verify, discover and report: read only
  drill         acgr drill, and acgr verify --call: verify, traffic shares and test cases

docs/permissions.md says what each action is for, and how a policy is tried on the sandbox.
"""

_GROUPS = "A traffic distribution group, by ARN, id or name; may be repeated. All of the account unless given."
_NUMBERS = "A phone number, by ARN or id; may be repeated. All of the account unless given."


@click.command(epilog=_EPILOG, short_help="the IAM policy of a role: what it needs, and nothing more")
@click.option("--role", type=click.Choice(get_args(RoleKind)), required=True, help="What the role is for, below.")
@click.option("--replica-region", metavar="REGION", help="The replica's Region; looked up unless given.")
@click.option("--group", "groups", multiple=True, metavar="GROUP", help=_GROUPS)
@click.option("--number", "numbers", multiple=True, metavar="NUMBER", help=_NUMBERS)
@click.option("--journal", type=click.Choice(["file", "tags"]), default="file", help="As acgr:journal is (file).")
@click.option("--format", "form", type=click.Choice(["json", "hcl", "pulumi"]), default="json", help="json (default).")
@click.option("--name", metavar="NAME", help="What the policy is called in hcl and pulumi (acgr-ROLE).")
@asks_connect
def policy(
    reach: Reach,
    role: RoleKind,
    replica_region: str | None,
    groups: tuple[str, ...],
    numbers: tuple[str, ...],
    journal: str,
    form: str,
    name: str | None,
) -> int:
    """Print the IAM policy of a role: what it needs on these objects, and nothing more.

    ARNs are put together from the instance's, in any partition. With the source instance's ARN and --replica-region
    nothing is asked of AWS, but for groups that are given by name. Every policy denies connect:ReleasePhoneNumber.
    """
    source, replica = _instances(reach, replica_region)
    scope = Scope(source, replica, _groups(reach, source, groups), tuple(number(source, text) for text in numbers))
    made = policy_of(role, scope, tags=journal == "tags")
    click.echo(_formatted(made, form, name or f"acgr-{role}"), nl=False)
    _warn_of_size(made)
    return 0


def _instances(reach: Reach, replica_region: str | None) -> tuple[Arn, str | None]:
    """The source instance and the Region of its replica: as they are written, or else looked up."""
    if replica_region and reach.instance and is_arn(reach.instance):
        source = parse(reach.instance, "instance")
        return source, require_replica(source, replica_region)
    pair = reach.pair()
    if replica_region:
        return pair.source, require_replica(pair.source, replica_region)
    return pair.source, pair.replica.region if pair.replica else None


def _groups(reach: Reach, source: Arn, texts: Iterable[str]) -> tuple[Arn, ...]:
    meant = [group(source, text) for text in texts]
    return tuple(one if isinstance(one, Arn) else find_group(reach.connection, one, source.region).arn for one in meant)


def _formatted(made: Policy, form: str, name: str) -> str:
    if form == "hcl":
        return as_hcl(made, name)
    return as_pulumi(made, name) if form == "pulumi" else as_json(made)


def _warn_of_size(made: Policy) -> None:
    size = len("".join(as_json(made).split()))
    if size > MANAGED:
        print(
            f"The policy has {size} characters, and a managed one may have {MANAGED}: name fewer groups and numbers"
            + (f", or attach it as an inline policy (up to {INLINE})." if size <= INLINE else "."),
            file=sys.stderr,
        )
