"""A client of the control routes, for tests and commands.

What HTTP takes is imported where it is used: a server imports this module too, and starts sooner without.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from acgr_sandbox.core.faults import Fault

if TYPE_CHECKING:
    from urllib.error import HTTPError


class ControlError(Exception):
    """The sandbox refused, or does not answer."""


class Control:
    """Steers a sandbox that runs elsewhere.

    Args:
        url: where it answers, e.g. `http://127.0.0.1:7843`.
        timeout: seconds to wait for an answer.

    Raises:
        ControlError: that is no address.
    """

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        if not url.startswith(("http://", "https://")):
            raise ControlError(f"{url!r} is no address of a sandbox: it is something like http://127.0.0.1:7843.")
        self.url = url.rstrip("/")
        self._timeout = timeout
        import urllib.request

        # Proxies in the environment are meant for the world outside.
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def status(self) -> dict[str, Any]:
        """What is in the world, in figures."""
        return dict(self._ask("GET", "status"))

    def counters(self) -> list[dict[str, Any]]:
        """Calls by operation, Region and outcome."""
        return list(self._ask("GET", "counters"))

    def calls(self, operation: str | None = None, region: str | None = None, outcome: str | None = None) -> int:
        """How many calls there were; each argument left out stands for all (`Counters.calls`)."""
        return sum(
            row["calls"]
            for row in self.counters()
            if operation in (None, row["operation"])
            and region in (None, row["region"])
            and (outcome in (None, row["outcome"]) or (outcome == "failed" and row["outcome"] != "ok"))
        )

    def events(self, after: int = 0) -> list[dict[str, Any]]:
        """The events after the one of that `n`, at most a thousand (module `core.events`)."""
        return list(self._ask("GET", f"events?after={after}")["events"])

    def overview(self) -> dict[str, Any]:
        """Who answers where, all in one answer."""
        return dict(self._ask("GET", "overview"))

    def call(self, number: str, count: int = 1) -> dict[str, Any]:
        """Place calls to a number (E.164 or id); what they met (docs/sandbox.md, "Calls")."""
        return dict(self._ask("POST", "calls", {"number": number, "count": count}))

    def phone_calls(self) -> dict[str, Any]:
        """Calls answered and lost, in all and by number and Region."""
        return dict(self._ask("GET", "calls"))

    def stream_calls(self, rate: str, *numbers: str) -> dict[str, Any]:
        """Let a steady stream of calls run, `5/s` or `off`, to all numbers or to those named in E.164."""
        return dict(self._ask("POST", "calls/stream", {"rate": rate, "numbers": numbers}))

    def change(self, change: Mapping[str, Any]) -> str:
        """Let a second writer change the world (module `core.change_forms`); what became of it."""
        return str(self._ask("POST", "changes", dict(change))["outcome"])

    def timeline(self, number: str | None = None) -> list[dict[str, Any]]:
        """The events of one number, by id or E.164, or all of them."""
        rows = self._ask("GET", "timeline")
        return [row for row in rows if number in (None, row["number_id"], row["e164"])]

    def world(self) -> dict[str, Any]:
        """The world as a snapshot."""
        return dict(self._ask("GET", "world"))

    def dark_numbers(self) -> list[tuple[str, str]]:
        """(E.164, Region) of every number without a flow."""
        return [(e164, region) for e164, region in self._ask("GET", "dark")]

    def switches(self) -> dict[str, Any]:
        """All switches and their values."""
        return dict(self._ask("GET", "switches"))

    def set_switches(self, **values: Any) -> dict[str, Any]:
        """Set switches by name."""
        return dict(self._ask("PATCH", "switches", values))

    def faults(self) -> list[dict[str, Any]]:
        """The faults that were added, and how often each has hit."""
        return list(self._ask("GET", "faults"))

    def add_fault(self, fault: Fault) -> None:
        """Let it happen from the next matching call on."""
        self._ask("POST", "faults", fault.plain())

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self._ask("DELETE", "faults")

    def set_policies(self, documents: Mapping[str, Any]) -> None:
        """Hold callers to IAM policies: an access key, or `*`, to a policy or a list of them; {}: to none."""
        self._ask("POST", "policies", dict(documents)) if documents else self._ask("DELETE", "policies")

    def asked(self) -> list[dict[str, Any]]:
        """What callers asked for since there are policies: action, resource, how often it was allowed and refused."""
        return list(self._ask("GET", "policies")["asked"])

    def reset(self) -> None:
        """Back to the scenario."""
        self._ask("POST", "reset")

    def reset_counters(self) -> None:
        """Count from nothing again."""
        self._ask("POST", "counters/reset")

    def restore(self, world: dict[str, Any]) -> None:
        """Put a snapshot in place of the world."""
        self._ask("POST", "world", world)

    def advance(self, seconds: float) -> float:
        """Move a manual or accelerated clock; returns the time it then shows."""
        return float(self._ask("POST", "clock/advance", {"seconds": seconds})["now"])

    def run_clock(self, factor: float) -> None:
        """Let an accelerated clock run at another speed."""
        self._ask("POST", "clock/run", {"factor": factor})

    def hold_claims(self) -> None:
        """What is IN_PROGRESS stays so."""
        self._ask("POST", "claims/hold")

    def release_claims(self) -> None:
        """What is overdue completes."""
        self._ask("POST", "claims/release")

    def _ask(self, method: str, path: str, payload: object = None) -> Any:
        import http.client
        import urllib.error
        import urllib.request

        body = None if payload is None else json.dumps(payload).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            request = urllib.request.Request(f"{self.url}/_sandbox/{path}", data=body, headers=headers, method=method)
            with self._open(request, timeout=self._timeout) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise ControlError(_why_refused(error)) from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise ControlError(f"No sandbox answers at {self.url}: {error}") from error


def _why_refused(error: HTTPError) -> str:
    import http.client

    try:
        return str(json.loads(error.read())["Message"])
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return f"What answers at {error.url} is no sandbox: status {error.code}."
