"""Forms of calls: a draft as both offices edit it, and how one is begun."""

from .draft import DraftForm, draft_form
from .lines import after, with_codes
from .new import NewForm

__all__ = ["DraftForm", "NewForm", "after", "draft_form", "with_codes"]
