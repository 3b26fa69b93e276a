"""What each message says in facts, and how other people's words are kept from becoming links."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """The facts a message needs, those it may have, and whether it carries a link with a key of its own.

    ``personal``: greets by name. Messages that a stranger can cause greet nobody, so that nobody can speak
    through them (H15).
    ``urgent``: somebody waits for it before the screen.
    """

    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset({"application_id", "title_language", "reason_language", "partner_language"})
    keyed: bool = False
    personal: bool = True
    urgent: bool = False


def _facts(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Somebody tries whether mail arrives.
TRIAL = "mail_trial"

KINDS: Mapping[str, Kind] = {
    "registration_confirm": Kind(_facts("valid_until"), keyed=True, personal=False, urgent=True),
    "account_exists": Kind(personal=False, urgent=True),
    "password_reset": Kind(_facts("valid_until"), keyed=True, personal=False, urgent=True),
    "factor_added": Kind(_facts("factor")),
    "factor_removed": Kind(_facts("factor")),
    "factor_loss_reported": Kind(),
    "factor_loss_to_confirm": Kind(_facts("person reporter")),
    "factor_loss_settled": Kind(_facts("person outcome")),
    "factor_taken_away": Kind(),
    "address_confirm": Kind(_facts("valid_until"), keyed=True, personal=False, urgent=True),
    "address_changed": Kind(),
    "recovery_codes_made": Kind(),
    "recovery_code_used": Kind(_facts("count")),
    "staff_invitation": Kind(_facts("valid_until"), keyed=True, urgent=True),
    "role_to_confirm": Kind(_facts("proposal_id person role proposer valid_until")),
    "role_granted": Kind(_facts("role")),
    "role_settled": Kind(_facts("person role outcome"), may=_facts("proposal_id")),
    "application_received": Kind(_facts("number title hash sent_at")),
    "application_returned": Kind(_facts("number title reason until")),
    "return_extended": Kind(_facts("number title reason until")),
    "return_extended_noted": Kind(_facts("number title reason until application_id")),
    "call_changed": Kind(_facts("title reason until")),
    "return_lapsed": Kind(_facts("number title sent_at")),
    "return_lapsed_to_check": Kind(_facts("number title application_id")),
    "application_admitted": Kind(_facts("number title")),
    "application_inadmissible": Kind(_facts("number title reason")),
    "partner_withdrawn": Kind(_facts("number title partner reason")),
    "reviewer_assigned": Kind(_facts("number title application_id")),
    "reviewer_recused": Kind(_facts("number title application_id")),
    "third_to_confirm": Kind(_facts("number title application_id")),
    "decision_ready": Kind(_facts("number title application_id channel")),
    "key_waiting": Kind(_facts("number title proposal_id")),
    "proposal_returned": Kind(_facts("number title proposal_id")),
    "edition_to_sign": Kind(_facts("title edition_id")),
    "edition_in_force": Kind(_facts("title edition_id valid_from")),
    "failed_work": Kind(_facts("count")),
    TRIAL: Kind(urgent=True),
}

#: The work of sending: a message for which somebody waits never stands behind the others.
SEND, SEND_URGENT = "notifications.send", "notifications.send_urgent"

#: Facts that other people wrote; ``title_language`` tells in which language.
FOREIGN = frozenset({"title", "reason", "partner", "name", "person", "proposer", "reporter"})
#: Facts that are days or instants.
TIMES = frozenset({"sent_at", "until", "valid_until", "valid_from"})

#: Under these names is noted how the mail server took our last message, and whether it answers when nothing is sent.
LAST_MAIL, LAST_PROBE = "mail", "mail-probe"

_JOINT = re.compile(r"(?<=[^\s\d])([.:/@\\]+)(?=\S)|(?<=\d)([.:/@\\]+)(?=[^\s\d])")


def inert(text: str) -> str:
    """``text`` such that no mail program makes a link of it: a zero-width break at every joint of an address.

    Numbers such as 1.234,56 and 18:30 stay whole. Control characters become blanks, line ends stay.
    """
    text = re.sub(r"[\x00-\x09\x0b-\x1f\x7f\u0085\u2028\u2029]+", " ", text)
    return _JOINT.sub(lambda match: f"{match.group()}\u200b", text)


def moment(text: str) -> date | datetime:
    """A day or an instant as ``send`` wrote it down."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
