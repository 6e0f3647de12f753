"""Lambda functions and Lex bots that an instance may use; they are not mirrored, each Region has its own.

API pages Associate-, List- and DisassociateLambdaFunction(s), …Bot(s), …LexBot(s). The sandbox has neither Lambda nor
Lex: whether they exist is not looked up, only how their names are written.
"""

from __future__ import annotations

import re
from typing import Any

from acgr_sandbox.core.models import Instance
from acgr_sandbox.wire.refusal import conflict, invalid_parameter, invalid_request, not_found

from .call import Call
from .pagination import page, page_size
from .registry import Answer, reads, writes_once

_FUNCTION = re.compile(r"arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[a-zA-Z0-9_-]+(:[a-zA-Z0-9$_-]+)?")
_BOT_ALIAS = re.compile(r"arn:[a-z-]+:lex:[a-z0-9-]+:\d{12}:bot-alias/[0-9a-zA-Z]+/[0-9a-zA-Z]+")

Bot = dict[str, Any]


@writes_once("InvalidRequestException")
def associate_lambda_function(call: Call) -> Answer:
    """Let flows in this Region use a function."""
    arn = call.params["FunctionArn"]
    if not _FUNCTION.fullmatch(arn):
        raise invalid_parameter(f"{arn} is not the ARN of a Lambda function.")
    return _add(call, call.instance().functions, arn, arn)


@reads
def list_lambda_functions(call: Call) -> Answer:
    """The functions that flows in this Region may use."""
    instance = call.instance()
    functions = ((arn, arn) for arn in instance.functions.get(call.region, []))
    shown, token = page(call, functions, size=page_size(call, 25), what=f"functions of {instance.id}")
    return {"LambdaFunctions": shown, "NextToken": token}


@writes_once("InvalidRequestException")
def disassociate_lambda_function(call: Call) -> Answer:
    """Let flows in this Region use a function no more."""
    arn = call.params["FunctionArn"]
    return _remove(call, call.instance().functions, arn, arn)


@writes_once("InvalidRequestException")
def associate_bot(call: Call) -> Answer:
    """Let flows in this Region use a bot, of Lex V1 or V2."""
    bot = _asked_bot(call)
    return _add(call, call.instance().bots, bot, _bot_name(bot))


@reads
def list_bots(call: Call) -> Answer:
    """The bots of one version of Lex that flows in this Region may use."""
    kind = "LexBot" if call.params["LexVersion"] == "V1" else "LexV2Bot"
    shown, token = _bots(call, kind)
    return {"LexBots": shown, "NextToken": token}


@writes_once("InvalidRequestException")
def disassociate_bot(call: Call) -> Answer:
    """Let flows in this Region use a bot no more."""
    bot = _asked_bot(call)
    return _remove(call, call.instance().bots, bot, _bot_name(bot))


@writes_once("InvalidRequestException")
def associate_lex_bot(call: Call) -> Answer:
    """As `associate_bot`, for V1 alone."""
    bot = {"LexBot": call.params["LexBot"]}
    return _add(call, call.instance().bots, bot, _bot_name(bot))


@reads
def list_lex_bots(call: Call) -> Answer:
    """The bots of Lex V1."""
    shown, token = _bots(call, "LexBot")
    return {"LexBots": [bot["LexBot"] for bot in shown], "NextToken": token}


@writes_once("InvalidRequestException")
def disassociate_lex_bot(call: Call) -> Answer:
    """As `disassociate_bot`, for V1 alone."""
    bot = {"LexBot": {"Name": call.params["BotName"], "LexRegion": call.params["LexRegion"]}}
    return _remove(call, call.instance().bots, bot, _bot_name(bot))


def _add(call: Call, kept: dict[str, list[Any]], what: Any, name: str) -> Answer:
    here = kept.get(call.region, [])
    if what in here and call.switches.associate_integration_twice == "conflict":
        raise conflict(f"{name} is associated already.")
    kept[call.region] = [*(each for each in here if each != what), what]
    return {}


def _remove(call: Call, kept: dict[str, list[Any]], what: Any, name: str) -> Answer:
    here = kept.get(call.region, [])
    if what not in here:
        raise not_found(f"{name} is not associated.")
    kept[call.region] = [each for each in here if each != what]
    return {}


def _bots(call: Call, kind: str) -> tuple[list[Bot], str | None]:
    instance: Instance = call.instance()
    bots = ((_bot_name(bot), bot) for bot in instance.bots.get(call.region, []) if kind in bot)
    return page(call, bots, size=page_size(call, 25), what=f"{kind} of {instance.id}")


def _asked_bot(call: Call) -> Bot:
    bot = {kind: call.params[kind] for kind in ("LexBot", "LexV2Bot") if kind in call.params}
    if len(bot) != 1:
        raise invalid_request("Give LexBot or LexV2Bot, one of the two.")
    alias = bot.get("LexV2Bot")
    if alias is not None and not _BOT_ALIAS.fullmatch(alias.get("AliasArn", "")):
        raise invalid_parameter(f"{alias.get('AliasArn')} is not the ARN of an alias of a Lex V2 bot.")
    return bot


def _bot_name(bot: Bot) -> str:
    if "LexV2Bot" in bot:
        return str(bot["LexV2Bot"]["AliasArn"])
    return f"{bot['LexBot']['Name']} in {bot['LexBot']['LexRegion']}"
