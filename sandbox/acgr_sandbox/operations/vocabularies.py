"""Custom vocabularies of Contact Lens; they are not mirrored, each Region has its own.

API pages Create-, Describe-, Search- and DeleteVocabulary, AssociateDefaultVocabulary, ListDefaultVocabularies.
"""

from __future__ import annotations

from acgr_sandbox.core.models import Instance, Resource
from acgr_sandbox.core.seeds import VOCABULARY
from acgr_sandbox.wire.refusal import conflict, in_use, invalid_request

from . import resources
from .call import Call
from .pagination import page, page_size
from .registry import Answer, reads, writes, writes_once

_COLUMNS = {"Phrase", "IPA", "SoundsLike", "DisplayAs"}
_LARGEST = 50 * 1024


@writes_once("InvalidRequestException")
def create_vocabulary(call: Call) -> Answer:
    """A new vocabulary, CREATION_IN_PROGRESS; one whose content is no table of words ends in CREATION_FAILED."""
    instance, name, content = call.instance(), call.params["VocabularyName"], call.params["Content"]
    if any(vocabulary.name == name for vocabulary in resources.all_here(call, VOCABULARY, instance)):
        raise conflict(f"There is a vocabulary named {name!r} already.")
    if len(content.encode()) > _LARGEST:
        raise invalid_request("The content of a vocabulary has 50 KB at most.")
    details = {"LanguageCode": call.params["LanguageCode"], "Content": content, "State": "CREATION_IN_PROGRESS"}
    vocabulary = resources.create(call, VOCABULARY, instance, name, details, mirrored=False)
    trouble = call.async_failure or _trouble(content)
    call.later(call.switches.vocabulary_seconds, "vocabulary-made", vocabulary.id, detail=trouble)
    return _state(call, vocabulary)


@reads
def describe_vocabulary(call: Call) -> Answer:
    """One vocabulary, with its content."""
    vocabulary = _vocabulary(call, call.params["VocabularyId"])
    answer = {**_summary(call, vocabulary), "Content": vocabulary.details["Content"]}
    return {"Vocabulary": {**answer, "Tags": vocabulary.tags} if vocabulary.tags else answer}


@reads
def search_vocabularies(call: Call) -> Answer:
    """The vocabularies of a state, a language, or whose names begin alike."""
    instance = call.instance()
    wanted = {name: call.params[name] for name in ("State", "LanguageCode") if name in call.params}
    found = [
        vocabulary
        for vocabulary in resources.all_here(call, VOCABULARY, instance)
        if wanted.items() <= vocabulary.details.items()
        and vocabulary.name.startswith(call.params.get("NameStartsWith", ""))
    ]
    return resources.listed(call, found, "VocabularySummaryList", _summary, what=f"vocabularies of {instance.id}")


@writes
def delete_vocabulary(call: Call) -> Answer:
    """Delete a vocabulary that is no default; it is DELETE_IN_PROGRESS for a while."""
    vocabulary = _vocabulary(call, call.params["VocabularyId"])
    if "IsDefault" in vocabulary.details:
        message = f"Vocabulary {vocabulary.name!r} is the default for {vocabulary.details['LanguageCode']}."
        raise in_use(message, "", resources.arn(call, vocabulary))
    if vocabulary.details["State"] != "DELETE_IN_PROGRESS":
        resources.update(call, vocabulary, State="DELETE_IN_PROGRESS")
        call.later(call.switches.vocabulary_seconds, "resource-gone", vocabulary.id, region=call.region)
    return _state(call, vocabulary)


@writes
def associate_default_vocabulary(call: Call) -> Answer:
    """Make a vocabulary the default for its language in place of another; without one there is no default."""
    instance, language = call.instance(), call.params["LanguageCode"]
    chosen = _vocabulary(call, call.params["VocabularyId"]) if "VocabularyId" in call.params else None
    if chosen and (chosen.details["LanguageCode"], chosen.details["State"]) != (language, "ACTIVE"):
        raise invalid_request(f"Vocabulary {chosen.name!r} is not ACTIVE, or not for {language}.")
    for other in _defaults(call, instance, language):
        resources.update(call, other, IsDefault=None)
    if chosen:
        resources.update(call, chosen, IsDefault=True)
    return {}


@reads
def list_default_vocabularies(call: Call) -> Answer:
    """The default vocabularies, of all languages or of one."""
    instance, language = call.instance(), call.params.get("LanguageCode")
    rows = ((each.id, _default(each)) for each in _defaults(call, instance, language))
    shown, token = page(call, rows, size=page_size(call, 100), what=f"default vocabularies of {instance.id} {language}")
    return {"DefaultVocabularyList": shown, "NextToken": token}


def _vocabulary(call: Call, id: str) -> Resource:
    return call.resource(VOCABULARY, id, call.instance())


def _defaults(call: Call, instance: Instance, language: str | None) -> list[Resource]:
    found = (each for each in resources.all_here(call, VOCABULARY, instance) if "IsDefault" in each.details)
    return [each for each in found if language in (None, each.details["LanguageCode"])]


def _default(vocabulary: Resource) -> Answer:
    named = {"VocabularyId": vocabulary.id, "VocabularyName": vocabulary.name}
    return {"InstanceId": vocabulary.instance_id, "LanguageCode": vocabulary.details["LanguageCode"], **named}


def _state(call: Call, vocabulary: Resource) -> Answer:
    identity = {"VocabularyArn": resources.arn(call, vocabulary), "VocabularyId": vocabulary.id}
    return {**identity, "State": vocabulary.details["State"]}


def _summary(call: Call, vocabulary: Resource) -> Answer:
    named = {"Id": vocabulary.id, "Arn": resources.arn(call, vocabulary), "Name": vocabulary.name}
    more = resources.picked(vocabulary, "LanguageCode", "State", "FailureReason")
    return {**named, **more, "LastModifiedTime": vocabulary.modified}


def _trouble(content: str) -> str | None:
    """What is wrong with a table of words: the first line names its columns, which TAB characters separate."""
    head, *rows = [line.split("\t") for line in content.splitlines() if line] or [[]]
    if "Phrase" not in head or not set(head) <= _COLUMNS:
        return "The first line of the content does not name the columns Phrase, IPA, SoundsLike, DisplayAs."
    if any(len(row) != len(head) for row in rows):
        return "A row of the content has not as many fields as there are columns."
    return None
