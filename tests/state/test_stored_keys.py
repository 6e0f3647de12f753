"""The stored properties: type tokens, names of inputs and outputs, and stored values that still mean the same."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import MISSING, fields
from typing import Any

import pulumi

import acgr
from acgr.runtime.fields import keys_of
from acgr.runtime.inputs import names_of
from acgr.runtime.provider import REGISTRY
from acgr.runtime.resource import ResourceLogic


def _logic(frozen: Any) -> ResourceLogic:
    """What the registry has of a resource."""
    return REGISTRY[f"{frozen.name}Provider"].logic


REGISTERING = """
import json, sys
import acgr, pulumi
from pulumi.runtime.mocks import Mocks, set_mocks

registered = []

class Engine(Mocks):
    def new_resource(self, args):
        registered.append([args.typ, args.inputs])
        return "id", args.inputs

    def call(self, args):
        raise AssertionError(args.token)

@pulumi.runtime.test
def program():
    return getattr(acgr, sys.argv[1])("one", json.loads(sys.argv[2])).urn

set_mocks(Engine(), "project", "stack", preview=False)
program()
print(json.dumps([r for r in registered if r[0] != "pulumi:pulumi:Stack"]))
"""


def test_every_resource_is_frozen(frozen_names: set[str]) -> None:
    """What the facade gives and what is frozen are the same resources: a new one is added to the table."""
    given = [getattr(acgr, name) for name in acgr.__all__]
    resources = {one.__name__ for one in given if isinstance(one, type) and issubclass(one, pulumi.Resource)}
    providers = {one.__name__ for one in given if getattr(one, "__name__", "").endswith("Provider")}
    assert resources == frozen_names
    assert providers == {f"{name}Provider" for name in frozen_names}


def test_names(frozen: Any) -> None:
    """The facade gives the resource, its arguments and its provider under the names that programs use."""
    assert {f"{frozen.name}{end}" for end in ("", "Args", "ArgsDict", "Provider")} <= set(acgr.__all__)


def test_registered(frozen: Any) -> None:
    """What a program registers: this type token, these inputs, and the provider's string in clear."""
    command = [sys.executable, "-c", REGISTERING, frozen.name, json.dumps(frozen.inputs)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr
    [[token, inputs]] = json.loads(answer.stdout)
    assert token == frozen.token
    assert {name: value for name, value in inputs.items() if value is not None} == {
        **frozen.inputs,
        "__provider": frozen.stored,
    }


def test_inputs(frozen: Any) -> None:
    """The names of the inputs, and which may be left out, are frozen: in the dataclass and in its twin."""
    args = fields(getattr(acgr, f"{frozen.name}Args"))
    assert {field.name for field in args} == set(frozen.inputs)
    assert {field.name for field in args if field.default is not MISSING} == frozen.optional
    assert set(getattr(acgr, f"{frozen.name}ArgsDict").__annotations__) == set(frozen.inputs)


def test_outputs(frozen: Any) -> None:
    """The outputs that programs read are the inputs and the outputs that are stored."""
    declared = getattr(acgr, frozen.name).__annotations__
    assert set(declared) == {*frozen.inputs, *frozen.outputs, *frozen.unfinished}


def test_stored_inputs_pass_the_check(frozen: Any) -> None:
    """Inputs that were stored are still accepted, and stay as they are."""
    answer = frozen.provider().check(frozen.inputs, {**frozen.inputs, "__provider": frozen.stored})
    assert answer.failures == []
    assert answer.inputs == frozen.inputs


def test_stored_state_is_no_change(frozen: Any) -> None:
    """A state that was stored, compared with the inputs that made it, is no change: an upgrade touches nothing."""
    state = {**frozen.inputs, **frozen.outputs, "__provider": frozen.stored}
    decision = frozen.provider().diff(frozen.id, state, {**frozen.inputs, "__provider": frozen.stored})
    assert (decision.changes, decision.replaces or []) == (False, [])


def test_shortest_stored_state_is_no_change(frozen: Any) -> None:
    """Inputs that were left out are left out of the state too: the shortest stored state is understood as well."""
    needed = {name: value for name, value in frozen.inputs.items() if name not in frozen.optional}
    decision = frozen.provider().diff(frozen.id, {**needed, **frozen.outputs}, needed)
    assert (decision.changes, decision.replaces or []) == (False, [])


def test_written_as_it_was_read(frozen: Any) -> None:
    """The outputs that a state holds, read and written again, are the same keys and values."""
    assert _logic(frozen).state.of(frozen.outputs).outputs() == frozen.outputs


def test_properties_of_the_code(frozen: Any) -> None:
    """The names that the code takes from a state are the frozen ones, and in the same order for every run."""
    assert tuple(frozen.inputs) == names_of(_logic(frozen).args)
    assert (*frozen.outputs, *frozen.unfinished) == keys_of(_logic(frozen).state)


def test_registered_once(frozen_names: set[str]) -> None:
    """The registry has the resources that are frozen, each found by the facade under the name that state holds."""
    assert set(REGISTRY) == {f"{name}Provider" for name in frozen_names}
    assert all(getattr(acgr, name) is provider for name, provider in REGISTRY.items())
