"""A fund as a file that people read and write: YAML, of which only what a fund needs is understood."""

from .checking import Finding, check, ordered, placed
from .reading import LARGEST, Place, Source, read
from .writing import write

__all__ = ["LARGEST", "Finding", "Place", "Source", "check", "ordered", "placed", "read", "write"]
