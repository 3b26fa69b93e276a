"""Assign, declare, score, submit: the write verbs of the review.

Whatever can complete a review locks the application first: the two sides' last clicks queue there, and exactly one of
them finds everything in.
"""

from .assigning import assign, unassign
from .purging import purge
from .scoring import declare, forget_changes, save_draft, submit
from .thirds import confirm, nominate

__all__ = ["assign", "confirm", "declare", "forget_changes", "nominate", "purge", "save_draft", "submit", "unassign"]
