"""Files that are written together: all of them or none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from acgr_cli.discover.files import in_the_way, write_together

TEXTS = {"a.py": "new a", "b.yaml": "new b", "c.txt": "ü\ud800\n"}


def held(folder: Path) -> dict[str, str]:
    """The files of a folder, hidden ones too."""
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def test_a_new_folder(tmp_path: Path) -> None:
    """The folder is made, its files are UTF-8, and nothing else is left."""
    write_together(tmp_path / "new", TEXTS)
    assert held(tmp_path / "new") == {**TEXTS, "c.txt": "ü\\ud800\n"}
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_folder_that_is_there(tmp_path: Path) -> None:
    """Files of the same names are replaced, others stay; permissions are those of any new file."""
    (tmp_path / "a.py").write_text("old a")
    (tmp_path / "mine").write_text("mine")
    assert in_the_way(tmp_path, TEXTS) == ["a.py"]
    write_together(tmp_path, TEXTS)
    assert held(tmp_path) == {**TEXTS, "c.txt": "ü\\ud800\n", "mine": "mine"}
    (tmp_path / "plain").touch()
    assert (tmp_path / "a.py").stat().st_mode == (tmp_path / "plain").stat().st_mode


class Stopping:
    """Renames until it is stopped by Ctrl-C: before a step, or after it."""

    def __init__(self, steps: int, *, after: bool) -> None:
        self._steps, self._after = steps, after

    def __call__(self, before: Path, after: Path, /) -> None:
        """Move a file, and be stopped in time."""
        self._steps -= 1
        if self._steps < 0 and not self._after:
            raise KeyboardInterrupt
        os.rename(before, after)
        if self._steps < 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("steps", range(5))
def test_ctrl_c_between_two_files(steps: int, after: bool, tmp_path: Path) -> None:
    """Wherever it comes, the folder is as it was."""
    before = {"a.py": "old a", "c.txt": "old c", "mine": "mine"}
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(KeyboardInterrupt):
        write_together(tmp_path, TEXTS, rename=Stopping(steps, after=after))
    assert held(tmp_path) == before


class Interrupted(dict[str, str]):
    """Texts of which the second never comes."""

    def items(self) -> Iterator[tuple[str, str]]:  # type: ignore[override]
        """Stop before the second."""
        yield next(iter(super().items()))
        raise KeyboardInterrupt


@pytest.mark.parametrize("folder", ["", "new"])
def test_ctrl_c_while_writing(folder: str, tmp_path: Path) -> None:
    """Nothing of it is left, and a folder that was not there is not there."""
    with pytest.raises(KeyboardInterrupt):
        write_together(tmp_path / folder, Interrupted(TEXTS))
    assert list(tmp_path.iterdir()) == []
