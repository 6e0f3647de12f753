"""Prompts (API pages List-, Describe-, Search-, Create-, Update- and DeletePrompt(s)); their sound is not kept."""

from __future__ import annotations

from acgr_sandbox.core.models import Resource
from acgr_sandbox.core.seeds import PROMPT

from . import resources
from .call import Call
from .registry import Answer, reads, writes


@writes
def create_prompt(call: Call) -> Answer:
    """A new prompt; what is in S3 is not looked at."""
    instance, source = call.instance(), {"S3Uri": call.params["S3Uri"]}
    return _identity(call, resources.create(call, PROMPT, instance, call.params["Name"], source))


@reads
def describe_prompt(call: Call) -> Answer:
    """One prompt."""
    return {"Prompt": _described(call, resources.find(call, PROMPT, call.params["PromptId"], call.instance()))}


@reads
def list_prompts(call: Call) -> Answer:
    """The prompts of an instance, those that it came with included."""
    instance = call.instance()
    found = resources.all_here(call, PROMPT, instance)
    return resources.listed(call, found, "PromptSummaryList", resources.summary, what=f"prompts of {instance.id}")


@reads
def search_prompts(call: Call) -> Answer:
    """The prompts that meet all criteria and filters."""
    return resources.searched(call, PROMPT, "Prompts", _described, resources.described_texts)


@writes
def update_prompt(call: Call) -> Answer:
    """Change name, description or sound."""
    prompt = _prompt(call)
    resources.rewrite(call, prompt, taken="InvalidRequestException")
    resources.update(call, prompt, S3Uri=call.params.get("S3Uri", prompt.details.get("S3Uri")))
    return _identity(call, prompt)


@writes
def delete_prompt(call: Call) -> Answer:
    """Delete a prompt."""
    return resources.delete(call, _prompt(call))


def _prompt(call: Call) -> Resource:
    return call.resource(PROMPT, call.params["PromptId"], call.instance())


def _identity(call: Call, prompt: Resource) -> Answer:
    return {"PromptARN": resources.arn(call, prompt), "PromptId": prompt.id}


def _described(call: Call, prompt: Resource) -> Answer:
    return {**_identity(call, prompt), **resources.described(call, prompt)}
