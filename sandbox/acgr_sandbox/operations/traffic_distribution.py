"""Which share of a TDG's traffic goes to which Region (API pages Get/UpdateTrafficDistribution)."""

from __future__ import annotations

from typing import Any

from acgr_sandbox.core.models import Group
from acgr_sandbox.core.pending_changes import cancel
from acgr_sandbox.wire.refusal import Refusal, invalid_request

from .call import Call
from .registry import Answer, reads, writes


@reads
def get_traffic_distribution(call: Call) -> Answer:
    """The shares; the TDG must have been created."""
    group = call.group(call.params["Id"])
    if group.status not in ("ACTIVE", "UPDATE_IN_PROGRESS"):
        raise invalid_request(f"Traffic distribution group {group.id} is {group.status}.")
    answer: Answer = {
        "Id": group.id,
        "Arn": call.world.arn(group),
        "TelephonyConfig": _shares(group.telephony),
        "AgentConfig": _shares(group.agents),
    }
    if group.default:
        enabled = [{"Region": region, "Enabled": on} for region, on in group.sign_in.items()]
        answer["SignInConfig"] = {"Distributions": enabled}
    if group.last_failover is not None:
        answer["LastFailoverTime"] = group.last_failover
    return answer


@writes
def update_traffic_distribution(call: Call) -> Answer:
    """Shift traffic: both Regions named, whole tens, 100 in all; sign-in on the default TDG only."""
    group = call.group(call.params["Id"])
    refusal = call.switches.second_update
    if group.status == "UPDATE_IN_PROGRESS" and refusal != "allow":
        raise Refusal(refusal, f"Traffic distribution group {group.id} is being updated.")
    if group.status not in ("ACTIVE", "UPDATE_IN_PROGRESS"):
        raise invalid_request(f"Traffic distribution group {group.id} is {group.status}.")
    _check_complete(call)
    telephony = _asked_shares(call, group, "TelephonyConfig")
    agents = _asked_shares(call, group, "AgentConfig")
    sign_in = _asked_sign_in(call, group)
    group.telephony = telephony or group.telephony
    group.agents = agents or group.agents
    group.sign_in = sign_in or group.sign_in
    group.status, group.last_failover = "UPDATE_IN_PROGRESS", call.now
    cancel(call.world, "group-status", group.id)
    call.later(call.switches.distribution_seconds, "group-status", group.id, detail="ACTIVE")
    return {}


def _check_complete(call: Call) -> None:
    """The guide's page on telephony needs TelephonyConfig; its page on agents has an example without."""
    given = {"TelephonyConfig", "AgentConfig", "SignInConfig"} & set(call.params)
    if not given:
        raise invalid_request("Give a distribution: TelephonyConfig, and AgentConfig or SignInConfig.")
    if "TelephonyConfig" not in given and call.switches.distribution_without_telephony == "refuse":
        raise invalid_request("TelephonyConfig is needed.")


def _shares(shares: dict[str, int]) -> dict[str, Any]:
    return {"Distributions": [{"Region": region, "Percentage": share} for region, share in shares.items()]}


def _asked_shares(call: Call, group: Group, config: str) -> dict[str, int] | None:
    if config not in call.params:
        return None
    rows = call.params[config]["Distributions"]
    shares = {row["Region"]: row["Percentage"] for row in rows}
    _check_regions(call, group, config, list(shares), len(rows))
    if sum(shares.values()) != 100:
        raise invalid_request(f"{config}: the percentages must add up to 100.")
    if any(share % 10 for share in shares.values()):
        raise invalid_request(f"{config}: percentages go in steps of 10.")
    return shares


def _asked_sign_in(call: Call, group: Group) -> dict[str, bool] | None:
    if "SignInConfig" not in call.params:
        return None
    if not group.default:
        raise invalid_request("SignInConfig can be changed on the default traffic distribution group only.")
    rows = call.params["SignInConfig"]["Distributions"]
    enabled = {row["Region"]: row["Enabled"] for row in rows}
    _check_regions(call, group, "SignInConfig", list(enabled), len(rows))
    if not any(enabled.values()):
        raise invalid_request("SignInConfig: at least one Region must be enabled.")
    return enabled


def _check_regions(call: Call, group: Group, config: str, regions: list[str], rows: int) -> None:
    wanted = call.world.instance_of_group(group).regions
    if set(regions) != set(wanted) or rows != len(wanted):
        raise invalid_request(f"{config}: name {' and '.join(wanted)}, each once.")
