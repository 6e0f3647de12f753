"""The native provider, as Pulumi starts a plugin that it has the source of.

Given words of the command `acgr` it is that command, which so needs no installation of its own:

    pulumi plugin run --kind resource FOLDER -- sandbox start
"""

import sys
from collections.abc import Sequence


def is_command(arguments: Sequence[str]) -> bool:
    """Whether they are words of `acgr`: what an engine gives are flags and an address."""
    first = arguments[0] if arguments else "-"
    return not first.startswith("-") and ":" not in first and first != "schema"


if __name__ == "__main__":
    if is_command(sys.argv[1:]):
        from acgr_cli import main
    else:
        from acgr_plugin.server import main
    sys.exit(main())
