"""What every page's frame needs: the menu for the reader's roles, the languages, the demo's tools."""

from typing import Any

from flask import Flask, g, request, url_for
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
    (_l("Ranking"), "decisions.ranking", frozenset({Role.OFFICE, Role.SIGNATORY})),
    (_l("To sign"), "decisions.to_sign", frozenset({Role.SIGNATORY})),
    (_l("Letters"), "finance.letters", frozenset({Role.FINANCE})),
    (_l("People"), "accounts.people", frozenset({Role.ADMINISTRATOR})),
    (_l("Calls"), "public.rules", frozenset({Role.ADMINISTRATOR})),
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


def init_app(app: Flask, settings: Settings) -> None:
    @app.context_processor
    def frame() -> dict[str, Any]:
        actor = current_actor()
        return {
            "actor": actor,
            "navigation": navigation(actor),
            "demo": settings.is_demo,
            "language_urls": locale.language_urls(),
            "request_id": g.get("request_id", ""),
        }
