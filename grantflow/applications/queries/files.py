"""One file and its versions, all inside ``visible_to``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, defaultload, joinedload

from grantflow.accounts.models import Person
from grantflow.calls.models import Call, Category
from grantflow.kernel.parties import Actor, Role, Side
from grantflow.letters import queries as letters
from grantflow.letters.models import Letter
from grantflow.organisations.models import Membership, Organisation
from grantflow.platform.db import db, in_order

from .. import policy
from ..models import Application, Consent, Participation, Version
from ..states import StepName


def visible_to(actor: Actor) -> Select[Application]:
    """The one source of applications for ``actor``."""
    return select(Application).where(policy.visible(actor))


#: What nearly every page of one file shows; the people's roles are of no interest here.
_HEAD = (
    joinedload(Application.lead),
    joinedload(Application.contact).lazyload(Person.role_grants),
    joinedload(Application.call),
)
#: The version being written, with what is typed of the partner, and the one sent last, with its parties.
OPEN = joinedload(Application.open).joinedload(Version.partner)
SENT = joinedload(Application.sent).options(joinedload(Version.partner), joinedload(Version.frozen_lead))
#: Which organisations take part: two or three rows.
_PARTIES = joinedload(Application.participations).joinedload(Participation.organisation)
_LIMITS = joinedload(Application.call).selectinload(Call.categories).joinedload(Category.closings)


def by_id(actor: Actor, id: UUID) -> Application | None:  # noqa: A002 - the house's name in addresses
    """A file with organisation, contact, version and the limits of its call; None where ``actor`` may not know."""
    query = visible_to(actor).where(Application.id == id).options(*_HEAD, *_versions(actor), _LIMITS, _PARTIES)
    return db.session.scalars(query).unique().one_or_none()


def _versions(actor: Actor) -> tuple[Any, ...]:
    """What ``version_for`` will ask for: an office is not even handed what is being written. The answers by a statement
    of their own: joined, each would bring the parties of the file once more.
    """
    return (OPEN, SENT) if Role.APPLICANT in actor.roles else (SENT.selectinload(Version.answers),)


def with_members(actor: Actor, id: UUID) -> Application | None:  # noqa: A002
    """As ``by_id``, with the people of the lead organisation: who may see and change it."""
    query = visible_to(actor).where(Application.id == id)
    members = (
        joinedload(Application.lead)
        .selectinload(Organisation.memberships)
        .joinedload(Membership.person)
        .lazyload(Person.role_grants)
    )
    query = query.options(*_HEAD, *_versions(actor), _LIMITS, _PARTIES, members)
    return db.session.scalars(query).unique().one_or_none()


#: A step is written by a member of the lead organisation.
_AT_STEP = (joinedload(Application.lead).joinedload(Organisation.memberships), *_HEAD[1:], OPEN)
_CATEGORIES = defaultload(Application.call).joinedload(Call.categories).joinedload(Category.closings)
_QUESTIONS = defaultload(Application.call).joinedload(Call.questions)
#: What comes along of the call where a step is judged by it or asks it: a handful of rows.
_OF_CALL = {
    StepName.PROJECT: (_QUESTIONS,),
    StepName.PEOPLE: (_QUESTIONS,),
    StepName.DATES: (_CATEGORIES,),
    StepName.BUDGET: (_CATEGORIES,),
}
#: Elsewhere the categories are read if they are asked for.
_LATER = (defaultload(Application.call).defaultload(Call.categories).joinedload(Category.closings),)


@dataclass(frozen=True, slots=True)
class AtStep:
    """A file opened at one of its steps."""

    application: Application
    step: StepName


def at_step(actor: Actor, id: UUID, step: str) -> AtStep | None:  # noqa: A002
    """The file at a step; None where either does not exist for ``actor``."""
    try:
        name = StepName(step)
    except ValueError:
        return None
    query = visible_to(actor).where(Application.id == id).options(*_AT_STEP, *_OF_CALL.get(name, _LATER))
    application = db.session.scalars(query).unique().one_or_none()
    return AtStep(application, name) if application else None


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """A printed letter of a file, for its recipient."""

    application: Application
    letter: Letter


def letter_of(actor: Actor, id: UUID, letter_id: UUID) -> OwnLetter | None:  # noqa: A002
    """One printed letter of a visible file."""
    application = by_id(actor, id)
    letter = letters.ready_of_application(id, letter_id) if application else None
    return OwnLetter(application, letter) if application and letter else None


def by_number(number: str) -> Application | None:
    """The file of that number: for commands, which see every file."""
    return db.session.scalar(select(Application).where(Application.number == number))


def of_applicant(actor: Actor) -> Sequence[Application]:
    """The actor's own files with the version they read, the last touched first."""
    query = (
        select(Application)
        .outerjoin(Application.open)
        .where(policy.visible(actor))
        .options(
            contains_eager(Application.open),
            joinedload(Application.sent),
            joinedload(Application.lead),
            joinedload(Application.call),
        )
        .order_by(func.coalesce(Version.saved_at, Application.submitted_at).desc(), Application.id)
    )
    return db.session.scalars(query).all() if Role.APPLICANT in actor.roles else []


def version_for(actor: Actor, application: Application) -> Version:
    """Applicants read the open version of their file, everybody else the one sent last: the one place that says so."""
    own = application.open if policy.reads_for(actor, application) else None
    found = own or application.sent
    if found is None:
        raise LookupError("nothing was sent")
    return found


def unsent(application: Application) -> Version | None:
    """For the applicant of a file that cannot be written any more: what they had changed since the last sending."""
    return db.session.scalar(
        select(Version)
        .where(
            Version.application_id == application.id,
            Version.sealed_at.is_(None),
            Version.number > application.sent_number,
        )
        .order_by(Version.number.desc())
        .limit(1)
    )


def consents(application: Application) -> Sequence[Consent]:
    """What stands agreed to: nothing where the acts come by post."""
    query = select(Consent).where(Consent.application_id == application.id, Consent.withdrawn_at.is_(None))
    return db.session.scalars(query.options(joinedload(Consent.person)).order_by(in_order(Consent.law, Side))).all()
