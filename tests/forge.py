"""GitHub's and GitLab's REST interfaces, as far as comments and issues go: what is written is kept, page by page."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

from http_answers import Request, serving

TOKEN = "ghs-of-this-job"
ROBOT = "github-actions[bot]"
REPOSITORY = "example/contact-centre"
PROJECT = 42
"""GitLab's id of the project."""

Object = dict[str, Any]


@dataclass
class Forge:
    """A place that hosts repositories.

    Attributes:
        comments: of pull requests and merge requests, by their number, the oldest first.
        issues: the newest first.
        wrote: method and path of every request that wrote something.
        refuses: whether nothing may be written.
    """

    url: str = ""
    comments: dict[int, list[Object]] = field(default_factory=dict)
    issues: list[Object] = field(default_factory=list)
    wrote: list[str] = field(default_factory=list)
    refuses: bool = False

    def comment(self, number: int, body: str, author: str = ROBOT) -> Object:
        """Somebody's comment."""
        made = {"id": 1000 + sum(map(len, self.comments.values())), "body": body}
        made["url"] = f"{self.url}/repos/{REPOSITORY}/issues/comments/{made['id']}"
        made |= {"user": {"login": author}, "author": {"id": crc32(author.encode()), "username": author}}
        self.comments.setdefault(number, []).append(made)
        return made

    def issue(self, title: str, body: str, author: str = ROBOT, state: str = "open") -> Object:
        """Somebody's issue."""
        number = 1 + len(self.issues)
        made = {"number": number, "title": title, "body": body, "state": state, "user": {"login": author}}
        made["url"] = f"{self.url}/repos/{REPOSITORY}/issues/{number}"
        self.issues.insert(0, made)
        return made

    def bodies(self, number: int) -> list[str]:
        """What the comments of one pull request say."""
        return [one["body"] for one in self.comments.get(number, [])]

    def answer(self, request: Request) -> tuple[int, str, bytes]:
        """One request."""
        status, said = self._said(request)
        return status, "application/json", json.dumps(said).encode()

    def _said(self, request: Request) -> tuple[int, Any]:
        if TOKEN not in {
            request.headers.get("authorization", "").removeprefix("Bearer "),
            request.headers.get("private-token"),
        }:
            return 401, {"message": "Bad credentials"}
        address = urlsplit(request.path)
        query = {name: values[-1] for name, values in parse_qs(address.query).items()}
        asked = json.loads(request.body) if request.body else {}
        if request.method != "GET":
            if self.refuses:
                return 403, {"message": "Resource not accessible by integration"}
            self.wrote.append(f"{request.method} {address.path}")
        for pattern, route in self._routes.items():
            if found := re.fullmatch(pattern, address.path):
                return route(self, request.method, *map(int, found.groups()), asked=asked, query=query)
        return 404, {"message": "Not Found"}

    def _of_one(self, method: str, number: int, *, asked: Object, query: Object) -> tuple[int, Any]:
        if method == "POST":
            return 201, self.comment(number, asked["body"])
        return 200, _page(self.comments.get(number, []), query)

    def _one_comment(self, method: str, id_: int, *, asked: Object, query: Object) -> tuple[int, Any]:
        (one,) = (one for all_ in self.comments.values() for one in all_ if one["id"] == id_)
        return 200, _changed(one, asked)

    def _all_issues(self, method: str, *, asked: Object, query: Object) -> tuple[int, Any]:
        if method == "POST":
            return 201, self.issue(asked["title"], asked["body"])
        return 200, _page([one for one in self.issues if one["state"] == query["state"]], query)

    def _one_issue(self, method: str, number: int, *, asked: Object, query: Object) -> tuple[int, Any]:
        (one,) = (one for one in self.issues if one["number"] == number)
        return 200, _changed(one, asked)

    def _one_note(self, method: str, number: int, id_: int, *, asked: Object, query: Object) -> tuple[int, Any]:
        return self._one_comment(method, id_, asked=asked, query=query)

    def _user(self, method: str, *, asked: Object, query: Object) -> tuple[int, Any]:
        return 200, {"id": crc32(ROBOT.encode()), "username": ROBOT}

    _routes = {  # noqa: RUF012 - never changed
        rf"/repos/{REPOSITORY}/issues/(\d+)/comments": _of_one,
        rf"/repos/{REPOSITORY}/issues/comments/(\d+)": _one_comment,
        rf"/repos/{REPOSITORY}/issues": _all_issues,
        rf"/repos/{REPOSITORY}/issues/(\d+)": _one_issue,
        rf"/projects/{PROJECT}/merge_requests/(\d+)/notes": _of_one,
        rf"/projects/{PROJECT}/merge_requests/(\d+)/notes/(\d+)": _one_note,
        r"/user": _user,
    }


def _page(listed: list[Object], query: Object) -> list[Object]:
    size, page = int(query["per_page"]), int(query["page"])
    return listed[size * (page - 1) : size * page]


def _changed(one: Object, asked: Object) -> Object:
    one |= asked
    return one


@contextlib.contextmanager
def open_forge() -> Iterator[Forge]:
    """One on a port of this machine."""
    forge = Forge()
    with serving(forge.answer) as url:
        forge.url = url
        yield forge
