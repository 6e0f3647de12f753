"""The native provider, as Pulumi starts a plugin that it has the source of."""

import sys

from acgr_plugin.server import main

sys.exit(main())
