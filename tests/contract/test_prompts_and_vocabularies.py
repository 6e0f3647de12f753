"""Prompts, and the custom vocabularies of Contact Lens."""

from __future__ import annotations

from typing import Any

import pytest

from acgr_sandbox import Fault

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
TABLE = "Phrase\tIPA\tSoundsLike\tDisplayAs\nLeeds\t\tleeds\tLeeds\n"


@pytest.fixture
def new(names: Any) -> dict[str, Any]:
    """What CreateVocabulary takes."""
    return {"InstanceId": names.instance, "VocabularyName": "places", "LanguageCode": "en-GB", "Content": TABLE}


@pytest.fixture
def places(connect: Any, new: Any, sandbox: Any) -> dict[str, str]:
    """A vocabulary that is ACTIVE."""
    made = connect().create_vocabulary(**new, Tags={"team": "ops"})
    sandbox.clock.advance(sandbox.switches.vocabulary_seconds)
    return {"InstanceId": new["InstanceId"], "VocabularyId": made["VocabularyId"]}


def test_prompts_of_every_instance(connect: Any, names: Any) -> None:
    """Every instance comes with prompts, in both Regions under the same ids."""
    for region in (SOURCE, REPLICA):
        rows = connect(region).list_prompts(InstanceId=names.instance)["PromptSummaryList"]
        beep = next(row for row in rows if row["Name"] == "Beep.wav")
        assert beep["Arn"].startswith(names.instance_arn(region) + "/prompt/")
    assert len(connect().list_prompts(InstanceId=names.lonely)["PromptSummaryList"]) == len(rows)


def test_prompts(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """Prompts are made, changed and deleted; the other Region follows after a moment."""
    client, instance = connect(), {"InstanceId": names.instance}
    gong = client.create_prompt(**instance, Name="Gong", S3Uri="s3://sounds/gong.wav", Tags={"team": "ops"})
    prompt = {**instance, "PromptId": gong["PromptId"]}
    with refused("ResourceNotFoundException"):
        connect(REPLICA).describe_prompt(**prompt)
    with refused("DuplicateResourceException", "Gong"):
        client.create_prompt(**instance, Name="Gong", S3Uri="s3://sounds/gong.wav")
    with refused("InvalidRequestException", "Beep.wav"):
        client.update_prompt(**prompt, Name="Beep.wav")
    client.update_prompt(**prompt, Description="At night")
    client.update_prompt(**prompt, S3Uri="s3://sounds/other.wav")
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    shown = connect(REPLICA).describe_prompt(**prompt)["Prompt"]
    assert (shown["Name"], shown["Description"], shown["Tags"]) == ("Gong", "At night", {"team": "ops"})
    assert sandbox.world.resource("Gong").details == {"S3Uri": "s3://sounds/other.wav"}
    client.delete_prompt(**prompt)
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    for region in (SOURCE, REPLICA):
        with refused("ResourceNotFoundException"):
            connect(region).describe_prompt(**prompt)


def test_a_vocabulary(connect: Any, new: Any, sandbox: Any, refused: Any) -> None:
    """A vocabulary is ACTIVE after a while, and gone a while after it was deleted; each Region has its own."""
    client = connect()
    made = client.create_vocabulary(**new, Tags={"team": "ops"})
    places = {"InstanceId": new["InstanceId"], "VocabularyId": made["VocabularyId"]}

    def shown() -> dict[str, Any]:
        return dict(client.describe_vocabulary(**places)["Vocabulary"])

    assert (made["State"], shown()["State"]) == ("CREATION_IN_PROGRESS", "CREATION_IN_PROGRESS")
    sandbox.clock.advance(sandbox.switches.vocabulary_seconds)
    assert (shown()["State"], shown()["Content"], shown()["Tags"]) == ("ACTIVE", TABLE, {"team": "ops"})
    with refused("ResourceNotFoundException"):
        connect(REPLICA).describe_vocabulary(**places)
    assert [client.delete_vocabulary(**places)["State"] for _ in range(2)] == ["DELETE_IN_PROGRESS"] * 2
    assert shown()["State"] == "DELETE_IN_PROGRESS"
    with refused("ResourceConflictException", "places"):
        client.create_vocabulary(**new)
    sandbox.clock.advance(sandbox.switches.vocabulary_seconds)
    with refused("ResourceNotFoundException"):
        shown()
    client.create_vocabulary(**new)


@pytest.mark.parametrize(
    ("content", "reason"),
    [("Leeds\nYork\n", "first line"), ("Phrase\tIPA\nLeeds\n", "as many fields"), ("\n", "first line")],
)
def test_content_that_is_no_table(content: str, reason: str, connect: Any, new: Any, sandbox: Any) -> None:
    """Content that is no table of words ends in CREATION_FAILED, with the reason."""
    made = connect().create_vocabulary(**{**new, "Content": content})
    sandbox.clock.advance(sandbox.switches.vocabulary_seconds)
    shown = connect().describe_vocabulary(InstanceId=new["InstanceId"], VocabularyId=made["VocabularyId"])["Vocabulary"]
    assert shown["State"] == "CREATION_FAILED"
    assert reason in shown["FailureReason"]


def test_a_vocabulary_that_fails(connect: Any, new: Any, sandbox: Any) -> None:
    """A failure that was asked for is CREATION_FAILED with its message."""
    sandbox.faults.add(Fault("CreateVocabulary", "failed-claim", message="Transcribe is away."))
    made = connect().create_vocabulary(**new)
    sandbox.clock.advance(sandbox.switches.vocabulary_seconds)
    shown = connect().describe_vocabulary(InstanceId=new["InstanceId"], VocabularyId=made["VocabularyId"])["Vocabulary"]
    assert (shown["State"], shown["FailureReason"]) == ("CREATION_FAILED", "Transcribe is away.")


def test_too_large(connect: Any, new: Any, refused: Any) -> None:
    """50 KB are the most, in bytes."""
    with refused("InvalidRequestException", "50 KB"):
        connect().create_vocabulary(**{**new, "Content": "Phrase\n" + "ä" * 26_000})


def test_the_same_token(connect: Any, new: Any) -> None:
    """A client token that comes again makes no second vocabulary."""
    first, second = (connect().create_vocabulary(**new, ClientToken="once")["VocabularyId"] for _ in range(2))
    assert first == second


def test_defaults(connect: Any, new: Any, places: Any, sandbox: Any, refused: Any) -> None:
    """One default for a language, ACTIVE and of that language; it is not deleted while it is the default."""
    client, instance = connect(), {"InstanceId": new["InstanceId"]}
    names = client.create_vocabulary(**{**new, "VocabularyName": "names"})["VocabularyId"]
    with refused("InvalidRequestException", "not ACTIVE"):
        client.associate_default_vocabulary(**instance, LanguageCode="en-GB", VocabularyId=names)
    sandbox.clock.advance(sandbox.switches.vocabulary_seconds)
    with refused("InvalidRequestException", "de-DE"):
        client.associate_default_vocabulary(**instance, LanguageCode="de-DE", VocabularyId=names)
    client.associate_default_vocabulary(**places, LanguageCode="en-GB")
    with pytest.raises(client.exceptions.ResourceInUseException) as caught:
        client.delete_vocabulary(**places)
    assert caught.value.response["ResourceId"].endswith(places["VocabularyId"])
    client.associate_default_vocabulary(**instance, LanguageCode="en-GB", VocabularyId=names)
    rows = client.list_default_vocabularies(**instance)["DefaultVocabularyList"]
    assert [(row["VocabularyName"], row["LanguageCode"]) for row in rows] == [("names", "en-GB")]
    assert client.list_default_vocabularies(**instance, LanguageCode="de-DE")["DefaultVocabularyList"] == []
    client.delete_vocabulary(**places)
    client.associate_default_vocabulary(**instance, LanguageCode="en-GB")
    assert client.list_default_vocabularies(**instance)["DefaultVocabularyList"] == []
    client.delete_vocabulary(**instance, VocabularyId=names)


def test_searching(connect: Any, new: Any, places: Any) -> None:
    """Vocabularies are found by state, language and the beginning of their names."""
    client, instance = connect(), {"InstanceId": new["InstanceId"]}
    client.create_vocabulary(**{**new, "VocabularyName": "names", "LanguageCode": "de-DE"})
    for search, found in (
        ({"State": "ACTIVE"}, ["places", "words"]),
        ({"LanguageCode": "de-DE"}, ["names"]),
        ({"NameStartsWith": "pl", "LanguageCode": "en-GB"}, ["places"]),
        ({"NameStartsWith": "pl", "LanguageCode": "de-DE"}, []),
    ):
        rows = client.search_vocabularies(**instance, **search)["VocabularySummaryList"]
        assert [row["Name"] for row in rows] == found
