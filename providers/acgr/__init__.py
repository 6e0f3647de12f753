"""Amazon Connect Global Resiliency as Pulumi resources.

The import path of this package is stored in Pulumi state: the providers say that they live here, whatever file they are
written in, and the package refuses to be imported by another path.

A resource is registered by one line below; its module names in `__all__` what programs may import.
"""

from types import ModuleType as _Module
from typing import TYPE_CHECKING

if __name__ != "acgr":
    raise ImportError(f"import acgr, not {__name__}: this path is stored in Pulumi state")

from acgr.agents.roster import *
from acgr.agents.user import *
from acgr.find_users import find_users as find_users
from acgr.instances.group import *
from acgr.instances.replica import *
from acgr.numbers.contact_flow import *
from acgr.numbers.placement import *
from acgr.runtime.claimed import leave_targets_to_placements as leave_targets_to_placements
from acgr.runtime.claimed import watch as _watch
from acgr.runtime.run import connected as connected

_watch()  # where this is a program; anywhere else there is nothing to watch

__all__ = sorted(
    name
    for name, value in globals().items()
    if not (name.startswith("_") or name == "TYPE_CHECKING" or isinstance(value, _Module))
)

if TYPE_CHECKING:
    __version__: str
    """The version that is installed, such as `1.2.3`."""
else:

    def __getattr__(name: str) -> str:
        """`__version__`, read when somebody asks: no program waits for it."""
        if name != "__version__":
            raise AttributeError(f"module 'acgr' has no attribute {name!r}")
        from importlib.metadata import version

        return version("pulumi-acgr")
