"""Downloads the official Pulumi CLI, verifies it and unpacks it."""

from __future__ import annotations

import hashlib
import http.client
import platform
import shutil
import sys
import tarfile
import urllib.request
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from tooling.console import step

OFFICIAL = "https://get.pulumi.com/releases/sdk"
URL_VARIABLE = "ACGR_PULUMI_DOWNLOAD_URL"
"""Names another folder that has the archive and its checksums; empty means no download."""

_CONNECT_SECONDS = 3.0
_READ_SECONDS = 30.0
_SYSTEMS = {"linux": "linux", "darwin": "darwin"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


class DownloadError(Exception):
    """The download could not be had or must not be used; the message says why."""


def base_url(environment: Mapping[str, str]) -> str:
    """Where the archive comes from, without a slash at the end; `""` where downloads are switched off."""
    return environment.get(URL_VARIABLE, OFFICIAL).rstrip("/")


def archive_name(version: str, system: str, machine: str) -> str | None:
    """The archive of a version for a `sys.platform` and a `platform.machine()`, or None where there is none."""
    names = _SYSTEMS.get(system), _MACHINES.get(machine.lower())
    return f"pulumi-v{version}-{names[0]}-{names[1]}.tar.gz" if all(names) else None


def download_into(folder: Path, scratch: Path, base: str, version: str) -> None:
    """Downloads a version of the CLI, checks its SHA-256 against the published list and unpacks it into a folder.

    Args:
        folder: Where the programs go; it exists.
        scratch: A folder for the archive; the caller removes it.
        base: The URL of the folder that has the archive and its checksums.
        version: The version, without the letter v.

    Raises:
        DownloadError: There is none for this machine, it could not be had, or it is not the published one.
    """
    name = archive_name(version, sys.platform, platform.machine())
    if name is None:
        raise DownloadError(f"there is no official download for {sys.platform} on {platform.machine()}")
    archive = scratch / name
    try:
        with step(f"Downloading {base}/{name}"):
            published = published_sha256(_fetch_text(f"{base}/pulumi-{version}-checksums.txt"), name)
            _fetch(f"{base}/{name}", archive)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise DownloadError(f"{base} did not answer as expected ({error})") from error
    verify(archive, published)
    unpack(archive, folder)


def published_sha256(checksums: str, name: str) -> str:
    """The SHA-256 of one archive in a list of lines `<hex>  <name>`.

    Raises:
        DownloadError: The list does not have the archive.
    """
    for line in checksums.splitlines():
        parts = line.split()
        if len(parts) == 2 and parts[1].lstrip("*") == name:
            return parts[0].lower()
    raise DownloadError(f"the published checksums do not list {name}")


def verify(archive: Path, published: str) -> None:
    """Refuses an archive that is not the published one.

    Raises:
        DownloadError: The SHA-256 differs.
    """
    digest = hashlib.sha256()
    with archive.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    if digest.hexdigest() != published:
        raise DownloadError(f"{archive.name} is refused: its SHA-256 is not the published one")


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks only the plain files of the archive's folder `pulumi/`, so that no entry leaves the folder.

    Raises:
        DownloadError: The archive cannot be read.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                if member.isfile() and path.parent == PurePosixPath("pulumi") and path.name != "..":
                    _write_program(tar, member, folder / path.name)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise DownloadError(f"{archive.name} cannot be unpacked ({error})") from error


def _write_program(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    source = tar.extractfile(member)
    if source is None:
        return
    with source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
    target.chmod(0o755)


class _Http(http.client.HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(_READ_SECONDS)


class _Https(http.client.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(_READ_SECONDS)


class _HttpHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_Http, req)


class _HttpsHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_Https, req)


def _open(url: str) -> Any:
    opener = urllib.request.build_opener(_HttpHandler, _HttpsHandler)
    return opener.open(url, timeout=_CONNECT_SECONDS)


def _fetch_text(url: str) -> str:
    with _open(url) as answer:
        content: bytes = answer.read()
    return content.decode("ascii")


def _fetch(url: str, target: Path) -> None:
    with _open(url) as answer, target.open("wb") as file:
        shutil.copyfileobj(answer, file)
