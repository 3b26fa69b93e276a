"""The fund as rows: funders and their law, the agreement and its successor, one call with all its limits.

Sources: domain.md, sections 0 to 4. Postal details of offices, e-mail addresses, telephone numbers and people are
invented; thresholds of categories 2 and 3 and the successor agreement are assumed, and marked so.
"""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from grantflow.calls.models import (
    Agreement,
    Call,
    Category,
    Closing,
    Criterion,
    Envelope,
    Funder,
    LegalText,
    RemedyRule,
)
from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party
from grantflow.platform.db import db

from .questions import questions


def funders() -> list[Funder]:
    return [
        Funder(
            code=Party.DUESSELDORF,
            name_de="Landeshauptstadt Düsseldorf",
            name_fr="Landeshauptstadt Düsseldorf",
            authority="Der Oberbürgermeister",
            department="Büro für Internationale und Europäische Angelegenheiten",
            function_ms="Leiterin des Büros für Internationale und Europäische Angelegenheiten",
            function_mr="Leiter des Büros für Internationale und Europäische Angelegenheiten",
            function_neutral="Leitung des Büros für Internationale und Europäische Angelegenheiten",
            street="Marktplatz 2",
            postal_code="40213",
            city="Düsseldorf",
            contact_name="Sabine Reinartz",
            phone="+49 211 89-00000",
            email="fonds@duesseldorf.example",
            register_prefix="D",
        ),
        Funder(
            code=Party.TOULOUSE,
            name_de="Ville de Toulouse",
            name_fr="Ville de Toulouse",
            authority="Le Maire",
            department="Direction des relations internationales",
            function_ms="Directrice des relations internationales, par délégation du Maire",
            function_mr="Directeur des relations internationales, par délégation du Maire",
            function_neutral="Direction des relations internationales, par délégation du Maire",
            street="1 place du Capitole",
            postal_code="31000",
            city="Toulouse",
            contact_name="Claire Delmas",
            phone="+33 5 61 00 00 00",
            email="fonds@toulouse.example",
            register_prefix="T",
        ),
        Funder(
            code=Party.METROPOLE,
            name_de="Toulouse Métropole",
            name_fr="Toulouse Métropole",
            authority="Le Président",
            department="Direction de l’Europe et de l’international",
            function_ms="Directrice de l’Europe et de l’international, par délégation du Président",
            function_mr="Directeur de l’Europe et de l’international, par délégation du Président",
            function_neutral="Direction de l’Europe et de l’international, par délégation du Président",
            street="6 rue René-Leduc",
            postal_code="31500",
            city="Toulouse",
            contact_name="Hélène Carrère",
            phone="+33 5 81 00 00 00",
            email="fonds@metropole.example",
            register_prefix="M",
        ),
    ]


def legal_basis() -> list[LegalText]:
    """The statutes only: an act prints the agreement and the guidelines of its own call, each with its date (R28)."""
    return [
        LegalText(
            funder_code=Party.DUESSELDORF,
            kind="legal_basis",
            text_de="§§ 35, 36 und 41 des Verwaltungsverfahrensgesetzes für das Land Nordrhein-Westfalen (VwVfG NRW)",
            text_fr="articles 35, 36 et 41 de la loi sur la procédure administrative du Land de Rhénanie-du-Nord-Westphalie "
            "(VwVfG NRW)",
            valid_from=date(2021, 1, 22),
        ),
        LegalText(
            funder_code=Party.TOULOUSE,
            kind="legal_basis",
            text_de="Art. L. 1115-1 und L. 2121-29 des französischen Gesetzbuchs über die Gebietskörperschaften (CGCT), "
            "Art. 9-1 und 10 des Gesetzes Nr. 2000-321 vom 12. April 2000",
            text_fr="articles L. 1115-1 et L. 2121-29 du code général des collectivités territoriales, articles 9-1 et 10 "
            "de la loi n° 2000-321 du 12 avril 2000",
            valid_from=date(2021, 1, 22),
        ),
        LegalText(
            funder_code=Party.METROPOLE,
            kind="legal_basis",
            text_de="Art. L. 1115-1 und L. 5217-2 des französischen Gesetzbuchs über die Gebietskörperschaften (CGCT), "
            "Art. 9-1 und 10 des Gesetzes Nr. 2000-321 vom 12. April 2000",
            text_fr="articles L. 1115-1 et L. 5217-2 du code général des collectivités territoriales, articles 9-1 et 10 "
            "de la loi n° 2000-321 du 12 avril 2000",
            valid_from=date(2021, 1, 22),
        ),
    ]


_TOULOUSE_COURT = {
    "court": "Tribunal administratif de Toulouse",
    "street": "68 rue Raymond-IV",
    "postal_code": "31000",
    "city": "Toulouse",
    "months": 2,
    "months_abroad": 2,
    "online": "www.telerecours.fr",
    "valid_from": date(2021, 1, 22),
}


def remedies() -> list[RemedyRule]:
    return [
        RemedyRule(
            funder_code=Party.DUESSELDORF,
            court="Verwaltungsgericht Düsseldorf",
            street="Bastionstraße 39",
            postal_code="40213",
            city="Düsseldorf",
            months=1,
            valid_from=date(2021, 1, 22),
        ),
        RemedyRule(funder_code=Party.TOULOUSE, **_TOULOUSE_COURT),
        RemedyRule(funder_code=Party.METROPOLE, **_TOULOUSE_COURT),
    ]


#: number, largest amount in EUR, share, threshold, threshold assumed, lead days (domain 1.2)
CATEGORIES = (
    (1, 5_000, 8000, 30, False, 42),
    (2, 10_000, 8000, 50, True, 42),
    (3, 50_000, 8000, 70, True, 42),
    (4, None, 7000, 90, False, None),
)

#: Codes of the criteria, in their order.
CODES = (
    *("accessibility", "impact", "relevance", "partnership", "networking", "learning"),
    *("diversity", "equality", "visibility", "innovation", "environment"),
)
#: What points mean, for every criterion alike.
SCALE = {
    "zero_de": "Der Antrag sagt dazu nichts, oder es widerspricht dem Ziel.",
    "zero_fr": "Le dossier n’en dit rien, ou va à l’encontre de l’objectif.",
    "five_de": "Der Gedanke überzeugt, die Umsetzung bleibt in Teilen offen.",
    "five_fr": "L’idée convainc, sa mise en œuvre reste en partie à préciser.",
    "ten_de": "Genau beschrieben, gut begründet und in beiden Städten gesichert.",
    "ten_fr": "Décrit avec précision, bien justifié et assuré dans les deux villes.",
}

#: German title, French title, and the question in both (domain 1.7; questions are our own wording)
CRITERIA = (
    (
        "Bürgernähe und Zugänglichkeit",
        "Accessibilité",
        "Wie leicht können Menschen ohne Vorkenntnisse, ohne Sprachkenntnisse und mit kleinem Einkommen mitmachen?",
        "Chacune et chacun peut-il participer, sans connaissances préalables, sans parler la langue, sans moyens ?",
    ),
    (
        "Wirkungsgrad",
        "Portée",
        "Was bleibt nach dem Projekt, und für wie viele?",
        "Que restera-t-il après le projet, et pour combien de personnes ?",
    ),
    (
        "Deutsch-französische Relevanz",
        "Pertinence franco-allemande",
        "Warum braucht das Vorhaben beide Länder?",
        "En quoi le projet a-t-il besoin des deux pays ?",
    ),
    (
        "Deutsch-französische Partnerschaftlichkeit",
        "Caractère partenarial",
        "Sind Planung, Arbeit und Verantwortung fair verteilt?",
        "La préparation, le travail et la responsabilité sont-ils équitablement partagés ?",
    ),
    (
        "Vernetzung",
        "Mise en réseau",
        "Welche weiteren Vereine, Schulen oder Einrichtungen werden einbezogen?",
        "Quelles autres associations, écoles ou institutions sont associées ?",
    ),
    (
        "Interkulturelles Lernen",
        "Apprentissage interculturel",
        "Wie lernen die Beteiligten voneinander?",
        "Comment les participantes et participants apprennent-ils les uns des autres ?",
    ),
    (
        "Diversität",
        "Diversité",
        "Wen erreicht das Projekt, der sonst fehlt?",
        "Qui le projet touche-t-il qui, d’ordinaire, reste à l’écart ?",
    ),
    (
        "Geschlechtergerechtigkeit",
        "Égalité femmes-hommes",
        "Wie werden alle Geschlechter gleich beteiligt?",
        "Comment l’égale participation de toutes et de tous est-elle assurée ?",
    ),
    (
        "Sichtbarkeit",
        "Visibilité",
        "Wer erfährt von dem Projekt und von der Städtefreundschaft?",
        "Qui entendra parler du projet et de l’accord de coopération ?",
    ),
    (
        "Innovation",
        "Innovation",
        "Was ist neu daran?",
        "Qu’y a-t-il de nouveau ?",
    ),
    (
        "Umweltschutz",
        "Respect de l’environnement",
        "Wie werden Reisen, Verpflegung und Material umweltfreundlich gestaltet?",
        "Comment les voyages, les repas et le matériel ménagent-ils l’environnement ?",
    ),
)

#: Limit in EUR and weight of each funder (D7).
ENVELOPES = ((Party.DUESSELDORF, 60_000, 50), (Party.TOULOUSE, 36_000, 30), (Party.METROPOLE, 24_000, 20))


def is_loaded() -> bool:
    return db.session.scalar(select(Funder.code).limit(1)) is not None


def load_fund() -> Call:
    """Write the fund's rows, with a call open now and for up to ten weeks more; the caller commits."""
    today = clock.today()
    first = Agreement(
        code="2021",
        title_de="Vereinbarung zur Städtefreundschaft",
        title_fr="Accord de coopération",
        signed_on=date(2021, 1, 22),
        valid_from=date(2021, 1, 22),
        valid_to=date(2027, 1, 21),
    )
    successor = Agreement(
        code="2027",
        title_de="Vereinbarung zur Städtefreundschaft (Nachfolge)",
        title_fr="Accord de coopération (renouvellement)",
        signed_on=date(2027, 1, 22),
        valid_from=date(2027, 1, 22),
        valid_to=date(2033, 1, 21),
        is_assumed=True,
    )
    agreement = first if today <= first.valid_to else successor
    # A call lies inside one agreement (D2).
    opens = max(today - timedelta(days=120), agreement.valid_from)
    closes = min(today + timedelta(days=70), agreement.valid_to)
    year = closes.year % 100
    call = Call(
        agreement=agreement,
        code=f"{year}-1",
        title_de=f"Begegnung und Kultur {closes.year}",
        title_fr=f"Rencontres et culture {closes.year}",
        summary_de="Für Vereine, Initiativen und Gruppen aus Düsseldorf und Toulouse, die gemeinsam ein Projekt tragen: "
        "Jugend, Sport, Kultur, Klima, Zusammenhalt, Sprache und Gleichstellung.",
        summary_fr="Pour les associations, collectifs et groupes de Düsseldorf et de Toulouse qui portent un projet "
        "ensemble : jeunesse, sport, culture, climat, cohésion, langue et égalité.",
        opens_at=_midnight(opens),
        closes_at=_last_minute(closes),
        guideline_version="1.0",
        guideline_on=opens - timedelta(days=30),
        lead_days=42,
        return_days=14,
        reviewers_per_side=1,
        gap_limit=33,
        points_max=110,
        first_instalment_bp=7500,
        report_months=2,
        categories=[
            Category(
                number=number,
                up_to_cents=None if up_to is None else eur(up_to),
                share_bp=share,
                min_score=score,
                min_score_is_assumed=assumed,
                lead_days=lead,
                closings=[]
                if lead
                else [Closing(closes_at=_last_minute(day)) for day in _lighthouse_dates(opens, closes)],
            )
            for number, up_to, share, score, assumed, lead in CATEGORIES
        ],
        criteria=[
            Criterion(
                code=code,
                position=position,
                title_de=title_de,
                title_fr=title_fr,
                question_de=question_de,
                question_fr=question_fr,
                **SCALE,
            )
            for position, (code, (title_de, title_fr, question_de, question_fr)) in enumerate(
                zip(CODES, CRITERIA, strict=True), 1
            )
        ],
        envelopes=[
            Envelope(funder_code=party, position=position, limit_cents=eur(limit), weight=weight)
            for position, (party, limit, weight) in enumerate(ENVELOPES, 1)
        ],
    )
    call.questions = questions(call.criteria)
    db.session.add_all([*funders(), *legal_basis(), *remedies()])
    db.session.flush()
    db.session.add_all([first, successor, call])
    db.session.flush()
    return call


def _lighthouse_dates(opens: date, closes: date) -> list[date]:
    """Category 4 closes on 28 February, 30 June and 31 October (R2): those within the call, else its last day."""
    wanted = [date(y, m, d) for y in range(opens.year, closes.year + 1) for m, d in ((2, 28), (6, 30), (10, 31))]
    return [day for day in wanted if opens <= day <= closes] or [closes]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0, 0), clock.LOCAL).astimezone(UTC)


def _last_minute(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), clock.LOCAL).astimezone(UTC)
