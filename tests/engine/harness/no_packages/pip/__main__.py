"""`pip list --format json` where nothing is installed."""

import sys

if "list" not in sys.argv:
    sys.exit(f"the tests expect nothing of pip but a list: {sys.argv[1:]}")
sys.stdout.write("[]\n")
