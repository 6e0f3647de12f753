"""Phone numbers and their flows (statements N1 to N15)."""
