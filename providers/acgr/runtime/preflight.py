"""What a preview says of a resource beside its row: whether what it names is there, and what callers will notice.

A dynamic provider is not told that a run is a preview. The program knows: once a resource is registered there, it asks
the plugin, which has seen the resource's state and inputs, to look ahead. Lines go to the rows of the resources, a
summary to that of their component; what cannot become true by this same program ends the preview.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import pulumi

from acgr import _engine
from acgr.runtime.inputs import Properties
from acgr.runtime.looking_ahead import ended, tell
from acgr.runtime.run import current_run
from acgr_connect import log

FUNCTION = "pulumi-python:acgr:preflight"
"""The token under which the program asks. Its package is that of all dynamic resources: it reaches their plugin."""


_asks_together: ContextVar[bool] = ContextVar("asks together", default=False)


@contextmanager
def asking_together() -> Iterator[None]:
    """Resources that are declared meanwhile do not ask: their component asks once for all of them."""
    token = _asks_together.set(True)
    try:
        yield
    finally:
        _asks_together.reset(token)


def ask(resource: pulumi.Resource, children: Sequence[pulumi.Resource] = ()) -> None:
    """In a preview's program: have the plugin look ahead for a resource, or for a component's children and sum them up.

    Nothing is asked in a run: it says what it does while it does it, and refuses by itself.
    """
    if not _engine.may_be_asked():
        return
    declared = _declared_in(asyncio.get_event_loop())
    declared.append(resource.urn)
    if _asks_together.get():
        return

    async def looked(urns: list[Any]) -> Any:
        own, *others = urns
        # Who has what afterwards is known only when everything is declared.
        await asyncio.gather(*(urn.future() for urn in declared), return_exceptions=True)
        try:
            answer = await pulumi.runtime.invoke_async(FUNCTION, {"urn": own, "children": others})
        except Exception as error:  # an SDK whose plugin has no functions: the preview says less
            pulumi.log.debug(f"no look ahead: {error}", resource)
            return False
        if isinstance(answer, Mapping) and (count := int(answer.get("certain") or 0)):
            raise pulumi.RunError(ended(count))
        return None

    urns: pulumi.Output[list[Any]] = pulumi.Output.all(resource.urn, *(child.urn for child in children))
    urns.apply(looked)


_declared: WeakKeyDictionary[asyncio.AbstractEventLoop, list[pulumi.Output[str]]] = WeakKeyDictionary()


def _declared_in(loop: asyncio.AbstractEventLoop) -> list[pulumi.Output[str]]:
    """The URNs of what a program has declared so far: each program has a loop of its own."""
    return _declared.setdefault(loop, [])


def answer(arguments: Properties) -> Properties:
    """In the plugin: look ahead, and say on the row of the resource what was seen.

    Args:
        arguments: `urn` of the resource; of a component also `children`, the URNs of its children.

    Returns:
        `certain`: how many problems end the preview; 0 where it is to warn only.
    """
    run, urn = current_run(), str(arguments["urn"])
    if run.settings.preflight == "off":
        return {"certain": 0}
    children = [str(child) for child in arguments.get("children") or ()]
    try:
        operation_of = partial(_engine.operation_of, clock=run.connection.clock)
        return {"certain": tell(run, urn, children, operation_of)}
    except Exception as error:  # a preview that looks no further is better than none
        log.warning("not looked ahead", error=f"{type(error).__name__}: {error}")
        return {"certain": 0}
