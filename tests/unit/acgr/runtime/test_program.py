"""What the program alone can tell of its stack's configuration."""

from __future__ import annotations

import json
from typing import Any

import pytest

from acgr.runtime.program import plain_external_ids

WITH = {"roleArn": "arn:aws:iam::111122223333:role/acgr", "externalId": "x"}
WITHOUT = {"roleArn": "arn:aws:iam::111122223333:role/acgr"}


@pytest.mark.parametrize(
    ("config", "secret", "plain"),
    [
        ({"aws:assumeRoles": [WITHOUT, WITH]}, [], ["aws:assumeRoles"]),
        ({"aws:assumeRole": WITH}, [], ["aws:assumeRole"]),
        ({"aws:assumeRoles": [WITH]}, ["aws:assumeRoles"], []),
        ({"aws:assumeRoles": [WITHOUT]}, [], []),
        ({"aws:assumeRoles": [{**WITHOUT, "externalId": None}]}, [], []),
        ({"aws:assumeRoles": "role"}, [], []),
        ({}, [], []),
    ],
)
def test_external_ids(
    config: dict[str, Any], secret: list[str], plain: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An external id that is not marked as a secret is found, in whatever role of a list it stands."""
    given = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(given))
    monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps(secret))
    assert plain_external_ids() == plain
