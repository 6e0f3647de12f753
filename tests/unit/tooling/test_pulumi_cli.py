"""Where the Pulumi CLI comes from, and how it is installed into the cache."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi_cli import cached_or_made, find_or_make, make, of_version
from tooling import kept_programs
from tooling.cli_version import LANGUAGE_HOST, NEWEST, OLDEST
from tooling.console import Remedy
from tooling.go_build import FOLDERS, MODULES, build_environment, build_into, cause, go_version, required_go
from tooling.made_programs import cache_folder


def write_programs(folder: Path, version: str = NEWEST) -> None:
    """Writes a CLI that says its version."""
    folder.mkdir(parents=True)
    for name in ("pulumi", LANGUAGE_HOST):
        (folder / name).write_text(f"#!/bin/sh\necho v{version}\n")
        (folder / name).chmod(0o755)


def write_kept(cache: Path, version: str = NEWEST) -> Path:
    """Writes a CLI into the cache, as making it does."""
    folder = cache / f"pulumi-v{version}"
    write_programs(folder, version)
    kept_programs.seal(folder, folder)
    return folder


def test_cache_is_outside_the_clone(tmp_path: Path) -> None:
    """ACGR_CACHE decides, then XDG_CACHE_HOME, then ~/.cache; empty values count as unset."""
    assert cache_folder({"ACGR_CACHE": str(tmp_path), "XDG_CACHE_HOME": "/x"}) == tmp_path
    assert cache_folder({"ACGR_CACHE": "", "XDG_CACHE_HOME": "/x"}) == Path("/x/acgr")
    assert cache_folder({"XDG_CACHE_HOME": ""}) == Path.home() / ".cache" / "acgr"


def test_path_comes_before_the_cache(tmp_path: Path) -> None:
    """A fitting CLI on PATH is used although the cache has one."""
    write_programs(tmp_path / "bin")
    write_kept(tmp_path / "cache")
    environment = {"PATH": str(tmp_path / "bin"), "ACGR_CACHE": str(tmp_path / "cache")}
    assert find_or_make(environment) == tmp_path / "bin"


def test_cache_comes_before_making_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where PATH has only an old one, the cache is used, and the old one is named."""
    write_programs(tmp_path / "bin", "3.9.0")
    write_kept(tmp_path / "cache")
    environment = {"PATH": str(tmp_path / "bin"), "ACGR_CACHE": str(tmp_path / "cache")}
    assert find_or_make(environment) == tmp_path / "cache" / f"pulumi-v{NEWEST}"
    assert "its version is v3.9.0" in capsys.readouterr().err


def test_nothing_left_after_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none can be made the sentence says what to install, and the cache holds nothing half-done."""
    monkeypatch.setenv("PATH", str(tmp_path))
    environment = {"PATH": str(tmp_path), "ACGR_CACHE": str(tmp_path / "cache")}
    with pytest.raises(Remedy, match="Go is not installed") as caught:
        find_or_make(environment)
    assert "install Go 1.26.6 or later, or put a Pulumi CLI of version 3.250.0 or later on PATH" in str(caught.value)
    assert [file.name for file in (tmp_path / "cache").iterdir()] == [f"pulumi-v{NEWEST}.lock"]


def test_wrong_version_is_not_installed(tmp_path: Path) -> None:
    """What was made and is not the pinned version does not reach the cache."""
    with pytest.raises(Remedy, match="instead of v"):
        cached_or_made(tmp_path, NEWEST, lambda into: write_programs(into / "programs", "3.1.0"))
    assert not (tmp_path / f"pulumi-v{NEWEST}").exists()


def test_made_once_by_concurrent_runs(tmp_path: Path) -> None:
    """Two runs at once make one CLI: the second waits for the first and takes what it made."""
    made, begun, finish = [], threading.Event(), threading.Event()

    def make_slowly(into: Path) -> None:
        made.append(into)
        begun.set()
        assert finish.wait(30)
        write_programs(into / "programs")

    threads = [threading.Thread(target=cached_or_made, args=(tmp_path, NEWEST, make_slowly)) for _ in range(2)]
    threads[0].start()
    assert begun.wait(30)
    threads[1].start()
    finish.set()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert (tmp_path / f"pulumi-v{NEWEST}" / "pulumi").is_file()


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    """A half-made CLI of a run that was killed is neither used nor kept."""
    (tmp_path / f"pulumi-v{NEWEST}.part-1" / "go").mkdir(parents=True)
    (tmp_path / f"pulumi-v{NEWEST}").mkdir()
    installed = cached_or_made(tmp_path, NEWEST, lambda into: write_programs(into / "programs"))
    assert sorted(file.name for file in installed.iterdir()) == ["pulumi", LANGUAGE_HOST]
    assert list(tmp_path.glob("*.part-*")) == []


PLANTED = "#!/bin/sh\ntouch {witness}\necho v" + NEWEST + "\n"


def plant(folder: Path, witness: Path) -> None:
    """Puts a program of somebody else in the place of the CLI: it says the right version, and leaves a trace."""
    (folder / "pulumi").unlink(missing_ok=True)
    (folder / "pulumi").write_text(PLANTED.format(witness=witness))
    (folder / "pulumi").chmod(0o755)


def give_away(path: Path) -> None:
    """Makes a file somebody else's; only root can."""
    if os.getuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(path, 4242, 4242)


def change_bytes(cache: Path, witness: Path) -> None:
    """Another program in its place."""
    plant(cache / f"pulumi-v{NEWEST}", witness)


def plant_without_record(cache: Path, witness: Path) -> None:
    """Another program, and nothing that says what was there."""
    plant(cache / f"pulumi-v{NEWEST}", witness)
    (cache / f"pulumi-v{NEWEST}.sha256").unlink()


def plant_with_record(cache: Path, witness: Path) -> None:
    """The whole folder is somebody else's, and so is what was written down."""
    folder = cache / f"pulumi-v{NEWEST}"
    plant(folder, witness)
    kept_programs.seal(folder, folder)
    for path in (folder, *folder.iterdir(), folder.with_name(f"{folder.name}.sha256")):
        give_away(path)


def add_a_program(cache: Path, witness: Path) -> None:
    """The engine looks for its plugins beside itself."""
    (cache / f"pulumi-v{NEWEST}" / "pulumi-resource-aws").write_text(PLANTED.format(witness=witness))


def link_elsewhere(cache: Path, witness: Path) -> None:
    """A program that is a link, which can be turned later."""
    host = cache / f"pulumi-v{NEWEST}" / LANGUAGE_HOST
    host.rename(cache.parent / "same")
    host.symlink_to(cache.parent / "same")


def let_others_write(cache: Path, witness: Path) -> None:
    """A program that anybody can change."""
    (cache / f"pulumi-v{NEWEST}" / "pulumi").chmod(0o777)


def link_the_folder(cache: Path, witness: Path) -> None:
    """The folder is a link."""
    folder = cache / f"pulumi-v{NEWEST}"
    folder.rename(cache.parent / "elsewhere")
    folder.symlink_to(cache.parent / "elsewhere")


TAMPERED = [
    change_bytes,
    plant_without_record,
    plant_with_record,
    add_a_program,
    link_elsewhere,
    let_others_write,
    link_the_folder,
]


@pytest.mark.parametrize("tamper", TAMPERED)
def test_what_was_planted_is_never_run(
    tmp_path: Path, tamper: Callable[[Path, Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A CLI in the cache that others own or can write, or that is not what was put there, is made anew, and not run."""
    cache, witness = tmp_path / "cache", tmp_path / "witness"
    folder = write_kept(cache)
    assert cached_or_made(cache, NEWEST, lambda _: pytest.fail("it is as it was made")) == folder
    tamper(cache, witness)
    assert cached_or_made(cache, NEWEST, lambda into: write_programs(into / "programs")) == folder
    assert f"{folder} is made anew: " in capsys.readouterr().err
    assert sorted(file.name for file in folder.iterdir()) == ["pulumi", LANGUAGE_HOST]
    assert "touch" not in (folder / "pulumi").read_text()
    assert not witness.exists()
    assert cached_or_made(cache, NEWEST, lambda _: pytest.fail("it is as it was made")) == folder


@pytest.mark.parametrize("mask", [0o022, 0o002, 0o077, 0o000])
def test_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    """Where the group may write to new files, what is made is for its owner alone, and is used again."""
    before = os.umask(mask)
    try:
        installed = cached_or_made(tmp_path / "cache", NEWEST, lambda into: write_programs(into / "programs"))
        assert cached_or_made(tmp_path / "cache", NEWEST, lambda _: pytest.fail("made twice")) == installed
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o022 for path in (tmp_path / "cache", installed, *installed.iterdir())} == {0}


def test_the_cache_of_somebody_else(tmp_path: Path) -> None:
    """A cache folder that is somebody else's is refused, with the remedy."""
    write_kept(tmp_path / "cache")
    give_away(tmp_path / "cache")
    with pytest.raises(Remedy, match=r"is not your own folder.*ACGR_CACHE"):
        cached_or_made(tmp_path / "cache", NEWEST, lambda _: pytest.fail("nothing is made there"))


def test_nothing_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CLI is built from modules whose hashes are here: an archive with its own list of checksums proves nothing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("ACGR_PULUMI_DOWNLOAD_URL", "http://127.0.0.1:1")
    with pytest.raises(Remedy, match="Go is not installed"):
        make(tmp_path, NEWEST)


def test_go_environment_keeps_what_the_user_has(tmp_path: Path) -> None:
    """GOPROXY and GOFLAGS of the user stay; the caches are the build's own, whatever the user's are."""
    user = {"GOPROXY": "file:///mirror", "GOMODCACHE": "/home/me/go", "GOCACHE": "/home/me/cache", "CGO_ENABLED": "1"}
    environment = build_environment(user, tmp_path, "-buildvcs=false")
    assert environment["GOPROXY"] == "file:///mirror"
    assert environment["GOFLAGS"] == "-buildvcs=false -modcacherw"
    assert environment["CGO_ENABLED"] == "0"
    for name in ("GOPATH", "GOMODCACHE", "GOCACHE"):
        assert Path(environment[name]).parent == tmp_path


def test_builds_may_share_go_s_caches(tmp_path: Path) -> None:
    """A folder of the user's gets them in place of the one that is removed after the build; an empty name is none."""
    named = build_environment({"ACGR_GO_CACHES": str(tmp_path / "kept")}, tmp_path / "scratch", "")
    unnamed = build_environment({"ACGR_GO_CACHES": ""}, tmp_path / "scratch", "")
    for name in ("GOPATH", "GOMODCACHE", "GOCACHE"):
        assert Path(named[name]).parent == tmp_path / "kept"
        assert Path(unnamed[name]).parent == tmp_path / "scratch"


@pytest.mark.parametrize(
    ("printed", "version"),
    [("go1.26.8\n", (1, 26, 8)), ("go1.25", (1, 25, 0)), ("go1.27rc1", (1, 27, 0)), ("", None), ("devel", None)],
)
def test_versions_of_go(printed: str, version: tuple[int, int, int] | None) -> None:
    """What Go says of itself is understood, pre-releases included."""
    assert go_version(printed) == version


@pytest.mark.parametrize(
    ("go", "sentence"),
    [
        ("echo go1.26.5", r"cannot build the Pulumi CLI \(go1.26.5\): install Go 1.26.6 or later"),
        ("echo 'go: go.mod requires go >= 1.26.6' >&2; exit 1", "requires go >= 1.26.6"),
        (
            '[ "$1" = env ] && echo go1.26.6 && exit; echo "no such host" >&2; exit 1',
            r"failed \(no such host\): .*GOPROXY",
        ),
    ],
)
def test_go_that_cannot(tmp_path: Path, go: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Go that is too old, or that cannot fetch modules, is one sentence with the remedy."""
    (tmp_path / "go").write_text(f"#!/bin/sh\n{go}\n")
    (tmp_path / "go").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Remedy, match=sentence) as caught:
        build_into(tmp_path, tmp_path, NEWEST)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("errors", "named"),
    [
        (
            "go: downloading a v1\nverifying a@v1: checksum mismatch\n\nSECURITY ERROR\nmore\n",
            "verifying a@v1: checksum mismatch",
        ),
        ("go: downloading a v1\na.go:1: no space left on device\n", "a.go:1: no space left on device"),
        ("", "without a message"),
    ],
)
def test_cause_of_a_failed_build(errors: str, named: str) -> None:
    """The sentence names what went wrong, above all that a module is not the one that go.sum names."""
    assert cause(errors) == named


@pytest.mark.parametrize("version", [NEWEST, OLDEST])
def test_modules_agree_with_the_script(version: str) -> None:
    """Each version that can be built is the one that its go.mod requires, and go.sum pins it."""
    cli = (FOLDERS[version] / "go.mod").read_text()
    assert f"require github.com/pulumi/pulumi/pkg/v3 v{version}\n" in cli
    assert f"github.com/pulumi/pulumi/pkg/v3 v{version} h1:" in (FOLDERS[version] / "go.sum").read_text()
    assert (MODULES / "language-host" / "go.sum").is_file()


def test_each_version_says_which_go_it_takes() -> None:
    """The oldest Go stands in go.mod, so an older Pulumi CLI can be built with an older Go."""
    assert required_go(FOLDERS[NEWEST]) == (1, 26, 6)
    assert required_go(FOLDERS[OLDEST]) == (1, 25, 11)


def test_versions_lie_side_by_side(tmp_path: Path) -> None:
    """A version that is asked for by name comes from the cache, whatever PATH has."""
    write_programs(tmp_path / "bin", "3.270.0")
    for version in (NEWEST, OLDEST):
        write_kept(tmp_path / "cache", version)
    environment = {"PATH": str(tmp_path / "bin"), "ACGR_CACHE": str(tmp_path / "cache")}
    assert of_version(OLDEST, environment) == tmp_path / "cache" / f"pulumi-v{OLDEST}"
    assert of_version(NEWEST, environment) == tmp_path / "cache" / f"pulumi-v{NEWEST}"
    assert find_or_make(environment) == tmp_path / "bin"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--version", "oldest"], f"v{OLDEST}"),
        (["--version", "newest"], f"v{NEWEST}"),
        ([], "v3.270.0"),
    ],
)
def test_command_has_the_chosen_one_first_on_its_path(tmp_path: Path, arguments: list[str], said: str) -> None:
    """`pulumi_cli.py [--version oldest|newest] -- COMMAND` runs a command that finds that CLI."""
    write_programs(tmp_path / "bin", "3.270.0")
    for version in (NEWEST, OLDEST):
        write_kept(tmp_path / "cache", version)
    environment = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "ACGR_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, str(MODULES.parent / "pulumi_cli.py"), *arguments]
    ran = subprocess.run([*command, "--", "pulumi", "version"], env=environment, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, f"{said}\n")
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert Path(ran.stdout.strip(), "pulumi").read_text().endswith(f"{said}\n")


@pytest.mark.parametrize(("printed", "code"), [("3.9", 1), ("3.10", 0)])
def test_python_that_is_too_old(tmp_path: Path, printed: str, code: int) -> None:
    """A Python below 3.10 is refused in one sentence that names it and the remedy."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo Python {printed} && exit 0\nexit {code}\n')
    python.chmod(0o755)
    command = [MODULES.parent / "find-python"]
    found = subprocess.run(
        command, env={"PATH": "/usr/bin:/bin", "PYTHON": str(python)}, capture_output=True, text=True
    )
    assert found.returncode == code
    assert found.stdout.strip() == ("" if code else str(python))
    if code:
        assert found.stderr.startswith("There is Python 3.9 here, and it takes Python 3.10 or later")
        assert found.stderr.count("\n") == 1
