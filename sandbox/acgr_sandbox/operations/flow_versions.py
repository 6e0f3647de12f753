"""Versions and aliases of flows (API pages Create/List/DeleteContactFlowVersion(s), …ContactFlowAlias(es))."""

from __future__ import annotations

from acgr_sandbox.core.models import Flow, seen_from
from acgr_sandbox.wire.refusal import invalid_request

from .call import Call
from .flows import content_digest, versioned_flow
from .pagination import page, page_size
from .registry import Answer, reads, writes
from .versions import (
    Versioned,
    add_alias,
    add_version,
    alias_summaries,
    change_alias,
    described_alias,
    find_alias,
    remove_alias,
    remove_version,
    version_summaries,
)

_SUMMARY = ("Version", "VersionDescription", "LastModifiedTime", "LastModifiedRegion")


@writes
def create_contact_flow_version(call: Call) -> Answer:
    """Keep the published content as a version that never changes."""
    flow, owner = _flow_of(call)
    if flow.states[call.region][1] != "PUBLISHED":
        raise invalid_request(f"Flow {flow.id} is SAVED; publish it first.")
    digest = content_digest(flow.content)
    if call.params.get("FlowContentSha256", digest) != digest:
        raise invalid_request("FlowContentSha256 is not that of the published content.")
    return {"ContactFlowArn": owner.arn, "Version": add_version(call, owner, {"Content": flow.content})}


@reads
def list_contact_flow_versions(call: Call) -> Answer:
    """The versions of a flow, by number."""
    _, owner = _flow_of(call)
    rows = version_summaries(owner, _SUMMARY)
    shown, token = page(call, rows, size=page_size(call, 100), what=f"versions of {owner.arn}")
    return {"ContactFlowVersionSummaryList": shown, "NextToken": token}


@writes
def delete_contact_flow_version(call: Call) -> Answer:
    """Forget a version, unless an alias points to it."""
    remove_version(_flow_of(call)[1], call.params["ContactFlowVersion"])
    return {}


@writes
def create_contact_flow_alias(call: Call) -> Answer:
    """A name that points to a version."""
    owner = _owner_of_aliases(call)
    return {"ContactFlowArn": owner.arn, "Id": add_alias(call, owner, call.params["ContactFlowVersion"])}


@reads
def describe_contact_flow_alias(call: Call) -> Answer:
    """One alias and the version that it points to."""
    owner = _owner_of_aliases(call)
    named = {"ContactFlowId": owner.arn.rpartition("/")[2], "ContactFlowArn": owner.arn}
    return {"ContactFlowAlias": {**named, **described_alias(owner, call.params["AliasId"])}}


@writes
def update_contact_flow_alias(call: Call) -> Answer:
    """Give an alias another name, description or version."""
    change_alias(call, _owner_of_aliases(call), call.params.get("ContactFlowVersion"))
    return {}


@writes
def delete_contact_flow_alias(call: Call) -> Answer:
    """Forget an alias; the version stays."""
    remove_alias(_owner_of_aliases(call), call.params["AliasId"])
    return {}


@reads
def list_contact_flow_aliases(call: Call) -> Answer:
    """The aliases of a flow, by name."""
    owner = _owner_of_aliases(call)
    rows = [(key, _with_region(owner, row)) for key, row in alias_summaries(owner)]
    shown, token = page(call, rows, size=page_size(call, 100), what=f"aliases of {owner.arn}")
    return {"ContactFlowAliasSummaryList": shown, "NextToken": token}


def _with_region(owner: Versioned, row: Answer) -> Answer:
    return {**row, "LastModifiedRegion": find_alias(owner, row["AliasId"])["LastModifiedRegion"]}


def _flow_of(call: Call) -> tuple[Flow, Versioned]:
    flow = call.flow(call.params["ContactFlowId"], call.instance())
    return seen_from(flow, call.region), versioned_flow(call, flow)


def _owner_of_aliases(call: Call) -> Versioned:
    """As `_flow_of`; the operations on aliases take an instance's ARN as well."""
    instance = call.instance_or_arn(call.params["InstanceId"])
    return versioned_flow(call, call.flow(call.params["ContactFlowId"], instance))
