"""`python -m acgr_plugin`: the plugin."""

import sys

from acgr_plugin.server import main

if __name__ == "__main__":
    sys.exit(main())
