"""The steps of the workflows with the real CLI: from a pull request's comment to the night in which drift is found."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from forge import REPOSITORY, TOKEN, open_forge
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, e164, number
from harness.stack import Stack
from workflows import Ended, Workflow

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(
        "CI" not in os.environ and not (shutil.which("curl") and shutil.which("jq")), reason="curl or jq is missing"
    ),
]

BOTH = (SOURCE, REPLICA)
NUMBER = 7
EVENT = {"pull_request": {"number": NUMBER, "head": {"sha": "0a1b2c3d"}}}


def test_from_the_pull_request_to_the_night(stack: Stack, centre: Centre, tmp_path: Path) -> None:
    """What is previewed is commented and then made; what somebody changes by hand is an issue until it is put back."""
    (tmp_path / "runner").mkdir()

    def ran(workflow: str, job: str, name: str, needs: Any = None, **inputs: str) -> Ended:
        environment = {
            **stack.environment,
            "GITHUB_API_URL": forge.url,
            "GITHUB_SERVER_URL": "https://code.example",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "99",
            "PWD": str(stack.folder),
        }
        called = Workflow(workflow)
        given = called.inputs(
            stack="dev",
            role="r",
            region=SOURCE,
            **{"backend-url": stack.environment["PULUMI_BACKEND_URL"]},
            **inputs,
        )
        secrets = {"PULUMI_ACCESS_TOKEN": "", "PULUMI_CONFIG_PASSPHRASE": stack.environment["PULUMI_CONFIG_PASSPHRASE"]}
        github = {"token": TOKEN, "sha": "0a1b2c3d", "event": EVENT}
        contexts: dict[str, Any] = {"inputs": given, "secrets": secrets, "github": github, "needs": needs}
        return called.run(job, name, tmp_path / "runner", environment, **contexts)

    def look() -> int:
        looked = ran("drift.yml", "drift", "Look")
        result = "failure" if looked.code else "success"
        needs = {"drift": {"result": result, "outputs": {"report": looked.outputs["report"]}}}
        assert ran("drift.yml", "issue", "Open the issue, write it anew, or close it", needs).code == 0
        return looked.code

    def set_flow_by_hand(flow: str) -> None:
        ids = {
            "PhoneNumberId": centre.arn("number", e164(3)),
            "InstanceId": centre.sandbox.world.instance("northwind").id,
        }
        centre.by_hand("associate_phone_number_contact_flow", **ids, ContactFlowId=centre.arn("flow", flow))

    with open_forge() as forge:
        stack.declare(number("main", 3, "emergency", "Main IVR"))
        previewed = ran("preview.yml", "preview", "Preview", **{"fail-on": "failed,dark"})
        assert previewed.code == 0, previewed.log
        needs = {"preview": {"outputs": previewed.outputs}}
        assert ran("preview.yml", "comment", "Write the comment, or write it anew", needs).code == 0
        (comment,) = forge.bodies(NUMBER)
        assert "retail" in comment
        assert "emergency" in comment
        assert "requestsPerSecond" not in comment + previewed.log + previewed.summary
        assert centre.writes() == {}

        up = ran("up.yml", "up", "Up", environment="production")
        assert up.code == 0, up.log
        assert centre.placed(3) == ("emergency", dict.fromkeys(BOTH, "Main IVR"))

        set_flow_by_hand("Winter IVR")
        centre.forget()
        assert look() == 3
        (issue,) = forge.issues
        assert f"(`{e164(3)}`) is answered by another flow" in issue["body"]
        assert "Main IVR answers instead of Winter IVR, no gap" in issue["body"]
        assert centre.writes() == {}

        set_flow_by_hand("Main IVR")
        assert look() == 0
        assert issue["state"] == "closed"
