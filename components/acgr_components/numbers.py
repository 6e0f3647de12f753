"""The argument `numbers`: plain keys, entries with Outputs where something is not known yet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from acgr.arguments import FLOW, PHONE_NUMBER, is_output
from acgr_components.problems import Once, Problems, label, shown
from acgr_connect.model import identifiers
from acgr_connect.model.arns import is_arn, parse
from acgr_connect.model.identifiers import InvalidInput

Regions = tuple[str, str] | None

ENTRY = ("flow", "phone_number", "return_to", "description")
"""What an entry can have."""

_REMEDY = 'write "sales": {"phone_number": <the Output>, "flow": …}'


def numbers_of(problems: Problems, numbers: Any, regions: Regions) -> dict[str, dict[str, Any]]:
    """By label, what is declared of each number: phone_number, flow, return_to, description."""
    if numbers is None:
        return {}
    if is_output(numbers):
        problems.add("numbers", f"it is an Output, which would hide all numbers in previews; {_REMEDY}")
        return {}
    if not isinstance(numbers, Mapping):
        problems.add("numbers", f"a mapping of numbers to entries is needed, not {numbers!r}")
        return {}
    once = Once(problems, "number")
    return {
        key: _number(problems, key, entry, regions, once)
        for key, entry in numbers.items()
        if label(problems, "numbers", key, _REMEDY) and _is_entry(problems, key, entry)
    }


def _is_entry(problems: Problems, key: Any, entry: Any) -> bool:
    path = f"numbers[{shown(key)}]"
    if is_output(entry):
        problems.add(path, 'the entry is an Output; write it plainly, with Outputs inside: {"flow": <the Output>}')
    elif not isinstance(entry, Mapping):
        problems.add(path, f'{{"flow": …}} is needed, not {entry!r}')
    else:
        return True
    return False


def _number(problems: Problems, key: Any, entry: Mapping[str, Any], regions: Regions, once: Once) -> dict[str, Any]:
    path = f"numbers[{shown(key)}]"
    number = _phone_number(problems, path, key, entry.get("phone_number"), regions, once)
    if unknown := [shown(name) for name in entry if name not in ENTRY]:
        problems.add(path, f"there is no {', '.join(unknown)}; an entry has: {', '.join(ENTRY)}")
        return {}
    flow = _flow(problems, f"{path}.flow", entry.get("flow"), regions)
    for name, shape in (("return_to", identifiers.return_to), ("description", identifiers.description)):
        if entry.get(name) is not None:
            problems.input(f"{path}.{name}", entry[name], shape)
    return {**entry, "phone_number": number, "flow": flow}


def _phone_number(problems: Problems, path: str, key: Any, given: Any, regions: Regions, once: Once) -> Any:
    # Digits alone are never a label: they are a number that YAML has read as one.
    if given is None or not isinstance(key, str) or key.isdigit():
        number = problems.input(path, key, partial(_claimed, regions=regions))
    else:
        path = f"{path}.phone_number"
        number = problems.input(path, given, partial(_labelled, key=key, regions=regions), *PHONE_NUMBER)
    once.declare(path, number)
    return number


def _claimed(number: Any, regions: Regions) -> str:
    return identifiers.claimed_number(number, *regions) if regions else identifiers.phone_number(number)


def _labelled(number: Any, key: str, regions: Regions) -> None:
    text = _claimed(number, regions)
    if key != text and identifiers.E164.fullmatch(key) and identifiers.E164.fullmatch(text):
        raise InvalidInput(f"{text!r} is another number than its key; write one of them, or make the key a label")


def _flow(problems: Problems, path: str, flow: Any, regions: Regions) -> Any:
    if flow is None:
        problems.add(path, "it is missing; moving a number drops its flow, so every number declares one")
        return None
    if not isinstance(flow, Mapping):
        return problems.input(path, flow, partial(_one_flow, regions=regions), *FLOW)
    if regions and set(flow) != set(regions):
        given = ", ".join(shown(region) for region in flow) or "none"
        problems.add(path, f"its Regions are {given}; it needs exactly {shown(regions[0])} and {shown(regions[1])}")
        return None
    return {
        region: problems.input(f"{path}[{shown(region)}]", one, partial(_flow_in, region=region), *FLOW)
        for region, one in flow.items()
    }


def _one_flow(flow: Any, regions: Regions) -> None:
    identifiers.flow(flow)
    if regions and is_arn(flow) and parse(flow).region not in regions:
        raise InvalidInput(f"{flow!r} is of {parse(flow).region}; it needs to be of {' or '.join(regions)}")


def _flow_in(flow: Any, region: Any) -> None:
    identifiers.flow({region: flow})
