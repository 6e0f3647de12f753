"""Users (API pages CreateUser, UpdateUser…, DeleteUser, ListUsers, DescribeUser, SearchUsers).

What their pages say of names, identities and settings is in `user_rules`.
"""

from __future__ import annotations

from typing import Any

from acgr_sandbox.core.models import Instance, User, seen_from
from acgr_sandbox.core.seeds import HIERARCHY_GROUP, derived_id
from acgr_sandbox.wire.refusal import Refusal, duplicate, invalid_request

from . import user_rules
from .call import Call
from .hierarchy import group_and_below
from .mirroring import schedule_mirror, update_mirrored
from .pagination import page, page_size
from .registry import Answer, reads, writes
from .resources import check_profiles
from .search import Condition, matches, matches_attributes, matches_string, matches_tags

_DETAILS = (
    "PhoneConfig",
    "RoutingProfileId",
    "SecurityProfileIds",
    "HierarchyGroupId",
    "DirectoryUserId",
    *user_rules.BY_CHANNEL,
)


@writes
def create_user(call: Call) -> Answer:
    """A new user in this Region; the other one has it after a moment, and only then can it join a TDG."""
    instance = call.instance()
    _check_new(call, instance)
    check_profiles(call, instance, call.params["RoutingProfileId"], call.params["SecurityProfileIds"])
    username = call.params["Username"]
    user = User(call.world.new_id("user", username), username, instance.id, mirrored=instance.replica is None)
    user.born, user.modified, user.modified_in = call.region, call.now, call.region
    user.tags = dict(call.params.get("Tags", {}))
    user.details = {name: call.params[name] for name in _DETAILS if name in call.params}
    if "HierarchyGroupId" in call.params:
        user.details["HierarchyGroupId"] = call.resource(HIERARCHY_GROUP, call.params["HierarchyGroupId"], instance).id
    _set_identity(user, call.params.get("IdentityInfo", {}))
    call.world.users[user.id] = user
    schedule_mirror(call, user)
    return {"UserId": user.id, "UserArn": call.world.arn(user, call.region)}


@reads
def describe_user(call: Call) -> Answer:
    """One user, as this Region shows it."""
    user = call.user(call.params["UserId"], call.instance())
    return {"User": {**_described(call, user), **_modified(call, user)}}


@reads
def list_users(call: Call) -> Answer:
    """The users of an instance that this Region knows."""
    instance = call.instance()
    shown, token = page(call, _users_here(call, instance), size=page_size(call, 100), what=f"users of {instance.id}")
    return {"UserSummaryList": [_summary(call, user) for user in shown], "NextToken": token}


@reads
def search_users(call: Call) -> Answer:
    """The users that meet all criteria and filters; times after contacts are milliseconds here."""
    instance = call.instance()
    criteria, wanted = call.params.get("SearchCriteria", {}), call.params.get("SearchFilter", {})
    if "TagFilter" in wanted and "UserAttributeFilter" in wanted:
        raise Refusal("AccessDeniedException", "Give TagFilter or UserAttributeFilter, not both.", status=403)
    users = ((key, seen_from(user, call.region)) for key, user in _users_here(call, instance))
    found = [
        (key, user)
        for key, user in users
        if _matches_criteria(call, user, criteria) and _matches_filter(call, user, wanted)
    ]
    shown, token = page(call, found, size=page_size(call, 100), what=f"search of {instance.id}")
    rows = [_search_row(_described(call, user)) for user in shown]
    return {"Users": rows, "NextToken": token, "ApproximateTotalCount": len(found)}


@writes
def update_user_identity_info(call: Call) -> Answer:
    """Change names and addresses."""
    user = _user(call)
    user_rules.check_identity(call.params["IdentityInfo"], call.instance())
    user_rules.check_directory(call.params["IdentityInfo"], call.instance())
    changed = User(user.id, user.username, user.instance_id, details=dict(_here(call, user).details))
    _set_identity(changed, call.params["IdentityInfo"])
    update_mirrored(call, user, first_name=changed.first_name, last_name=changed.last_name, details=changed.details)
    return {}


@writes
def update_user_phone_config(call: Call) -> Answer:
    """Change how a user takes contacts, on all channels alike."""
    user = _user(call)
    user_rules.check_settings(call.params)
    details = {**user_rules.without_channels(_here(call, user).details), "PhoneConfig": call.params["PhoneConfig"]}
    update_mirrored(call, user, details=details)
    return {}


@writes
def update_user_config(call: Call) -> Answer:
    """Change how a user takes contacts, channel by channel; what is not given stays."""
    user_rules.check_settings(call.params)
    return _set_details(call, **{name: call.params[name] for name in user_rules.BY_CHANNEL if name in call.params})


@writes
def update_user_routing_profile(call: Call) -> Answer:
    """Give a user another routing profile."""
    check_profiles(call, call.instance(), call.params["RoutingProfileId"], [])
    return _set_details(call, RoutingProfileId=call.params["RoutingProfileId"])


@writes
def update_user_security_profiles(call: Call) -> Answer:
    """Give a user other security profiles."""
    check_profiles(call, call.instance(), None, call.params["SecurityProfileIds"])
    return _set_details(call, SecurityProfileIds=call.params["SecurityProfileIds"])


@writes
def update_user_hierarchy(call: Call) -> Answer:
    """Put a user into a hierarchy group, or into none."""
    user = _user(call)
    details = {name: value for name, value in _here(call, user).details.items() if name != "HierarchyGroupId"}
    if "HierarchyGroupId" in call.params:
        group = call.resource(HIERARCHY_GROUP, call.params["HierarchyGroupId"], call.instance())
        details["HierarchyGroupId"] = group.id
    update_mirrored(call, user, details=details)
    return {}


@writes
def delete_user(call: Call) -> Answer:
    """Delete a user in both Regions; it leaves its TDGs, unless a switch lets it linger there."""
    call.world.delete_user(_user(call).id, lingers=call.switches.deleted_user_lingers)
    return {}


def _details(user: User) -> dict[str, Any]:
    """What was set for a user, else what users have."""
    return {
        "RoutingProfileId": derived_id(user.instance_id, "routing-profile"),
        "SecurityProfileIds": [derived_id(user.instance_id, "security-profile")],
        **user.details,
        "PhoneConfig": user_rules.phone_config(user.details),
    }


def _users_here(call: Call, instance: Instance) -> list[tuple[str, User]]:
    users = call.world.users.values()
    return [(user.id, user) for user in users if user.instance_id == instance.id and call.sees(user)]


def _modified(call: Call, user: User) -> Answer:
    source = call.world.instances[user.instance_id].region
    return {"LastModifiedTime": user.modified, "LastModifiedRegion": user.modified_in or source}


def _summary(call: Call, user: User) -> Answer:
    named = {"Id": user.id, "Arn": call.world.arn(user, call.region), "Username": user.username}
    return {**named, **_modified(call, user)}


def _described(call: Call, user: User) -> Answer:
    user = seen_from(user, call.region)
    details = _details(user)
    identity = {"FirstName": user.first_name, "LastName": user.last_name, **details.pop("IdentityInfo", {})}
    answer: Answer = {
        "Id": user.id,
        "Arn": call.world.arn(user, call.region),
        "Username": user.username,
        "IdentityInfo": identity,
        **details,
    }
    if user.tags:
        answer["Tags"] = user.tags
    return answer


def _search_row(described: Answer) -> Answer:
    identity = described["IdentityInfo"]
    row = {**described, "IdentityInfo": {name: identity[name] for name in ("FirstName", "LastName")}}
    return user_rules.in_milliseconds(row)


def _matches_criteria(call: Call, user: User, criteria: Condition) -> bool:
    checks = {
        "StringCondition": lambda condition: matches_string(condition, _searchable_texts(user)),
        "HierarchyGroupCondition": lambda condition: _in_hierarchy(call, user, condition),
        "ListCondition": lambda _: False,  # users have no proficiencies here
    }
    return matches(criteria, checks)


def _matches_filter(call: Call, user: User, wanted: Condition) -> bool:
    hierarchy = {"HierarchyGroupCondition": lambda condition: _in_hierarchy(call, user, condition)}
    by_attribute = wanted.get("UserAttributeFilter", {})
    return matches_tags(wanted.get("TagFilter", {}), user.tags) and matches_attributes(
        by_attribute, user.tags, hierarchy
    )


def _in_hierarchy(call: Call, user: User, condition: Condition) -> bool:
    wanted = {condition.get("Value", "")}
    if condition.get("HierarchyGroupMatchType") == "WITH_CHILD_GROUPS":
        wanted = group_and_below(call, condition.get("Value", ""), call.world.instances[user.instance_id])
    return user.details.get("HierarchyGroupId") in wanted


def _searchable_texts(user: User) -> dict[str, list[str]]:
    details = _details(user)
    return {
        "username": [user.username],
        "firstname": [user.first_name],
        "lastname": [user.last_name],
        "routingprofileid": [details["RoutingProfileId"]],
        "securityprofileid": details["SecurityProfileIds"],
        "resourceid": [user.id],
    }


def _user(call: Call) -> User:
    return call.user(call.params["UserId"], call.instance())


def _set_details(call: Call, **details: Any) -> Answer:
    user = _user(call)
    update_mirrored(call, user, details={**_here(call, user).details, **details})
    return {}


def _here(call: Call, user: User) -> User:
    """A user as this Region shows it, which is what a change here begins with."""
    return seen_from(user, call.region)


def _set_identity(user: User, identity: dict[str, Any]) -> None:
    user.first_name, user.last_name = identity.get("FirstName", ""), identity.get("LastName", "")
    more = {name: value for name, value in identity.items() if name not in ("FirstName", "LastName")}
    user.details.pop("IdentityInfo", None)
    if more:
        user.details["IdentityInfo"] = more


def _check_new(call: Call, instance: Instance) -> None:
    users = [user for user in call.world.users.values() if user.instance_id == instance.id]
    if any(user.username == call.params["Username"] for user in users):
        raise duplicate(f"A user named {call.params['Username']!r} already exists.")
    if call.switches.user_limit and len(users) >= call.switches.user_limit:
        message = f"Instance {instance.id} has reached its {call.switches.user_limit} users."
        raise Refusal("LimitExceededException", message)
    user_rules.check_username(call.params["Username"], instance, long_ones=call.switches.long_usernames == "allow")
    user_rules.check_settings(call.params)
    user_rules.check_settings_once(call.params)
    identity = call.params.get("IdentityInfo", {})
    user_rules.check_identity(identity, instance)
    if "DirectoryUserId" in call.params and instance.identity == "SAML":
        raise invalid_request("With SAML a user has no DirectoryUserId.")
    if instance.identity != "EXISTING_DIRECTORY" and not (identity.get("FirstName") and identity.get("LastName")):
        raise invalid_request("IdentityInfo needs FirstName and LastName.")
    if (instance.identity == "CONNECT_MANAGED") != ("Password" in call.params):
        what = "needs a Password" if instance.identity == "CONNECT_MANAGED" else "takes no Password"
        raise invalid_request(f"A user of an instance whose identities are {instance.identity} {what}.")
