"""Who may enter: every route states its guard, and the guard loads the subject, so no view can forget the check.

Order of answers: invisible or missing 404 (the same bytes), forbidden 403, then the view's own 409 and 422.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import abort, g, has_request_context, session
from flask_login import LoginManager, current_user

from grantflow.kernel.parties import ANONYMOUS, STAFF_ROLES, Actor, Role

from . import tokens

Policy = Callable[..., bool]
Loader = Callable[..., Any]
F = TypeVar("F", bound=Callable[..., Any])

#: Flask-Login only remembers whose request this is; the rows of accounts decide (D23).
login = LoginManager()
login.session_protection = None
login.anonymous_user = lambda: ANONYMOUS


@dataclass(frozen=True, slots=True)
class Access:
    """What a route demands; the census and the generated access matrix read it."""

    policy: Policy
    on: Loader | None


def anyone(actor: Actor) -> bool:
    """Public pages."""
    return True


def signed_in(actor: Actor, subject: object = None) -> bool:
    return actor.is_authenticated


def has_role(*roles: Role) -> Policy:
    """A policy: the actor holds one of ``roles``."""
    wanted = frozenset(roles)

    def policy(actor: Actor, subject: object = None) -> bool:
        return bool(wanted & actor.roles)

    policy.__name__ = "has_role_" + "_or_".join(sorted(wanted))
    return policy


def is_staff(actor: Actor, subject: object = None) -> bool:
    return bool(STAFF_ROLES & actor.roles)


def current_actor() -> Actor:
    """Whoever sends this request; nobody where the database that knows them is away."""
    if not has_request_context() or g.get("broken"):
        return ANONYMOUS
    person = current_user._get_current_object()
    return cast(Actor, person) if person.is_authenticated else ANONYMOUS


def known_actor() -> Actor:
    """Whoever this request has turned out to come from so far, without asking the database."""
    person = g.get("_login_user")  # where Flask-Login keeps it
    return cast(Actor, person) if person and person.is_authenticated else ANONYMOUS


def enter(token: str, owner: UUID) -> None:
    """Put a session's key into the cookie; nothing of the visitor's session lives on (T6)."""
    session.clear()
    g.pop("_login_user", None)  # whoever this request came from so far
    g.pop("csrf_token", None)  # made for the session that is gone; Flask-WTF would hand it out once more
    session.update(entered(token, owner))


def entered(token: str, owner: UUID) -> dict[str, str]:
    """What the cookie holds: the session's key, and the seed of its forms' tokens, which says whose they are."""
    return {"_user_id": token, "csrf_token": f"{owner}.{tokens.fresh()}"}


#: Under this name the cookie of a visitor holds who has shown a password and not yet the second factor.
_HALFWAY = "halfway"


def wait(person: UUID, epoch: int, at: datetime) -> None:
    """Note that the visitor has shown the password of ``person``: no session, only a right to the next step."""
    session.clear()
    g.pop("csrf_token", None)
    session[_HALFWAY] = [str(person), epoch, at.isoformat()]


def waiting() -> tuple[UUID, int, datetime] | None:
    """Who is halfway in, since when, and at which epoch of theirs."""
    if _HALFWAY not in session:
        return None
    person, epoch, at = session[_HALFWAY]
    return UUID(person), int(epoch), datetime.fromisoformat(at)


def session_key() -> str:
    """What the visitor's cookie holds as a session's key; "" without one."""
    return str(session.get("_user_id", "")) if has_request_context() else ""


def owner_of(seed: str) -> UUID | None:
    """Whose session has that seed of its forms' tokens; None: a visitor's."""
    try:
        return UUID(seed.partition(".")[0])
    except ValueError:
        return None


def requires(policy: Policy, *, on: Loader | None = None) -> Callable[[F], F]:
    """Guard a view. With ``on``, its result for (actor, **url arguments) replaces the URL arguments."""

    def decorate(view: F) -> F:
        @wraps(view)
        def guarded(**arguments: Any) -> Any:
            actor = current_actor()
            if on is None:
                if not policy(actor):
                    return refuse(actor)
                return view(**arguments)
            if not actor.is_authenticated and policy is not anyone:
                return refuse(actor)
            subject = on(actor, **arguments)
            if subject is None:
                abort(404)
            if not (policy is anyone or policy(actor, subject)):
                abort(403)
            return view(subject)

        guarded.access = Access(policy, on)  # type: ignore[attr-defined]
        return cast(F, guarded)

    return decorate


def refuse(actor: Actor) -> Any:
    """Ask a stranger to sign in and bring them back (accounts says how); tell everyone else no."""
    if actor.is_authenticated:
        abort(403)
    return login.unauthorized()
