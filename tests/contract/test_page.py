"""The page of a sandbox: what it is allowed, and what a browser shows."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from contract_calls import REPLICA, SOURCE
from http_answers import answering

from acgr_sandbox import Request, Sandbox, load_scenario
from acgr_sandbox.control.page import page
from acgr_sandbox.scenario.generate import generated

NUMBER, DARK = "+442079460002", "+442079460003"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SIGNED = f"AWS4-HMAC-SHA256 Credential=sandbox/20261121/{SOURCE}/connect/aws4_request, Signature=0"
Look = Callable[..., "Seen"]


def test_it_is_served_with_a_strict_policy(served: Any) -> None:
    """The page allows its own script and style sheet, by their hashes, and requests to where it comes from."""
    connection = http.client.HTTPConnection(*served.server_address, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", "/_sandbox/page")
        answer = connection.getresponse()
        text = answer.read().decode()
    policy = dict(rule.strip().split(" ", 1) for rule in str(answer.getheader("Content-Security-Policy")).split(";"))
    assert (answer.status, answer.getheader("Content-Type")) == (200, "text/html; charset=utf-8")
    assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert policy["connect-src"] == "'self'"
    for element, rule in (("script", "script-src"), ("style", "style-src")):
        (content,) = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert policy[rule] == f"'sha256-{digest}'"
    assert "unsafe" not in str(policy)
    assert answer.getheader("X-Frame-Options") == "DENY"
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Cache-Control") == "no-store"


def test_it_is_one_file_that_makes_no_html() -> None:
    """Nothing is loaded from elsewhere, and nothing that the sandbox says is ever read as HTML."""
    text = page().body.decode()
    assert set(re.findall(r"https?://[^\"'\s]+", text)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(script|link|img|iframe)[^>]* (src|href)=\"(?!data:,)", text)
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", " style="):
        assert word not in text
    assert len(text) < 60_000


class Seen(HTMLParser):
    """What a browser shows: the text of each element that has an id or says what it is about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.title = ""
        self.tags: list[str] = []
        self.parts: dict[str, str] = {}
        self.classes: dict[str, str] = {}
        self.rows: list[str] = []
        self._open: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        self.tags.append(tag)
        key = next((facts[name] for name in ("id", "data-number", "data-group", "data-lacked") if name in facts), None)
        if "data-region" in facts:
            number = next((open_key for _, open_key in reversed(self._open) if open_key in self.rows), "")
            key = f"{number}{facts['data-region']}"
        if "data-number" in facts:
            self.rows.append(str(key))
        if key:
            self.parts[key], self.classes[key] = "", facts.get("class") or ""
        if tag not in ("meta", "link", "br"):
            self._open.append((tag, key))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self._open]
        if "script" in inside or "style" in inside:
            return
        if "title" in inside:
            self.title += data
        for _, key in self._open:
            if key:
                self.parts[key] += f"{data} " if data.strip() else ""


@pytest.fixture
def look(served: Any, tmp_path: Path) -> Look:
    """Shows the page in a browser without a window, and tells what is in it after a second or two."""
    names = (os.environ["ACGR_BROWSER"],) if "ACGR_BROWSER" in os.environ else BROWSERS
    browser = next(filter(None, map(shutil.which, names)), None)
    if browser is None:
        pytest.skip(f"No browser is installed: {', '.join(names)}.")

    def seen(url: str = "") -> Seen:
        command = [str(browser), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        command += ["--no-first-run", "--no-proxy-server", f"--user-data-dir={tmp_path / 'profile'}"]
        command += ["--enable-logging=stderr", "--v=0", "--virtual-time-budget=2500", "--dump-dom"]
        done = subprocess.run(
            [*command, url or f"{served.url}/_sandbox/page"], capture_output=True, text=True, timeout=120, check=False
        )
        assert url or 'data-drawn="true"' in done.stdout, done.stderr[-2000:]
        assert "Content Security Policy" not in done.stderr
        assert "CONSOLE" not in done.stderr, done.stderr[-2000:]
        return Seen(done.stdout)

    return seen


def _light(sandbox: Sandbox, number: str) -> None:
    for region in (SOURCE, REPLICA):
        sandbox.change({"do": "set-flow", "number": number, "flow": "Winter IVR", "region": region})
    sandbox.clock.sleep(5)


@pytest.mark.browser
def test_a_dark_number_and_after(look: Look, sandbox: Sandbox) -> None:
    """A dark number is red, with its seconds and the calls it lost; once it has a flow, nothing is red any more."""
    sandbox.clock.sleep(42)
    sandbox.place_calls(DARK, 7)
    sandbox.place_calls(NUMBER, 3)
    seen = look()
    assert (seen.parts["badge"].strip(), seen.classes["badge"]) == ("1 number is dark", "badge bad")
    assert seen.title == "1 dark: Amazon Connect sandbox"
    assert (seen.classes[DARK], seen.classes[NUMBER]) == ("dark", "")
    assert seen.parts[f"{DARK}{SOURCE}"].strip() == "dark 42 s, 7 calls lost"
    assert seen.parts[f"{DARK}{REPLICA}"].strip() == "dark 42 s"
    assert seen.parts[f"{NUMBER}{SOURCE}"].strip() == "Main IVR"
    assert "1 dark" in re.sub(r"\s+", " ", seen.parts[SOURCE].replace("dark", "", 1)) or " 1 " in seen.parts[SOURCE]
    assert seen.parts["calls"].split() == ["7", "lost,", "3", "answered"]
    _light(sandbox, DARK)
    seen = look()
    assert (seen.parts["badge"].strip(), seen.classes["badge"]) == ("no number is dark", "badge good")
    assert seen.title == "Amazon Connect sandbox"
    assert (seen.classes[DARK], seen.parts[f"{DARK}{REPLICA}"].strip()) == ("", "Winter IVR")
    assert seen.parts[f"{DARK}{SOURCE}"].split() == ["Winter", "IVR", ",", "7", "calls", "lost"]
    assert 'class="out"' not in seen.html
    assert f"{DARK} lit in {SOURCE}" in seen.parts["events"]


@pytest.mark.browser
def test_what_else_it_shows(look: Look, sandbox: Sandbox) -> None:
    """Shares, moves, requests, throttles and what a program lacked."""
    sandbox.change({"do": "distribute", "group": "emergency", "shares": {SOURCE: 30, REPLICA: 70}})
    sandbox.hold_claims()
    sandbox.change({"do": "move", "number": "+442079460001", "target": "retail"})
    sandbox.set_switches(sandbox.switches.with_values({"rate": 1, "burst": 1}))
    for path in ("/instance", "/instance", "/nothing"):
        sandbox.handle(Request("GET", path, "", {"authorization": SIGNED}))
    sandbox.handle(Request("PUT", "/contact/outbound-voice", "", {"authorization": SIGNED}))
    seen = look()
    said = seen.parts["events"]
    assert f'somebody else: distribute emergency {{"{SOURCE}":30,"{REPLICA}":70}} (done)' in said
    assert f"{SOURCE} 30 %" in seen.parts["emergency"]
    assert f"70 % {REPLICA}" in seen.parts["emergency"]
    assert f'aria-label="30 % to {SOURCE}, 70 % to {REPLICA}"' in seen.html
    assert "northwind → retail" in seen.parts["+442079460001"]
    assert "IN_PROGRESS" in seen.parts["+442079460001"]
    assert "4 in all, 1 throttled" in re.sub(r"\s+", " ", seen.parts["requests"])
    assert "4 in all, 1 throttled" in seen.html.split('class="pulse"')[1].split(">")[0]
    assert "StartOutboundVoiceContact 1 time" in seen.parts["lacked"]
    assert "GET /nothing 1 time" in seen.parts["lacked"]
    assert "claims are held" in seen.parts["facts"]


@pytest.mark.browser
def test_names_that_are_html(look: Look, sandbox: Sandbox) -> None:
    """A name that would be HTML is shown as it is, and makes nothing."""
    name = "<img src=x onerror=document.title='taken'><script>document.title='taken'</script>"
    world = sandbox.world
    world.flow("Main IVR").name = world.group("emergency").name = name
    world.number(NUMBER).message = "<b>bold</b>"
    sandbox.handle(Request("GET", "/<svg onload=alert(1)>", "", {"authorization": SIGNED}))
    seen = look()
    assert seen.title == "1 dark: Amazon Connect sandbox"
    assert name in seen.parts[f"{NUMBER}{SOURCE}"]
    assert name in seen.parts[name]
    assert "<b>bold</b>" in seen.parts[NUMBER]
    assert seen.tags.count("script") == 1
    assert not {"img", "b"} & set(seen.tags)


@pytest.mark.browser
def test_many_numbers(look: Look, served: Any) -> None:
    """Of five hundred numbers the dark ones come first, then those that move; the others are a button away."""
    sandbox = Sandbox(load_scenario(generated(numbers=500, agents=20)), clock=served.sandbox.clock)
    served.sandbox = sandbox
    numbers = sorted(number.e164 for number in sandbox.world.numbers.values())
    moving, dark = numbers[400:402], numbers[300:303]
    sandbox.hold_claims()
    group = next(iter(sandbox.world.groups))
    for e164 in moving:
        number = sandbox.world.number(e164)
        number.status, number.wanted = "IN_PROGRESS", group
    for e164 in dark:
        sandbox.change({"do": "clear-flow", "number": e164})
        sandbox.clock.sleep(10)
    seen = look()
    assert seen.parts["badge"].strip() == "3 numbers are dark"
    assert len(seen.rows) == 20
    assert seen.rows[:5] == [*dark, *moving]
    assert seen.parts["more"].strip() == "Show 480 more, none of them dark or moving"


@contextlib.contextmanager
def _framed(sandbox: Sandbox, width: int) -> Iterator[str]:
    """The page in a frame of that many pixels, without its policy, and how wide what is in it is."""
    wrapper = f"""<iframe src="/page" width="{width}" height="800" style="border: 0"></iframe><p id="wide"></p><script>
    setInterval(() => {{
      const shown = document.querySelector("iframe").contentDocument.documentElement;
      if (shown.dataset.drawn) document.getElementById("wide").textContent = shown.scrollWidth;
    }}, 100);</script>"""

    own = {"/": wrapper.encode(), "/page": page().body}

    def answer(path: str) -> tuple[int, str, bytes]:
        if path in own:
            return 200, "text/html", own[path]
        return 200, "application/json", sandbox.handle(Request("GET", path)).body

    with answering(answer) as url:
        yield f"{url}/"


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_nothing_sticks_out(width: int, look: Look, sandbox: Sandbox) -> None:
    """At the width of a laptop and of a phone nothing is wider than the window, whatever the names are."""
    world = sandbox.world
    world.flow("Main IVR").name = world.group("emergency").name = "a name that is rather long for a telephone's screen"
    world.group("retail").name = "x" * 60
    sandbox.place_calls(DARK, 1_000_000)
    sandbox.clock.sleep(100_000)
    with _framed(sandbox, width) as url:
        seen = look(url=url)
    assert 0 < int(seen.parts["wide"]) <= width
