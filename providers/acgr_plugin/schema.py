"""The schema of the package: made of the field lists, the annotations and the docstrings that `acgr` has."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from acgr.find_users import find_users
from acgr.runtime.fields import stored_outputs
from acgr_connect.model.property_names import camel
from acgr_plugin import component_schema
from acgr_plugin.configuration import KEYS, ROLE, ROLES, URLS, Key
from acgr_plugin.configuration import TEXTS as TEXT_LIST
from acgr_plugin.docstrings import entries, sentence, summary
from acgr_plugin.kinds import PACKAGE, Kind, kinds
from acgr_plugin.shapes import MAPPING, MAPPINGS, TEXT, TEXTS, Type, hints, may_be_none, shape

FIND_USERS = f"{PACKAGE}:index:findUsers"

FIND_USERS_INPUTS = {"instance": TEXT, "region": TEXT, "routing_profile": TEXT, "tags": MAPPING}
"""What `findUsers` takes."""


def package_version() -> str:
    """The version of the distribution, as the engine reads versions."""
    try:
        return semantic(version("pulumi-acgr"))
    except PackageNotFoundError:
        return "0.0.0"


def semantic(python: str) -> str:
    """Python's `0.2.0.dev5+g12ab` as semantic versioning writes it, `0.2.0-dev.5`."""
    number, _, development = python.partition("+")[0].partition(".dev")
    return f"{number}-dev.{development}" if development else number


def schema() -> dict[str, Any]:
    """The whole."""
    return {
        "name": PACKAGE,
        "displayName": "Amazon Connect Global Resiliency",
        "version": package_version(),
        "description": "Amazon Connect Global Resiliency: phone numbers with their flows in both Regions, and agents.",
        "keywords": ["category/cloud", "kind/native", "amazon-connect"],
        "license": "Apache-2.0",
        "config": {"variables": {name: _key(key) for name, key in KEYS.items()}},
        "provider": {
            "description": "One account's Amazon Connect. Regions are arguments of the resources.",
            "inputProperties": {name: _key(key) for name, key in KEYS.items()},
        },
        "resources": {**{token: _resource(kind) for token, kind in kinds().items()}, **component_schema.resources()},
        "types": component_schema.types(),
        "functions": {FIND_USERS: _find_users()},
        "language": {
            "nodejs": {"packageName": "@pulumi/acgr", "respectSchemaVersion": True},
            "python": {
                "packageName": "pulumi_acgr_sdk",
                "respectSchemaVersion": True,
                "pyproject": {"enabled": True},
                "inputTypes": "classes-and-dicts",
            },
            "go": {
                "importBasePath": "example.com/pulumi-acgr/sdk/go/acgr",
                "respectSchemaVersion": True,
                "generateResourceContainerTypes": False,
            },
        },
    }


def as_json() -> str:
    """The same, as the engine asks for it."""
    return json.dumps(schema(), indent=1)


def _key(key: Key) -> Type:
    anything: Type = {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}}
    plain = {TEXT_LIST: TEXTS, ROLE: anything, ROLES: {"type": "array", "items": anything}, URLS: MAPPINGS}
    found = {**plain.get(key.type, {"type": key.type}), "description": key.says}
    return {**found, "secret": True} if key.is_secret else found


def _resource(kind: Kind) -> dict[str, Any]:
    says, outputs_say = entries(kind.args), entries(kind.resource)
    asked, answered = hints(kind.args), hints(kind.resource)
    inputs = {name: {**shape(asked[name]), "description": says[name]} for name in kind.inputs}
    stored = {
        one.key: {**shape(answered[one.key]), "description": outputs_say.get(one.key) or sentence(one.says)}
        for one in stored_outputs(kind.state)
    }
    echoed = {name: {**shape(answered[name]), "description": says[name]} for name in kind.inputs}
    always = [name for name in (*kind.inputs, *kind.outputs) if not may_be_none(answered[name])]
    return {
        "description": summary(kind.resource),
        "inputProperties": _named(inputs),
        "requiredInputs": list(map(camel, kind.required)),
        "properties": _named({**echoed, **stored}),
        "required": list(map(camel, always)),
        "aliases": [{"type": kind.dynamic_token}],
    }


def _named(properties: dict[str, Type]) -> dict[str, Type]:
    return {camel(name): found for name, found in properties.items()}


def _find_users() -> dict[str, Any]:
    says = entries(find_users, "Args")
    inputs = {name: {**type_, "description": says[name]} for name, type_ in FIND_USERS_INPUTS.items()}
    users = {**MAPPING, "description": "User name to ARN, as a roster's `users`."}
    return {
        "description": summary(find_users),
        "inputs": {"properties": _named(inputs), "required": ["instance"]},
        "outputs": {"properties": {"users": users}, "required": ["users"]},
    }
