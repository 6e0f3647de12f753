"""Which Pulumi CLI is taken from PATH."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tooling.cli_version import LANGUAGE_HOST, fits, on_path, parse, printed_by


@pytest.mark.parametrize(
    "printed",
    ["v3.250.0", "3.250.0\n", "v3.250.1", "v3.251.0-alpha.1", "v3.272.0", "v3.1000.0+dirty"],
)
def test_fitting_versions(printed: str) -> None:
    """3.250.0 and whatever follows it within version 3 fits, with or without the letter v."""
    assert fits(parse(printed))


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "v3.249.9",
        "v3.99.0",
        "v2.300.0",
        "v4.0.0",
        "v4.0.0-beta.1",
        "v3.250.0-alpha.1",
        "3.250",
        "v3.250.0 extra",
        "no",
    ],
)
def test_other_versions(printed: str) -> None:
    """Older ones, version 4, a pre-release of the oldest, and what is no version do not fit."""
    assert not fits(parse(printed))


def test_first_fitting_wins(tmp_path: Path) -> None:
    """The first fitting one on PATH is taken, and each that was passed over is named with the reason."""
    old, good, newer = (program_folder(tmp_path / name) for name in ("old", "good", "newer"))
    versions = {old: "v3.100.0", good: "v3.250.0", newer: "v3.272.0"}
    chosen, passed_over = on_path(joined(old, good, newer), lambda pulumi: versions[pulumi.parent])
    assert chosen == good
    assert passed_over == [
        f"{old}/pulumi is passed over: its version is v3.100.0, and it takes 3.250.0 or later, below 4."
    ]


def test_without_language_host(tmp_path: Path) -> None:
    """A CLI that nobody can run Python with is passed over."""
    folder = program_folder(tmp_path / "bin", "pulumi")
    chosen, passed_over = on_path(joined(folder), lambda _: "v3.260.0")
    assert chosen is None
    assert passed_over == [f"{folder}/pulumi is passed over: {LANGUAGE_HOST} is neither beside it nor on PATH."]


def test_language_host_elsewhere_on_path(tmp_path: Path) -> None:
    """The language host may be anywhere on PATH."""
    cli = program_folder(tmp_path / "cli", "pulumi")
    host = program_folder(tmp_path / "host", LANGUAGE_HOST)
    assert on_path(joined(cli, host), lambda _: "v3.260.0") == (cli, [])


def test_empty_path() -> None:
    """No PATH, no CLI; an empty entry is not the working folder."""
    assert on_path("", lambda _: "v3.260.0") == (None, [])
    assert on_path(os.pathsep, lambda _: "v3.260.0") == (None, [])


@pytest.mark.parametrize(
    ("script", "printed"),
    [("#!/bin/sh\necho v3.250.0\n", "v3.250.0\n"), ("#!/bin/sh\necho v3.250.0; exit 1\n", ""), ("#!/nowhere\n", "")],
)
def test_what_a_program_prints(tmp_path: Path, script: str, printed: str) -> None:
    """Only what a program prints that runs and succeeds counts."""
    program = tmp_path / "pulumi"
    program.write_text(script)
    program.chmod(0o755)
    assert printed_by(program) == printed


def joined(*folders: Path) -> str:
    """A value of PATH."""
    return os.pathsep.join(str(folder) for folder in folders)


def program_folder(folder: Path, *names: str) -> Path:
    """A folder with programs of these names; `pulumi` and the language host where none are given."""
    folder.mkdir()
    for name in names or ("pulumi", LANGUAGE_HOST):
        (folder / name).write_text("")
        (folder / name).chmod(0o755)
    return folder
