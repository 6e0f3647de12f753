"""Amazon Connect across two Regions: traffic distribution groups, their agents, phone numbers and flows.

This package knows nothing of Pulumi. Its modules, from the ground up: `arns`, `clock` and `errors`; `records` (what
Connect answers, typed); `pace` and `wait`; `api` (the only module that touches boto3); `connection` (one account, its
Regions); `directory` (names to ids, bulk reads); `groups`, `membership`, `flows` and `placement` (what is done).
"""
