"""`acgr report`: what the file says of a world, how it looks, and what the command does where it cannot read all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from surroundings import WORLD, connection_to

from acgr_cli import main
from acgr_cli.report.history import Darkness
from acgr_cli.report.page import Finding, Past, page
from acgr_connect.model.arns import parse
from acgr_connect.model.operation import Operation
from acgr_connect.numbers.obligation import Obligation
from acgr_connect.survey.pair import find_pair
from acgr_connect.survey.reading import Extent, survey
from acgr_connect.survey.records import Survey
from acgr_sandbox import Fault, ManualClock, Sandbox, Switches, load_scenario
from acgr_sandbox.scenario.generate import generated
from acgr_sandbox.server import Server

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AWKWARD = "</svg><script>alert(1)</script>"


class Rows(HTMLParser):
    """The tables of a page: section to its rows, each the texts of its cells; the classes of rows; all elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.kinds: dict[str, list[str]] = {}
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._section, self._cell = "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        self.elements.append((tag, facts))
        if tag == "section":
            self._section = str(facts["id"])
        if tag == "tr" and self._section:
            self.tables.setdefault(self._section, []).append([])
            self.kinds.setdefault(self._section, []).append(facts.get("class") or "")
        if tag in {"th", "td"}:
            self._cell = True
            self.tables[self._section][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"th", "td"}:
            self._cell = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._cell:
            self.tables[self._section][-1][-1] += data


def _surveyed(sandbox: Sandbox) -> Survey:
    connection = connection_to(sandbox)
    pair = find_pair(connection, None, (SOURCE, REPLICA))
    return survey(connection, pair, Operation.within(3600, connection.clock), Extent(statuses=True, findings=True))


def _page(sandbox: Sandbox, findings: tuple[Finding, ...] = (), past: Past = Past()) -> str:  # noqa: B008
    return page(_surveyed(sandbox), findings, past, "1.2.3")


def test_what_it_says(sandbox: Sandbox) -> None:
    """Numbers with their flows, groups with their shares, agents and dark numbers stand there as the world has them."""
    rows = Rows(_page(sandbox))
    numbers = {row[0]: row[1:5] for row in rows.tables["numbers"][1:]}
    assert numbers == {
        "+442079460001": ["instance northwind (eu-west-2)", "CLAIMED", "Main IVR", "not reachable"],
        "+442079460002": ["everyone", "CLAIMED", "Sales", "Sales"],
        "+442079460003": ["retail", "CLAIMED", "Main IVR", "Main IVR"],
        "+442079460004": ["retail", "CLAIMED", "no flow", "no flow"],
    }
    assert rows.kinds["numbers"] == ["", "", "", "", "bad"]
    groups = {row[0]: row[1:] for row in rows.tables["groups"][1:]}
    assert groups["everyone (default)"] == ["ACTIVE", "100 %", "0 %", "eu-west-2 100 %", SOURCE, "1", "1"]
    assert groups["retail"][5:] == ["2", "0"]
    assert [row[0] for row in rows.tables["flows"][1:]] == ["Main IVR", "Sales"]
    assert "1 number dark: callers of +442079460004 reach nothing in a Region." in rows.text
    assert "everyone: 1 agent" in rows.text
    assert "On no group: 3 users" in rows.text
    assert "unread" not in rows.tables


def test_a_sound_world() -> None:
    """Nothing is red, and the first sentence says so."""
    sandbox = Sandbox(load_scenario(generated(numbers=500, agents=5000, flows=40, groups=8)), clock=ManualClock())
    rows = Rows(_page(sandbox))
    assert "No number is dark: each has a flow in every Region in which it is reachable." in rows.text
    assert len(rows.tables["numbers"]) == 501
    assert set(rows.kinds["numbers"]) == {""}


def test_findings_and_history(sandbox: Sandbox) -> None:
    """What was found, past darknesses, and what the journal still owes have a row each."""
    number = next(iter(_surveyed(sandbox).numbers or ()))
    group = parse(f"arn:aws:connect:{SOURCE}:111122223333:traffic-distribution-group/gone")
    owed = Obligation(number.arn, number.e164, number.target, {}, group, {}, 0.0)
    past = Past(
        [Darkness(number.e164, "2026-11-28T06:18:01.000", 5.3, "gone", "answered again")], [owed], is_asked=True
    )
    rows = Rows(_page(sandbox, (Finding("error", "ACGR101", "retail is not ACTIVE", SOURCE, "wait"),), past))
    assert rows.tables["findings"][1] == ["error", "ACGR101", "retail is not ACTIVE", SOURCE, "wait"]
    assert [row[2] for row in rows.tables["history"][1:]] == ["not seen to answer", "5.3 s"]
    assert "1 error found: a failover would not work as it should." in rows.text


def test_names_are_text_and_nothing_else() -> None:
    """A name that is HTML is shown, not obeyed; the file loads nothing, and has no script."""
    world = {
        **WORLD,
        "flows": [AWKWARD, "Sales"],
        "groups": [{"name": "everyone", "default": True}, {"name": AWKWARD[:100]}],
        "numbers": [{"e164": "+442079460001", "target": AWKWARD[:100], "flow": AWKWARD}],
    }
    text = _page(Sandbox(load_scenario(world), clock=ManualClock()))
    rows = Rows(text)
    assert AWKWARD in rows.tables["numbers"][1][3]
    assert not {"script", "iframe", "img", "object"} & {tag for tag, _ in rows.elements}
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=\"(?!#|data:,)", text)


def test_whoever_does_not_see_it(sandbox: Sandbox) -> None:
    """The picture says what it shows; rows and columns have headers; what can be used has the keyboard's own order."""
    rows = Rows(_page(sandbox))
    pictures = [facts for tag, facts in rows.elements if tag == "svg" and facts.get("role") == "img"]
    assert len(pictures) == 2
    titles = {facts.get("id") for tag, facts in rows.elements if tag == "title"}
    assert {facts["aria-labelledby"] for facts in pictures} <= titles
    assert "retail: eu-west-2, 100 % of calls, no flow: 1 number, Main IVR: 1 number; eu-central-1" in rows.text
    assert all("scope" in facts for tag, facts in rows.elements if tag == "th")
    assert not [
        facts for _, facts in rows.elements if "tabindex" in facts or any(name.startswith("on") for name in facts)
    ]


PAIRS = [
    *(("ink", ground) for ground in ("ground", "card", "bad-row", "track")),
    *(("soft", ground) for ground in ("ground", "card", "bad-row")),
    *((ink, "card") for ink in ("first", "second")),
    ("first", "ground"),
    ("good", "good-ground"),
    ("warn", "warn-ground"),
    ("bad", "bad-ground"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast(theme: str, sandbox: Sandbox) -> None:
    """Every text has the contrast that WCAG 2.2 asks for at level AA: 4.5 to 1."""
    style = _page(sandbox).split("<style>")[1].split("</style>")[0]
    roots = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", roots[0 if theme == "light" else 1]))
    weak = {pair: round(ratio, 2) for pair in PAIRS if (ratio := _contrast(*(colours[one] for one in pair))) < 4.5}
    assert weak == {}


def _contrast(one: str, other: str) -> float:
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


MEASURE = """<script>
const shown = kind => getComputedStyle(document.querySelector(`svg.${kind}`)).display !== "none";
const root = document.documentElement;
root.dataset.seen = JSON.stringify([root.scrollWidth <= innerWidth, shown("wide"), shown("narrow")]);
</script></body>"""


@pytest.mark.browser
@pytest.mark.parametrize(("width", "seen"), [(1200, "[true,true,false]"), (500, "[true,false,true]")])
def test_on_a_screen(width: int, seen: str, sandbox: Sandbox, tmp_path: Path) -> None:
    """On a desk and on a phone the page is as wide as the screen, each with the picture that fits it; it is drawn."""
    names = (os.environ["ACGR_BROWSER"],) if "ACGR_BROWSER" in os.environ else BROWSERS
    browser = next(filter(None, map(shutil.which, names)), None)
    if browser is None:
        pytest.skip(f"No browser is installed: {', '.join(names)}.")
    measured = re.sub(r"<meta http-equiv[^>]*>", "", _page(sandbox)).replace("</body>", MEASURE)
    file, shot = tmp_path / "page.html", tmp_path / "page.png"
    file.write_text(measured, encoding="utf-8")
    command = [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},900"]
    done = subprocess.run(
        [*command, "--dump-dom", file.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    assert f'data-seen="{seen}"' in done.stdout
    subprocess.run([*command, f"--screenshot={shot}", file.as_uri()], capture_output=True, timeout=120, check=True)
    assert shot.stat().st_size > 20_000


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox behind HTTP, to which the environment leads."""
    sandbox = Sandbox(load_scenario(WORLD), switches=Switches(rate=0))
    server = Server(sandbox)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ENDPOINT_URL_CONNECT": server.url,
        "AWS_ENDPOINT_URL_STS": server.url,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": SOURCE,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    yield sandbox
    server.shutdown()
    thread.join()
    server.server_close()


def _report(*arguments: Any) -> int:
    return main(["report", "--requests-per-second", "500", "--burst", "500", *map(str, arguments)])


def test_the_command(served: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file is written, and the end is 0; where the role may not read something, the file says what, and it is 4."""
    out = tmp_path / "report.html"
    assert _report("--out", out) == 0
    rows = Rows(out.read_text()).tables
    assert rows["numbers"][1][0] == "+442079460001"
    assert ["error", "ACGR201"] in [row[:2] for row in rows["findings"]]  # what `acgr verify` finds
    served.faults.add(Fault(operation="ListUsers", kind="denied", count=0))
    assert _report("--out", out) == 4
    assert [row[2] for row in Rows(out.read_text()).tables["unread"][1:]] == ["connect:ListUsers"] * 2
    assert "The report is in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--instance", "nowhere"], 1, "there is none of that alias; there are: island, northwind"),
        (["--log", "absent.log"], 1, "absent.log cannot be read: No such file or directory."),
        (["--profile", "nobody"], 1, "nobody"),
        (["--requests-per-second", "-1"], 1, "acgr:requestsPerSecond"),
        (["--nonsense"], 2, "No such option"),
    ],
)
def test_bad_input(
    arguments: list[str], code: int, said: str, served: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence says what is wrong, and no file is written."""
    out = tmp_path / "report.html"
    assert main(["report", "--out", str(out), *arguments]) == code
    assert said in capsys.readouterr().err
    assert not out.exists()
