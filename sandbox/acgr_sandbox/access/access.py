"""The policies of a sandbox: lets a call pass or refuses it, and remembers what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from acgr_sandbox.core.world import World
from acgr_sandbox.wire.caller import Caller, principal_of
from acgr_sandbox.wire.refusal import Refusal

from .policies import Policy, decide, read_policy
from .requests import Asked, Call, asked_by

EVERYBODY = "*"
"""Stands for each access key that has no policies of its own."""

MOST = 10_000
"""How many pairs of action and resource are remembered."""

_WHY = {
    "not allowed": "because no identity-based policy allows the {action} action",
    "denied": "with an explicit deny in an identity-based policy",
}


@dataclass
class _Count:
    allowed: int = 0
    refused: int = 0


@dataclass
class Access:
    """What the callers of the scenario's account may do: policies by access key.

    An access key that has none, and for which `*` has none either, may do nothing, as in AWS.
    """

    policies: Mapping[str, Sequence[Policy]]
    _asked: dict[tuple[str, str], _Count] = field(default_factory=dict)

    @classmethod
    def read(cls, documents: Mapping[str, object]) -> Access:
        """From JSON: an access key, or `*`, to a policy or a list of them.

        Raises:
            ValueError: something is no policy; the sentence says whose, and what.
        """
        return cls({key: _read(key, rows if isinstance(rows, list) else [rows]) for key, rows in documents.items()})

    def check(self, world: World, caller: Caller, operation: str, params: Mapping[str, object]) -> None:
        """Let a call pass.

        Raises:
            Refusal: `AccessDeniedException`, in the words of IAM.
        """
        principal = principal_of(caller, world.partition)
        policies = self.policies.get(caller.access_key, self.policies.get(EVERYBODY, ()))
        for asked in asked_by(Call(world, caller.region, principal, operation, params)):
            decision = decide(policies, asked.action, asked.resource, asked.context)
            self._count(asked, is_allowed=decision == "allowed")
            if decision != "allowed":
                why = _WHY[decision].format(action=asked.action)
                what = f"{asked.action} on resource: {asked.resource}"
                message = f"User: {principal} is not authorized to perform: {what} {why}"
                raise Refusal("AccessDeniedException", message, status=403)

    def _count(self, asked: Asked, *, is_allowed: bool) -> None:
        pair = (asked.action, asked.resource)
        count = self._asked.get(pair)
        if count is None:
            if len(self._asked) >= MOST:
                del self._asked[next(iter(self._asked))]
            count = self._asked[pair] = _Count()
        if is_allowed:
            count.allowed += 1
        else:
            count.refused += 1

    def documents(self) -> dict[str, list[Mapping[str, object]]]:
        """The policies as they were written."""
        return {key: [policy.document for policy in policies] for key, policies in self.policies.items()}

    def asked(self) -> list[dict[str, object]]:
        """What was asked for so far: action, resource, how often it was allowed and refused."""
        return [
            {"action": action, "resource": resource, "allowed": count.allowed, "refused": count.refused}
            for (action, resource), count in sorted(self._asked.items())
        ]


def _read(key: str, rows: Sequence[object]) -> list[Policy]:
    try:
        return [read_policy(row) for row in rows]
    except ValueError as error:
        raise ValueError(f"Policy of {'everybody' if key == EVERYBODY else key}: {error}") from None
