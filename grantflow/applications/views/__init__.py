"""The applicant's pages from the first draft to the letters, and the staff list."""

from . import files, staff, steps
from .blueprint import bp

__all__ = ["bp", "files", "staff", "steps"]
