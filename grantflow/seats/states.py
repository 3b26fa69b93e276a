"""What somebody who sits at a file has said about their independence."""

from enum import StrEnum


class Conflict(StrEnum):
    """What a reviewer declared before the file opened (R9)."""

    UNDECLARED = "undeclared"
    NONE = "none"
    DECLARED = "declared"
