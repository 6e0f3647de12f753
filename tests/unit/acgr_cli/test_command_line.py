"""The command line: what every command shares."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from acgr_cli import main
from acgr_cli.command_line import COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_listed_and_helps(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`acgr --help` names each command in a few words, and each says how it is used."""
    assert main(["--help"]) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(f"  {command} "))
    assert len(row.split()) > 3
    assert not row.endswith("...")
    assert main([command, "--help"]) == 0
    assert f"Usage: acgr {command}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """`acgr --version` says which one is installed."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"acgr {version('pulumi-acgr')}\n"


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["sandbox"], ["sandbox", "start", "--nonsense"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be meant ends with 2, and says how the command is used."""
    assert main(arguments) == 2
    assert "Usage: acgr" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell learns from its script to ask `acgr` what may come next."""
    assert main(["completion", shell]) == 0
    assert f"_ACGR_COMPLETE={shell}_complete" in capsys.readouterr().out
    words = {"COMP_WORDS": "acgr sandbox st", "COMP_CWORD": "st" if shell == "fish" else "2"}
    for name, value in {**words, "_ACGR_COMPLETE": f"{shell}_complete"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        main([])
    assert {"start", "stop", "status"} <= set(capsys.readouterr().out.replace(",", "\n").replace("\t", "\n").split())
