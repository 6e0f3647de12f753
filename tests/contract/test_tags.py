"""Tags of whatever can have them."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
KINDS = ("operating-hours", "queue", "routing-profile", "security-profile", "transfer-destination")


@pytest.mark.parametrize("kind", KINDS)
def test_queues_and_the_like(kind: str, connect: Any, sandbox: Any, refused: Any) -> None:
    """They are tagged, and lose tags, by the ARN that they have in the Region asked."""
    world = sandbox.world
    resource = next(each for each in world.resources.values() if each.kind == kind)
    for region, other in ((SOURCE, REPLICA), (REPLICA, SOURCE)):
        client, arn = connect(region), world.arn(resource, region)
        client.tag_resource(resourceArn=arn, tags={"team": "ops", "site": region})
        assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "ops", "site": region}
        client.untag_resource(resourceArn=arn, tagKeys=["team"])
        assert sandbox.world.resources[resource.id].tags == {"site": region}
        with refused("ResourceNotFoundException"):
            connect(other).tag_resource(resourceArn=arn, tags={"team": "ops"})


def test_what_is_not_there(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """An id under the wrong kind, or of nothing, is not found."""
    queue = sandbox.world.resource("BasicQueue").id
    for tail in (f"routing-profile/{queue}", "queue/nonsense", f"queue/agent/{queue}", "nonsense"):
        with refused("ResourceNotFoundException"):
            connect().list_tags_for_resource(resourceArn=f"{names.instance_arn()}/{tail}")


def test_what_has_tags_says_so(connect: Any, names: Any, sandbox: Any) -> None:
    """DescribeQueue and the like show the tags."""
    queue = sandbox.world.resource("BasicQueue")
    connect().tag_resource(resourceArn=sandbox.world.arn(queue), tags={"team": "ops"})
    assert connect().describe_queue(InstanceId=names.instance, QueueId=queue.id)["Queue"]["Tags"] == {"team": "ops"}
