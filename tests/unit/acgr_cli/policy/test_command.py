"""`acgr policy` as it is called."""

from __future__ import annotations

import json

import pytest

from acgr_cli import main
from acgr_cli.policy.document import policy_of
from acgr_cli.policy.scope import Scope
from acgr_connect.model.arns import parse
from acgr_sandbox import Sandbox

ISLAND = "arn:aws:connect:eu-west-2:111122223333:instance/2f8c5a1e-7a55-4d0b-9a3e-0d6a5f0c8b21"


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["policy", *arguments])
    wrote = capsys.readouterr()
    return code, wrote.out, wrote.err


def _asked(scope: Scope, *more: str) -> list[str]:
    groups = [part for group in scope.groups for part in ("--group", group.id)]
    numbers = [part for number in scope.numbers for part in ("--number", str(number))]
    return ["--instance", str(scope.instance), "--replica-region", "eu-central-1", *groups, *numbers, *more]


@pytest.mark.parametrize("role", ["deploy", "preview-only", "verify", "drill"])
def test_json(role: str, part: Scope, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the policy of the role, on what was named by ARN or id, and nothing else."""
    code, out, err = _run(capsys, *_asked(part, "--role", role))
    assert (code, err) == (0, "")
    assert json.loads(out) == policy_of(role, part).plain()  # type: ignore[arg-type]  # one of them


def test_tags(scope: Scope, capsys: pytest.CaptureFixture[str]) -> None:
    """`--journal tags` adds what `acgr:journal=tags` needs."""
    _, out, _ = _run(capsys, *_asked(scope, "--role", "deploy", "--journal", "tags"))
    assert json.loads(out) == policy_of("deploy", scope, tags=True).plain()


@pytest.mark.parametrize(("given", "label"), [((), "acgr_deploy"), (("--name", "Ops-deploy"), "Ops_deploy")])
def test_hcl(given: tuple[str, ...], label: str, scope: Scope, capsys: pytest.CaptureFixture[str]) -> None:
    """`--format hcl` has a document and a policy of it, under the name that was asked for."""
    _, out, _ = _run(capsys, *_asked(scope, "--role", "deploy", "--format", "hcl", *given))
    assert f'data "aws_iam_policy_document" "{label}" {{' in out
    assert f"policy = data.aws_iam_policy_document.{label}.json" in out


def test_pulumi(scope: Scope, capsys: pytest.CaptureFixture[str]) -> None:
    """`--format pulumi` is Python."""
    _, out, _ = _run(capsys, *_asked(scope, "--role", "verify", "--format", "pulumi"))
    compile(out, "policy", "exec")
    assert out.startswith("import json\n\nimport pulumi_aws as aws\n\nacgr_verify = aws.iam.Policy(\n")


def test_too_large(scope: Scope, capsys: pytest.CaptureFixture[str]) -> None:
    """What no managed policy can hold is printed, with a word on it."""
    many = [part for last in range(100, 150) for part in ("--number", f"5d2e9f10-3b6c-4a77-9c41-7e8d2a0b1{last}")]
    code, out, err = _run(capsys, *_asked(scope, "--role", "deploy", *many))
    assert code == 0
    assert json.loads(out)
    assert "and a managed one may have 6144: name fewer groups and numbers" in err


PAIR = ["--instance", ISLAND, "--replica-region", "eu-central-1"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--instance", "arn:aws:connect:eu-west-2:1:instance/i"], 1, "is not an Amazon Connect ARN"),
        ([*PAIR, "--instance", ISLAND.replace("instance", "phone-number")], 1, "the ARN of an instance is needed"),
        ([*PAIR, "--replica-region", "Frankfurt"], 1, "'Frankfurt' is no Region"),
        ([*PAIR, "--replica-region", "eu-west-2"], 1, "is the Region of the source instance"),
        (
            [*PAIR, "--group", "arn:aws:connect:eu-central-1:111122223333:traffic-distribution-group/g"],
            1,
            "carries the source Region in both Regions, here eu-west-2",
        ),
        ([*PAIR, "--number", "arn:aws:connect:eu-west-2:999999999999:phone-number/n"], 1, "is of another account"),
        ([*PAIR, "--number", "+442079460001"], 1, "`aws connect list-phone-numbers-v2` shows them"),
        ([], 1, "Say in which Region the instance is"),
        ([*PAIR, "--format", "yaml"], 2, "'yaml' is not one of"),
        ([*PAIR, "--role", "boss"], 2, "'boss' is not one of"),
    ],
)
def test_wrong_usage(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be meant is one sentence, which says what to write."""
    ended, out, err = _run(capsys, "--role", "deploy", *arguments)
    assert (ended, out) == (code, "")
    assert said in err
    assert "Traceback" not in err


def test_what_is_looked_up(served: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an ARN, the only pair there is, or the one of that alias; the replica's Region and groups by name."""
    world = served.world
    retail = next(group for group in world.groups.values() if not group.default)
    instance = world.instances[retail.instance_id]
    source = parse(world.arn(instance), "instance")
    expected = policy_of("drill", Scope(source, instance.replica, (parse(world.arn(retail)),))).plain()
    asked = ("--role", "drill", "--region", source.region, "--group", retail.name)
    for named in ((), ("--instance", instance.alias), ("--instance", str(source))):
        code, out, err = _run(capsys, *asked, *named)
        assert (code, err) == (0, "")
        assert json.loads(out) == expected


def test_a_group_that_is_not_there(served: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence names the one that was probably meant, and no policy is printed."""
    group = next(group for group in served.world.groups.values() if not group.default)
    asked = (
        "--instance",
        served.world.arn(served.world.instances[group.instance_id]),
        "--replica-region",
        "eu-central-1",
    )
    code, out, err = _run(capsys, "--role", "drill", *asked, "--group", group.name[:-1])
    assert (code, out) == (1, "")
    assert f"did you mean {group.name!r}?" in err
