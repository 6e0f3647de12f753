"""What an instance uses: storage, Lambda functions, Lex bots; and whether its Regions route contacts to each other."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
FUNCTION = "arn:aws:lambda:eu-west-2:111122223333:function:lookup"
V2 = {"LexV2Bot": {"AliasArn": "arn:aws:lex:eu-west-2:111122223333:bot-alias/ABCDE12345/TSTALIASID"}}
V1 = {"LexBot": {"Name": "Guide", "LexRegion": "eu-west-2"}}
KEY = {"EncryptionType": "KMS", "KeyId": "arn:aws:kms:eu-west-2:111122223333:key/0f0e0d0c-0000-4000-8000-000000000001"}
BUCKET = {
    "StorageType": "S3",
    "S3Config": {"BucketName": "calls", "BucketPrefix": "2026", "EncryptionConfig": KEY},
}
STREAM = {
    "StorageType": "KINESIS_STREAM",
    "KinesisStreamConfig": {"StreamArn": "arn:aws:kinesis:eu-west-2:111122223333:stream/records"},
}
FIREHOSE = {
    "StorageType": "KINESIS_FIREHOSE",
    "KinesisFirehoseConfig": {"FirehoseArn": "arn:aws:firehose:eu-west-2:111122223333:deliverystream/records"},
}
VIDEO = {
    "StorageType": "KINESIS_VIDEO_STREAM",
    "KinesisVideoStreamConfig": {"Prefix": "media", "RetentionPeriodHours": 2, "EncryptionConfig": KEY},
}


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("CALL_RECORDINGS", BUCKET),
        ("EMAIL_MESSAGES", BUCKET),
        ("CONTACT_TRACE_RECORDS", STREAM),
        ("CONTACT_TRACE_RECORDS", FIREHOSE),
    ],
)
def test_storage(kind: str, config: Any, connect: Any, names: Any, refused: Any) -> None:
    """A kind is kept in one place, each Region's own; it can be moved, and forgotten."""
    client, what = connect(), {"InstanceId": names.instance, "ResourceType": kind}
    association = client.associate_instance_storage_config(**what, StorageConfig=config)["AssociationId"]
    (listed,) = client.list_instance_storage_configs(**what)["StorageConfigs"]
    described = client.describe_instance_storage_config(**what, AssociationId=association)["StorageConfig"]
    assert described == listed == {**config, "AssociationId": association}
    assert connect(REPLICA).list_instance_storage_configs(**what)["StorageConfigs"] == []
    with refused("ResourceConflictException", kind):
        client.associate_instance_storage_config(**what, StorageConfig=config)
    client.disassociate_instance_storage_config(**what, AssociationId=association)
    with refused("ResourceNotFoundException", association):
        client.describe_instance_storage_config(**what, AssociationId=association)
    client.associate_instance_storage_config(**what, StorageConfig=config)


def test_the_prefix_of_video_streams(connect: Any, names: Any) -> None:
    """Connect makes the prefix longer, by the alias that the instance has in the Region."""
    what = {"InstanceId": names.instance, "ResourceType": "MEDIA_STREAMS"}
    connect().associate_instance_storage_config(**what, StorageConfig=VIDEO)
    (shown,) = connect().list_instance_storage_configs(**what)["StorageConfigs"]
    prefix = "media-connect-northwind-contact-"
    assert shown["KinesisVideoStreamConfig"] == {**VIDEO["KinesisVideoStreamConfig"], "Prefix": prefix}


def test_storage_moves(connect: Any, names: Any, refused: Any) -> None:
    """An update puts another place in, and knows the association by its kind, too."""
    client, what = connect(), {"InstanceId": names.instance, "ResourceType": "CONTACT_TRACE_RECORDS"}
    association = client.associate_instance_storage_config(**what, StorageConfig=STREAM)["AssociationId"]
    for _ in range(2):
        client.update_instance_storage_config(**what, AssociationId=association, StorageConfig=FIREHOSE)
    (shown,) = client.list_instance_storage_configs(**what)["StorageConfigs"]
    assert shown == {**FIREHOSE, "AssociationId": association}
    other = {**what, "ResourceType": "AGENT_EVENTS", "AssociationId": association}
    with refused("ResourceNotFoundException", "AGENT_EVENTS"):
        client.describe_instance_storage_config(**other)
    with refused("ResourceNotFoundException", "AGENT_EVENTS"):
        client.update_instance_storage_config(**other, StorageConfig=STREAM)


@pytest.mark.parametrize(
    ("kind", "config", "saying"),
    [
        ("CALL_RECORDINGS", STREAM, "KINESIS_STREAM"),
        ("AGENT_EVENTS", FIREHOSE, "KINESIS_FIREHOSE"),
        ("MEDIA_STREAMS", BUCKET, "S3"),
        ("CALL_RECORDINGS", {"StorageType": "S3"}, "S3Config"),
        ("CALL_RECORDINGS", {**BUCKET, **STREAM, "StorageType": "S3"}, "S3Config and no other"),
        (
            "AGENT_EVENTS",
            {**STREAM, "StorageType": "KINESIS_STREAM", "KinesisStreamConfig": {"StreamArn": "x"}},
            "Stream",
        ),
        ("CALL_RECORDINGS", {"StorageType": "S3", "S3Config": {"BucketName": "No", "BucketPrefix": "x"}}, "BucketName"),
        (
            "MEDIA_STREAMS",
            {
                "StorageType": "KINESIS_VIDEO_STREAM",
                "KinesisVideoStreamConfig": {
                    "Prefix": "media",
                    "RetentionPeriodHours": 2,
                    "EncryptionConfig": {"EncryptionType": "KMS", "KeyId": "0f0e0d0c-0000-4000-8000-000000000001"},
                },
            },
            "KeyId",
        ),
    ],
)
def test_storage_that_cannot_be(kind: str, config: Any, saying: str, connect: Any, names: Any, refused: Any) -> None:
    """One place of the right kind, whose name has the form of one; a key is named by its whole ARN."""
    what = {"InstanceId": names.instance, "ResourceType": kind}
    with refused("InvalidParameterException", saying):
        connect().associate_instance_storage_config(**what, StorageConfig=config)
    assert connect().list_instance_storage_configs(**what)["StorageConfigs"] == []


def test_functions(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """A Region's instance may use the functions it was given; a second time is refused, or fine, as the switch says."""
    client, what = connect(), {"InstanceId": names.instance, "FunctionArn": FUNCTION}
    client.associate_lambda_function(**what)
    client.associate_lambda_function(**{**what, "FunctionArn": FUNCTION + ":live"})
    assert client.list_lambda_functions(InstanceId=names.instance)["LambdaFunctions"] == [FUNCTION, FUNCTION + ":live"]
    assert connect(REPLICA).list_lambda_functions(InstanceId=names.instance)["LambdaFunctions"] == []
    with refused("ResourceConflictException", FUNCTION):
        client.associate_lambda_function(**what)
    set_switches(associate_integration_twice="success")
    client.associate_lambda_function(**what)
    client.disassociate_lambda_function(**what)
    assert client.list_lambda_functions(InstanceId=names.instance)["LambdaFunctions"] == [FUNCTION + ":live"]
    with refused("ResourceNotFoundException", FUNCTION):
        client.disassociate_lambda_function(**what)
    with refused("InvalidParameterException", "nonsense"):
        client.associate_lambda_function(**{**what, "FunctionArn": "nonsense"})


def test_functions_in_pages(connect: Any, names: Any) -> None:
    """Functions are listed in pages of 25."""
    for index in range(26):
        connect().associate_lambda_function(InstanceId=names.instance, FunctionArn=f"{FUNCTION}{index:02d}")
    first = connect().list_lambda_functions(InstanceId=names.instance)
    rest = connect().list_lambda_functions(InstanceId=names.instance, NextToken=first["NextToken"])
    assert (len(first["LambdaFunctions"]), rest["LambdaFunctions"]) == (25, [FUNCTION + "25"])


def test_bots(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """Bots of Lex V1 and V2 are kept together and listed apart, each Region's own."""
    client, instance = connect(), {"InstanceId": names.instance}
    client.associate_bot(**instance, **V1)
    client.associate_bot(**instance, **V2)
    assert client.list_bots(**instance, LexVersion="V1")["LexBots"] == [V1]
    assert client.list_bots(**instance, LexVersion="V2")["LexBots"] == [V2]
    assert client.list_lex_bots(**instance)["LexBots"] == [V1["LexBot"]]
    assert connect(REPLICA).list_bots(**instance, LexVersion="V2")["LexBots"] == []
    for again in (lambda: client.associate_bot(**instance, **V2), lambda: client.associate_lex_bot(**instance, **V1)):
        with refused("ResourceConflictException", "associated already"):
            again()
    set_switches(associate_integration_twice="success")
    client.associate_lex_bot(**instance, **V1)
    assert len(client.list_lex_bots(**instance)["LexBots"]) == 1
    client.disassociate_lex_bot(**instance, BotName="Guide", LexRegion="eu-west-2")
    client.disassociate_bot(**instance, **V2)
    for gone in (V1, V2):
        with refused("ResourceNotFoundException", "not associated"):
            client.disassociate_bot(**instance, **gone)


@pytest.mark.parametrize("bots", [{}, {**V1, **V2}, {"LexV2Bot": {}}, {"LexV2Bot": {"AliasArn": "nonsense"}}])
def test_bots_that_cannot_be(bots: Any, connect: Any, names: Any, refused: Any) -> None:
    """One bot at a time, a V2 bot by the ARN of its alias."""
    with refused("InvalidRequestException"):
        connect().associate_bot(InstanceId=names.instance, **bots)


def test_the_same_token(connect: Any, names: Any) -> None:
    """A client token that comes again gets the same answer, and nothing else happens."""
    ask = {"InstanceId": names.instance, "ResourceType": "CALL_RECORDINGS", "StorageConfig": BUCKET, "ClientToken": "t"}
    first, second = (connect().associate_instance_storage_config(**ask)["AssociationId"] for _ in range(2))
    assert first == second
    for _ in range(2):
        connect().associate_lambda_function(InstanceId=names.instance, FunctionArn=FUNCTION, ClientToken="t")


def test_a_deleted_replica(connect: Any, names: Any, sandbox: Any) -> None:
    """With the replica goes what it used; the source keeps its own."""
    for region in (SOURCE, REPLICA):
        connect(region).associate_lambda_function(InstanceId=names.instance, FunctionArn=FUNCTION)
    connect(REPLICA).delete_instance(InstanceId=names.instance)
    sandbox.clock.advance(sandbox.switches.instance_seconds)
    assert sandbox.world.instance("northwind").functions == {SOURCE: [FUNCTION]}


def test_cross_region_routing(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """Both Regions of a replicated instance are isolated or none, by id or ARN, from either Region."""
    for who in ({"InstanceId": names.instance}, {"InstanceId": names.instance_arn(REPLICA)}):
        connect(REPLICA).update_cross_region_routing(**who, IsolatedAll=True)
        isolated = connect().get_cross_region_routing(InstanceId=names.instance_arn())["IsolatedRegions"]
        assert isolated == [SOURCE, REPLICA]
        connect(REPLICA).update_cross_region_routing(**who, IsolatedAll=False)
        assert connect().get_cross_region_routing(InstanceId=names.instance)["IsolatedRegions"] == []
    with refused("InvalidRequestException", "not enabled"):
        connect().get_cross_region_routing(InstanceId=names.lonely)
    with refused("InvalidRequestException", "not enabled"):
        connect().update_cross_region_routing(InstanceId=names.lonely, IsolatedAll=True)
    set_switches(global_routing=False)
    with refused("InvalidRequestException", "not enabled"):
        connect().get_cross_region_routing(InstanceId=names.instance)
