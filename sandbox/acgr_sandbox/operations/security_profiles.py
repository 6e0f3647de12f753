"""Security profiles (API pages Create-, Describe-, List…-, Search-, Update- and DeleteSecurityProfile)."""

from __future__ import annotations

from acgr_sandbox.core.models import Resource, User
from acgr_sandbox.core.seeds import SECURITY_PROFILE, derived_id

from . import resources
from .call import Call
from .mirroring import update_mirrored
from .pagination import page, page_size
from .registry import Answer, reads, writes

_SHOWN = (
    "AllowedAccessControlTags",
    "TagRestrictedResources",
    "HierarchyRestrictedResources",
    "AllowedAccessControlHierarchyGroupId",
    "GranularAccessControlConfiguration",
)
"""What DescribeSecurityProfile shows of what was set."""

_LISTED = ("Permissions", "Applications", "AllowedFlowModules", "AllowedAIAgents")
"""What has a list of its own."""


@writes
def create_security_profile(call: Call) -> Answer:
    """A new security profile."""
    details = {name: call.params[name] for name in (*_SHOWN, *_LISTED) if name in call.params}
    name = call.params["SecurityProfileName"]
    profile = resources.create(call, SECURITY_PROFILE, call.instance(), name, details)
    return {"SecurityProfileId": profile.id, "SecurityProfileArn": resources.arn(call, profile)}


@reads
def describe_security_profile(call: Call) -> Answer:
    """One security profile; what it permits, lists of their own say."""
    profile = _seen(call)
    more = {**resources.modified(call, profile), **resources.picked(profile, *_SHOWN)}
    return {"SecurityProfile": {**_described(call, profile), **more}}


@reads
def list_security_profiles(call: Call) -> Answer:
    """The security profiles of an instance."""
    instance = call.instance()
    rows = resources.all_here(call, SECURITY_PROFILE, instance)
    what = f"security profiles of {instance.id}"
    return resources.listed(call, rows, "SecurityProfileSummaryList", _summary, what=what)


@reads
def search_security_profiles(call: Call) -> Answer:
    """The security profiles that meet all criteria and filters."""
    return resources.searched(
        call, SECURITY_PROFILE, "SecurityProfiles", _described, lambda profile: {"name": [profile.name]}
    )


@reads
def list_security_profile_permissions(call: Call) -> Answer:
    """What a profile permits; of those that every instance has, some of what they permit on a real one."""
    return _listed(call, "Permissions")


@reads
def list_security_profile_applications(call: Call) -> Answer:
    """The applications that a profile gives access to."""
    return _listed(call, "Applications")


@reads
def list_security_profile_flow_modules(call: Call) -> Answer:
    """The flow modules that a profile lets AI agents run."""
    return _listed(call, "AllowedFlowModules")


@writes
def update_security_profile(call: Call) -> Answer:
    """Change what a profile permits; what the call does not name stays."""
    profile = call.resource(SECURITY_PROFILE, call.params["SecurityProfileId"], call.instance())
    if "Description" in call.params:
        update_mirrored(call, profile, description=call.params["Description"])
    given = {name: call.params[name] for name in (*_SHOWN, *_LISTED) if name in call.params}
    return resources.update(call, profile, **given)


@writes
def delete_security_profile(call: Call) -> Answer:
    """Delete a security profile that no user has."""
    profile = call.resource(SECURITY_PROFILE, call.params["SecurityProfileId"], call.instance())
    resources.refuse_if_used(call, profile, _users(call, profile))
    return resources.delete(call, profile)


def _seen(call: Call) -> Resource:
    return resources.find(call, SECURITY_PROFILE, call.params["SecurityProfileId"], call.instance())


def _summary(call: Call, profile: Resource) -> Answer:
    return {**resources.summary(call, profile), "Type": "CUSTOMER_MANAGED"}


def _described(call: Call, profile: Resource) -> Answer:
    answer: Answer = {
        "Id": profile.id,
        "Arn": resources.arn(call, profile),
        "OrganizationResourceId": profile.instance_id,
        "SecurityProfileName": profile.name,
        "Type": "CUSTOMER_MANAGED",
    }
    if profile.description:
        answer["Description"] = profile.description
    if profile.tags:
        answer["Tags"] = profile.tags
    return answer


def _listed(call: Call, name: str) -> Answer:
    profile = _seen(call)
    rows = ((f"{index:04d}", item) for index, item in enumerate(profile.details.get(name, [])))
    shown, token = page(call, rows, size=page_size(call, 100), what=f"{name} of {profile.id}")
    return {name: shown, "NextToken": token, **resources.modified(call, profile)}


def _users(call: Call, profile: Resource) -> list[User]:
    default = [derived_id(profile.instance_id, SECURITY_PROFILE)]
    users = (user for user in call.world.users.values() if user.instance_id == profile.instance_id)
    return [u for u in users if any(resources.refers(t, profile) for t in u.details.get("SecurityProfileIds", default))]
