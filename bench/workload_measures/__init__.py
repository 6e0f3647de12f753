"""What runs of the real command line tools cost, measured against the sandbox."""
