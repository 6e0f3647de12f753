"""The SDKs that are made of the native provider's schema: they compile, and the TypeScript and Go examples run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sdks
import yaml
from code_blocks import blocks
from harness.centre import Centre, policies, serving
from harness.declarations import REPLICA, SOURCE, e164
from harness.stack import Stack, endpoints
from language_hosts import GENERATOR
from tooling.made_programs import cache_folder

from acgr_sandbox import load_scenario

pytestmark = pytest.mark.engine

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
RATE = {"acgr:requestsPerSecond": "1000", "acgr:burst": "1000"}
PACKAGES = ("@pulumi/pulumi@3.276.0", "@types/node@20.9.5", "typescript@5.9.3")
GO_SDK = "example.com/pulumi-acgr/sdk/go"
GO_NEEDS = "github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"


@pytest.fixture(scope="module")
def made(language_hosts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDKs."""
    folder = tmp_path_factory.mktemp("sdks") / "made"
    sdks.write(folder, language_hosts / GENERATOR)
    return folder


@pytest.fixture(scope="module")
def node_modules(language_hosts: Path) -> Path:
    """Pulumi's SDK for Node.js and TypeScript, which the first session that has a network fetches into the cache."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node.js or npm is not installed.")
    folder = cache_folder(os.environ) / f"native-typescript-{PACKAGES[0].rpartition('@')[2]}"
    if not folder.is_dir():
        _install(npm, folder)
    return folder / "node_modules"


def _install(npm: str, folder: Path) -> None:
    # Installed aside and moved in one step: another run may be at it too.
    aside = Path(tempfile.mkdtemp(dir=folder.parent))
    (aside / "package.json").write_text('{"private": true}', encoding="utf-8")
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=0", *PACKAGES]
    try:
        subprocess.run(command, cwd=aside, capture_output=True, timeout=300, check=True)
        aside.rename(folder)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("npm cannot install Pulumi's SDK here.")
    except OSError:
        assert folder.is_dir()
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def test_python(made: Path) -> None:
    """The SDK for Python is imported, and has every resource and the function."""
    names = "GlobalResiliency PhoneNumberPlacement TrafficDistributionGroupRoster Provider find_users"
    installed = made / "python" / "pulumi_acgr_sdk-0.1.0.dist-info"  # what pip would leave
    installed.mkdir()
    (installed / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: pulumi_acgr_sdk\nVersion: 0.1.0\n", encoding="utf-8"
    )
    program = f"import pulumi_acgr_sdk as sdk; print(*(hasattr(sdk, name) for name in {names!r}.split()))"
    environment = {**os.environ, "PYTHONPATH": str(made / "python")}
    ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert set(ran.stdout.split()) == {"True"}


@pytest.fixture
def northwind() -> Iterator[Centre]:
    """The reference contact centre."""
    with serving(Centre(load_scenario(EXAMPLES / "sandbox" / "contact-centre.yaml"))) as centre:
        centre.sandbox.set_policies(policies(centre.sandbox.world, "set-up"))  # the Go program makes a group
        yield centre


@pytest.fixture
def project(northwind: Centre, clean: dict[str, str], language_hosts: Path, empty: Path, tmp_path: Path) -> Stack:
    """A project without a program, on that contact centre."""
    path = os.pathsep.join((clean["PATH"], str(language_hosts)))
    stack = Stack(tmp_path / "stack", {**clean, **endpoints(northwind.url), "PATH": path}, RATE, empty)
    (stack.folder / "__main__.py").unlink()
    return stack


def _take(example: str, stack: Stack) -> None:
    """Copies an example into the project; the plugin is the one that is tested."""
    for file in (EXAMPLES / example).iterdir():
        if file.is_file():
            shutil.copy(file, stack.folder)
    file = stack.folder / "Pulumi.yaml"
    own = {**yaml.safe_load(file.read_text(encoding="utf-8")), "name": "trial"}
    own.pop("packages", None)
    own["plugins"] = {"providers": [{"name": "acgr", "path": str(Path(sys.executable).parent)}]}
    file.write_text(yaml.safe_dump(own), encoding="utf-8")


@pytest.fixture
def typescript(project: Stack, made: Path, node_modules: Path) -> Stack:
    """The TypeScript example with its SDK, compiled."""
    _take("native-typescript", project)
    shutil.copytree(node_modules, project.folder / "node_modules", symlinks=True)
    sdk = project.folder / "node_modules" / "@pulumi" / "acgr"
    shutil.copytree(made / "nodejs", sdk)
    compiler = project.folder / "node_modules" / ".bin" / "tsc"
    for folder in (sdk, project.folder):
        ran = subprocess.run([str(compiler)], cwd=folder, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout
    shutil.copy(sdk / "package.json", sdk / "bin")  # what `npm install` of a published package would have
    return project


def test_typescript(typescript: Stack, northwind: Centre) -> None:
    """The example compiles, strictly; its preview knows ARNs, `up` makes it, and then there is nothing to do."""
    preview = typescript.preview()
    assert preview.code == 0, preview.text
    assert preview.exported() == {"nightDesk": northwind.arn("number", e164(10))}
    assert preview.summary() == ["+ 7 to create"]
    up = typescript.up()
    assert up.code == 0, up.text
    assert northwind.placed(7) == ("retail", dict.fromkeys((SOURCE, REPLICA), "Service"))
    assert northwind.members("emergency") == {"priya.patel", "rosa.garcia"}
    assert typescript.up("--expect-no-changes").code == 0


def _go(stack: Stack, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["go", *command], cwd=stack.folder, env=stack.environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def go(project: Stack, made: Path) -> Stack:
    """The Go example with its SDK, where the modules that both need are to be had."""
    if shutil.which("go") is None:
        pytest.skip("Go is not installed.")
    # A stack has a cache of its own. What Go has compiled serves them all: so no path of this one may be in it.
    known = subprocess.run(
        ["go", "env", "-json", "GOCACHE", "GOMODCACHE", "GOFLAGS"], capture_output=True, text=True, check=True
    )
    own: dict[str, str] = json.loads(known.stdout)
    project.environment |= {**own, "GOFLAGS": f"{own['GOFLAGS']} -trimpath".strip()}
    project.environment["PULUMI_GO_USE_RUN"] = "true"  # `go run` keeps what it has linked, for the next command
    _take("native-go", project)
    project.configure({"trial:account": "111122223333"})
    shutil.copytree(made / "go", project.folder / "sdks" / "acgr")
    if _go(project, "list", "-deps", GO_NEEDS).returncode != 0:
        pytest.skip("Go cannot fetch the modules of Pulumi's SDK here.")
    return project


def test_go(go: Stack, northwind: Centre) -> None:
    """The SDK compiles, and so does the page's program; the example runs: preview, up, no change, destroy."""
    (page,) = blocks("go")
    (go.folder / "page").mkdir()
    (go.folder / "page" / "main.go").write_text(page.text, encoding="utf-8")
    compiled = _go(go, "list", "-export", "./page", f"{GO_SDK}/...")
    assert compiled.returncode == 0, compiled.stderr
    preview = go.preview()
    assert preview.code == 0, preview.text
    assert preview.summary() == ["+ 9 to create"]
    up = go.up()
    assert up.code == 0, up.text
    assert northwind.placed(7) == ("retail", dict.fromkeys((SOURCE, REPLICA), "Service"))
    assert northwind.placed(10) == ("night", dict.fromkeys((SOURCE, REPLICA), "Out of hours"))
    assert northwind.members("night") == {"priya.patel", "rosa.garcia"}
    same = go.up("--expect-no-changes")
    assert same.code == 0, same.text
    destroyed = go.destroy()
    assert destroyed.code == 0, destroyed.text
    assert northwind.placed(10)[0] == "northwind"
    assert northwind.dark() == []
