"""An imitation of Amazon Connect with two linked Regions, for tests, trials and drills.

Make a `Sandbox` of a world that `load_scenario` read, and ask `session_on` for boto3 clients; or run
`python -m acgr_sandbox` and point any client at it.
"""

from __future__ import annotations

from .app import Sandbox
from .clock import AcceleratedClock, Clock, ManualClock, RealClock
from .delays import Delay
from .faults import Fault
from .in_process import session_on
from .refusal import LostReply
from .scenario import load_scenario
from .scenario_entries import ScenarioError
from .snapshot import restored, snapshot
from .switches import Switches
from .wire import Request, Response
from .world import World

__all__ = [
    "AcceleratedClock",
    "Clock",
    "Delay",
    "Fault",
    "LostReply",
    "ManualClock",
    "RealClock",
    "Request",
    "Response",
    "Sandbox",
    "ScenarioError",
    "Switches",
    "World",
    "load_scenario",
    "restored",
    "session_on",
    "snapshot",
]
