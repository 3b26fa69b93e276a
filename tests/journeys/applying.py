"""What an applicant does, from registering to the receipt."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from grantflow.kernel import clock
from tests.given import siret

from .visitor import Visitor


@dataclass(frozen=True)
class Story:
    """One run: who applies, in which language, and what the first reviewer of the lead's side does."""

    language: str
    organisation: str
    title: str
    office: str
    other_office: str


STORIES = {
    "de": Story("de", "Ruderfreunde Düsseldorf e. V.", "Rudern ohne Grenzen", "duesseldorf", "toulouse"),
    "fr": Story("fr", "Les Rameurs de la Garonne", "Ramer ensemble", "toulouse", "duesseldorf"),
}


def day(offset: int) -> str:
    return (clock.today() + timedelta(days=offset)).strftime("%d.%m.%Y")


def register(who: Visitor, email: str, password: str) -> None:
    who.go("/")
    who.look("start")
    who.link("See the call")
    who.look("call")
    who.go("/register")
    who.look("register")
    who.fill(
        given_name="Alex",
        family_name="Martin",
        email=email,
        password=password,
        address="neutral",
        language=who.language,
    )
    who.press("Register", exact=True)
    who.look("check-your-mail")
    follow_mail(who, email, "/confirm/")
    who.look("confirm")
    who.fill(password=password)
    who.press("Confirm and sign in")


def follow_mail(who: Visitor, email: str, path: str) -> None:
    """Open the demo's mailbox until the message is there, read it, follow its link."""
    who.go("/demo/mailbox")
    who.reload_until(email)
    row = who.page.get_by_role("row").filter(has_text=email).first
    who.click(row.get_by_role("link"))
    who.click(who.page.locator(f'main a[href*="{path}"]').first)


def describe_organisation(who: Visitor, story: Story) -> None:
    who.go("/organisations")
    who.look("organisations-empty")
    who.link("Describe an organisation")
    german = story.language == "de"
    who.fill(name=story.organisation, country="DE" if german else "FR")
    who.page.wait_for_load_state("networkidle")
    who.fill(kind="association")
    if not who.script:  # with script the fields of this kind have come by themselves
        who.press("Continue", "button", exact=True)
    who.field("street").wait_for()
    who.page.wait_for_load_state("networkidle")
    serial = uuid4().int % 900_000 + 100_000
    who.fill(
        street="Am Ufer 12" if german else "12 quai de la Daurade",
        postal_code="40213" if german else "31000",
        city="Düsseldorf" if german else "Toulouse",
        representative="Alex Martin",
        account_holder=story.organisation,
        iban="DE89370400440532013000" if german else "FR1420041010050500013M02606",
    )
    if german:
        who.fill(register_court="Düsseldorf", register_number=f"VR {serial}", exemption_on="03.03.2025")
    else:
        who.fill(rna=f"W31{serial:07d}", siret="12345678901234")
        who.press("Save", exact=True)
        assert who.field("street").input_value() == "12 quai de la Daurade"  # nothing typed is lost
        who.look("organisation-wrong-number")
        who.fill(siret=siret())
    who.look("organisation")
    who.press("Save", exact=True)
    who.sees_words(story.organisation)
    assert "/new" not in who.page.url, who.page.locator("main").inner_text()


def apply(who: Visitor, story: Story) -> str:
    """From the draft to the receipt; the file's number."""
    who.go("/applications")
    who.look("applications-empty")
    who.go("/applications/new")
    who.look("application-start")
    who.click(who.page.locator('main form#page-form button[type="submit"]').last)
    file_id = who.id_in_address()
    who.look("step-organisation")

    who.go(f"/applications/{file_id}/check")
    who.look("step-check-incomplete")
    who.click(who.page.locator("#page-form").get_by_role("button").last)
    who.look("step-check-refused")  # it lists what is missing instead

    german = story.language == "de"
    who.go(f"/applications/{file_id}/partner")
    who.look("step-partner")
    who.fill(
        has_partner="yes",
        name="Aviron toulousain" if german else "Ruderclub Germania e. V.",
        kind="association",
        city="Toulouse" if german else "Düsseldorf",
        contact_name="Camille Roux",
        email="roux@partner.example",
        role="Boote, Unterkunft und ein gemeinsamer Trainingsplan.",
    )
    who.press("Save and continue")
    who.look("step-project")
    text = "Vierzig Menschen rudern eine Woche lang in gemischten Booten. " * 3
    who.fill(
        title=story.title,
        theme="sport",
        format="group_exchange",
        summary=text,
        why_two_cities=text,
        encounter=text,
        success=text,
        innovation="Zum ersten Mal rudern beide Vereine in einem Boot.",
        networking="Zwei Schulen laden zum Proberudern ein.",
        visibility="Eine offene Regatta in jeder Stadt.",
        environment="Alle reisen mit der Bahn.",
        places="Düsseldorf, Toulouse",
    )
    # Switching the language keeps what was typed, unsaved as it is (D25).
    other = "fr" if german else "de"
    who.click(who.page.locator(f'button[name="_language"][value="{other}"]').first)
    assert who.field("title").input_value() == story.title
    who.click(who.page.locator(f'button[name="_language"][value="{story.language}"]').first)
    assert who.field("title").input_value() == story.title
    who.press("Save and continue")
    who.look("step-people")
    who.fill(
        participants_german="20",
        participants_french="20",
        volunteers="12",
        volunteer_hours="240",
        who_works="Zwölf Ehrenamtliche beider Vereine.",
        accessibility="Alle, die schwimmen können; Anfänger sitzen neben Erfahrenen.",
        diversity="Ein Drittel der Plätze ist für Menschen, die noch nie im anderen Land waren.",
        equality="In jedem Boot sitzen gleich viele Frauen und Männer.",
        mostly_minors="no",
        is_school_trip="no",
    )
    who.press("Save and continue")
    who.look("step-dates")
    who.fill(starts_on=day(120), ends_on=day(126))
    who.press("Save and continue")
    budget(who)
    who.look("step-declarations")
    for box in who.page.locator('main input[type="checkbox"][name="codes"]').all():
        who.tick(box)
    who.fill(channel="portal")
    who.press("Save and continue")
    who.look("step-check")
    who.click(who.page.locator("#page-form").get_by_role("button").last)
    who.page.wait_for_url(re.compile("/receipt"))
    who.look("receipt")
    receipt = who.page.locator("main").inner_text()
    number = re.search(r"DT-\d\d-\d-\d{3}", receipt)
    assert number, receipt
    assert re.search(r"[0-9a-f]{8}", receipt)  # the hash of the frozen answers
    who.go(f"/applications/{file_id}")
    who.look("file-submitted")
    who.sees_words(number.group())
    return number.group()


def budget(who: Visitor) -> None:
    """Unbalanced it may be saved; balanced to the cent it may be sent."""
    who.look("step-budget")
    who.fill(**{"costs-0-type": "travel", "costs-0-description": "Zug, 40 Personen", "costs-0-cents": "5.000,00"})
    who.press("Add a cost")
    who.fill(**{"costs-1-type": "stay", "costs-1-description": "Unterkunft", "costs-1-cents": "3 000,00"})
    if who.script:  # what cannot be read says so at once, where it stands
        who.fill(requested="viel")
        who.field("requested").blur()
        who.page.locator("#requested-error[role=alert]").wait_for()
        who.look("step-budget-unreadable")
    who.fill(requested="6.400,-", **{"incomes-0-description": "Beiträge", "incomes-0-cents": "1500 EUR"})
    if who.script:  # the sums follow each change
        who.field("incomes-0-cents").blur()
        who.page.locator("#requested-error").wait_for(state="detached")
    else:
        who.press("Recalculate")
    who.sees_words("100,00")  # what is still missing
    who.look("step-budget-unbalanced")
    who.fill(**{"incomes-0-cents": "1.600,00"})
    who.press("Save and continue")
