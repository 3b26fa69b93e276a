"""Pages of calls: the public window, and the desk where both offices prepare them."""

from . import desk, drafting, window
from .blueprint import bp

__all__ = ["bp", "desk", "drafting", "window"]
