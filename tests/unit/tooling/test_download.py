"""The official download: verified, unpacked without leaving its folder, and no obstacle where it fails."""

from __future__ import annotations

import hashlib
import io
import platform
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pulumi_cli import make
from tooling.cli_version import LANGUAGE_HOST, NEWEST
from tooling.console import Remedy
from tooling.download import (
    OFFICIAL,
    URL_VARIABLE,
    DownloadError,
    archive_name,
    base_url,
    download_into,
    published_sha256,
    unpack,
    verify,
)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the standard library's
        """Says nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serves a folder on 127.0.0.1 and gives its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A folder with a release as it is published: the archive for this machine and the checksums."""
    folder = tmp_path / "release"
    folder.mkdir()
    name = archive_name(NEWEST, sys.platform, platform.machine())
    assert name is not None
    script = f"#!/bin/sh\necho v{NEWEST}\n".encode()
    write_archive(folder / name, {"pulumi/pulumi": script, f"pulumi/{LANGUAGE_HOST}": script})
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / f"pulumi-{NEWEST}-checksums.txt").write_text(f"{'0' * 64}  another.tar.gz\n{digest}  {name}\n")
    return folder


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """An empty folder to make the CLI in."""
    folder = tmp_path / "workplace"
    folder.mkdir()
    return folder


def write_archive(file: Path, content: dict[str, bytes]) -> None:
    """Writes a tar.gz with these plain files."""
    with tarfile.open(file, "w:gz") as tar:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def tamper(release: Path) -> None:
    """Puts other programs into the release than its checksums speak of."""
    (archive,) = release.glob("*.tar.gz")
    write_archive(archive, {"pulumi/pulumi": b"#!/bin/sh\necho evil\n"})


def test_downloaded_verified_and_unpacked(release: Path, workplace: Path) -> None:
    """What is published is installed, executable."""
    with serving(release) as url:
        make(workplace, {URL_VARIABLE: f"{url}/"}, NEWEST)
    programs = workplace / "programs"
    assert sorted(file.name for file in programs.iterdir()) == ["pulumi", LANGUAGE_HOST]
    assert all(file.stat().st_mode & 0o777 == 0o755 for file in programs.iterdir())


def test_tampered_archive_is_refused(release: Path, workplace: Path) -> None:
    """An archive whose SHA-256 is not the published one is not even opened."""
    tamper(release)
    with serving(release) as url, pytest.raises(DownloadError, match="its SHA-256 is not the published one"):
        download_into(workplace, workplace, url, NEWEST)
    assert not (workplace / "pulumi").exists()


@pytest.mark.parametrize("broken", ["tampered", "no checksums", "no archive"])
def test_failed_download_falls_back_to_the_build(
    release: Path,
    workplace: Path,
    tmp_path: Path,
    broken: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever is wrong with the download is said, and the build takes over (here: says that there is no Go)."""
    if broken == "tampered":
        tamper(release)
    else:
        pattern = {"no checksums": "*-checksums.txt", "no archive": "*.tar.gz"}[broken]
        next(release.glob(pattern)).unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    with serving(release) as url, pytest.raises(Remedy, match="Go is not installed"):
        make(workplace, {URL_VARIABLE: url}, NEWEST)
    assert "The download is not used: " in capsys.readouterr().err
    assert list((workplace / "programs").iterdir()) == []


def test_unreachable_server_falls_back_to_the_build(
    workplace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody answers, the build takes over."""
    with serving(tmp_path) as url:
        gone = url
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Remedy, match="Go is not installed"):
        make(workplace, {URL_VARIABLE: gone}, NEWEST)
    assert f"The download is not used: {gone} did not answer as expected" in capsys.readouterr().err


def test_where_it_is_downloaded_from() -> None:
    """The official place, unless a variable names another one; an empty variable switches downloads off."""
    assert base_url({}) == OFFICIAL
    assert base_url({URL_VARIABLE: "http://127.0.0.1:1/x/"}) == "http://127.0.0.1:1/x"
    assert base_url({URL_VARIABLE: ""}) == ""


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("linux", "x86_64", f"pulumi-v{NEWEST}-linux-x64.tar.gz"),
        ("linux", "aarch64", f"pulumi-v{NEWEST}-linux-arm64.tar.gz"),
        ("darwin", "arm64", f"pulumi-v{NEWEST}-darwin-arm64.tar.gz"),
        ("linux", "riscv64", None),
        ("freebsd14", "amd64", None),
    ],
)
def test_archive_of_a_machine(system: str, machine: str, name: str | None) -> None:
    """Each machine has its archive, and where there is none nothing is guessed."""
    assert archive_name(NEWEST, system, machine) == name


def test_unlisted_archive() -> None:
    """An archive that the checksums do not list is not used; a name that only begins alike is another archive."""
    with pytest.raises(DownloadError, match="do not list"):
        published_sha256(f"{'0' * 64}  a.tar.gz\n", "a.tar")


def test_verify_accepts_the_published_one(tmp_path: Path) -> None:
    """The published SHA-256 passes, any other fails."""
    file = tmp_path / "a"
    file.write_bytes(b"content")
    verify(file, hashlib.sha256(b"content").hexdigest())
    with pytest.raises(DownloadError):
        verify(file, hashlib.sha256(b"other").hexdigest())


def test_unpacking_stays_in_its_folder(tmp_path: Path) -> None:
    """Entries that lead elsewhere, links and nested files are left out."""
    archive, folder = tmp_path / "a.tar.gz", tmp_path / "into"
    folder.mkdir()
    names = ("pulumi/pulumi", "pulumi/../../evil", "../evil", "/evil", "evil", "pulumi/deep/evil", "pulumi/..")
    write_archive(archive, dict.fromkeys(names, b"x"))
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as tar:
        link = tarfile.TarInfo("pulumi/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    unpack(archive, folder)
    unpack(tmp_path / "b.tar.gz", folder)
    assert [file.name for file in folder.iterdir()] == ["pulumi"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.tar.gz", "b.tar.gz", "into"]


def test_unreadable_archive(tmp_path: Path) -> None:
    """What is no archive is a failed download."""
    archive = tmp_path / "a.tar.gz"
    archive.write_bytes(b"<html>not here</html>")
    with pytest.raises(DownloadError, match="cannot be unpacked"):
        unpack(archive, tmp_path)
