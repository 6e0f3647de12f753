"""Which agent is on which group, in every way to write it: what resources declare, and whom they may remove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from typing import Any

from acgr.runtime.inputs import known
from acgr.runtime.ownership import Key
from acgr.runtime.run import Run
from acgr_connect.model.arns import Arn, is_arn
from acgr_connect.model.errors import ConnectError, ErrorContext
from acgr_connect.model.identifiers import DEFAULT_GROUP
from acgr_connect.model.records import last_part

MEMBERSHIP, ROSTER = "membership", "roster"
"""Kinds of keys: an agent on a group; a list of agents of a group."""


def bare(user: str) -> str:
    """A user's id where an ARN is written, else what is written."""
    return last_part(user) if is_arn(user) else user


def written_group(props: Mapping[str, Any]) -> set[str]:
    """The one way in which inputs write the group; a name or an id is one of its Region. None where it is not known."""
    group = props.get("traffic_distribution_group")
    if not isinstance(group, str) or not known(group) or not group:
        return set()
    return {group if is_arn(group) else _in_region(group, props.get("source_region"))}


def ways_to_write_group(group: Arn) -> set[str]:
    """Every way to write the group that needs no look: its ARN and its id."""
    return {str(group), _in_region(group.id, group.region)}


def all_ways_to_write_group(run: Run, group: Arn) -> set[str]:
    """Every way to write the group, its name included.

    Raises:
        ConnectError: Connect cannot be asked how it is called.
    """
    found = run.connection.directory.groups(group.region).entries().get(group.id)
    names = {found.name, *([DEFAULT_GROUP] if found.is_default else [])} if found else set()
    return ways_to_write_group(group) | {_in_region(name, group.region) for name in names}


def _in_region(text: str, region: Any) -> str:
    return f"{region}/{text}"


def member_keys(groups: Iterable[str], users: Iterable[str]) -> set[Key]:
    """The keys of these users on this group, however both are written."""
    return {(MEMBERSHIP, group, bare(user)) for group, user in product(set(groups), users)}


class Leaving:
    """Whether agents may leave a group: who else declares them, whatever way they are written there.

    What other resources mean is looked up once, and only where another resource declares agents at all.

    Args:
        run: has the table of declarations.
        urn: the resource that removes them.
        group: the traffic distribution group that they are to leave.
        action: what is done, as an error about it begins.
        is_delete: whether the resource itself is deleted: what the program still declares under its name stays, too.
    """

    def __init__(self, run: Run, urn: str, group: Arn, action: str, *, is_delete: bool = False) -> None:
        self._run, self._urn, self._group, self._is_delete = run, urn, group, is_delete
        # What the program still declares under the same name is written in some way as well: a name, mostly.
        self._is_declared_anew = is_delete and run.declares(urn)
        self._context = ErrorContext(action, group.region)
        self._groups: set[str] | None = None
        self._names: Mapping[str, str] | None = None

    def other_owner(self, user: Arn) -> str | None:
        """The resource that declares the agent on the group, or None.

        Raises:
            ConnectError: Connect cannot be asked what another resource means: nobody is removed.
        """
        return self._run.ownership.other_owner(self._urn, self._keys(user), is_delete=self._is_delete)

    @contextmanager
    def removal(self, user: Arn) -> Iterator[str | None]:
        """The agent is removed meanwhile, unless the answer names the `other_owner`.

        Raises:
            ConnectError: as for `other_owner`.
        """
        with self._run.ownership.removal(self._urn, self._keys(user), is_delete=self._is_delete) as owner:
            yield owner

    def _keys(self, user: Arn) -> set[Key]:
        ownership, groups = self._run.ownership, self._ways_to_write_group()
        is_shared = self._is_declared_anew or any(
            ownership.has_others(self._urn, MEMBERSHIP, group) for group in groups
        )
        return member_keys(groups, [user.id, *(self._name_of(user) if is_shared else [])])

    def _ways_to_write_group(self) -> set[str]:
        if not self._is_declared_anew and not self._run.ownership.has_others(self._urn, MEMBERSHIP):
            return ways_to_write_group(self._group)
        if self._groups is None:
            with self._telling():
                self._groups = all_ways_to_write_group(self._run, self._group)
        return self._groups

    def _name_of(self, user: Arn) -> list[str]:
        if self._names is None:
            with self._telling():
                users = self._run.connection.directory.users(user.instance).entries()
            self._names = {found.arn.id: found.username for found in users.values()}
        return [name for name in (self._names.get(user.id),) if name]

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except ConnectError as error:
            remedy = "nobody was removed, since it cannot be told who else declares them: run again"
            raise self._context.added_to(error, remedy=remedy) from error
