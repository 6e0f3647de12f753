"""What is derived from a secret input is a secret output.

The engine keeps a property secret where an input of the same name is: `phone_number` stays encrypted by itself, and
`e164`, which is the same text, would not. `additional_secret_outputs` names such outputs, but whether an Output is
secret is known only once it is resolved. So the inputs are watched while Pulumi resolves them: it does that first, and
reads the option afterwards, when it registers the resource.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pulumi

from acgr.runtime.fields import StoredState, keys_telling
from acgr.runtime.inputs import Properties


def with_secret_outputs(
    state: type[StoredState], props: Mapping[str, Any], opts: pulumi.ResourceOptions | None
) -> tuple[Properties, pulumi.ResourceOptions]:
    """The inputs and options of a resource, so that its outputs are as secret as the inputs that they tell.

    Args:
        state: what is stored of its outputs, and which inputs each of them tells.
        props: the inputs, by name.
        opts: the options that the program gives.
    """
    merged = pulumi.ResourceOptions.merge(opts, None)
    secrets = list(merged.additional_secret_outputs or [])
    merged.additional_secret_outputs = secrets

    def note(name: str) -> None:
        secrets.extend(key for key in keys_telling(state, name) if key not in secrets)

    return {name: _watched(value, partial(note, name)) for name, value in props.items()}, merged


def _watched(value: Any, note: Callable[[], None]) -> Any:
    """The same value; whatever is secret in it is noted as it is resolved."""
    if isinstance(value, pulumi.Output):
        return pulumi.Output(value.resources(), value.future(with_unknowns=True), value.is_known(), _noted(value, note))
    if isinstance(value, Mapping):
        return {key: _watched(entry, note) for key, entry in value.items()}
    return value


async def _noted(value: pulumi.Output[Any], note: Callable[[], None]) -> bool:
    is_secret = await value.is_secret()
    if is_secret:
        note()
    return is_secret
