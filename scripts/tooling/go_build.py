"""Builds the Pulumi CLI, language hosts and the Terraform bridge from Go modules, pinned by go.sum files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tooling.cli_version import LANGUAGE_HOST, NEWEST, OLDEST
from tooling.console import Remedy, say, step

MODULES = Path(__file__).resolve().parents[1] / "pulumi-cli"
FOLDERS = {NEWEST: MODULES / "newest", OLDEST: MODULES / "oldest"}
"""The versions that can be built, each from a module of its own."""

_HOST_FOLDER = MODULES / "language-host"
BRIDGE_FOLDER = MODULES.with_name("terraform-bridge")
"""The module of the Terraform bridge."""

GO_CACHES = "ACGR_GO_CACHES"
"""Names a folder that keeps Go's caches, so that the builds of one job share what they compile and fetch."""

_ON_PATH = f"a Pulumi CLI of version {OLDEST} or later on PATH"
_CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_HOST = "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
_BRIDGE = "github.com/pulumi/pulumi-terraform-bridge/v3/dynamic"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_LAUNCHERS = (
    "python/cmd/pulumi-language-python-exec",
    "python/dist/pulumi-resource-pulumi-python",
)


class _What(NamedTuple):
    """What is built: its name, its module, and what could be put on PATH instead."""

    name: str
    module: Path
    instead: str = ""

    @property
    def or_put(self) -> str:
        return f", or put {self.instead}" if self.instead else ""

    @property
    def install_go(self) -> str:
        return f"install Go {'.'.join(map(str, required_go(self.module)))} or later{self.or_put}"


def build_into(folder: Path, scratch: Path, version: str) -> None:
    """Builds `pulumi`, its Python language host and their two launchers into a folder.

    Args:
        folder: Where the four files go; it exists.
        scratch: An empty folder for Go's module and build caches (about 3 GB); the caller removes it.
        version: One of those in `FOLDERS`.

    Raises:
        Remedy: Go is missing or too old, or a build failed.
    """
    what = _What("the Pulumi CLI", FOLDERS[version], _ON_PATH)
    go, environment = _prepared(what, scratch)
    with step(f"Building the Pulumi CLI v{version} from Go modules (five to ten minutes)"):
        flags = f"-s -w -X {_VERSION_VARIABLE}=v{version}"
        _build(go, what, _CLI, folder / "pulumi", environment, flags)
    with step("Building Pulumi's Python language host (about half a minute)"):
        _build(go, what._replace(module=_HOST_FOLDER), _HOST, folder / LANGUAGE_HOST, environment)
    _copy_launchers(go, folder, environment, version)


def build_bridge_into(folder: Path, scratch: Path, name: str) -> None:
    """Builds the bridge, which makes a Pulumi provider of a Terraform provider, into a folder.

    Args:
        folder: Where it goes; it exists.
        scratch: An empty folder for Go's module and build caches (about 3 GB); the caller removes it.
        name: What the program is called.

    Raises:
        Remedy: Go is missing or too old, or the build failed.
    """
    what = _What("the Terraform bridge", BRIDGE_FOLDER)
    go, environment = _prepared(what, scratch)
    with step("Building the Terraform bridge from Go modules (six to fifteen minutes)"):
        _build(go, what, _BRIDGE, folder / name, environment)


def build_hosts_into(folder: Path, scratch: Path, packages: Mapping[str, tuple[Path, str]]) -> None:
    """Builds language hosts into a folder, which the engine asks to run programs of a language.

    Args:
        folder: Where they go; it exists.
        scratch: An empty folder for Go's module and build caches (about 3 GB); the caller removes it.
        packages: By the program's name, the folder of the module and the package in it.

    Raises:
        Remedy: Go is missing or too old, or a build failed.
    """
    for name, (module, package) in packages.items():
        what = _What(f"the language host {name}", module)
        go, environment = _prepared(what, scratch)
        with step(f"Building {name} from Go modules (one to three minutes)"):
            _build(go, what, package, folder / name, environment)


def build_environment(user: Mapping[str, str], scratch: Path, flags: str) -> dict[str, str]:
    """The environment of Go: the user's, with caches of its own that can be deleted afterwards.

    Args:
        user: The user's environment; GOPROXY and the like are kept.
        scratch: The folder that gets the caches, unless the user names one in `ACGR_GO_CACHES`.
        flags: The user's GOFLAGS, from the environment or from `go env -w`.
    """
    caches = Path(user[GO_CACHES]).expanduser().absolute() if user.get(GO_CACHES) else scratch
    return {
        **user,
        "CGO_ENABLED": "0",
        "GOPATH": str(caches / "path"),
        "GOMODCACHE": str(caches / "modules"),
        "GOCACHE": str(caches / "build"),
        "GOWORK": "off",
        "GOFLAGS": f"{flags} -modcacherw".strip(),
    }


def go_version(text: str) -> tuple[int, int, int] | None:
    """The version in what `go env GOVERSION` printed (`go1.26.8`, `go1.25`, `go1.27rc1`), or None."""
    match = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", text.strip())
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def required_go(module: Path) -> tuple[int, int, int]:
    """The oldest Go that builds a module, as its go.mod says."""
    for line in (module / "go.mod").read_text(encoding="utf-8").splitlines():
        if line.startswith("go ") and (required := go_version(line.replace(" ", ""))):
            return required
    raise Remedy(f"{module / 'go.mod'} names no version of Go: restore the file.")


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


def _prepared(what: _What, scratch: Path) -> tuple[str, dict[str, str]]:
    """Go, and the environment it builds in."""
    go = shutil.which("go")
    if go is None:
        raise Remedy(f"Go is not installed, and it takes Go to build {what.name}: {what.install_go}.")
    environment = build_environment(os.environ, scratch, _configured_flags(go))
    # Asked in the module's folder: there a Go that may fetch a newer toolchain already does so.
    asked = _go(go, ["env", "GOVERSION"], what.module, environment)
    there = go_version(asked.stdout) if asked.returncode == 0 else None
    if there is None or there < required_go(what.module):
        found = asked.stdout.strip() or cause(asked.stderr)
        raise Remedy(f"The Go at {go} cannot build {what.name} ({found}): {what.install_go}.")
    return go, environment


def _build(
    go: str, what: _What, package: str, output: Path, environment: Mapping[str, str], flags: str = "-s -w"
) -> None:
    options = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", flags]
    built = _go(go, ["build", *options, "-o", str(output), package], what.module, environment)
    if built.returncode != 0:
        say("\n".join(_telling_lines(built.stderr)))
        git = "" if shutil.which("git") else "install git (Go fetches some modules with it), "
        remedy = f"{git}see that Go can fetch modules (GOPROXY) and that the disk has 4 GB free{what.or_put}"
        raise Remedy(f"Building {package} failed ({cause(built.stderr)}): {remedy}.")


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
