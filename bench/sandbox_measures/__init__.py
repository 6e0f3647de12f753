"""What the sandbox costs, and what it holds under load."""
