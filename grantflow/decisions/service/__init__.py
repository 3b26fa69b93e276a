"""Propose, complete, send back, sign, decide; release a budget; erase what was written on a closed file."""

from .proposing import deliberate, propose, renew, send_back
from .purging import purge
from .reading import words
from .releasing import release_budget
from .signing import consent, turn_key

__all__ = ["consent", "deliberate", "propose", "purge", "release_budget", "renew", "send_back", "turn_key", "words"]
