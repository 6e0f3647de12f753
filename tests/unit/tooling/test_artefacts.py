"""What wheel and sdist must hold, and which version they carry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from tooling.artefacts import PLUGIN_FILE, metadata, problems, relative_links, sdist_files, top_packages, wheel_files

CLONE = Path(__file__).resolve().parents[3]
WHEEL = {"acgr/__init__.py": b"", "acgr/py.typed": b"", PLUGIN_FILE: b'{"resource": false}'}
SDIST = {"pyproject.toml": b"", **{f"providers/{path}": content for path, content in WHEEL.items()}}


URL = "https://code.example/example/pulumi-acgr"


def hatch(tree: Path, *arguments: str, **environment: str) -> str:
    """Runs the build backend on a tree, without a network, and gives what it prints."""
    command, known = [sys.executable, "-m", "hatchling", *arguments], {**os.environ, **environment}
    ran = subprocess.run(command, cwd=tree, env=known, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def git(tree: Path, *arguments: str) -> None:
    """Runs git as somebody."""
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=tree, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The project's sources outside of any repository."""
    root = tmp_path / "tree"
    without = shutil.ignore_patterns("__pycache__", "*.pyc")
    for folder in ("providers", "components", "sandbox", "cli"):
        if (CLONE / folder).is_dir():
            shutil.copytree(CLONE / folder, root / folder, ignore=without)
    for file in ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "hatch_build.py"):
        shutil.copy(CLONE / file, root / file)
    return root


def test_nothing_wrong() -> None:
    """Every source file in both, types and Pulumi's file in the wheel, no test in either: no problem."""
    assert problems(WHEEL, SDIST) == []
    assert top_packages(WHEEL) == ["acgr"]


@pytest.mark.parametrize(
    ("wheel", "sdist", "sentence"),
    [
        ({}, {"providers/acgr/data.yaml": b"x"}, "acgr/data.yaml is not in both wheel and sdist"),
        ({"acgr/data.yaml": b"x"}, {}, "acgr/data.yaml is not in both wheel and sdist"),
        ({"acgr/a.py": b"x"}, {"providers/acgr/a.py": b"y"}, "acgr/a.py differs between wheel and sdist"),
        ({"other/__init__.py": b""}, {"cli/other/__init__.py": b""}, "other/py.typed is not in the wheel"),
        ({PLUGIN_FILE: b"{"}, {f"providers/{PLUGIN_FILE}": b"{"}, "Pulumi would want to download a plugin"),
        ({}, {"tests/unit/test_a.py": b""}, "tests/unit/test_a.py is a test"),
        ({"acgr/conftest.py": b""}, {"providers/acgr/conftest.py": b""}, "acgr/conftest.py is a test"),
    ],
)
def test_each_problem_is_a_sentence(wheel: dict[str, bytes], sdist: dict[str, bytes], sentence: str) -> None:
    """What is missing, too many, different or untyped is named, with the place to mend it."""
    found = problems({**WHEEL, **wheel}, {**SDIST, **sdist})
    assert any(sentence in problem for problem in found)


def test_wheel_without_packages() -> None:
    """An empty wheel is a problem, and not one that holds nothing wrong."""
    assert "The wheel holds no package" in problems({}, {})[0]


def test_files_of_archives(tmp_path: Path) -> None:
    """Metadata of the wheel and the outermost folder of the sdist are left aside."""
    wheel, sdist = tmp_path / "a.whl", tmp_path / "a.tar.gz"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("acgr/__init__.py", "x")
        archive.writestr("pulumi_acgr-1.0.dist-info/METADATA", "x")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "README.md").write_text("x")
    with tarfile.open(sdist, "w:gz") as archive:
        archive.add(tmp_path / "a", "a-1.0")
    assert wheel_files(wheel) == {"acgr/__init__.py": b"x"}
    assert sdist_files(sdist) == {"README.md": b"x"}


def test_the_real_ones(tree: Path) -> None:
    """Wheel and sdist hold what they should, and the wheel tells Pulumi that there is no plugin to download."""
    hatch(tree, "build", "-t", "wheel", "-t", "sdist")
    (wheel,), (sdist,) = (tree / "dist").glob("*.whl"), (tree / "dist").glob("*.tar.gz")
    content = wheel_files(wheel)
    assert problems(content, sdist_files(sdist)) == []
    assert {"acgr", "acgr_components", "acgr_connect", "acgr_sandbox"} <= set(top_packages(content))
    assert PLUGIN_FILE in content


def built(tree: Path, **environment: str) -> tuple[Path, Path]:
    """The wheel and the sdist of a tree."""
    hatch(tree, "build", "-t", "wheel", "-t", "sdist", **environment)
    (wheel,), (sdist,) = (tree / "dist").glob("*.whl"), (tree / "dist").glob("*.tar.gz")
    return wheel, sdist


def test_built_twice(tree: Path, tmp_path: Path) -> None:
    """The same sources are the same bytes, wherever, whenever and by whomever they are built."""
    other = tmp_path / "elsewhere" / "copy"
    shutil.copytree(tree, other, copy_function=shutil.copy)  # with other times
    for path in other.rglob("*.py"):
        path.chmod(0o600)
    release = {"ACGR_REPOSITORY_URL": URL, "ACGR_REPOSITORY_REF": "v1.2.3", "SOURCE_DATE_EPOCH": "1790000000"}
    first, second = built(tree, **release), built(other, **release, TZ="Asia/Tokyo", PYTHONHASHSEED="7")
    assert [path.name for path in first] == [path.name for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_links_without_a_repository(tree: Path) -> None:
    """Where nobody says where the repository is, the README is as it is written, and no address is made up."""
    said = metadata(built(tree)[0])
    assert "\nProject-URL:" not in said
    assert said.endswith((CLONE / "README.md").read_text(encoding="utf-8"))


def test_links_of_a_release(tree: Path, tmp_path: Path) -> None:
    """Whoever names the repository gets links that lead somewhere on an index, and so does who builds that sdist."""
    wheel, sdist = built(tree, ACGR_REPOSITORY_URL=f"{URL}/", ACGR_REPOSITORY_REF="v1.2.3")
    said = metadata(wheel)
    assert relative_links(said) == []
    assert f"]({URL}/blob/v1.2.3/docs/glossary.md)" in said
    assert {f"Project-URL: Source, {URL}", f"Project-URL: Issues, {URL}/issues"} <= set(said.splitlines())
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    again = tmp_path / sdist.name.removesuffix(".tar.gz")
    hatch(again, "build", "-t", "wheel")
    assert (again / "dist" / wheel.name).read_bytes() == wheel.read_bytes()


def test_an_address_that_is_none(tree: Path) -> None:
    """What begins with no https:// ends the build, and is not put in front of every link."""
    with pytest.raises(AssertionError, match="an address that begins with https:// is expected"):
        hatch(tree, "build", "-t", "wheel", ACGR_REPOSITORY_URL="code.example/example")


def test_relative_links_are_found() -> None:
    """Links and pictures, in Markdown and in HTML; not what is in a block of code, and no place on the same page."""
    text = '[a](docs/a.md) ![b](b.png) <img src="c.png"> [d](#d) [e](https://e.example)\n\n```\n[f](f.md)\n```\n'
    assert relative_links(f"Name: x\n\n{text}") == ["docs/a.md", "b.png", "c.png"]


def test_version_without_git(tree: Path) -> None:
    """A tree without git still builds, as a development version."""
    assert hatch(tree, "version") == "0.1.0.dev0"


def test_version_without_a_tag(tree: Path) -> None:
    """A clone without tags still builds, as a development version that names its commit."""
    git(tree, "init", "--quiet")
    git(tree, "add", ".")
    git(tree, "commit", "--quiet", "-m", "first")
    assert hatch(tree, "version").startswith("0.1.0.dev1+g")


def test_version_is_that_of_the_tag(tree: Path) -> None:
    """vX.Y.Z is the version X.Y.Z; commits after it are development versions of the next; other tags do not count."""
    git(tree, "init", "--quiet")
    git(tree, "add", ".")
    git(tree, "commit", "--quiet", "-m", "first")
    git(tree, "tag", "v1.2.3")
    for other in ("v9.9.9-rc1", "sandbox-9.9.9", "v9"):
        git(tree, "tag", other)
    assert hatch(tree, "version") == "1.2.3"
    git(tree, "commit", "--quiet", "--allow-empty", "-m", "second")
    assert hatch(tree, "version").startswith("1.2.4.dev1+g")


def test_version_of_an_sdist(tree: Path, tmp_path: Path) -> None:
    """An sdist that was unpacked without git has the version that it was built with."""
    git(tree, "init", "--quiet")
    git(tree, "add", ".")
    git(tree, "commit", "--quiet", "-m", "first")
    git(tree, "tag", "v1.2.3")
    hatch(tree, "build", "-t", "sdist")
    with tarfile.open(tree / "dist" / "pulumi_acgr-1.2.3.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    assert hatch(tmp_path / "pulumi_acgr-1.2.3", "version") == "1.2.3"
