"""An imitation of Amazon Connect with two linked Regions, for tests, trials and drills.

Make a `Sandbox` of a world that `load_scenario` read, and ask `session_on` for boto3 clients; or run
`python -m acgr_sandbox` and point any client at it. What `__all__` names is public; all else may change.

The parts, from the top down. An import goes down in this list, never up (`pyproject.toml` holds the contract):

    server, in_process   two ways in: HTTP on a port, boto3 clients in the same process
    front                `Sandbox`: is a request for the API or for a control route?
    dispatch             one request to the API: caller, throttle, faults, operation, answer, counters
    control/             the control routes, their client, the overview, the second writer
    kept_world           the files that keep a world from one start to the next
    simulation           `Simulation`: the world with clock, switches, faults and metrics; runs operations on it
    access/              who may do what: IAM policies, evaluated as AWS does
    operations/          what each operation of Connect does to the world, one module per subject
    scenario/            worlds from YAML, from sizes and from snapshots, and the JSON schema of scenarios
    core/                the world, the changes that wait for their time, switches, faults, throttle, clock, metrics
    wire/                REST-JSON by botocore's service model, validation, errors, who the caller is
"""

from __future__ import annotations

from .core.clock import AcceleratedClock, Clock, ManualClock, RealClock
from .core.delays import Delay
from .core.faults import Fault
from .core.switches import Switches
from .core.world import World
from .front import Sandbox
from .in_process import session_on
from .scenario.entries import ScenarioError
from .scenario.load import load_scenario
from .scenario.snapshot import restored, snapshot
from .wire.refusal import LostReply
from .wire.rest_json import Request, Response

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
