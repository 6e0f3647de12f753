"""Who may ask when: priority, token bucket, rate limiter, poll schedule, waits."""
