"""Agents as Pulumi resources."""
