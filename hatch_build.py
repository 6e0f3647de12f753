"""The part of the metadata that depends on where the repository is: links of the README, and the project's addresses.

No address is written down in the repository, which can be hosted anywhere. Whoever builds a release names it:

    ACGR_REPOSITORY_URL   such as https://code.example/example/pulumi-acgr; without it links stay as they are written
    ACGR_REPOSITORY_REF   the tag or commit that is built; the newest commit, HEAD, unless given
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hatchling.metadata.plugin.interface import MetadataHookInterface

_FENCE = re.compile(r"^ *(```|~~~)")
_LINK = re.compile(
    r"(?P<picture>!?)\[(?P<text>(?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*)\]\((?P<target>[^)\s]+)(?P<title>[^)]*)\)"
)
_ATTRIBUTE = re.compile(r'\b(?P<name>src|href|srcset)="(?P<target>[^"\s]+)"')


class Repository:
    """Where the repository can be read.

    Args:
        url: its address, without what follows.
        ref: a tag, a branch or a commit.
    """

    def __init__(self, url: str, ref: str) -> None:
        if urlsplit(url).scheme != "https" or not urlsplit(url).netloc:
            raise ValueError(f"ACGR_REPOSITORY_URL is {url!r}: an address that begins with https:// is expected")
        self._url, self._ref = url.rstrip("/"), ref

    def page(self, path: str) -> str:
        """Where a file or folder is shown."""
        return f"{self._url}/blob/{self._ref}/{path}"

    def picture(self, path: str) -> str:
        """Where a file's content is, for a page that shows it as a picture."""
        return f"{self._url}/raw/{self._ref}/{path}"

    def urls(self) -> dict[str, str]:
        """The project's addresses, as an index shows them."""
        return {
            "Source": self._url,
            "Documentation": self.page("docs"),
            "Changelog": self.page("CHANGELOG.md"),
            "Issues": f"{self._url}/issues",
        }

    def absolute(self, text: str) -> str:
        """Markdown with each link into the repository replaced by an address; what is in a code block stays."""
        code, lines = False, []
        for line in text.splitlines(keepends=True):
            fence = bool(_FENCE.match(line))
            code ^= fence
            lines.append(line if code or fence else self._line(line))
        return "".join(lines)

    def _line(self, line: str) -> str:
        line = _LINK.sub(self._link, line)
        return _ATTRIBUTE.sub(
            lambda found: f'{found["name"]}="{self._address(found["target"], found["name"] != "href")}"', line
        )

    def _link(self, found: re.Match[str]) -> str:
        text = _LINK.sub(self._link, found["text"])  # a picture that is a link
        return f"{found['picture']}[{text}]({self._address(found['target'], bool(found['picture']))}{found['title']})"

    def _address(self, target: str, is_picture: bool) -> str:
        if target.startswith(("#", "//")) or urlsplit(target).scheme:
            return target
        path = target.removeprefix("./")
        return self.picture(path) if is_picture else self.page(path)


def repository() -> Repository | None:
    """What the environment says of the repository; None where it says nothing."""
    url = os.environ.get("ACGR_REPOSITORY_URL")
    return Repository(url, os.environ.get("ACGR_REPOSITORY_REF") or "HEAD") if url else None


class AddressesHook(MetadataHookInterface):
    """Gives the build `readme` and `urls`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Called with what pyproject.toml says under `[project]`."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        where = repository()
        metadata["readme"] = {"content-type": "text/markdown", "text": where.absolute(text) if where else text}
        if where:
            metadata["urls"] = where.urls()
