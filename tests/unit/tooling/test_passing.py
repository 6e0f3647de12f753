"""Programs that are run have their output, exit code and signals to themselves."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest
from tooling.console import Remedy
from tooling.passing import run


def test_output_and_exit_code_pass_through(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The program's output is not touched, and its exit code is given."""
    code = run([sys.executable, "-c", "print('out'); raise SystemExit(255)"], tmp_path, os.environ)
    assert (code, capfd.readouterr().out) == (255, "out\n")


def test_death_by_signal(tmp_path: Path) -> None:
    """A program that a signal ended gives what a shell gives."""
    assert run([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], tmp_path, os.environ) == 137


def test_environment_and_folder(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The program gets exactly that environment, and is found on its PATH."""
    folder = str(Path(sys.executable).parent)
    program = "import os; print(os.getcwd(), os.environ['GREETING'], os.environ.get('HOME'))"
    run([Path(sys.executable).name, "-c", program], tmp_path, {"PATH": folder, "GREETING": "hello"})
    assert capfd.readouterr().out == f"{tmp_path} hello None\n"


def test_missing_program(tmp_path: Path) -> None:
    """A program that is not there is a sentence."""
    with pytest.raises(Remedy, match="There is no program pulumi"):
        run(["pulumi"], tmp_path, {"PATH": str(tmp_path)})


def test_interrupted_program_is_waited_for(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C reaches program and script alike: the script waits for what the program makes of it."""
    program = "import os, signal; os.kill(os.getppid(), signal.SIGINT); print('finished')"
    assert threading.current_thread() is threading.main_thread()
    assert run([sys.executable, "-c", program], tmp_path, os.environ) == 0
    assert capfd.readouterr().out == "finished\n"


def test_termination_is_passed_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """SIGTERM reaches only the script, so the script passes it on and gives the program's own exit code."""
    program = (
        "import os, signal, threading\n"
        "done = threading.Event()\n"
        "signal.signal(signal.SIGTERM, lambda *_: done.set())\n"
        "os.kill(os.getppid(), signal.SIGTERM)\n"
        "raise SystemExit(7 if done.wait(30) else 1)\n"
    )
    assert run([sys.executable, "-c", program], tmp_path, os.environ) == 7
