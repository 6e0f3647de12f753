#!/usr/bin/env -S python3 -u
"""A policy pack for pulumi-acgr: see README.md. What the policies object to is in `acgr_rules`.

Executable, and unbuffered, so that a CLI without a language host for policy packs can start it as a program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import acgr_rules as rules
from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

NUMBERS = {"type": "array", "items": {"type": "string"}, "default": []}


def protected_numbers_stay(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Each placement by itself: before it is made, too."""
    if args.resource_type == rules.PLACEMENT:
        _report(rules.protected_numbers_stay(args.props, args.get_config()["numbers"]), report, args.urn)


def return_to_holds(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Each placement by itself."""
    if args.resource_type == rules.PLACEMENT:
        _report(rules.return_to_holds(args.props, args.get_config()["allowed"]), report, args.urn)


def few_agents_leave(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Each roster by itself."""
    if args.resource_type == rules.ROSTER:
        _report(rules.few_agents_leave(args.props, int(args.get_config()["most"])), report, args.urn)


def protected_numbers_are_declared(args: StackValidationArgs, report: ReportViolation) -> None:
    """All placements together; where a number is not known yet, it may be any of those that are missed."""
    found = [_number(placement) for placement in _of_type(rules.PLACEMENT, args.resources)]
    written = {number for number in found if isinstance(number, str)}
    missed = list(rules.protected_numbers_are_declared(written, args.get_config()["numbers"]))
    if missed and (unknown := [number for number in found if isinstance(number, UnknownValueError)]):
        raise unknown[0]  # which the SDK says as a warning
    _report(missed, report, None)


def _number(placement: PolicyResource) -> str | UnknownValueError:
    try:
        return str(placement.props["phone_number"])
    except UnknownValueError as error:
        return error


def claims_let_go(args: StackValidationArgs, report: ReportViolation) -> None:
    """Each placement with the resource that claims its number; what is not known yet does not hide the others."""
    judged = [
        _judged(claim, placement, report)
        for placement in _of_type(rules.PLACEMENT, args.resources)
        for claim in _of_type(rules.CLAIM, placement.property_dependencies.get("phone_number", []))
    ]
    if unknown := [error for error in judged if error]:
        raise unknown[0]


def _judged(claim: PolicyResource, placement: PolicyResource, report: ReportViolation) -> UnknownValueError | None:
    try:
        _report(rules.claims_let_go(claim.props, claim.opts.ignore_changes, placement.props), report, placement.urn)
    except UnknownValueError as error:
        return error
    return None


def _of_type(token: str, resources: Iterable[PolicyResource]) -> Iterator[PolicyResource]:
    return (one for one in resources if one.resource_type == token)


def _report(sentences: Iterable[str], report: ReportViolation, urn: str | None) -> None:
    for sentence in sentences:
        report(sentence, urn)


POLICIES = [
    ResourceValidationPolicy(
        name="protected-numbers-stay",
        description="A protected number stays on its traffic distribution group.",
        config_schema=PolicyConfigSchema(
            properties={"numbers": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}}}
        ),
        validate=protected_numbers_stay,
    ),
    StackValidationPolicy(
        name="protected-numbers-are-declared",
        description="A protected number is not taken out of the program.",
        config_schema=PolicyConfigSchema(properties={"numbers": NUMBERS}),
        validate=protected_numbers_are_declared,
    ),
    ResourceValidationPolicy(
        name="return-to-holds",
        description="Whoever deletes a number's placement loses no Region by it.",
        config_schema=PolicyConfigSchema(properties={"allowed": NUMBERS}),
        validate=return_to_holds,
    ),
    StackValidationPolicy(
        name="claims-let-go",
        description="What claims a number does not move it back.",
        validate=claims_let_go,
    ),
    ResourceValidationPolicy(
        name="few-agents-leave",
        description="A roster does not lose more than so many agents in one run.",
        config_schema=PolicyConfigSchema(properties={"most": {"type": "integer", "minimum": 0, "default": 50}}),
        validate=few_agents_leave,
    ),
]

if __name__ == "__main__":
    PolicyPack("acgr", policies=POLICIES, enforcement_level=EnforcementLevel.MANDATORY)
