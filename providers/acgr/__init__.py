"""Amazon Connect Global Resiliency as Pulumi resources.

The import path of this package is stored in Pulumi state: the providers below say that they live here, whatever file
they are written in, and the package refuses to be imported by another path.
"""

if __name__ != "acgr":
    raise ImportError(f"import acgr, not {__name__}: this path is stored in Pulumi state")

from acgr._provider import connected
from acgr.find_users import find_users
from acgr.phone_number_contact_flow import (
    PhoneNumberContactFlow,
    PhoneNumberContactFlowArgs,
    PhoneNumberContactFlowArgsDict,
    PhoneNumberContactFlowProvider,
)
from acgr.phone_number_placement import (
    PhoneNumberPlacement,
    PhoneNumberPlacementArgs,
    PhoneNumberPlacementArgsDict,
    PhoneNumberPlacementProvider,
)
from acgr.traffic_distribution_group_roster import (
    TrafficDistributionGroupRoster,
    TrafficDistributionGroupRosterArgs,
    TrafficDistributionGroupRosterArgsDict,
    TrafficDistributionGroupRosterProvider,
)
from acgr.traffic_distribution_group_user import (
    TrafficDistributionGroupUser,
    TrafficDistributionGroupUserArgs,
    TrafficDistributionGroupUserArgsDict,
    TrafficDistributionGroupUserProvider,
)

__all__ = [
    "PhoneNumberContactFlow",
    "PhoneNumberContactFlowArgs",
    "PhoneNumberContactFlowArgsDict",
    "PhoneNumberContactFlowProvider",
    "PhoneNumberPlacement",
    "PhoneNumberPlacementArgs",
    "PhoneNumberPlacementArgsDict",
    "PhoneNumberPlacementProvider",
    "TrafficDistributionGroupRoster",
    "TrafficDistributionGroupRosterArgs",
    "TrafficDistributionGroupRosterArgsDict",
    "TrafficDistributionGroupRosterProvider",
    "TrafficDistributionGroupUser",
    "TrafficDistributionGroupUserArgs",
    "TrafficDistributionGroupUserArgsDict",
    "TrafficDistributionGroupUserProvider",
    "connected",
    "find_users",
]

for _provider_class in (
    PhoneNumberContactFlowProvider,
    PhoneNumberPlacementProvider,
    TrafficDistributionGroupRosterProvider,
    TrafficDistributionGroupUserProvider,
):
    _provider_class.__module__ = __name__
