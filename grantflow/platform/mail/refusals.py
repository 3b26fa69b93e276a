"""What a mail server's reply means for the message: a pure table, read from the top.

Three readings. PASSING: try again. OURS: the refusal is about us - our server, our sender, our sign-in, our standing
with others; whoever runs this mends it, and no message fails for it. RECIPIENT: this message will never reach this
address. Whatever is in doubt is OURS: a message that waits for a day is dearer to us than one that was lost.

Sources: RFC 5321 4.2 (basic codes), RFC 3463 and the registry of RFC 5248 (enhanced codes), RFC 4954 (AUTH),
RFC 7504 (521, 556), RFC 7505 (null MX); wordings of Postfix, Exim, Sendmail, qmail, Exchange.
"""

import re
from enum import StrEnum


class Phase(StrEnum):
    """How far the conversation had come."""

    GREETING = "greeting"
    HELLO = "hello"
    TLS = "tls"
    SIGN_IN = "sign-in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    END = "end"


class Verdict(StrEnum):
    TAKEN = "taken"
    PASSING = "passing"
    OURS = "ours"
    RECIPIENT = "recipient"


#: Servers tell of sender, client and greeting only when the recipient is named (Postfix: smtpd_delay_reject), and with
#: any code. These words are unmistakable.
_ABOUT_US = re.compile(
    r"sender address|sender (?:is )?(?:rejected|refused|denied|not)|client host|helo command|ehlo command"
    r"|relay(?:ing)? (?:access )?(?:is )?(?:denied|not|prohibited|forbidden)|unable to relay|(?:do|does|will) not relay"
    r"|not permitted to relay|no relay|authentication (?:is )?required|must (?:be )?authenticat|sign in|log ?in first"
    r"|starttls|not owned by|send as",
    re.IGNORECASE,
)
#: How others regard us or this message: lists, marks of origin, filters.
_OUR_STANDING = re.compile(
    r"\b(?:spf|dkim|dmarc|arc|ptr|rdns|rbl|dnsbl|helo|tls)\b|block(?:ed|[ -]?list)|black[ -]?list|spamhaus|spam\b"
    r"|reputation|reverse dns|unsolicited|policy|too many|rate limit|rejete",
    re.IGNORECASE,
)
_ABOUT_THE_RECIPIENT = re.compile(
    r"(?:no such|unknown|invalid|nonexistent|non-existent|inactive|disabled|unrouteable|undeliverable)"
    r" (?:local )?(?:user|recipient|mailbox|address|account|person|host|domain)"
    r"|(?:user|recipient|mailbox|address|account|domain)\S*(?: \S+)? (?:is )?"
    r"(?:unknown|not found|doesn't exist|does not exist|disabled|unavailable|inactive|not available|invalid|has moved)"
    r"|does(?:n't| not) (?:have|exist)|no mailbox|not our customer|address rejected"
    r"|unbekannt|existiert nicht|inconnu|inexistant|n'existe pas",
    re.IGNORECASE,
)

#: (class 4 or 5, None for both; subject; details, None for all) of X.Y.Z -> verdict, first match wins. A detail of 0
#: ("other") tells nothing: there the words decide, as they do for 5.7.1, which servers use for whatever they refuse.
_ENHANCED: tuple[tuple[int | None, int, frozenset[int] | None, Verdict], ...] = (
    # Addressing: 7 and 8 are the sender's address, 9 a message that was relayed.
    (None, 1, frozenset({7, 8, 9}), Verdict.OURS),
    (5, 1, None, Verdict.RECIPIENT),
    # Mailbox: a full one may be emptied.
    (None, 2, frozenset({2}), Verdict.PASSING),
    (5, 2, None, Verdict.RECIPIENT),
    # The destination's system: full, closed, too small.
    (5, 3, None, Verdict.OURS),
    # Routing: no such host, or (Exchange) no such recipient there; 6 is a loop.
    (5, 4, frozenset({1, 4}), Verdict.RECIPIENT),
    (5, 4, None, Verdict.OURS),
    # Protocol: it did not understand us.
    (5, 5, None, Verdict.OURS),
    # Content; 7 is an address that its system cannot read.
    (5, 6, frozenset({7}), Verdict.RECIPIENT),
    (5, 6, None, Verdict.OURS),
    # Security and policy: a closed list, an owner that has changed. All else is about us, or in doubt.
    (5, 7, frozenset({2, 17, 18}), Verdict.RECIPIENT),
    (5, 7, frozenset(range(3, 1000)), Verdict.OURS),
)

#: Codes that say the same wherever they come.
_BASIC: dict[int, Verdict] = {
    521: Verdict.RECIPIENT,
    550: Verdict.RECIPIENT,
    551: Verdict.RECIPIENT,
    # "Too many recipients" in old servers, "mailbox full" in others: both pass (RFC 5321, 4.5.3.1.10).
    552: Verdict.PASSING,
    553: Verdict.RECIPIENT,
    556: Verdict.RECIPIENT,
}
#: Sign-in and encryption, whatever else is said.
_SIGN_IN = frozenset({523, 524, 525, 530, 534, 535, 538})

_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_ADDRESS = re.compile(r"<[^>]*>|\S+@\S+")


def enhanced(text: str) -> tuple[int, int, int] | None:
    """The enhanced status code in ``text`` (RFC 3463), at its beginning or, as qmail writes it, behind a ``#``."""
    found = _CODE.search(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def judge(phase: Phase, code: int, text: str) -> Verdict:
    """What ``code`` and ``text`` mean, said in ``phase``. Codes that are none (-1) may pass."""
    if 200 <= code < 300:
        return Verdict.TAKEN
    # An address may hold any words.
    words = _ADDRESS.sub(" ", text)
    about_us = code in _SIGN_IN or bool(_ABOUT_US.search(words))
    if not 500 <= code < 600:
        return Verdict.OURS if about_us else Verdict.PASSING
    if about_us or phase not in {Phase.RECIPIENT, Phase.DATA, Phase.END}:
        return Verdict.OURS
    return _refused(phase, code, text, words)


def _refused(phase: Phase, code: int, text: str, words: str) -> Verdict:
    """A 5xx once the recipient was named, in words that are not plainly about us."""
    if (status := enhanced(text)) and (verdict := _by_status(*status)):
        return verdict
    if _OUR_STANDING.search(words):
        return Verdict.OURS
    if _ABOUT_THE_RECIPIENT.search(words):
        return Verdict.RECIPIENT
    # After the message, a bare code speaks of the message or of us; it would have come before if it spoke of them.
    return _BASIC.get(code, Verdict.OURS) if phase is Phase.RECIPIENT and not status else Verdict.OURS


def _by_status(kind: int, subject: int, detail: int) -> Verdict | None:
    for klass, wanted, details, verdict in _ENHANCED:
        if klass in {None, kind} and wanted == subject and (bool(detail) if details is None else detail in details):
            return verdict
    return None


def is_the_servers(phase: Phase, code: int, text: str) -> bool:
    """Whether a fault that may pass is the whole server's (full, overloaded, cut off) rather than one recipient's."""
    if phase not in {Phase.RECIPIENT, Phase.DATA, Phase.END} or not 400 <= code < 500 or code == 421:
        return True
    status = enhanced(text)
    return status is not None and status[1] in {3, 4, 5}
