"""`examples/infrastructure-repo`: a consumer's repository with the wheel in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from harness import environments
from harness.centre import Centre, answering, serving
from harness.environments import OURS
from harness.output import Ran
from harness.stack import PLAIN, Running
from packaging.requirements import Requirement

from acgr_sandbox import load_scenario

pytestmark = pytest.mark.engine

CLONE = Path(__file__).resolve().parents[2]
EXAMPLE = CLONE / "examples" / "infrastructure-repo"


class Gate:
    """A proxy that lets nothing out and remembers who was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_CONNECT(self) -> None:
                asked.append(self.path)
                self.send_error(403)

            do_GET = do_HEAD = do_CONNECT  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        return Handler


@contextmanager
def open_gate() -> Iterator[Gate]:
    """The gate, watched."""
    gate = Gate()
    with answering(gate.server):
        yield gate


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """The wheel of this tree, as of a release: a plugin of a development version is looked for nowhere."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    environment = {**os.environ, "SETUPTOOLS_SCM_PRETEND_VERSION": "1.2.3"}
    subprocess.run(command, cwd=CLONE, env=environment, check=True, capture_output=True)
    (built,) = (tmp_path / "dist").glob("*.whl")
    return built


@pytest.fixture
def northwind() -> Iterator[Centre]:
    """The contact centre of the example."""
    with serving(Centre(load_scenario(EXAMPLE / "scenario.yaml"))) as centre:
        yield centre


class Repository:
    """The consumer's repository, with what its README says done."""

    def __init__(self, folder: Path, environment: Mapping[str, str], url: str) -> None:
        self.folder = folder
        shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", ".mypy_cache"))
        (folder / "state").mkdir()
        own = {"PULUMI_BACKEND_URL": (folder / "state").as_uri(), "XDG_CACHE_HOME": str(folder / "cache")}
        self.environment = {**environment, **own}
        settings = folder / "Pulumi.sandbox.yaml"
        text = settings.read_text(encoding="utf-8").replace("http://127.0.0.1:7843", url)
        settings.write_text(f'{text}  acgr:requestsPerSecond: "1000"\n  acgr:burst: "1000"\n', encoding="utf-8")

    def pulumi(self, *arguments: str) -> Ran:
        """One command of the CLI."""
        return self.run("pulumi", *arguments, *PLAIN)

    def run(self, *command: str) -> Ran:
        """One command."""
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Running(process).wait()


def test_from_pip_install_to_destroy(
    northwind: Centre, clean: dict[str, str], pulumi_folder: Path, wheel: Path, tmp_path: Path
) -> None:
    """Wheel, own folders `providers` and `components`, plugin acquisition on: everything works, and nothing is fetched.

    Pulumi may download what it finds missing, and asks nobody for a plugin of this package: no command waits for one.
    """
    requirement = Requirement((EXAMPLE / "requirements.txt").read_text(encoding="utf-8").splitlines()[-1])
    assert requirement.name == OURS
    with open_gate() as gate:
        hidden = ("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "PYTHONPATH")
        environment = {name: value for name, value in clean.items() if name not in hidden}
        environment |= {
            "HTTPS_PROXY": gate.url,
            "HTTP_PROXY": gate.url,
            "https_proxy": gate.url,
            "http_proxy": gate.url,
        }
        repository = Repository(tmp_path / "repository", environment, northwind.url)
        python = environments.make(repository.folder / ".venv", requirement.extras)
        environments.pip_install(python, "--no-deps", str(wheel))
        # As on a machine of theirs: their own environment, and neither this one nor its packages.
        path = [str(repository.folder / ".venv" / "bin"), str(pulumi_folder), os.defpath]
        repository.environment["PATH"] = os.pathsep.join(path)

        assert repository.pulumi("stack", "init", "sandbox").code == 0
        installed = repository.pulumi("install", "--no-dependencies")
        assert installed.code == 0, installed.text
        about = repository.pulumi("about")
        assert about.code == 0, about.text
        assert "acgr" not in about.text.partition("Plugins")[2].partition("Host")[0]

        previewed = repository.run("pulumi", "preview", "--json", "--non-interactive")
        assert previewed.code == 0, previewed.text
        (repository.folder / "preview.json").write_text(previewed.text, encoding="utf-8")
        comment = repository.run("acgr", "preview-comment", "preview.json")
        assert comment.code == 0, comment.text
        assert "moves from instance northwind to retail: callers reach nothing for about 6 s" in comment.text

        up = repository.pulumi("up", "--yes", "--skip-preview")
        assert up.code == 0, up.text
        assert northwind.dark() == []
        assert {northwind.placed(last)[0] for last in (1, 2)} == {"retail"}
        assert northwind.members("retail") == {"alice.smith", "bob.jones"}

        northwind.forget()
        again = repository.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
        assert again.code == 0, again.text
        assert northwind.writes() == {}

        down = repository.pulumi("destroy", "--yes", "--skip-preview")
        assert down.code == 0, down.text
        assert northwind.members("retail") == set()
        assert northwind.placed(3)[0] == "emergency", "a number stays where it is, by the rule of this company"
        assert northwind.dark() == []
        assert gate.asked == []
