"""Every operation of `RegionalConnect`, and a client that takes only what botocore's own Connect model takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel, ServiceModel
from botocore.validate import ParamValidator
from scripted import FLOW, GROUP, INSTANCE, NUMBER, USER, Answer, Client

from acgr_connect.aws.client import RegionalConnect
from acgr_connect.model.records import Distribution

DESCRIBED_GROUP = {
    "Id": GROUP.id,
    "Arn": str(GROUP),
    "Name": "main",
    "InstanceArn": str(INSTANCE),
    "Status": "ACTIVE",
    "IsDefault": True,
}
DESCRIBED_NUMBER = {
    "PhoneNumberArn": str(NUMBER),
    "PhoneNumber": "+442079460001",
    "TargetArn": str(GROUP),
    "PhoneNumberStatus": {"Status": "CLAIMED"},
}
DESCRIBED_FLOW = {"Arn": str(FLOW), "Name": "Main IVR", "ContactFlowType": "CONTACT_FLOW"}
DESCRIBED_USER = {"Arn": str(USER), "Username": "alice"}
ASSOCIATED = {"ResourceId": str(NUMBER), "FlowId": str(FLOW)}
EACH = [{"Region": "eu-west-2", "Percentage": 100}, {"Region": "eu-central-1", "Percentage": 0}]
BOTH = [{"Region": "eu-west-2", "Enabled": True}, {"Region": "eu-central-1", "Enabled": True}]
SHARES = {
    "TelephonyConfig": {"Distributions": EACH},
    "AgentConfig": {"Distributions": EACH},
    "SignInConfig": {"Distributions": BOTH},
}

ANSWERS: dict[str, Answer] = {
    "describe_instance": {"Instance": {"Arn": str(INSTANCE)}},
    "list_instances": {"InstanceSummaryList": [{"Arn": str(INSTANCE)}]},
    "replicate_instance": {},
    "delete_instance": {},
    "create_traffic_distribution_group": {"Id": GROUP.id, "Arn": str(GROUP)},
    "delete_traffic_distribution_group": {},
    "list_replication_findings": {"ReplicationFindingsList": [{"ResourceType": "AGENT", "Region": "eu-central-1"}]},
    "describe_contact_flow": {"ContactFlow": {"Content": "{}"}},
    "describe_contact_flow_module": {"ContactFlowModule": {"Arn": f"{INSTANCE}/flow-module/greeting", "Name": "Hello"}},
    "list_traffic_distribution_groups": {"TrafficDistributionGroupSummaryList": [DESCRIBED_GROUP]},
    "describe_traffic_distribution_group": {"TrafficDistributionGroup": DESCRIBED_GROUP},
    "get_traffic_distribution": SHARES,
    "update_traffic_distribution": {},
    "associate_traffic_distribution_group_user": {},
    "disassociate_traffic_distribution_group_user": {},
    "list_traffic_distribution_group_users": {"TrafficDistributionGroupUserSummaryList": [{"UserId": USER.id}]},
    "update_phone_number": {},
    "update_phone_number_metadata": {},
    "describe_phone_number": {"ClaimedPhoneNumberSummary": DESCRIBED_NUMBER},
    "list_phone_numbers_v2": {"ListPhoneNumbersSummaryList": [DESCRIBED_NUMBER]},
    "associate_phone_number_contact_flow": {},
    "disassociate_phone_number_contact_flow": {},
    "list_flow_associations": {"FlowAssociationSummaryList": [ASSOCIATED]},
    "batch_get_flow_association": {"FlowAssociationSummaryList": [ASSOCIATED]},
    "list_contact_flows": {"ContactFlowSummaryList": [DESCRIBED_FLOW]},
    "list_users": {"UserSummaryList": [DESCRIBED_USER]},
    "list_routing_profiles": {"RoutingProfileSummaryList": [{"Id": "profile", "Name": "Voice"}]},
    "search_users": {"Users": [DESCRIBED_USER]},
    "describe_user": {"User": DESCRIBED_USER},
    "tag_resource": {},
    "untag_resource": {},
    "create_test_case": {"TestCaseId": "test"},
    "delete_test_case": {},
    "list_test_cases": {"TestCaseSummaryList": [{"Id": "test", "Name": "Main line"}]},
    "start_test_case_execution": {"TestCaseExecutionId": "execution"},
    "stop_test_case_execution": {},
    "get_test_case_execution_summary": {"Status": "PASSED"},
    "list_test_case_execution_records": {"ExecutionRecords": [{"Record": "{}"}]},
}
"""One answer of each operation used, as short as the code reads it."""

CALLS: dict[str, Callable[[RegionalConnect], object]] = {
    "describe_instance": lambda api: api.describe_instance(INSTANCE.id),
    "list_instances": lambda api: api.list_instances(),
    "replicate_instance": lambda api: api.replicate_instance(INSTANCE, "eu-central-1", "northwind-2", "token"),
    "delete_instance": lambda api: api.delete_instance(INSTANCE),
    "create_group": lambda api: api.create_group(INSTANCE, "retail", "token", description="Shops", tags={"a": "b"}),
    "delete_group": lambda api: api.delete_group(GROUP),
    "list_replication_findings": lambda api: api.list_replication_findings(INSTANCE, "AGENT"),
    "describe_flow": lambda api: api.describe_flow(FLOW),
    "describe_flow_module": lambda api: api.describe_flow_module(INSTANCE, "greeting"),
    "get_distribution": lambda api: api.get_distribution(GROUP),
    "get_whole_distribution": lambda api: api.get_whole_distribution(GROUP, sign_in=True),
    "update_distribution": lambda api: api.update_distribution(GROUP, Distribution.read(SHARES)),
    "list_groups": lambda api: api.list_groups(),
    "describe_group": lambda api: api.describe_group(str(GROUP)),
    "get_telephony_shares": lambda api: api.get_telephony_shares(GROUP),
    "associate_user": lambda api: api.associate_user(GROUP, USER),
    "disassociate_user": lambda api: api.disassociate_user(GROUP, USER),
    "list_group_users": lambda api: api.list_group_users(GROUP),
    "update_phone_number": lambda api: api.update_phone_number(NUMBER, GROUP, "token"),
    "update_phone_number_metadata": lambda api: api.update_phone_number_metadata(NUMBER, "Sales", "token"),
    "describe_phone_number": lambda api: api.describe_phone_number(str(NUMBER)),
    "list_phone_numbers": lambda api: api.list_phone_numbers(GROUP),
    "associate_flow": lambda api: api.associate_flow(NUMBER, FLOW),
    "disassociate_flow": lambda api: api.disassociate_flow(NUMBER, INSTANCE),
    "list_flow_associations": lambda api: api.list_flow_associations(INSTANCE),
    "batch_get_flow_association": lambda api: api.batch_get_flow_association(INSTANCE, [NUMBER]),
    "tag": lambda api: api.tag(NUMBER, {"acgr:had": "1"}),
    "untag": lambda api: api.untag(NUMBER, ["acgr:had"]),
    "list_flows": lambda api: api.list_flows(INSTANCE.id),
    "list_users": lambda api: api.list_users(INSTANCE),
    "list_routing_profiles": lambda api: api.list_routing_profiles(INSTANCE.id),
    "search_users": lambda api: api.search_users(INSTANCE.id, SearchFilter={"TagFilter": {}}),
    "describe_user": lambda api: api.describe_user(INSTANCE.id, USER.id),
    "create_test_case": lambda api: api.create_test_case(INSTANCE, "Main line", "{}", "+442079460001"),
    "delete_test_case": lambda api: api.delete_test_case(INSTANCE, "test"),
    "list_test_cases": lambda api: api.list_test_cases(INSTANCE),
    "start_test_case": lambda api: api.start_test_case(INSTANCE, "test", "token"),
    "stop_test_case": lambda api: api.stop_test_case(INSTANCE, "test", "execution", "token"),
    "get_test_execution": lambda api: api.get_test_execution(INSTANCE, "test", "execution"),
    "list_test_records": lambda api: api.list_test_records(INSTANCE, "test", "execution"),
}
"""Every public method of `RegionalConnect` that asks Connect something."""


@cache
def _connect() -> ServiceModel:
    return botocore.session.get_session().get_service_model("connect")


@cache
def operations() -> Mapping[str, OperationModel]:
    """The model's operations by their name in Python."""
    return {xform_name(name): _connect().operation_model(name) for name in _connect().operation_names}


class ModelledClient(Client):
    """A scripted client that takes only requests that are valid by botocore's model."""

    def ask(self, operation: str, asked: dict[str, Any]) -> Mapping[str, Any]:
        """Check the request as botocore does, then answer it."""
        shape = operations()[operation].input_shape
        report = ParamValidator().validate(asked, shape)
        assert not report.has_errors(), f"{operation}: {report.generate_report()}"
        return super().ask(operation, asked)
