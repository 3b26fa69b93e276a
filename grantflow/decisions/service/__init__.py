"""Propose, complete, send back, sign, decide; erase what was written on a closed file."""

from .proposing import deliberate, propose, renew, send_back
from .purging import purge
from .reading import words
from .signing import consent, turn_key

__all__ = ["consent", "deliberate", "propose", "purge", "renew", "send_back", "turn_key", "words"]
