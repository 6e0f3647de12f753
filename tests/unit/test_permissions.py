"""The roles, the operations that can be called, and `docs/permissions.md` say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from acgr_connect.aws.operations import ONLY_WITH_TAGS, OPERATIONS
from acgr_connect.aws.permissions import AUTHORIZATIONS, NEVER, OPERATIONS_OF, RoleKind, permissions

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")


def test_every_operation_has_a_role() -> None:
    """What `RegionalConnect` can call, some role may do: an operation cannot be forgotten."""
    assert sorted(OPERATIONS - ONLY_WITH_TAGS - set().union(*OPERATIONS_OF.values())) == []


def test_every_action_is_known_and_used() -> None:
    """Each action of a role says on what AWS authorizes it, and no action is listed that no role has."""
    assert set(AUTHORIZATIONS) == set().union(*(permissions(role, tags=True) for role in OPERATIONS_OF))


@pytest.mark.parametrize("role", OPERATIONS_OF)
def test_what_an_action_needs(role: RoleKind) -> None:
    """What AWS carries out in the caller's name is allowed wherever the action is that needs it."""
    needed = permissions(role, tags=True)
    for action, where in needed.items():
        for other in AUTHORIZATIONS[action].needs:
            assert needed[other] in (where, "both"), f"{action} needs {other}"


@pytest.mark.parametrize("role", ["preview-only", "verify"])
def test_what_only_reads(role: RoleKind) -> None:
    """Who previews or verifies can change nothing."""
    reading = re.compile(r"(connect|ds):(Describe|Get|List|Search|BatchGet)[A-Za-z0-9]+")
    assert [action for action in permissions(role) if not reading.fullmatch(action)] == []


def test_who_previews_may_do_less() -> None:
    """A preview needs nothing that the run after it does not need."""
    assert permissions("preview-only").items() <= permissions("deploy").items()


def test_what_tags_need() -> None:
    """`acgr:journal=tags` needs two actions more, for who deploys and nobody else."""
    more = permissions("deploy", tags=True).keys() - permissions("deploy").keys()
    assert more == {f"connect:{name}" for name in ONLY_WITH_TAGS}
    assert permissions("verify", tags=True) == permissions("verify")


def test_nothing_releases_a_number() -> None:
    """What every policy denies is no operation that can be called, and no role's."""
    assert NEVER not in AUTHORIZATIONS
    assert "ReleasePhoneNumber" not in OPERATIONS


def test_the_page_is_exact() -> None:
    """The table of actions has each, its roles, and on what it is authorized."""
    rows = re.findall(r"^\| `([a-z]+:[A-Za-z0-9]+)` \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
    roles = {
        action: ", ".join(r for r in OPERATIONS_OF if action in permissions(r, tags=True)) for action in AUTHORIZATIONS
    }
    assert {action: (of, on) for action, of, on, _ in rows} == {
        action: (roles[action], ", ".join(known.on)) for action, known in AUTHORIZATIONS.items()
    }
    assert [action for action, *_ in rows] == sorted(AUTHORIZATIONS)


def test_the_page_has_the_roles() -> None:
    """The table of roles has each."""
    assert re.findall(
        r"^\| `([a-z][a-z-]+)` \|", PAGE.split("## Roles")[1].split("## On what")[0], re.MULTILINE
    ) == list(OPERATIONS_OF)
