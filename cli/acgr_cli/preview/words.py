"""Sentences that all forms of output have in common. Pure."""

from __future__ import annotations

from acgr_cli.preview.agents import AgentChange

UNSEEN = (
    "What follows goes by what the last run left, and nobody has looked whether it is still so: mend that, and run the "
    "preview again."
)
"""Where Connect could not be asked."""

MINUS = "\N{MINUS SIGN}"
LINES = 20
"""Lines of one error that are shown as sentences."""

NAMED = 40
"""Agents of one resource that are named; more are counted."""


def change_of_agents(change: AgentChange) -> str:
    """How many join and leave, of how many, and who; and what else there is to say of it."""
    if change.is_move and change.joins:
        joins, leaves = ("joins", "leaves") if len(change.joins) == 1 else ("join", "leave")
        said = f"{named(change.joins)} {joins} {change.end} and {leaves} {change.start}"
        return "; ".join([said, *change.says])
    if not change.is_roster and len(change.joins) + len(change.leaves) == 1:
        verb = "leaves" if change.leaves else "joins, unless there already" if change.unsure else "joins"
        return "; ".join([f"{named(change.joins or change.leaves)} {verb}", *change.says])
    if change.unsure and change.joins and not change.leaves and change.total is not None:
        are = "agent is" if len(change.joins) == 1 else "agents are"
        said = f"{len(change.joins):,} {are} to be on it: {named(change.joins)}; who is not on it yet joins"
        return "; ".join([said, *change.says])
    counts = f"+{len(change.joins):,} {MINUS}{len(change.leaves):,}"
    total = f", {change.total:,} afterwards" if change.total and change.is_roster else ""
    parts = []
    for verb, names in (("add", change.joins), ("remove", change.leaves)):
        if names:
            parts.append(f"{verb} {named(names)}")
    if change.kept:
        parts.append(f"{named(change.kept)} stay{'s' if len(change.kept) == 1 else ''}, declared elsewhere now")
    own = f"{counts}{total}: {'; '.join(parts)}"
    if not (change.joins or change.leaves):
        own = f"nobody joins and nobody leaves{''.join(f'; {part}' for part in parts)}"
    if change.total is None:
        own = "who joins and who leaves is not known before the update, or is secret"
    return "; ".join([own, *change.says])


def named(names: tuple[str, ...]) -> str:
    """The names, as many as can be read, and how many there are besides."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def failure_and_rest(text: str) -> tuple[list[str], str]:
    """The lines of an error that say why, and all of it, where that is more: an exception's cause is its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if any(line.startswith("Traceback") for line in lines):
        return [f"{lines[0].rstrip(':')}: {lines[-1]}"], text
    return lines[:LINES], text if len(lines) > LINES else ""
