"""The log: what an operator has at night.

Logger `acgr`, of the standard library. It is silent until `ACGR_LOG` says how much to write:

- `ACGR_LOG`: `debug`, `info`, `warning` or `error`;
- `ACGR_LOG_FILE`: where to; standard error unless given. Pulumi shows what a plugin writes to standard error among the
  run's diagnostics, so a file is the quieter choice;
- `ACGR_LOG_FORMAT`: `text` (the default) or `json`, one object a line.

Each line is one event with named fields: a request to Connect, a look of a wait, an adoption. Fields are chosen one by
one, so that no credential can be among them; what is known to be secret is blotted out all the same.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

ROOT = "acgr"
"""The name of the logger above all of this project's."""

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
FORMATS = ("text", "json")

SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID")
"""Variables of the environment whose values never reach the log."""

BLOT = "***"
"""What stands in the log for what is secret."""

_resource: ContextVar[str] = ContextVar("resource", default="")
_secrets: set[str] = set()

logging.getLogger(ROOT).addHandler(logging.NullHandler())


class LogSettingError(ValueError):
    """A setting of the log that cannot be understood; the message names it."""


def debug(event: str, /, **fields: Any) -> None:
    """Log what only somebody who looks for it wants to see: requests, looks."""
    _write(logging.DEBUG, event, fields)


def info(event: str, /, **fields: Any) -> None:
    """Log what changed, or was taken over."""
    _write(logging.INFO, event, fields)


def warning(event: str, /, **fields: Any) -> None:
    """Log what an operator ought to know."""
    _write(logging.WARNING, event, fields)


def _write(level: int, event: str, fields: Mapping[str, Any]) -> None:
    logger = logging.getLogger(ROOT)
    if logger.isEnabledFor(level):
        about = {"resource": name} if (name := _resource.get()) else {}
        logger.log(level, event, extra={"fields": {**about, **fields}})


@contextmanager
def about(urn: str) -> Iterator[None]:
    """What this thread logs meanwhile is about a resource."""
    token = _resource.set(urn.rsplit("::", 1)[-1])
    try:
        yield
    finally:
        _resource.reset(token)


def keep_secret(*values: str | None) -> None:
    """These values never reach the log."""
    _secrets.update(value for value in values if value)


def configure(environ: Mapping[str, str]) -> None:
    """Write the log as the environment says; once more has no further effect.

    Raises:
        LogSettingError: a setting is none of those there are, or the file cannot be opened.
    """
    level = environ.get("ACGR_LOG", "").lower()
    if not level or any(isinstance(h, _Handled) for h in logging.getLogger(ROOT).handlers):
        return
    if level not in LEVELS:
        raise LogSettingError(f"ACGR_LOG is one of {', '.join(LEVELS)}, not {level!r}")
    style = environ.get("ACGR_LOG_FORMAT", "") or FORMATS[0]
    if style not in FORMATS:
        raise LogSettingError(f"ACGR_LOG_FORMAT is one of {', '.join(FORMATS)}, not {style!r}")
    keep_secret(*(environ.get(name) for name in SECRETS))
    handler = _handler(environ.get("ACGR_LOG_FILE", ""))
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logger = logging.getLogger(ROOT)
    logger.addHandler(handler)
    logger.setLevel(LEVELS[level])
    logger.propagate = False


class _Handled:
    """Marks the handlers that are made here."""


class _FileHandler(_Handled, logging.FileHandler):
    pass


class _ErrorHandler(_Handled, logging.StreamHandler):  # type: ignore[type-arg]
    pass


def _handler(file: str) -> logging.Handler:
    if not file:
        return _ErrorHandler(sys.stderr)
    try:
        path = Path(file).expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        return _FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise LogSettingError(f"ACGR_LOG_FILE cannot be opened: {error}") from None


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = getattr(record, "fields", {})
    return {name: value for name, value in found.items() if value is not None and value != ""}


def _blotted(text: str) -> str:
    for secret in _secrets:
        text = text.replace(secret, BLOT)
    return text


class TextFormatter(logging.Formatter):
    """`2026-01-31 12:00:00,000 debug request operation=UpdatePhoneNumber region=eu-west-2 …`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        said = " ".join(f"{name}={_value(value)}" for name, value in _fields(record).items())
        when = self.formatTime(record)
        return _blotted(f"{when} {record.levelname.lower()} {record.getMessage()} {said}".rstrip())


def _value(value: Any) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if any(c in text for c in ' "=\n') or not text else text


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `time`, `level`, `event`, and the event's fields."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03d"

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        known = {"time": self.formatTime(record), "level": record.levelname.lower(), "event": record.getMessage()}
        return _blotted(json.dumps({**known, **_fields(record)}, default=str, ensure_ascii=False))
