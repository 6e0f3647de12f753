"""The kinds of resources that the plugin serves: those that `acgr` registers, each by its token."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any

import acgr
from acgr.runtime.fields import StoredState, keys_of
from acgr.runtime.inputs import names_of
from acgr.runtime.provider import REGISTRY
from acgr.runtime.resource import ResourceLogic

PACKAGE = "acgr"


@dataclass(frozen=True)
class Kind:
    """One kind of resource.

    Attributes:
        name: such as `PhoneNumberPlacement`.
        resource: the class that Python programs use, whose annotations say the types of the outputs.
        logic: what it does.
    """

    name: str
    resource: type
    logic: ResourceLogic

    @property
    def token(self) -> str:
        """Its type."""
        return f"{PACKAGE}:index:{self.name}"

    @property
    def dynamic_token(self) -> str:
        """The type of the same resource in states of the dynamic provider."""
        return f"pulumi-python:dynamic/acgr:{self.name}"

    @property
    def args(self) -> type:
        """The dataclass of its arguments."""
        return self.logic.args

    @property
    def state(self) -> type[StoredState]:
        """What is stored of its outputs."""
        return self.logic.state

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of its arguments."""
        return names_of(self.args)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of its outputs."""
        return keys_of(self.state)

    @property
    def required(self) -> list[str]:
        """The arguments that have no default."""
        fields: Any = dataclasses.fields(self.args)
        return [field.name for field in fields if field.default is dataclasses.MISSING]


@cache
def kinds() -> dict[str, Kind]:
    """By token, all kinds."""
    found = (
        Kind(name, getattr(acgr, name), provider.logic)
        for name, provider in ((cls.removesuffix("Provider"), provider) for cls, provider in REGISTRY.items())
    )
    return {kind.token: kind for kind in sorted(found, key=lambda kind: kind.name)}


class UnknownKind(Exception):
    """A type that the plugin does not serve."""


def kind_of(urn: str, token: str = "") -> Kind:
    """The kind of a resource.

    Args:
        urn: the resource, whose last type it is.
        token: its type, where the engine says it.

    Raises:
        UnknownKind: there is no such kind.
    """
    own = token or urn.split("::")[2].rpartition("$")[2]
    found = kinds().get(own)
    if found is None:
        known = ", ".join(kind.name for kind in kinds().values())
        raise UnknownKind(f"there is no resource {own}; there are: {known}")
    return found
