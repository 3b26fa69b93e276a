"""Propose, complete, send back, sign, decide."""

from .previewing import preview
from .proposing import deliberate, propose, renew, send_back
from .signing import consent, turn_key

__all__ = ["consent", "deliberate", "preview", "propose", "renew", "send_back", "turn_key"]
