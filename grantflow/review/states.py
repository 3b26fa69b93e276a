"""States of one reviewer's work on one file."""

from enum import StrEnum


class Conflict(StrEnum):
    """What a reviewer declared before the file opened (R9)."""

    UNDECLARED = "undeclared"
    NONE = "none"
    DECLARED = "declared"


class Progress(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
