"""What the exit code of a command says, for jobs that read nothing else."""

from __future__ import annotations

DONE = 0
FAILED = 1
"""Not found, or failed: the sentence is on standard error."""
WRONG_USAGE = 2
FOUND = 3
"""The command did its work, and what it found is not as it should be."""
PARTIAL = 4
"""The command did its work as far as it could: a Region did not answer, or something may not be read."""
INTERRUPTED = 130
READER_GONE = 141
"""Nobody reads the output any more: what a shell shows of a program that SIGPIPE has ended."""
