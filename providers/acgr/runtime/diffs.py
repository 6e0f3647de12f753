"""What a resource's `diff` may answer, and what the engine then prints.

`DiffResult.changes` is not a yes or no:

- `False`: nothing to do; no line in the preview;
- `None`: the engine compares the inputs by itself, and prints only the paths that differ: `~ flow: "A" => "B"`;
- `True`: there is something to do, although the inputs may be equal; the engine prints the whole resource.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulumi.dynamic import DiffResult


def unchanged() -> DiffResult:
    """Nothing to do: what is declared means what there is."""
    return DiffResult(changes=False)


def changed_inputs(replaces: Sequence[str] = ()) -> DiffResult:
    """The inputs differ: the preview prints the changed paths; with `replaces`, those inputs mean another object."""
    return DiffResult(changes=None, replaces=list(replaces))


def changed_world(replaces: Sequence[str] = ()) -> DiffResult:
    """The inputs are equal, and what there is is not good: dark, incomplete, or a name that means something else."""
    return DiffResult(changes=True, replaces=list(replaces))
