"""The script that Amazon's guide leads to: `python -m workload_measures.guide_script IDS THREADS SPEED`.

Move each number, wait until it has arrived, set its flow; then associate each agent. boto3's own retries, nothing else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import boto3

from .clock import pause

LOOK_EVERY = 1.0
"""Seconds between two looks at a number that moves."""


def move(connect: Any, ids: dict[str, Any], number: str, every: float) -> None:
    """Move one number and set its flow."""
    connect.update_phone_number(PhoneNumberId=number, TargetArn=ids["group_arn"])
    while connect.describe_phone_number(PhoneNumberId=number)["ClaimedPhoneNumberSummary"]["PhoneNumberStatus"][
        "Status"
    ] != ("CLAIMED"):
        pause(every)
    connect.associate_phone_number_contact_flow(
        PhoneNumberId=number, InstanceId=ids["instance"], ContactFlowId=ids["flow"]
    )


def join(connect: Any, ids: dict[str, Any], user: str) -> None:
    """Associate one agent."""
    connect.associate_traffic_distribution_group_user(
        TrafficDistributionGroupId=ids["group_arn"], UserId=user, InstanceId=ids["instance"]
    )


def main(path: str, threads: int, speed: float) -> int:
    """Do it all; serially it ends with the first error, with threads each error is told and the others go on."""
    ids, connect = json.loads(Path(path).read_text()), boto3.client("connect")
    works: list[Callable[[], None]] = [
        partial(move, connect, ids, n, LOOK_EVERY / speed) for n in ids["numbers"].values()
    ]
    works += [partial(join, connect, ids, user) for user in ids["users"].values()]
    if threads == 1:
        return _errors([partial(_all, works)], 1)
    return _errors(works, threads)


def _all(works: list[Callable[[], None]]) -> None:
    for work in works:
        work()


def _errors(works: list[Callable[[], None]], threads: int) -> int:
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(work) for work in works]
    errors = [error for future in futures if (error := future.exception())]
    for error in errors:
        print(f"error: {error}")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
