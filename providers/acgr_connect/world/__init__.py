"""What this run knows of the account: sweeps, shared by all threads."""
