"""Who is the same person, which passwords will do, and which roles go together. Plain values only."""

import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hmac import compare_digest
from pathlib import Path
from uuid import UUID

import pyotp

from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import OFFICES, STAFF_ROLES, Party, Role
from grantflow.kernel.text import fold, unaccented

from .states import SECOND, Means, Step

PASSWORD_MIN, PASSWORD_MAX = 15, 128

#: A mailed link for confirming or resetting lives an hour (T5). An invitation waits for a colleague who may be
#: away: seven days, and an administrator can send it again.
LINK_LIFETIME = timedelta(minutes=60)
INVITATION_LIFETIME = timedelta(days=7)

#: Sessions (T7). Staff screens stand in offices; applicants write long texts at home.
IDLE_STAFF = timedelta(minutes=30)
IDLE_OTHERS = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
#: "Last seen" is written at most this often (D33).
SEEN_EVERY = timedelta(minutes=1)
#: A proof before a weighty step holds this long (T8): several acts are signed without asking for each.
FRESH_FOR = timedelta(minutes=5)

#: Roles that stand alone, with what is said against a second one. Finance and administrators never see reviews,
#: which offices, reviewers and signatories do (D12); who pays is another person than who prepares or decides (D11,
#: R14); and who keeps the accounts neither scores, decides nor pays (T16).
ALONE = {Role.ADMINISTRATOR: "roles_administrator_alone", Role.FINANCE: "roles_finance_alone"}

#: Who decides, who pays and who gives out roles: proposed by one administrator, confirmed by another.
CONFIRMED = frozenset({Role.SIGNATORY, Role.FINANCE, Role.ADMINISTRATOR})
#: A proposal that nobody confirms lapses: what was agreed on so long ago is asked afresh.
PROPOSAL_LIFETIME = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a person is called. German letters say title and family name only: „Sehr geehrte Frau Dr. Falk“."""

    family_name: str
    given_name: str = ""
    #: "Dr.", "Prof. Dr."; printed in front of everything.
    title: str = ""

    @property
    def full(self) -> str:
        """As it is shown, and as the database puts it together for ``person.name``."""
        return " ".join(part for part in (self.title, self.given_name, self.family_name) if part)


def idle_limit(roles: AbstractSet[Role]) -> timedelta:
    return IDLE_STAFF if roles & STAFF_ROLES else IDLE_OTHERS


def why_not_roles(party: Party | None, roles: AbstractSet[Role]) -> Reason | None:
    """What speaks against these roles for someone of ``party`` (None: an applicant)."""
    if party is None:
        return None if roles <= {Role.APPLICANT} else Reason("roles_need_party")
    if not roles or not roles <= STAFF_ROLES:
        return Reason("roles_two_sides" if Role.APPLICANT in roles else "roles_missing")
    if Role.OFFICE in roles and party not in OFFICES.values():
        return Reason("roles_no_office")
    alone = next((key for role, key in ALONE.items() if role in roles), None)
    return Reason(alone) if alone and len(roles) > 1 else None


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of somebody's roles: which end and begin at once, which are proposed, which are proposed no more."""

    ended: frozenset[Role]
    begun: frozenset[Role]
    proposed: frozenset[Role]
    withdrawn: frozenset[Role]


def change(held: AbstractSet[Role], waiting: AbstractSet[Role], wanted: AbstractSet[Role]) -> Change:
    """The way from the roles ``held`` and those ``waiting`` for a second person to those ``wanted``.

    To take a role away needs one person, and works at once.
    """
    return Change(
        ended=frozenset(held - wanted),
        begun=frozenset(wanted - held - CONFIRMED),
        proposed=frozenset((wanted & CONFIRMED) - held - waiting),
        withdrawn=frozenset(waiting - wanted),
    )


def confirmers(
    administrators: Mapping[UUID, Party], party: Party | None, *, proposer: UUID, subject: UUID
) -> frozenset[UUID]:
    """Who of the ``administrators`` at work may confirm or refuse a role for ``subject``, who belongs to ``party``.

    The colleagues of that party; those of the other parties only where it has no other. Never whoever proposed it nor
    whoever gets it, and nobody once the proposer is no administrator any more: two of them stand by it together.
    """
    if proposer not in administrators:
        return frozenset()
    others = {one: its for one, its in administrators.items() if one not in {proposer, subject}}
    colleagues = {one for one, its in others.items() if its is party}
    return frozenset(colleagues or others)


# --- the second factor ----------------------------------------------------------------------------

#: Whoever has shown the password has this long to show the second factor, or to set one up.
HALFWAY = timedelta(minutes=10)
#: A passkey signs a challenge no older than this, and a new app shows its first code within an hour.
CHALLENGE_LIFETIME = timedelta(minutes=5)
SETTING_UP = timedelta(hours=1)

RECOVERY_CODES = 10
#: Without letters and figures that look alike.
SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUP = 4


def must_have_factor(party: Party | None, roles: AbstractSet[Role], *, asked: bool) -> bool:
    """Whether no session may begin without a second factor (T3): all staff, wherever it is ``asked``."""
    return asked and (party is not None or bool(roles & STAFF_ROLES))


def step_after(means: Means, *, has_factor: bool, must: bool) -> Step:
    """What comes after somebody has shown ``means``."""
    if means in SECOND:
        return Step.ENTER
    if has_factor and means is Means.PASSWORD:
        return Step.PROVE
    return Step.ENROL if must else Step.ENTER


def code_step(secret: str, code: str, at: datetime) -> int | None:
    """The time step (of 30 s) that a one-time code belongs to: the present one, or a neighbour where clocks differ.

    RFC 6238, SHA-1, six figures, as every app reads it; None where the code is not right.
    """
    totp = pyotp.TOTP(secret)
    now = totp.timecode(at)
    steps = [step for step in (now, now - 1, now + 1) if compare_digest(totp.generate_otp(step), code)]
    return steps[0] if steps else None


def plain_code(typed: str) -> str:
    """A one-time or recovery code without the blanks and dashes that people type."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", typed)).lower()


def is_one_time(code: str) -> bool:
    return len(code) == 6 and code.isascii() and code.isdigit()


def recovery_codes() -> list[str]:
    """Fresh ones, of four groups each: the first finds the row, so no two are alike in it; the others are 59 bits."""
    found: dict[str, str] = {}
    while len(found) < RECOVERY_CODES:
        signs = "".join(secrets.choice(SIGNS) for _ in range(4 * _GROUP))
        found[signs[:_GROUP]] = "-".join(signs[n : n + _GROUP] for n in range(0, len(signs), _GROUP))
    return list(found.values())


def parts_of(code: str) -> tuple[str, str]:
    """Selector and secret of a plain recovery code."""
    return code[:_GROUP], code[_GROUP:]


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
    *(("Mac OS", "macOS"), ("Linux", "Linux")),
)


def device(user_agent: str) -> str:
    """Browser and system by the names that their owners know: "Firefox, Windows"; "" where neither is known."""
    found = (next((name for mark, name in marks if mark in user_agent), "") for marks in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, found))


# --- passwords -----------------------------------------------------------------------------------

#: Words of this place (T1).
CONTEXT = ("grantflow", "düsseldorf", "toulouse", "metropole", "städtefreundschaft")

_LEET = str.maketrans("013457@$!", "oieastasi")


@cache
def _common() -> tuple[str, ...]:
    """Words that breached passwords are made of, longest first."""
    lines = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    words = {unaccented(line) for line in lines if line and not line.startswith("#")}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def why_not_password(password: str, personal: Iterable[str] = ()) -> Reason | None:
    """What speaks against a password, or None.

    Length 15 to 128 in any characters; not one of the passwords that breaches are full of, nor one of those
    stretched by repeating, counting, swapping letters for figures; and no word of this place or of the person.
    """
    password = unicodedata.normalize("NFKC", password)
    if len(password) < PASSWORD_MIN:
        return Reason("password_short", facts={"count": PASSWORD_MIN})
    if len(password) > PASSWORD_MAX:
        return Reason("password_long", facts={"count": PASSWORD_MAX})
    folded = fold(password)
    for word in (*CONTEXT, *_words(personal)):
        if fold(word) in folded:
            return Reason("password_context", facts={"word": word})
    plain = unaccented(password)
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    if len(set(plain)) < 6 or any(_is_common(t) for t in {plain, plain.translate(_LEET), bare.translate(_LEET)}):
        return Reason("password_common")
    return None


def _words(personal: Iterable[str]) -> list[str]:
    """Parts of names and addresses that are long enough to be told from chance."""
    return [word for text in personal for word in re.split(r"[\W_]+", text) if len(word) >= 4]


def _is_common(text: str) -> bool:
    """Whether little is left of ``text`` without one or two well-known passwords and without counting.

    Three and more words in a row are a passphrase, and welcome.
    """
    if re.sub(r"[\W_]+", "", text) in _common():
        return True
    rest, found = text, set()
    for word in _common():
        if len(word) >= 4 and word in rest:
            rest = rest.replace(word, " ")
            found.add(word)
    rest = re.sub(r"[\W\d_]+", "", rest)
    return len(found) <= 2 and len(rest) < 6
