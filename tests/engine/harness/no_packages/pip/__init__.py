"""Stands in for pip where the language host asks before each command what is installed: see `clean_environment`."""
