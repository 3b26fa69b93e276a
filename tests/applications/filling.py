"""What is typed into the steps of an application."""

from datetime import timedelta

from grantflow.kernel import clock


def budget_form(costs: str = "11.800,00", asked: str = "9.400,00", own: str = "2.400,00") -> dict[str, str]:
    return {
        "costs-0-type": "travel",
        "costs-0-description": "28 Bahnfahrkarten",
        "costs-0-side": "german",
        "costs-0-cents": costs,
        "requested": asked,
        "incomes-0-type": "own_funds",
        "incomes-0-description": "Vereinskasse",
        "incomes-0-cents": own,
        "uses-0-type": "volunteering",
        "uses-0-description": "",
        "uses-0-cents": "",
        "sources-0-type": "volunteering",
        "sources-0-description": "",
        "sources-0-cents": "",
        "other_public_funding": "",
        "action": "next",
    }


def partner_form(**changes: str) -> dict[str, str]:
    return {
        "has_partner": "yes",
        "name": "Judo Club Toulousain",
        "kind": "association",
        "city": "Toulouse",
        "contact_name": "Élodie Castan",
        "email": "castan@example.org",
        "run_by": "",
        "role": "Beide planen gemeinsam.",
        **changes,
    }


PROJECT = {
    "title": "Tatami ohne Grenzen",
    "theme": "sport",
    "format": "group_exchange",
    "places": "Düsseldorf, Toulouse",
    "summary": "Eine Woche Training.",
    "why_two_cities": "Weil.",
    "encounter": "In Tandems.",
    "success": "Ein Turnier.",
    "innovation": "Die erste gemeinsame Woche.",
    "networking": "Zwei Schulen.",
    "visibility": "Offenes Training.",
    "environment": "Mit der Bahn.",
}
PEOPLE = {
    "participants_german": "14",
    "participants_french": "14",
    "volunteers": "12",
    "volunteer_hours": "480",
    "who_works": "Ehrenamtliche",
    "accessibility": "Alle ab 16 Jahren.",
    "diversity": "Wer noch nie in Toulouse war.",
    "equality": "Halb Frauen, halb Männer.",
    "mostly_minors": "no",
    "is_school_trip": "no",
}


def dates_form() -> dict[str, str]:
    start = clock.today() + timedelta(days=90)
    return {"starts_on": f"{start:%d.%m.%Y}", "ends_on": f"{start + timedelta(days=6):%d/%m/%Y}"}
