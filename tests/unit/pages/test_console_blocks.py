"""Each command of the pages is one that there is, with options that it has."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path

import botocore
import click
import pytest
from code_blocks import PAGES, ROOT, Block, blocks

from acgr_cli.command_line import acgr

PULUMI = {
    "cancel": {"--yes"},
    "config": {"set"},
    "destroy": {"--run-program", "--stack"},
    "import": set(),
    "install": set(),
    "package": {"add"},
    "preview": {
        *("--diff", "--expect-no-changes", "--json", "--non-interactive", "--parallel", "--policy-pack"),
        *("--policy-pack-config", "--refresh"),
    },
    "refresh": {"--clear-pending-creates", "--preview-only"},
    "stack": {"export", "init"},
    "up": {
        *("--diff", "--expect-no-changes", "--logtostderr", "--parallel", "--refresh", "--skip-preview", "--stack"),
        *("--yes", "-v"),
    },
}
"""What the pages use of the Pulumi CLI, as `pulumi COMMAND --help` of 3.250 and 3.276 has it."""

GROUPS = {"config", "package", "stack"}
"""Those of them whose first word is another command."""

TOOLS = {
    *("alias", "cat", "cd", "cp", "eval", "exit", "export", "fi", "gh", "go", "grep", "if", "jq", "kill", "less"),
    *(".", "mkdir", "npm", "pgrep", "python3", "rm"),
    *("pip", "pre-commit", "pytest", "python", "scripts/pulumi_cli.py", "sort", "tail", "terraform", "then"),
}
"""What else is typed: it is everybody's, or is run by other tests."""

REDIRECTION = re.compile(r"^\d*>{1,2}|^<")
ASSIGNMENT = re.compile(r"^[A-Za-z_]\w*=")
OF_THE_REPOSITORY = re.compile(r"^(?:bench|cli|docs|examples|providers|sandbox|scripts|tests)/[\w./-]+")


def _commands(block: Block) -> str:
    """What is typed in a session, without prompts and output; all of a block of shell."""
    if block.language == "sh":
        return block.text
    typed, goes_on = [], False
    for line in block.text.splitlines():
        if goes_on or line.startswith("$ "):
            typed.append(line.removeprefix("$ "))
            goes_on = line.endswith("\\")
    return "\n".join(typed)


def _words(text: str) -> Iterator[list[str]]:
    """Each command of a text as its words; what an `eval "$(…)"` runs is a command too."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word.strip("|&;"):
                words.append(word)
                for inside in re.findall(r"\$\(([^()]+)\)", word):
                    yield from _words(inside)
            else:
                if words:
                    yield words
                words = []


def _plain(words: list[str]) -> list[str]:
    """Without what is set for the command, and where its output goes."""
    rest = list(words)
    while rest and ASSIGNMENT.match(rest[0]):
        rest.pop(0)
    found, skips = [], False
    for word in rest:
        if skips or REDIRECTION.match(word):
            skips = not skips and bool(re.fullmatch(r"\d*>{1,2}|<", word))
        else:
            found.append(word)
    return found


def _said_of_acgr(words: list[str]) -> str:
    """What click says of a command line, whose files need not be there."""
    context, rest = click.Context(acgr, info_name="acgr"), words
    command: click.Command = acgr
    try:
        while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            name, found, rest = command.resolve_command(context, rest)
            assert found is not None
            context, command = click.Context(found, parent=context, info_name=name), found
        values, _, _ = command.make_parser(context).parse_args(list(rest))
        for parameter in command.get_params(context):
            value = values.get(parameter.name or "")
            is_told = isinstance(value, (str, list)) and "$" not in str(value)
            if is_told and not isinstance(parameter.type, (click.File, click.Path)):
                parameter.type_cast_value(context, value)
    except click.UsageError as error:
        return error.format_message()
    return ""


@cache
def _operations() -> dict[str, set[str]]:
    """The AWS CLI's names of Connect's operations, and of what each is given."""
    path = Path(botocore.__file__).parent / "data" / "connect" / "2017-08-08" / "service-2.json"
    if path.exists():
        model = json.loads(path.read_text(encoding="utf-8"))
    else:
        import gzip

        model = json.loads(gzip.decompress(path.with_suffix(".json.gz").read_bytes()))
    return {
        _hyphened(name): {
            f"--{_hyphened(member)}" for member in model["shapes"][operation["input"]["shape"]]["members"]
        }
        for name, operation in model["operations"].items()
        if "input" in operation
    }


def _hyphened(name: str) -> str:
    from botocore import xform_name

    return str(xform_name(name, "-"))


def _said_of_aws(words: list[str]) -> str:
    service, operation, *rest = words
    if service != "connect":
        return "" if service in ("configure", "iam", "sts") else f"aws {service} is not known to this test"
    if operation not in _operations():
        return f"Connect has no {operation}"
    common = {"--region", "--query", "--output", "--profile"}
    unknown = [word for word in rest if word.startswith("--") and word not in _operations()[operation] | common]
    return f"{operation} has no {', '.join(unknown)}" if unknown else ""


def _said_of_pulumi(words: list[str]) -> str:
    command, *rest = words
    if command not in PULUMI:
        return f"pulumi {command} is not known to this test"
    before = [word.split("=")[0] for word in takewhile(lambda word: word != "--", rest)]
    given = [word for word in before if word.startswith("-")] if command not in GROUPS else before[:1]
    unknown = [word for word in given if word not in PULUMI[command]]
    return f"pulumi {command} {', '.join(unknown)} is not known to this test" if unknown else ""


@cache
def _targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def _said_of_make(words: list[str]) -> str:
    unknown = [word for word in words if not ASSIGNMENT.match(word) and word not in _targets()]
    return f"there is no target {', '.join(unknown)}" if unknown else ""


CHECKS = {"acgr": _said_of_acgr, "aws": _said_of_aws, "make": _said_of_make, "pulumi": _said_of_pulumi}


def _wrong(words: list[str]) -> str:
    """What is wrong with one command, or ""."""
    plain = _plain(words)
    if not plain:
        return ""
    missing = [word for word in plain if (path := OF_THE_REPOSITORY.match(word)) and not (ROOT / path[0]).exists()]
    if missing:
        return f"there is no {', '.join(missing)}"
    program, *rest = plain
    program = program.removeprefix(".venv/bin/")
    if "--" in rest and (said := _wrong(rest[rest.index("--") + 1 :])):
        return said
    if program in CHECKS:
        return CHECKS[program](list(takewhile(lambda word: word != "--", rest)))
    return "" if program in TOOLS else f"{program} is not known to this test"


CONSOLE = blocks("console", "sh")


@pytest.mark.parametrize("block", CONSOLE, ids=str)
def test_commands_can_be_typed(block: Block) -> None:
    """Each program is known, its subcommands and options are there, and so are files of the repository."""
    commands = _commands(block)
    assert commands.strip(), "a console without a command"
    wrong = [said for words in _words(commands) if (said := _wrong(words))]
    assert wrong == []


def test_shells_can_read_them() -> None:
    """Quotes and brackets are closed."""
    for block in CONSOLE:
        ran = subprocess.run(["bash", "-n"], input=_commands(block), text=True, capture_output=True)
        assert ran.returncode == 0, f"{block}: {ran.stderr}"


INLINE = re.compile(r"`((?:acgr|make|\.venv/bin/acgr) [^`\n…]+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_between_backticks(page: Path) -> None:
    """What a sentence tells to type can be typed. It may name an option without its value."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    said = [(line, _wrong(words)) for line in INLINE.findall(text) for words in _words(line)]
    assert [(line, wrong) for line, wrong in said if wrong and "requires an argument" not in wrong] == []


def test_this_test_can_fail() -> None:
    """What is misspelled is told."""
    lines = {
        "acgr verifi --region eu-west-2": "No such command",
        "acgr verify --regions eu-west-2": "No such option",
        "acgr drill --step ten": "not a valid",
        "aws connect associate-phone-number --region x": "Connect has no",
        "aws connect describe-phone-number --phone-number x": "has no --phone-number",
        "make everything": "no target",
        "pulumi upp": "not known",
        "pulumi up --fast": "not known",
        "pip install -r examples/none.txt": "there is no",
        "frobnicate": "not known",
        "X=1 acgr sandbox run -- make nothing": "no target",
        'eval "$(acgr sandbox environment)"': "No such command",
    }
    for line, said in lines.items():
        assert any(said in _wrong(words) for words in _words(line)), line
