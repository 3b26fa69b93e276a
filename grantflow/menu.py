"""What every page's frame needs: the menu for the reader's roles, the languages, the demo's tools."""

from typing import Any

from flask import Flask, g, has_request_context, request, url_for
from flask_babel import lazy_gettext as _l

from grantflow.config import Settings
from grantflow.kernel.parties import Actor, Role
from grantflow.platform import locale
from grantflow.platform.access import current_actor

#: (label, endpoint, who sees it); nobody's entry is for visitors.
MENU: tuple[tuple[Any, str, frozenset[Role]], ...] = (
    (_l("My tasks"), "dashboard.home", frozenset(Role) - {Role.APPLICANT}),
    (_l("My applications"), "applications.index", frozenset({Role.APPLICANT})),
    (_l("My organisation"), "organisations.index", frozenset({Role.APPLICANT})),
    (_l("My queue"), "review.queue", frozenset({Role.REVIEWER})),
    (_l("Applications"), "applications.staff_list", frozenset({Role.OFFICE})),
    (_l("Staff in office"), "accounts.staff", frozenset({Role.OFFICE})),
    (_l("Ranking"), "decisions.ranking", frozenset({Role.OFFICE, Role.SIGNATORY})),
    (_l("To sign"), "decisions.to_sign", frozenset({Role.SIGNATORY})),
    (_l("Letters"), "finance.letters", frozenset({Role.FINANCE})),
    (_l("People"), "accounts.people", frozenset({Role.ADMINISTRATOR})),
    (_l("Calls"), "public.rules", frozenset({Role.ADMINISTRATOR})),
    (
        _l("Basis of the fund"),
        "releases.index",
        frozenset({Role.OFFICE, Role.SIGNATORY, Role.ADMINISTRATOR}),
    ),
    (_l("Audit trail"), "audit.trail", frozenset({Role.ADMINISTRATOR})),
    (_l("Workers"), "dashboard.workers", frozenset({Role.ADMINISTRATOR})),
)
VISITOR: tuple[tuple[Any, str], ...] = (
    (_l("Overview"), "public.start"),
    (_l("Calls for projects"), "public.calls"),
)


def navigation(actor: Actor) -> list[dict[str, Any]]:
    """Entries for ``actor``: label, address, and whether this page belongs to it."""
    if actor.is_authenticated:
        entries = [(label, endpoint) for label, endpoint, roles in MENU if roles & actor.roles]
    else:
        entries = list(VISITOR)
    here = request.endpoint or ""
    return [{"label": label, "url": url_for(endpoint), "current": endpoint == here} for label, endpoint in entries]


def links(actor: Actor, *, demo: bool) -> dict[str, str]:
    """Addresses that every page's frame offers; what a reader cannot use is left out."""
    found = {name: url_for(f"public.{name}") for name in ("accessibility", "privacy", "imprint", "contact")}
    found["home"] = url_for("public.start")
    if actor.is_authenticated:
        found |= {"account": url_for("accounts.profile"), "sign_out": url_for("accounts.sign_out")}
    else:
        found["sign_in"] = url_for("accounts.sign_in")
    if demo:
        found |= {"roles": url_for("demo.roles"), "mailbox": url_for("demo.mailbox")}
    return found


def init_app(app: Flask, settings: Settings) -> None:
    @app.context_processor
    def frame() -> dict[str, Any]:
        if not has_request_context():  # a message of the worker's has no frame
            return {}
        actor = current_actor()
        return {
            "actor": actor,
            "navigation": navigation(actor),
            "links": links(actor, demo=settings.is_demo),
            "demo": settings.is_demo,
            "language_urls": locale.language_urls(),
            "request_id": g.get("request_id", ""),
        }
