"""Worlds that come from outside: YAML scenarios (`load`, `entries`, `schema`), sizes (`generate`), `snapshot`s."""
