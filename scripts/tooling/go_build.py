"""Builds the Pulumi CLI and its Python language host from Go modules, pinned by go.sum files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tooling.cli_version import LANGUAGE_HOST, NEWEST, OLDEST
from tooling.console import Remedy, say, step

MODULES = Path(__file__).resolve().parents[1] / "pulumi-cli"
FOLDERS = {NEWEST: MODULES / "newest", OLDEST: MODULES / "oldest"}
"""The versions that can be built, each from a module of its own."""

_HOST_FOLDER = MODULES / "language-host"
_ON_PATH = f"a Pulumi CLI of version {OLDEST} or later on PATH"
_CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_HOST = "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_LAUNCHERS = (
    "python/cmd/pulumi-language-python-exec",
    "python/dist/pulumi-resource-pulumi-python",
)


def build_into(folder: Path, scratch: Path, version: str) -> None:
    """Builds `pulumi`, its Python language host and their two launchers into a folder.

    Args:
        folder: Where the four files go; it exists.
        scratch: An empty folder for Go's module and build caches (about 3 GB); the caller removes it.
        version: One of those in `FOLDERS`.

    Raises:
        Remedy: Go is missing or too old, or a build failed.
    """
    go = shutil.which("go")
    if go is None:
        raise Remedy(f"Go is not installed, and it takes Go to build the Pulumi CLI: {_install_go(version)}.")
    environment = build_environment(os.environ, scratch, _configured_flags(go))
    _require_go(go, environment, version)
    with step(f"Building the Pulumi CLI v{version} from Go modules (five to ten minutes)"):
        flags = f"-s -w -X {_VERSION_VARIABLE}=v{version}"
        _build(go, FOLDERS[version], _CLI, folder / "pulumi", environment, ("-ldflags", flags))
    with step("Building Pulumi's Python language host (about half a minute)"):
        _build(go, _HOST_FOLDER, _HOST, folder / LANGUAGE_HOST, environment, ("-ldflags", "-s -w"))
    _copy_launchers(go, folder, environment, version)


def build_environment(user: Mapping[str, str], scratch: Path, flags: str) -> dict[str, str]:
    """The environment of Go: the user's, with caches of its own that can be deleted afterwards.

    Args:
        user: The user's environment; GOPROXY and the like are kept.
        scratch: The folder that gets the caches.
        flags: The user's GOFLAGS, from the environment or from `go env -w`.
    """
    return {
        **user,
        "CGO_ENABLED": "0",
        "GOPATH": str(scratch / "path"),
        "GOMODCACHE": str(scratch / "modules"),
        "GOCACHE": str(scratch / "build"),
        "GOWORK": "off",
        "GOFLAGS": f"{flags} -modcacherw".strip(),
    }


def go_version(text: str) -> tuple[int, int, int] | None:
    """The version in what `go env GOVERSION` printed (`go1.26.8`, `go1.25`, `go1.27rc1`), or None."""
    match = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", text.strip())
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def required_go(version: str) -> tuple[int, int, int]:
    """The oldest Go that builds a version of the CLI, as its go.mod says."""
    for line in (FOLDERS[version] / "go.mod").read_text(encoding="utf-8").splitlines():
        if line.startswith("go ") and (required := go_version(line.replace(" ", ""))):
            return required
    raise Remedy(f"{FOLDERS[version] / 'go.mod'} names no version of Go: restore the file.")


def cause(errors: str) -> str:
    """The line of Go's stderr that names the cause: a checksum that differs, else the last one."""
    lines = _telling_lines(errors)
    differing = [line for line in lines if "checksum mismatch" in line]
    return [*differing, *lines[-1:], "without a message"][0]


def _telling_lines(errors: str) -> list[str]:
    lines = (line.strip() for line in errors.splitlines())
    return [line for line in lines if line and not line.startswith("go: downloading")]


def _configured_flags(go: str) -> str:
    asked = subprocess.run([go, "env", "GOFLAGS"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return asked.stdout.strip()


def _install_go(version: str) -> str:
    return f"install Go {'.'.join(map(str, required_go(version)))} or later, or put {_ON_PATH}"


def _require_go(go: str, environment: Mapping[str, str], version: str) -> None:
    # Asked in the module's folder: there a Go that may fetch a newer toolchain already does so.
    asked = _go(go, ["env", "GOVERSION"], FOLDERS[version], environment)
    there = go_version(asked.stdout) if asked.returncode == 0 else None
    if there is None or there < required_go(version):
        found = asked.stdout.strip() or cause(asked.stderr)
        raise Remedy(f"The Go at {go} cannot build the Pulumi CLI ({found}): {_install_go(version)}.")


def _build(
    go: str, module: Path, package: str, output: Path, environment: Mapping[str, str], options: Sequence[str]
) -> None:
    command = ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", *options, "-o", str(output), package]
    built = _go(go, command, module, environment)
    if built.returncode != 0:
        say("\n".join(_telling_lines(built.stderr)))
        raise Remedy(f"Building {package} failed ({cause(built.stderr)}): {_build_remedy()}.")


def _build_remedy() -> str:
    git = "" if shutil.which("git") else "install git (Go fetches some modules with it), "
    return f"{git}see that Go can fetch modules (GOPROXY) and that the disk has 4 GB free, or put {_ON_PATH}"


def _copy_launchers(go: str, folder: Path, environment: Mapping[str, str], version: str) -> None:
    listed = _go(go, ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", _SDK], FOLDERS[version], environment)
    if listed.returncode != 0:
        raise Remedy(f"Finding {_SDK} failed ({cause(listed.stderr)}): see that Go can fetch modules (GOPROXY).")
    for launcher in _LAUNCHERS:
        source = Path(listed.stdout.strip(), launcher)
        target = folder / source.name
        shutil.copyfile(source, target)
        target.chmod(0o755)


def _go(
    go: str, arguments: Sequence[str], module: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [go, *arguments],
        cwd=module,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
