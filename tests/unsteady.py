"""Tests known to be unsteady, by node id, each with the reason: they run, their failure is reported, and fails nothing.

Whoever adds one says here what would mend it. There is no other second chance: a failed test fails the run.
"""

UNSTEADY: dict[str, str] = {}
