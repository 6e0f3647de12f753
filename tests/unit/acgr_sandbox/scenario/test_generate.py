"""Worlds by size."""

from __future__ import annotations

import pytest
import yaml

from acgr_sandbox import load_scenario
from acgr_sandbox.scenario.generate import generated, main


def test_a_large_one() -> None:
    """There is as much of everything as was asked for, spread evenly, and nothing is dark."""
    world = load_scenario(generated(numbers=500, agents=5000, flows=20, groups=7))
    assert (len(world.numbers), len(world.users), len(world.flows), len(world.groups)) == (500, 5000, 20, 7)
    agents = [len(group.members) for group in world.groups.values()]
    numbers = [sum(1 for _ in world.numbers_on(group)) for group in world.groups]
    assert (sum(agents), sum(numbers)) == (5000, 500)
    assert max(agents) - min(agents) <= 1
    assert max(numbers) - min(numbers) <= 1
    assert not any(world.dark_regions(number) for number in world.numbers.values())
    assert len({number.flow_in("eu-west-2") for number in world.numbers.values()}) == 20


def test_without_groups_or_flows() -> None:
    """Without TDGs the numbers are on the instance, without flows they are dark."""
    world = load_scenario(generated(numbers=3, agents=0, flows=0, groups=0))
    assert {number.target for number in world.numbers.values()} == {world.instance("northwind").id}
    assert [world.dark_regions(number) for number in world.numbers.values()] == [["eu-west-2"]] * 3


def test_numbers_for_drama() -> None:
    """More than a thousand numbers are as many different ones, all from ranges that reach nobody."""
    world = load_scenario(generated(numbers=13_000, agents=0))
    numbers = {number.e164 for number in world.numbers.values()}
    assert len(numbers) == 13_000
    assert len({number[:10] for number in numbers}) == 13


def test_the_same_each_time() -> None:
    """The same size is the same world."""
    assert load_scenario(generated(numbers=30)) == load_scenario(generated(numbers=30))


@pytest.mark.parametrize("sizes", [{"numbers": -1}, {"agents": -1}, {"numbers": 13_001}])
def test_sizes_that_cannot_be(sizes: dict[str, int]) -> None:
    """A size that cannot be is refused in a sentence."""
    with pytest.raises(ValueError, match="0 to 13000 numbers"):
        generated(**sizes)


def test_as_yaml(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints what a scenario file would hold, or the sentence and 2."""
    assert main(["--numbers", "30", "--agents", "7"]) == 0
    assert load_scenario(yaml.safe_load(capsys.readouterr().out)) == load_scenario(generated(numbers=30, agents=7))
    assert main(["--numbers", "-1"]) == 2
    assert "no less than 0" in capsys.readouterr().err
