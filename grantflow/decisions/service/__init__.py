"""Propose, complete, send back, sign, decide."""

from .proposing import deliberate, propose, renew, send_back
from .reading import words
from .signing import consent, turn_key

__all__ = ["consent", "deliberate", "propose", "renew", "send_back", "turn_key", "words"]
