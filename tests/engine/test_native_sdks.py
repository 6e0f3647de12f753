"""The SDKs that are made of the native provider's schema: they compile, and the TypeScript example runs on one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sdks
from harness.centre import Centre, serving
from harness.declarations import REPLICA, SOURCE, e164
from harness.stack import Stack, endpoints
from language_hosts import GENERATOR
from tooling.made_programs import cache_folder

from acgr_sandbox import load_scenario

pytestmark = pytest.mark.engine

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
RATE = {"acgr:requestsPerSecond": "1000", "acgr:burst": "1000"}
PACKAGES = ("@pulumi/pulumi@3.276.0", "@types/node@20.9.5", "typescript@5.9.3")
GO_MODULE = """module example.com/pulumi-acgr/sdk/go

go 1.26.6

require github.com/pulumi/pulumi/sdk/v3 v3.276.0
"""


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


@pytest.mark.skipif(os.environ.get("ACGR_LANGUAGE_HOSTS") != "build", reason="takes minutes and a network")
def test_go(made: Path) -> None:
    """The SDK for Go compiles."""
    (made / "go" / "go.mod").write_text(GO_MODULE, encoding="utf-8")
    for command in (["go", "mod", "tidy"], ["go", "build", "./..."]):
        ran = subprocess.run(command, cwd=made / "go", capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr


@pytest.fixture
def northwind() -> Iterator[Centre]:
    """The reference contact centre."""
    with serving(Centre(load_scenario(EXAMPLES / "sandbox" / "contact-centre.yaml"))) as centre:
        yield centre


@pytest.fixture
def example(
    made: Path,
    northwind: Centre,
    clean: dict[str, str],
    language_hosts: Path,
    node_modules: Path,
    empty: Path,
    tmp_path: Path,
) -> Stack:
    """The example's project with its SDK, compiled, on that contact centre."""
    path = os.pathsep.join((clean["PATH"], str(language_hosts)))
    stack = Stack(tmp_path / "stack", {**clean, **endpoints(northwind.url), "PATH": path}, RATE, empty)
    (stack.folder / "__main__.py").unlink()
    for file in (EXAMPLES / "native-typescript").iterdir():
        shutil.copy(file, stack.folder)
    project = (stack.folder / "Pulumi.yaml").read_text(encoding="utf-8")
    own = project.replace("name: contact-centre", "name: trial").replace(".venv/bin", str(Path(sys.executable).parent))
    (stack.folder / "Pulumi.yaml").write_text(own, encoding="utf-8")
    shutil.copytree(node_modules, stack.folder / "node_modules", symlinks=True)
    sdk = stack.folder / "node_modules" / "@pulumi" / "acgr"
    shutil.copytree(made / "nodejs", sdk)
    compiler = stack.folder / "node_modules" / ".bin" / "tsc"
    for folder in (sdk, stack.folder):
        ran = subprocess.run([str(compiler)], cwd=folder, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout
    shutil.copy(sdk / "package.json", sdk / "bin")  # what `npm install` of a published package would have
    return stack


def test_typescript(example: Stack, northwind: Centre) -> None:
    """The example compiles, strictly; its preview knows ARNs, `up` makes it, and then there is nothing to do."""
    preview = example.preview()
    assert preview.code == 0, preview.text
    assert preview.exported() == {"nightDesk": northwind.arn("number", e164(10))}
    assert preview.summary() == ["+ 7 to create"]
    up = example.up()
    assert up.code == 0, up.text
    assert northwind.placed(7) == ("retail", dict.fromkeys((SOURCE, REPLICA), "Service"))
    assert northwind.members("emergency") == {"priya.patel", "rosa.garcia"}
    assert example.up("--expect-no-changes").code == 0
