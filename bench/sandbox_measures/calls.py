"""What a stream of phone calls costs: work for each second that passes on the sandbox's clock."""

from __future__ import annotations

from statistics import median

from acgr_sandbox import ManualClock, Sandbox, Switches, load_scenario
from acgr_sandbox.scenario.generate import generated

from .clock import seconds_of
from .measure import Measure

RATE, SECONDS, LOOKS = 200, 60, 20
MOST = 0.1
ROUNDS = 5


def streams() -> list[Measure]:
    """Calls to 500 numbers by shares, some of them dark, looked at twenty times a second, against no calls at all."""
    shares = [_work(f"{RATE}/s") - _work("off") for _ in range(ROUNDS)]
    share = median(shares)
    value = f"{share:.4f} of a core"
    return [Measure(f"a stream of {RATE} calls a second", value, f"<= {MOST:g} of a core", share <= MOST)]


def _work(rate: str) -> float:
    sandbox = Sandbox(
        load_scenario(generated(numbers=500, agents=5000)), clock=ManualClock(), switches=Switches(rate=0)
    )
    regions = (sandbox.world.source_region, sandbox.world.replica_region)
    for group in sandbox.world.groups.values():
        group.telephony = dict(zip(regions, (30, 70), strict=True))
    for number in list(sandbox.world.numbers.values())[::10]:
        sandbox.change({"do": "clear-flow", "number": number.e164})
    sandbox.stream_calls(rate)

    def look() -> None:
        for _ in range(SECONDS * LOOKS):
            sandbox.clock.sleep(1 / LOOKS)
            sandbox.settle()

    return seconds_of(look) / SECONDS
