"""Flow modules, with their versions and aliases.

API pages Create-, Describe-, List-, Search-, UpdateContent/Metadata- and DeleteContactFlowModule(s), and those of
ContactFlowModuleVersion(s) and ContactFlowModuleAlias(es).
"""

from __future__ import annotations

from typing import Any

from acgr_sandbox.core.models import Instance, Resource, seen_from
from acgr_sandbox.core.seeds import FLOW_MODULE
from acgr_sandbox.wire.refusal import Refusal, invalid_request

from . import resources
from .call import Call
from .flows import check_content, content_digest
from .pagination import page, page_size
from .registry import Answer, reads, writes, writes_once
from .versions import (
    LATEST,
    SAVED,
    Kept,
    Versioned,
    add_alias,
    add_version,
    alias_summaries,
    change_alias,
    described_alias,
    qualified_version,
    remove_alias,
    remove_version,
    split_qualifier,
    version_summaries,
)


@writes_once("IdempotencyException")
def create_contact_flow_module(call: Call) -> Answer:
    """A new module, ACTIVE and PUBLISHED; the other Region has it after a moment."""
    check_content(call.params["Content"], _invalid)
    details = {
        name: call.params[name]
        for name in ("Content", "Settings", "ExternalInvocationConfiguration")
        if name in call.params
    }
    details.update(State="ACTIVE", Status="PUBLISHED")
    module = resources.create(call, FLOW_MODULE, call.instance(), call.params["Name"], details)
    return {"Id": module.id, "Arn": resources.arn(call, module)}


@reads
def describe_contact_flow_module(call: Call) -> Answer:
    """One module, with the content that is published; after the id `:$SAVED`, a version or an alias ask for another."""
    text, qualifier = split_qualifier(call.params["ContactFlowModuleId"])
    known = call.resource(FLOW_MODULE, text, call.instance())
    module = seen_from(known, call.region)
    answer = _described(call, module)
    if qualifier == SAVED and "SavedContent" in module.details:
        answer.update(Content=module.details["SavedContent"], Status="SAVED")
    elif qualifier not in ("", LATEST, SAVED):
        version = qualified_version(_versioned(call, known), qualifier)
        answer.update({name: version[name] for name in ("Version", *_KEPT, "VersionDescription") if name in version})
    return {"ContactFlowModule": {**answer, "FlowModuleContentSha256": content_digest(answer["Content"])}}


@reads
def list_contact_flow_modules(call: Call) -> Answer:
    """The modules of an instance, of both states or of one."""
    instance, state = call.instance(), call.params.get("ContactFlowModuleState")
    found = [m for m in resources.all_here(call, FLOW_MODULE, instance) if state in (None, m.details["State"])]
    what = f"flow modules of {instance.id} {state}"
    return resources.listed(call, found, "ContactFlowModulesSummaryList", _summary, what=what)


@reads
def search_contact_flow_modules(call: Call) -> Answer:
    """The modules that meet all criteria and filters."""
    return resources.searched(
        call,
        FLOW_MODULE,
        "ContactFlowModules",
        _described,
        resources.described_texts,
        lambda module: {
            "StateCondition": lambda wanted: bool(wanted == module.details["State"]),
            "StatusCondition": lambda wanted: bool(wanted == module.details["Status"]),
        },
    )


@writes
def update_contact_flow_module_content(call: Call) -> Answer:
    """Publish other content or settings; with `:$SAVED` after the id content is saved only, without a look at it."""
    text, qualifier = split_qualifier(call.params["ContactFlowModuleId"])
    module = call.resource(FLOW_MODULE, text, call.instance())
    given = {name: call.params[name] for name in ("Content", "Settings") if name in call.params}
    if qualifier not in ("", LATEST, SAVED):
        raise invalid_request("A version does not change; make a new one.")
    if qualifier == SAVED:
        return resources.update(call, module, SavedContent=given.get("Content"))
    if "Content" in given:
        check_content(given["Content"], _invalid)
    return resources.update(call, module, **given, SavedContent=None)


@writes
def update_contact_flow_module_metadata(call: Call) -> Answer:
    """Change name, description or state."""
    module = _module(call)
    resources.rewrite(call, module)
    return resources.update(call, module, State=call.params.get("State", module.details["State"]))


@writes
def delete_contact_flow_module(call: Call) -> Answer:
    """Delete a module here at once, in the other Region after a moment."""
    return resources.delete(call, _module(call))


@writes
def create_contact_flow_module_version(call: Call) -> Answer:
    """Keep content and settings as a version that never changes."""
    owner, details = _owner(call), seen_from(_module(call), call.region).details
    digest = content_digest(details["Content"])
    if call.params.get("FlowModuleContentSha256", digest) != digest:
        raise invalid_request("FlowModuleContentSha256 is not that of the published content.")
    kept = {name: details[name] for name in _KEPT if name in details}
    return {"ContactFlowModuleArn": owner.arn, "Version": add_version(call, owner, kept)}


@reads
def list_contact_flow_module_versions(call: Call) -> Answer:
    """The versions of a module, by number."""
    owner = _owner(call)
    rows = version_summaries(owner, ("Version", "VersionDescription"))
    shown, token = page(call, rows, size=page_size(call, 100), what=f"versions of {owner.arn}")
    return {"ContactFlowModuleVersionSummaryList": shown, "NextToken": token}


@writes
def delete_contact_flow_module_version(call: Call) -> Answer:
    """Forget a version, unless an alias points to it."""
    remove_version(_owner(call), call.params["ContactFlowModuleVersion"])
    return {}


@writes
def create_contact_flow_module_alias(call: Call) -> Answer:
    """A name that points to a version."""
    owner = _owner_of_aliases(call)
    id = add_alias(call, owner, call.params["ContactFlowModuleVersion"])
    return {"ContactFlowModuleArn": owner.arn, "Id": id}


@reads
def describe_contact_flow_module_alias(call: Call) -> Answer:
    """One alias and the version that it points to."""
    owner = _owner_of_aliases(call)
    named = {"ContactFlowModuleId": owner.arn.rpartition("/")[2], "ContactFlowModuleArn": owner.arn}
    return {"ContactFlowModuleAlias": {**named, **described_alias(owner, call.params["AliasId"])}}


@writes
def update_contact_flow_module_alias(call: Call) -> Answer:
    """Give an alias another name, description or version."""
    change_alias(call, _owner_of_aliases(call), call.params.get("ContactFlowModuleVersion"))
    return {}


@writes
def delete_contact_flow_module_alias(call: Call) -> Answer:
    """Forget an alias; the version stays."""
    remove_alias(_owner_of_aliases(call), call.params["AliasId"])
    return {}


@reads
def list_contact_flow_module_aliases(call: Call) -> Answer:
    """The aliases of a module, by name."""
    owner = _owner_of_aliases(call)
    shown, token = page(call, alias_summaries(owner), size=page_size(call, 100), what=f"aliases of {owner.arn}")
    return {"ContactFlowModuleAliasSummaryList": shown, "NextToken": token}


_KEPT = ("Content", "Settings")
"""What a version keeps of a module."""


def _module(call: Call, instance: Instance | None = None) -> Resource:
    id, _ = split_qualifier(call.params["ContactFlowModuleId"])
    return call.resource(FLOW_MODULE, id, instance or call.instance())


def _owner(call: Call) -> Versioned:
    return _versioned(call, _module(call))


def _owner_of_aliases(call: Call) -> Versioned:
    """As `_owner`; the operations on aliases take an instance's ARN as well."""
    return _versioned(call, _module(call, call.instance_or_arn(call.params["InstanceId"])))


def _versioned(call: Call, module: Resource) -> Versioned:
    def write(versions: Kept, aliases: Kept, last: int) -> None:
        resources.update(call, module, Versions=dict(versions), Aliases=dict(aliases), LastVersion=last)

    details = seen_from(module, call.region).details
    kept: list[dict[str, Any]] = [details.get(name, {}) for name in ("Versions", "Aliases")]
    return Versioned(resources.arn(call, module), kept[0], kept[1], details.get("LastVersion", 0), write)


def _summary(call: Call, module: Resource) -> Answer:
    named = {"Id": module.id, "Arn": resources.arn(call, module), "Name": module.name}
    return {**named, "State": module.details["State"]}


def _described(call: Call, module: Resource) -> Answer:
    more = resources.picked(module, "Content", "Status", "Settings", "ExternalInvocationConfiguration")
    answer = {**_summary(call, module), **more, "FlowModuleContentSha256": content_digest(module.details["Content"])}
    if module.description:
        answer["Description"] = module.description
    if module.tags:
        answer["Tags"] = module.tags
    return answer


def _invalid(problem: str) -> Refusal:
    return Refusal("InvalidContactFlowModuleException", problem, Problems=[{"message": problem}])
