"""How links into the repository become addresses: `hatch_build.py`, which the build runs."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

CLONE = Path(__file__).resolve().parents[3]
URL = "https://code.example/example/acgr"
PAGE, RAW = f"{URL}/blob/v1.2.3", f"{URL}/raw/v1.2.3"


@pytest.fixture(scope="module")
def repository() -> Any:
    """The repository as a release names it."""
    spec = importlib.util.spec_from_file_location("hatch_build", CLONE / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Repository(URL, "v1.2.3")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[a](docs/a.md)", f"[a]({PAGE}/docs/a.md)"),
        ("[a](./docs/a.md#part), [b](LICENSE)", f"[a]({PAGE}/docs/a.md#part), [b]({PAGE}/LICENSE)"),
        ('[a](docs/a.md "A title")', f'[a]({PAGE}/docs/a.md "A title")'),
        ("![p](docs/p.png)", f"![p]({RAW}/docs/p.png)"),
        ("[![p](docs/p.svg)](docs/a.md)", f"[![p]({RAW}/docs/p.svg)]({PAGE}/docs/a.md)"),
        ('<img src="docs/p.png" alt="p">', f'<img src="{RAW}/docs/p.png" alt="p">'),
        ('<a href="docs/a.md">a</a>', f'<a href="{PAGE}/docs/a.md">a</a>'),
        ("[a](#a)", "[a](#a)"),
        ("[a](https://a.example/b)", "[a](https://a.example/b)"),
        ("[a](mailto:a@a.example)", "[a](mailto:a@a.example)"),
        ("```\n[a](docs/a.md)\n```\n[b](b.md)\n", f"```\n[a](docs/a.md)\n```\n[b]({PAGE}/b.md)\n"),
        ("  ~~~\n[a](a.md)\n  ~~~\n", "  ~~~\n[a](a.md)\n  ~~~\n"),
    ],
)
def test_links(repository: Any, written: str, shown: str) -> None:
    """Files are shown, pictures are fetched, other addresses stay, and code is left alone."""
    assert repository.absolute(written) == shown
