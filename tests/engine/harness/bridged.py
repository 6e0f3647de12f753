"""Runs the program `example.py` with pulumi_aws's classes, whose resources the dynamic Terraform bridge makes.

Both are bridges of Terraform's AWS provider, with the same names of properties. What differs are the types of the
resources and which plugin makes them; so each class is registered under the bridge's type, with the bridge's package.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import runpy
from typing import Any

import pulumi
from pulumi.runtime import settings

PACKAGE = {
    "remote": {"url": "registry.terraform.io/hashicorp/aws", "version": "5.100.0"},
    "includes": [
        "aws_connect_contact_flow",
        "aws_connect_hours_of_operation",
        "aws_connect_phone_number",
        "aws_connect_queue",
        "aws_connect_routing_profile",
        "aws_connect_security_profile",
        "aws_connect_user",
    ],
    "providerName": "aws",
}
_TYPE = re.compile(r"aws:connect/\w+:(\w+)")
_register = pulumi.resource.register_resource


async def _package() -> str:
    parameter = base64.b64encode(json.dumps(PACKAGE).encode()).decode()
    return await settings.register_package("terraform-provider", "0.0.0-dev", "", "aws", "5.100.0", parameter)


def _registered(res: Any, ty: str, *rest: Any) -> None:
    """As pulumi_aws's own, but for the type and the package; `rest` ends with the package, which it has none of."""
    if (found := _TYPE.fullmatch(ty)) is None:
        return _register(res, ty, *rest)
    return _register(
        res, f"aws:index/connect{found[1]}:Connect{found[1]}", *rest[:-1], asyncio.ensure_future(_package())
    )


pulumi.resource.register_resource = _registered
runpy.run_path("example.py", run_name="__main__")
