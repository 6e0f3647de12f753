"""A provider that does nothing: what the engine itself needs for as many resources."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider


class IdleProvider(ResourceProvider):
    """Stores what it is given."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Nothing is made."""
        return CreateResult("idle", props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Nothing changes."""
        return DiffResult(changes=False)


class Idle(Resource):
    """A resource that is nothing but a row of the state."""

    def __init__(self, name: str, stored: object) -> None:
        """Declare it.

        Args:
            name: the name in the program.
            stored: what the state holds of it.
        """
        super().__init__(IdleProvider(), name, {"stored": stored})
