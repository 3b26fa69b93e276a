"""E-mail addresses: as people type them, as mail servers take them, and the one key that is the identity (T1)."""

import re
import unicodedata

import idna

from .text import line


def typed(text: str) -> str:
    """An address without what was copied along: blanks at its joints, ``mailto:``, a name before ``<…>``."""
    address = line(text)
    inside = re.fullmatch(r"[^<>]*<([^<>]*)>[\s,;]*", address)
    bare = re.sub(r"^(?:mailto|e-?mail|courriel)\s*:", "", inside[1] if inside else address, flags=re.IGNORECASE)
    return re.sub(r"\s*([@.])\s*", r"\1", bare).strip()


def key(text: str) -> str:
    """The identity behind an address: one for all its spellings, at every door.

    Compatible letters, case and blanks make no difference, nor whether the domain is written in its own script or in
    the ASCII form of IDNA.
    """
    local, at, domain = typed(text).rpartition("@")
    return _caseless(local) + at + (_ascii(domain) if at else _caseless(domain))


def mailable(address: str) -> str:
    """The address for a mail's envelope and headers: its domain in ASCII."""
    local, at, domain = address.rpartition("@")
    return local + at + _ascii(domain) if at else address


def readable(address: str) -> str:
    """The address as people read it: its domain in its own script."""
    local, at, domain = address.rpartition("@")
    try:
        return local + at + idna.decode(domain)
    except UnicodeError:  # IDNAError is one
        return address


def _caseless(text: str) -> str:
    for _pass in range(2):
        # Some small letters decompose into others, some accents into a blank and what joins the letter before.
        text = unicodedata.normalize("NFKC", "".join(unicodedata.normalize("NFKC", text).split())).casefold()
    return unicodedata.normalize("NFKC", text)


def _ascii(domain: str) -> str:
    """A domain by UTS 46 in ASCII; one that is none, in small letters."""
    domain = "".join(domain.split()).rstrip(".")
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except UnicodeError:  # IDNAError is one
        return _caseless(domain)
