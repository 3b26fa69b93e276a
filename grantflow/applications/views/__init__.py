"""The applicant's pages from the first draft to the letters, and the staff list."""

from . import files, preview, staff, steps
from .blueprint import bp

__all__ = ["bp", "files", "preview", "staff", "steps"]
