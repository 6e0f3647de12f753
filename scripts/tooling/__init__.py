"""What the scripts share; standard library only, so that they run before anything is installed."""

from __future__ import annotations

import sys

if sys.version_info < (3, 10):  # noqa: UP036 -- whoever runs a script by hand may have an older one
    sys.exit("Python {}.{} is too old: run this with Python 3.10 or later.".format(*sys.version_info[:2]))
