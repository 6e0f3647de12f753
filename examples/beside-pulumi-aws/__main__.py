"""Runs one of the variants: `pulumi config set variant ignoring_the_target` chooses another one."""

from __future__ import annotations

from importlib import import_module

import pulumi

import_module(pulumi.Config().get("variant") or "claimed_on_the_group")
