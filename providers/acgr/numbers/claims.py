"""Who declares a number, or its flow in one Region, in every way to write it.

A number has one placement, which declares its flow in both Regions, or none; without one, each Region's flow has one
declaration. Anything else would move the number, or change its flow, at every run: it is refused in the preview.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acgr.numbers.number import NumberState
from acgr.runtime.inputs import known, region_in
from acgr.runtime.name_checks import NameChanged, spend
from acgr.runtime.ownership import PLACED, Key, name_of
from acgr.runtime.run import Run
from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.identifiers import is_name
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import last_part
from acgr_connect.world.connection import Connection

DECLARED, ANSWERS, FORM = "phone-number-flow", "phone-number-flow-is", "phone-number-form"
"""Kinds of keys beside `PLACED`: whose flow is declared; which flow that is; and in which form numbers are written."""

E164, ID = "E.164", "id"
"""The forms."""


def ways_to_write(state: NumberState | None, props: Mapping[str, Any]) -> set[str]:
    """Every way to say which number: of the state, and of the inputs where they are known."""
    of_state = {state.e164, state.number.id} if state else set()
    number = props.get("phone_number")
    return {*of_state, last_part(number)} if isinstance(number, str) and known(number) else of_state


def all_ways_to_write(operation: Operation, run: Run, state: NumberState | None, props: Mapping[str, Any]) -> set[str]:
    """The same; looked up where another resource of the program writes numbers in the other form.

    From the sweep that the run needs anyway; nothing is added where Connect cannot be asked.
    """
    ways = ways_to_write(state, props)
    others = [form for form in (E164, ID) if run.ownership.has_others(operation.urn, FORM, form)]
    if not ways or {_form(way) for way in ways}.issuperset(others):
        return ways
    found: set[str] = set()

    def look(connection: Connection) -> list[NameChanged]:
        if region := region_in(props["phone_number"], props.get("target"), props.get("source_region")):
            other_way = run.other_way.setdefault(region, {})
            if not ways <= other_way.keys():  # read once, not once for each of thousands of numbers
                for number in connection.directory.numbers(region).entries().values():
                    other_way.update({number.e164: number.arn.id, number.arn.id: number.e164})
            found.update(other_way[way] for way in ways if way in other_way)
        return []

    spend(operation, run, look)
    return ways | found


def _form(way: str) -> str:
    return E164 if is_name(way) else ID


def placement_keys(ways: set[str]) -> set[Key]:
    """The keys of a placement."""
    return {(PLACED, way) for way in ways}


def flow_keys(ways: set[str], region: Any) -> set[Key]:
    """The keys of a number's flow in one Region."""
    return {(DECLARED, way, region) for way in ways} if isinstance(region, str) and known(region) else set()


def _any_flow_keys(ways: set[str]) -> set[Key]:
    return {(DECLARED, way) for way in ways}


def _form_keys(ways: set[str]) -> set[Key]:
    return {(FORM, _form(way)) for way in ways}


def claim_placement(
    operation: Operation, run: Run, state: NumberState | None, props: Mapping[str, Any], *, made: bool = False
) -> None:
    """This resource declares where the number is, and its flow."""
    ways = ways_to_write(state, props)
    run.ownership.claim(operation.urn, placement_keys(ways) | _form_keys(ways), made=made)


def claim_flow(
    operation: Operation, run: Run, state: NumberState | None, props: Mapping[str, Any], *, made: bool = False
) -> None:
    """This resource declares the number's flow in one Region."""
    ways = ways_to_write(state, props)
    keys = flow_keys(ways, state.instance.region if state else props.get("region")) | _any_flow_keys(ways)
    run.ownership.claim(operation.urn, keys | _form_keys(ways), made=made)


def claim_answer(operation: Operation, run: Run, number: Arn, flow: Arn, *, touched: bool = False) -> None:
    """The flow that this resource declares, resolved; `touched`, where it had to be set."""
    run.ownership.claim(operation.urn, {(ANSWERS, number.id, flow.region, str(flow))}, made=touched)


def declared_flows(run: Run, number: Arn, *, made: bool = False) -> dict[str, tuple[Arn, str]]:
    """What this run declares of a number apart from its place: Region to the flow and the name of the resource.

    With `made`, only what was set in this run.
    """
    found = run.ownership.claimed_under(ANSWERS, number.id, made=made)
    rows = [(parse(key[3], "contact-flow"), name_of(min(urns))) for key, urns in found.items()]
    return {flow.region: (flow, name) for flow, name in rows}


def second_placement(operation: Operation, run: Run, state: NumberState | None, props: Mapping[str, Any]) -> str | None:
    """Why a placement is refused: who declares the number as well. None where nobody does."""
    ways = all_ways_to_write(operation, run, state, props)
    number, name = props["phone_number"], name_of(operation.urn)
    if twin := run.ownership.other_owner(operation.urn, placement_keys(ways)):
        return f"phone_number: {twin} and {name} both declare {number}: declare it once"
    if apart := run.ownership.other_owner(operation.urn, _any_flow_keys(ways)):
        return f"phone_number: {apart} declares the flow of {number}, and so does its placement {name}: drop {apart}"
    return None


def second_flow(operation: Operation, run: Run, state: NumberState | None, props: Mapping[str, Any]) -> str | None:
    """Why a flow is refused: who declares it as well. None where nobody does."""
    ways = all_ways_to_write(operation, run, state, props)
    number, region, name = props["phone_number"], props.get("region"), name_of(operation.urn)
    if placement := run.ownership.other_owner(operation.urn, placement_keys(ways)):
        return (
            f"phone_number: the placement {placement} declares the flow of {number}: change it there, and drop {name}"
        )
    if twin := run.ownership.other_owner(operation.urn, flow_keys(ways, region)):
        return f"phone_number: {twin} and {name} both declare the flow of {number} in {region}: declare it once"
    return None
