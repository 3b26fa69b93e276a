"""A small application that shows the face without database: public pages, error pages, a guide of all components."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import Flask, Response, flash, render_template, request
from flask_babel import gettext as _
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.serving import make_server
from wtforms import BooleanField, PasswordField, RadioField, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice

from grantflow.config import ROOT
from grantflow.kernel.parties import Party, Role
from grantflow.platform import forms, headers, locale

NIGHT = datetime(2027, 1, 31, 22, 59, tzinfo=UTC)
LINKS = {
    "home": "/start",
    "sign_in": "/start",
    "sign_out": "/start",
    "account": "/start",
    "accessibility": "/accessibility",
    "privacy": "/privacy",
    "imprint": "/imprint",
    "contact": "/contact",
    "roles": "/start",
    "mailbox": "/start",
}


@dataclass(frozen=True)
class Reader:
    """Whoever looks at a page of the guide."""

    name: str
    party: Party | None
    id: UUID | None = None
    roles: frozenset[Role] = frozenset()
    language: str = "de"
    is_authenticated: bool = True


READERS = {
    "file": Reader("Katrin Vogel", None),
    "budget": Reader("Élodie Castan", None),
    "fields": Reader("Katrin Vogel", None),
    "review": Reader("Mireille Fabre", Party.TOULOUSE),
    "compare": Reader("Svenja Albers", Party.DUESSELDORF),
    "board": Reader("Büro Düsseldorf", Party.DUESSELDORF),
    "keys": Reader("Jean-Marc Vidal", Party.TOULOUSE),
    "list": Reader("Finanzen Düsseldorf", Party.DUESSELDORF),
}
MENUS = {
    "file": (("Meine Anträge", "Mes demandes"), ("Meine Organisation", "Mon organisation")),
    "review": (("Meine Anträge", "Ma file"), ("Abgleich", "Comparaison")),
    "keys": (("Zu unterschreiben", "À signer"), ("Rangliste", "Classement")),
    "list": (("Bescheide", "Notifications"),),
    "board": (("Meine Aufgaben", "Mes tâches"), ("Anträge", "Demandes"), ("Rangliste", "Classement")),
}

FUNDERS = [
    SimpleNamespace(
        code=Party.DUESSELDORF, name_de="Landeshauptstadt Düsseldorf", name_fr="Landeshauptstadt Düsseldorf",
        authority="Der Oberbürgermeister", department="Büro für Internationale und Europäische Angelegenheiten",
        street="Marktplatz 2", postal_code="40213", city="Düsseldorf", contact_name="Sabine Reinartz",
        phone="+49 211 89-00000", email="fonds@duesseldorf.example",
    ),
    SimpleNamespace(
        code=Party.TOULOUSE, name_de="Ville de Toulouse", name_fr="Ville de Toulouse", authority="Le Maire",
        department="Direction des relations internationales", street="1 place du Capitole", postal_code="31000",
        city="Toulouse", contact_name="Claire Delmas", phone="+33 5 61 00 00 00", email="fonds@toulouse.example",
    ),
    SimpleNamespace(
        code=Party.METROPOLE, name_de="Toulouse Métropole", name_fr="Toulouse Métropole", authority="Le Président",
        department="Direction de l’Europe et de l’international", street="6 rue René-Leduc", postal_code="31500",
        city="Toulouse", contact_name="Hélène Carrère", phone="+33 5 81 00 00 00", email="fonds@metropole.example",
    ),
]  # fmt: skip

CATEGORIES = [
    SimpleNamespace(
        number=number, from_cents=least, to_cents=most, share_bp=share, min_score=score,
        min_score_is_assumed=number in (2, 3), lead_days=None if most is None else 42,
        closings=[] if most else [(NIGHT.replace(month=2, day=28), True), (NIGHT.replace(month=6, day=30), False)],
    )
    for number, least, most, share, score in (
        (1, 0, 500_000, 8000, 30), (2, 500_000, 1_000_000, 8000, 50), (3, 1_000_000, 5_000_000, 8000, 70),
        (4, 5_000_000, None, 7000, 90),
    )
]  # fmt: skip

CRITERIA = (
    ("Bürgernähe und Zugänglichkeit", "Accessibilité", 8, 7), ("Wirkungsgrad", "Portée", 7, 6),
    ("Deutsch-französische Relevanz", "Pertinence franco-allemande", 9, 8),
    ("Partnerschaftlichkeit", "Caractère partenarial", 9, 8), ("Vernetzung", "Mise en réseau", 8, 7),
    ("Interkulturelles Lernen", "Apprentissage interculturel", 9, 7), ("Diversität", "Diversité", 8, 4),
    ("Geschlechtergerechtigkeit", "Égalité femmes-hommes", 6, 6), ("Sichtbarkeit", "Visibilité", 9, 8),
    ("Innovation", "Innovation", 8, 4), ("Umweltschutz", "Respect de l’environnement", 7, 3),
)  # fmt: skip


def say(german: str, french: str) -> str:
    return french if locale.language() == "fr" else german


def _options(*pairs: tuple[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


class Fields(forms.Form):
    """One field of every kind."""

    title = forms.Line("Titel des Vorhabens", [forms.required()], description="Höchstens 200 Zeichen.")
    summary = forms.Text("Beschreibung")
    amount = forms.MoneyField("Beantragter Betrag", [forms.required()])
    starts_on = forms.DateField("Beginn", [forms.required()])
    kind = SelectField("Art", choices=_options(("", "Bitte wählen"), ("a", "Begegnung")), validators=[forms.chosen()])
    side = RadioField(
        "Sitz", choices=_options(("DE", "Deutschland"), ("FR", "Frankreich")), validators=[forms.chosen()]
    )
    themes = SelectMultipleField("Themen", choices=_options(("k", "Kultur"), ("s", "Sport")))
    password = PasswordField("Kennwort", [forms.required()])
    agreed = BooleanField("Ich habe die Datenschutzerklärung gelesen.", [forms.required()])


def create() -> Flask:
    """The application of the guide; it answers with the real headers, so the policy is tried too."""
    app = Flask("grantflow", root_path=str(ROOT / "grantflow"), template_folder=str(ROOT / "templates"))
    app.config.update(SECRET_KEY="guide", SESSION_COOKIE_SECURE=False, WTF_CSRF_TIME_LIMIT=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    own = FileSystemLoader(str(ROOT / "tests/face/templates"))
    app.jinja_loader = ChoiceLoader([FileSystemLoader(str(ROOT / "templates")), own])
    locale.init_app(app)
    login = LoginManager(app)
    login.request_loader(lambda _request: None)
    CSRFProtect(app)

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers.update(headers.FIXED)
        return response

    @app.context_processor
    def frame() -> dict[str, Any]:
        page = request.path.rsplit("/", 1)[-1]
        menu = MENUS.get(page, (("Überblick", "Accueil"), ("Förderaufrufe", "Appels à projets")))
        return {
            "actor": READERS.get(page),
            "navigation": [{"label": say(*pair), "url": "/start", "current": not n} for n, pair in enumerate(menu)],
            "demo": "demo" in request.args,
            "links": LINKS,
            "language_urls": {code: f"{request.path}?lang={code}" for code in ("de", "fr")},
            "request_id": "7f3a91c2",
            "say": say,
        }

    _routes(app)
    return app


def _call() -> SimpleNamespace:
    return SimpleNamespace(
        title=say("Begegnung und Kultur 2027", "Rencontres et culture 2027"), code="27-1", url="/call",
        summary=say("Kategorien 1 bis 3, bis 50.000 €. Projektbeginn ab 14. März 2027.",
                    "Catégories 1 à 3, jusqu’à 50\u202f000\u00a0€. Début du projet à partir du 14 mars 2027."),
        opens_at=datetime(2026, 11, 1, tzinfo=UTC), closes_at=NIGHT, days_left=69, is_open=True, lead_days=42,
        return_days=14, first_instalment_bp=7500, report_months=2, points_max=110, guideline_version="1.0",
        guideline_on=date(2026, 6, 1),
    )  # fmt: skip


def _routes(app: Flask) -> None:
    @app.get("/start")
    @app.get("/start/<state>")
    def start(state: str = "") -> str:
        other = _call()
        other.title = say("Leuchtturmprojekte 2027", "Projets phares 2027")
        funders = (
            (Party.DUESSELDORF, 5_581_500, 6_000_000),
            (Party.TOULOUSE, 3_346_500, 3_600_000),
            (Party.METROPOLE, 2_235_000, 2_400_000),
        )
        rows = [SimpleNamespace(party=p, reserved_cents=used, envelope_cents=frame) for p, used, frame in funders]
        empty = state == "empty"
        return render_template(
            "pages/public/start.html", calls=[] if empty else [_call(), other], next_opening=NIGHT,
            categories=CATEGORIES, first_instalment_bp=7500, apply_url=None if empty else "/start", rules_url="/call",
            largest_share_bp=None if empty else 8000, lead_days=None if empty else 42,
            awarded=None if empty else SimpleNamespace(count=6, total_cents=11_163_000, funders=rows),
            agreement=SimpleNamespace(signed_on=date(2021, 1, 22), valid_to=date(2027, 1, 21)),
        )  # fmt: skip

    @app.get("/calls")
    def calls() -> str:
        return render_template("pages/public/calls.html", calls=[_call()], next_opening=None)

    @app.get("/call")
    def call() -> str:
        criteria = [
            SimpleNamespace(position=n, title=say(*row[:2]), question=say("Was bleibt?", "Que restera-t-il\u202f?"))
            for n, row in enumerate(CRITERIA, 1)
        ]
        return render_template(
            "pages/public/call.html", call=_call(), categories=CATEGORIES, criteria=criteria, apply_url="/start"
        )

    @app.get("/<any(contact, privacy, imprint, accessibility):name>")
    def duty(name: str) -> str:
        return render_template(f"pages/public/{name}.html", funders=FUNDERS)

    @app.get("/errors/<int:status>")
    def error(status: int) -> tuple[str, int]:
        return render_template(f"errors/{status}.html", says=_("This is no longer possible")), 200

    @app.get("/bare/<int:status>")
    def bare(status: int) -> str:
        """As after a fault: no person, no links, no menu."""
        alone = app.jinja_env.overlay()
        alone.globals = {name: value for name, value in alone.globals.items() if name != "csrf_token"}
        return alone.get_template(f"errors/{status}.html").render(
            url_for=lambda _endpoint, filename: f"/static/{filename}", says=""
        )

    @app.route("/guide/<name>", methods=["GET", "POST"])
    def guide(name: str) -> str:
        form = Fields()
        if request.args.get("wrong"):
            form.validate()
        if name == "list":
            flash(say("6 Bescheide als ZIP geladen.", "6 lettres téléchargées."), "ok")
        return render_template(
            f"guide_{name}.html", form=form, criteria=CRITERIA, parties=(Party.DUESSELDORF, Party.TOULOUSE),
            metropole=Party.METROPOLE,
        )  # fmt: skip


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve ``app`` on a free port of the loopback; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
