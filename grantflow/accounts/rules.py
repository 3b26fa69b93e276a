"""Who is the same person, which passwords will do, and which roles go together. Plain values only."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import OFFICES, STAFF_ROLES, Party, Role
from grantflow.kernel.text import fold, unaccented

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
