"""One account: sessions, clients and limiters made once, and nothing written with the wrong credentials."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import pytest
from botocore.exceptions import ReadTimeoutError
from scripted import (
    ACCOUNT,
    GROUP,
    NUMBER,
    PATIENCE,
    REPLICA,
    SOURCE,
    Client,
    ScriptedClock,
    Session,
    refusal,
    sts,
    uuid,
)
from wire import ANSWERS, CALLS

from acgr_connect.aws.session import Sessions
from acgr_connect.aws.settings import Accounts, Settings
from acgr_connect.model.errors import Denied, Unavailable, WrongAccount
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection
from acgr_connect.world.sweep import FRESH


def _session(account: str = ACCOUNT) -> Session:
    return Session(
        {("sts", SOURCE): sts(account), ("connect", SOURCE): Client(ANSWERS), ("connect", REPLICA): Client()}
    )


def _connection(session: Session, clock: ScriptedClock) -> Connection:
    return Connection(Settings(scope="shared"), clock, lambda _: session)


def test_nothing_is_opened_before_it_is_needed(clock: ScriptedClock) -> None:
    """Making a connection reaches nothing, so that a program without credentials can still be checked."""
    opened: list[Settings] = []

    def open_session(settings: Settings) -> Sessions:
        opened.append(settings)
        return _session()

    connection = Connection(Settings(profile="ours"), clock, open_session)
    assert opened == []
    for region in (SOURCE, REPLICA):
        connection.connect(region, Purpose.MOVE)
    assert [settings.profile for settings in opened] == ["ours"]


def test_nothing_is_held_while_sts_is_asked(clock: ScriptedClock, tmp_path: Path) -> None:
    """A thread that opens a Region and one that asks for the account do not wait for each other."""
    asked, may_answer = Event(), Event()

    class Slow(Client):
        """An STS that answers when it may."""

        def get_caller_identity(self) -> dict[str, str]:
            """Whose credentials these are."""
            asked.set()
            assert may_answer.wait(PATIENCE)
            return {"Account": ACCOUNT}

    session = Session({("sts", SOURCE): Slow(), ("connect", SOURCE): Client(ANSWERS)})
    connection = Connection(Settings(scope="shared", limiter_folder=tmp_path), clock, lambda _: session)
    opening = Thread(target=connection.connect, args=(SOURCE, Purpose.MOVE), daemon=True)
    opening.start()
    assert asked.wait(PATIENCE)
    cancelling = Thread(target=connection.cancel, daemon=True)
    cancelling.start()
    cancelling.join(PATIENCE)
    may_answer.set()
    opening.join(PATIENCE)
    assert not cancelling.is_alive()
    assert not opening.is_alive()


def test_one_client_and_one_pace_for_a_region(clock: ScriptedClock) -> None:
    """All purposes of a Region draw from one bucket; the other Region has its own."""
    session = _session()
    connection = _connection(session, clock)
    for _ in range(2):
        for purpose in (Purpose.RESTORE, Purpose.AGENT):
            CALLS["list_users"](connection.connect(SOURCE, purpose))
    connection.connect(REPLICA, Purpose.MOVE)
    assert [(service, region) for service, region, _ in session.opened] == [("connect", SOURCE), ("connect", REPLICA)]
    assert clock.now() == 0.0
    CALLS["list_users"](connection.connect(SOURCE, Purpose.CHECK))
    assert clock.now() > 0.0


def test_right_account_is_asked_once(clock: ScriptedClock) -> None:
    """STS is asked once a run, whatever is insisted on afterwards."""
    session = _session()
    connection = _connection(session, clock)
    for arn in (GROUP, NUMBER, GROUP):
        connection.require_account(arn)
    assert session.clients["sts", SOURCE].count("get_caller_identity") == 1


def test_wrong_account(clock: ScriptedClock) -> None:
    """Credentials of another account are refused before anything is written, naming both accounts."""
    with pytest.raises(WrongAccount) as caught:
        _connection(_session("999999999999"), clock).require_account(GROUP)
    assert f"belong to account 999999999999, but {GROUP} is of account {ACCOUNT}" in str(caught.value)
    assert "nothing was written" in str(caught.value)


def test_nobodys_credentials(clock: ScriptedClock) -> None:
    """Credentials that STS refuses are told as such, to all who ask at once, and asked about again a little later."""
    session = _session()
    expired = refusal("ExpiredToken", 403, "it expired")
    session.clients["sts", SOURCE].script["get_caller_identity"] = [expired, {"Account": ACCOUNT}]
    connection = _connection(session, clock)
    for _ in range(2):
        with pytest.raises(Denied, match=f"asking STS whose credentials these are in {SOURCE}: it expired"):
            connection.require_account(GROUP)
    clock.sleep(FRESH)
    connection.require_account(GROUP)
    assert session.clients["sts", SOURCE].count("get_caller_identity") == 2


@pytest.mark.parametrize(
    ("accounts", "sentence"),
    [
        (
            Accounts(allowed=frozenset({"999999999999"})),
            f"aws:allowedAccountIds names 999999999999, and not account {ACCOUNT}",
        ),
        (Accounts(forbidden=frozenset({ACCOUNT})), f"aws:forbiddenAccountIds names account {ACCOUNT}"),
    ],
)
def test_accounts_that_may_not_be_written_to(clock: ScriptedClock, accounts: Accounts, sentence: str) -> None:
    """Credentials and ARNs of one account are refused where the stack's configuration forbids that account."""
    connection = Connection(Settings(accounts=accounts), clock, lambda _: _session())
    with pytest.raises(WrongAccount) as caught:
        connection.require_account(GROUP)
    assert str(caught.value).startswith(f"{sentence}: nothing was written")


def test_a_network_without_sts(clock: ScriptedClock, tmp_path: Path) -> None:
    """With `acgr:accountCheck` off nobody asks STS, neither for the account nor for the name of the rate's file."""
    session = Session({("connect", SOURCE): Client(ANSWERS)})
    settings = Settings(accounts=Accounts(is_checked=False), limiter_folder=tmp_path)
    connection = Connection(settings, clock, lambda _: session)
    connection.require_account(GROUP)
    connection.connect(SOURCE, Purpose.MOVE).list_groups()
    assert [service for service, _, _ in session.opened] == ["connect"]


def test_sts_that_is_down_in_one_region(clock: ScriptedClock) -> None:
    """Whoever works in another Region asks there; the sentence says how to run without STS."""
    down = Client({"get_caller_identity": ReadTimeoutError(endpoint_url="u", error="e")})
    session = Session({("sts", REPLICA): down, ("sts", SOURCE): sts()})
    connection = _connection(session, clock)
    elsewhere = replace(GROUP, region=REPLICA)
    with pytest.raises(Unavailable, match="set acgr:accountCheck to off"):
        connection.require_account(elsewhere)
    connection.require_account(GROUP)
    connection.require_account(elsewhere)
    assert down.count("get_caller_identity") == 1


def test_credentials_that_cannot_be_had(clock: ScriptedClock) -> None:
    """All who wait for credentials share the failure, so that a process that hangs does not hang once for each."""
    opened: list[float] = []

    def open_session(_: Settings) -> Session:
        opened.append(clock.now())
        clock.sleep(30.0)
        raise Denied("signed out")

    connection = Connection(Settings(accounts=Accounts(is_checked=False)), clock, open_session)
    for _ in range(3):
        with pytest.raises(Denied, match="signed out"):
            connection.connect(SOURCE, Purpose.MOVE)
    connection.renew()
    with pytest.raises(Denied, match="signed out"):
        connection.connect(REPLICA, Purpose.MOVE)
    assert opened == [0.0, 30.0]


def test_one_queue_for_a_number(clock: ScriptedClock) -> None:
    """Two threads never have the same number at once; another number does not wait."""
    connection = _connection(_session(), clock)
    trying, done = Event(), Queue[str]()

    def second() -> None:
        trying.set()
        with connection.exclusive(NUMBER):
            done.put("second")

    thread = Thread(target=second, daemon=True)
    with connection.exclusive(NUMBER):
        thread.start()
        assert trying.wait(PATIENCE)
        with connection.exclusive(NUMBER.__class__("aws", SOURCE, ACCOUNT, "phone-number", uuid(99))):
            done.put("another number")
        done.put("first")
    thread.join(PATIENCE)
    assert list(done.queue) == ["another number", "first", "second"]


def test_a_number_is_let_go_after_a_failure(clock: ScriptedClock) -> None:
    """A failure while a number is held lets the next one have it."""
    connection = _connection(_session(), clock)
    with pytest.raises(KeyError), connection.exclusive(NUMBER):
        raise KeyError
    with connection.exclusive(NUMBER):
        assert True


def test_read_ahead_once(clock: ScriptedClock) -> None:
    """What is begun in the background is begun once, and what goes wrong there is nobody's error yet."""
    connection, read = _connection(_session(), clock), Queue[str]()

    def fail() -> None:
        read.put("read")
        raise Denied("no")

    for _ in range(3):
        connection.prefetch(("users",), fail)
    connection.prefetch(("groups",), lambda: read.put("read"))
    assert [read.get(timeout=PATIENCE) for _ in range(2)] == ["read", "read"]
    assert read.empty()
