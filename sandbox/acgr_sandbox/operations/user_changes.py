"""Users: making, changing and deleting them (API pages CreateUser, UpdateUser…, DeleteUser)."""

from __future__ import annotations

from typing import Any

from acgr_sandbox.refusal import Refusal, duplicate, invalid_request
from acgr_sandbox.world import Instance, User

from .call import Call
from .mirroring import revise, spread
from .profiles import check_profiles
from .registry import Answer, writes

_DETAILS = (
    "PhoneConfig",
    "RoutingProfileId",
    "SecurityProfileIds",
    "HierarchyGroupId",
    "DirectoryUserId",
    "AutoAcceptConfigs",
    "AfterContactWorkConfigs",
    "PhoneNumberConfigs",
    "PersistentConnectionConfigs",
    "VoiceEnhancementConfigs",
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
    _identify(user, call.params.get("IdentityInfo", {}))
    call.world.users[user.id] = user
    spread(call, user)
    return {"UserId": user.id, "UserArn": call.world.arn(user, call.region)}


@writes
def update_user_identity_info(call: Call) -> Answer:
    """Change names and addresses."""
    user = _user(call)
    changed = User(user.id, user.username, user.instance_id, details=dict(user.details))
    _identify(changed, call.params["IdentityInfo"])
    revise(call, user, first_name=changed.first_name, last_name=changed.last_name, details=changed.details)
    return {}


@writes
def update_user_phone_config(call: Call) -> Answer:
    """Change how a user takes calls."""
    return _set(call, PhoneConfig=call.params["PhoneConfig"])


@writes
def update_user_routing_profile(call: Call) -> Answer:
    """Give a user another routing profile."""
    check_profiles(call, call.instance(), call.params["RoutingProfileId"], [])
    return _set(call, RoutingProfileId=call.params["RoutingProfileId"])


@writes
def update_user_security_profiles(call: Call) -> Answer:
    """Give a user other security profiles."""
    check_profiles(call, call.instance(), None, call.params["SecurityProfileIds"])
    return _set(call, SecurityProfileIds=call.params["SecurityProfileIds"])


@writes
def update_user_hierarchy(call: Call) -> Answer:
    """Put a user into a hierarchy group, or into none; the sandbox knows no such groups and takes any id."""
    user = _user(call)
    details = {name: value for name, value in user.details.items() if name != "HierarchyGroupId"}
    if "HierarchyGroupId" in call.params:
        details["HierarchyGroupId"] = call.params["HierarchyGroupId"]
    revise(call, user, details=details)
    return {}


@writes
def delete_user(call: Call) -> Answer:
    """Delete a user in both Regions; it leaves its TDGs, unless a switch lets it linger there."""
    call.world.forget_user(_user(call).id, lingers=call.switches.deleted_user_lingers)
    return {}


def _user(call: Call) -> User:
    return call.user(call.params["UserId"], call.instance())


def _set(call: Call, **details: Any) -> Answer:
    user = _user(call)
    revise(call, user, details={**user.details, **details})
    return {}


def _identify(user: User, identity: dict[str, Any]) -> None:
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
    identity = call.params.get("IdentityInfo", {})
    if instance.identity != "EXISTING_DIRECTORY" and not (identity.get("FirstName") and identity.get("LastName")):
        raise invalid_request("IdentityInfo needs FirstName and LastName.")
    if (instance.identity == "CONNECT_MANAGED") != ("Password" in call.params):
        what = "needs a Password" if instance.identity == "CONNECT_MANAGED" else "takes no Password"
        raise invalid_request(f"A user of an instance whose identities are {instance.identity} {what}.")
