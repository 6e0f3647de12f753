"""What wheel and sdist must hold, and what is wrong with those that were built."""

from __future__ import annotations

import json
import re
import tarfile
import zipfile
from collections.abc import Iterable
from email import message_from_string
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt

DISTRIBUTION = "pulumi-acgr"
PLUGIN_FILE = f"{DISTRIBUTION.replace('-', '_')}/pulumi-plugin.json"
"""What Pulumi's language host looks for; without it `pulumi install` wants to download a plugin of that name."""

_LINK = re.compile(r'(?:href|src)="([^"]*)"')


def wheel_files(wheel: Path) -> dict[str, bytes]:
    """Every file of a wheel but its metadata: path and content."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if not name.split("/", 1)[0].endswith(".dist-info")]
        return {name: archive.read(name) for name in names}


def sdist_files(sdist: Path) -> dict[str, bytes]:
    """Every file of an sdist, without its outermost folder: path and content."""
    found: dict[str, bytes] = {}
    with tarfile.open(sdist, "r:gz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                found[member.name.split("/", 1)[1]] = content.read()
    return found


def metadata(wheel: Path) -> str:
    """What a wheel says of itself: the text of its METADATA."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        return archive.read(name).decode()


def relative_links(said: str) -> list[str]:
    """The links of a description that lead nowhere on an index, which shows it without the files beside it.

    It is rendered first, since what is in a block of code is no link.
    """
    targets = _LINK.findall(MarkdownIt().render(str(message_from_string(said).get_payload())))
    return [target for target in targets if not target.startswith(("#", "https://", "http://", "mailto:"))]


def top_packages(files: Iterable[str]) -> list[str]:
    """The packages that a wheel makes importable."""
    paths = (PurePosixPath(file) for file in files)
    return sorted(path.parts[0] for path in paths if len(path.parts) == 2 and path.name == "__init__.py")


def problems(wheel: dict[str, bytes], sdist: dict[str, bytes]) -> list[str]:
    """What is wrong with the content of a wheel and an sdist: one sentence each, none where all is well."""
    return [*_left_out(wheel, sdist), *_tests(wheel), *_tests(sdist), *_untyped(wheel), *_plugin(wheel)]


def _left_out(wheel: dict[str, bytes], sdist: dict[str, bytes]) -> Iterable[str]:
    # A source file lies one folder deeper: providers/acgr/__init__.py is installed as acgr/__init__.py.
    sources = {path.split("/", 1)[1]: content for path, content in sdist.items() if path.count("/") > 1}
    for path in sorted(sources.keys() | wheel.keys()):
        if sources.get(path) != wheel.get(path):
            where = "differs between" if path in sources and path in wheel else "is not in both"
            yield f"{path} {where} wheel and sdist: see [tool.hatch.build.targets] in pyproject.toml."


def _tests(files: dict[str, bytes]) -> Iterable[str]:
    for path in sorted(files):
        name = PurePosixPath(path).name
        if "tests" in PurePosixPath(path).parts or name == "conftest.py" or name.startswith("test_"):
            yield f"{path} is a test and must not be shipped: see [tool.hatch.build.targets] in pyproject.toml."


def _untyped(wheel: dict[str, bytes]) -> Iterable[str]:
    packages = top_packages(wheel)
    if not packages:
        yield "The wheel holds no package: see [tool.hatch.build.targets.wheel] in pyproject.toml."
    for package in packages:
        if f"{package}/py.typed" not in wheel:
            yield f"{package}/py.typed is not in the wheel: add the empty file, so that users' type checkers see types."


def _plugin(wheel: dict[str, bytes]) -> Iterable[str]:
    try:
        said = json.loads(wheel.get(PLUGIN_FILE, b"null"))
    except ValueError:
        said = None
    if said != {"resource": False}:
        yield f'{PLUGIN_FILE} with {{"resource": false}} is not in the wheel: Pulumi would want to download a plugin.'
