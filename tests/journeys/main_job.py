"""The main job, end to end, in a real browser: from an association's registration to the letters finance downloads."""

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pikepdf

from grantflow.kernel import clock
from tests.given import siret

from .visitor import Company, Visitor, saved


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


# --- 1 and 2: the association --------------------------------------------------------------------


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


# --- 3 and 4: offices and reviewers --------------------------------------------------------------


def formal_check(office: Visitor, number: str) -> str:
    """Return it once with a reason; the file's address."""
    open_file(office, number)
    office.look("staff-file-submitted")
    return office.id_in_address()


def open_file(office: Visitor, number: str) -> None:
    office.go("/staff/applications?q=" + number)
    office.look("staff-list")
    office.click(office.page.get_by_role("row").filter(has_text=number).get_by_role("link").first)


def decide_formally(office: Visitor, verdict: str, reason: str = "") -> None:
    form = office.page.locator(f'form:has([name="verdict"][value="{verdict}"])').first
    office.tick(form.locator(f'[name="verdict"][value="{verdict}"]').first)
    if reason:
        office.type(form.locator('[name="reason"]'), reason)
    office.click(form.get_by_role("button").last)
    office.page.wait_for_load_state()


def assign(office: Visitor, file_id: str, name: str) -> None:
    office.go(f"/staff/applications/{file_id}")
    office.look("staff-file-to-assign")
    choice = office.page.locator('select[name="reviewer"]')
    value = choice.locator("option").filter(has_text=name).get_attribute("value")
    assert value is not None
    office.choose(choice, value)
    office.press("Assign", exact=True)


def assess(reviewer: Visitor, file_id: str, points: int, amount: str) -> None:
    reviewer.go("/review")
    reviewer.look("review-queue")
    reviewer.go(f"/review/{file_id}/declaration")
    reviewer.look("review-declare")
    reviewer.fill(conflict="no", confidential="on")
    reviewer.press("Declare", exact=True)
    reviewer.go(f"/review/{file_id}")
    reviewer.look("review-assess")
    for position in range(1, 12):
        reviewer.fill(**{f"points_{position}": str(points)})
        comment = reviewer.field(f"comment_{position}")
        if not comment.is_visible():
            reviewer.click(reviewer.page.locator(f"#criterion-{position}"))
        reviewer.type(comment, "Gut begründet und gemeinsam geplant.")
    reviewer.press("Submit the review")
    reviewer.look("review-missing")  # the recommendation was left out: everything else is still there
    assert reviewer.page.locator(f'[name="points_11"][value="{points}"]').is_checked()
    reviewer.fill(recommended=amount, comment="Überzeugend in beiden Städten.")
    reviewer.press("Submit the review")
    reviewer.go(f"/review/{file_id}")
    reviewer.look("review-submitted")


# --- 5: the decision -----------------------------------------------------------------------------


def propose(office: Visitor, file_id: str) -> None:
    office.go("/decisions/ranking")
    office.look("ranking")
    office.go(f"/decisions/files/{file_id}")
    office.look("propose")
    office.fill(
        outcome="award",
        # In both languages on one demo, whose awards and open proposals leave little.
        award="4000,00",
        share_duesseldorf="2000",
        share_toulouse="1200",
        share_metropole="800",
        purpose_de="Gefördert werden eine gemeinsame Regatta und die Reise dorthin.",
        purpose_fr="La subvention finance une régate commune et le voyage.",
        reason_de="Das Vorhaben führt Menschen beider Städte zusammen.",
        reason_fr="Le projet réunit des habitantes et habitants des deux villes.",
        conditions_de="Die Anreise erfolgt mit der Bahn.",
        conditions_fr="Le voyage se fait en train.",
    )
    office.click(office.page.locator('#page-form button[type="submit"]:not([value="split"]):visible').last)
    office.page.wait_for_load_state()


def deliberate(office: Visitor, proposal_id: str) -> None:
    office.go(f"/decisions/{proposal_id}/deliberations")
    office.look("deliberations")
    office.fill(
        toulouse_number="DEL-2026-11-101",
        toulouse_on=day(-1),
        metropole_number="DEL-2026-11-101-M",
        metropole_on=day(-1),
    )
    office.press("Save", exact=True)


def sign(signatory: Visitor, proposal_id: str, password: str) -> None:
    signatory.go("/decisions/to-sign")
    signatory.look("to-sign")
    signatory.go(f"/decisions/{proposal_id}")
    signatory.look("two-keys")
    signatory.fill(noted="on", password="das war das falsche Wort")
    signatory.click(signatory.page.locator("#page-form button[type=submit]").last)
    signatory.look("two-keys-wrong-password")
    signatory.fill(noted="on", password=password)
    signatory.click(signatory.page.locator("#page-form button[type=submit]").last)
    signatory.page.wait_for_load_state()


# --- the journey ---------------------------------------------------------------------------------


def journey(company: Company, story: Story, folder: Path) -> None:
    running = company.running
    email, password = f"alex-{uuid4().hex[:8]}@verein.example", "Acht Boote auf dem Rhein"
    applicant = company.visitor(story.language)
    register(applicant, email, password)
    describe_organisation(applicant, story)
    number = apply(applicant, story)

    office = company.staff("office", story.office)
    file_id = formal_check(office, number)
    decide_formally(office, "return", "Bitte nennen Sie die Unterkunft. / Merci de préciser l’hébergement.")
    applicant.go(f"/applications/{file_id}")
    applicant.look("file-returned")
    applicant.go(f"/applications/{file_id}/check")
    applicant.click(applicant.page.locator("#page-form").get_by_role("button").last)
    applicant.page.wait_for_url(re.compile("/receipt"))
    applicant.sees_words(number)  # the number stays
    office.go(f"/staff/applications/{file_id}")
    decide_formally(office, "admit")
    office.look("staff-file-admitted")

    other = company.staff("office", story.other_office)
    german, french = (office, other) if story.office == "duesseldorf" else (other, office)
    assign(german, file_id, "Svenja Albers")
    assign(french, file_id, "Mireille Fabre")
    albers, fabre = company.staff("reviewer", "duesseldorf"), company.staff("reviewer", "toulouse")
    assess(albers, file_id, 8, "6400")
    assess(fabre, file_id, 7, "6000")
    fabre.go(f"/review/{file_id}/comparison")
    fabre.look("review-compare")
    fabre.sees_words("88")
    fabre.sees_words("77")

    propose(office, file_id)
    proposal_id = office.id_in_address()
    office.look("proposal")
    deliberate(french, proposal_id)
    signatories = {party: company.staff("signatory", party) for party in ("duesseldorf", "toulouse", "metropole")}
    sign(signatories["duesseldorf"], proposal_id, running.password)
    sign(signatories["metropole"], proposal_id, running.password)
    sign(signatories["toulouse"], proposal_id, running.password)
    signatories["toulouse"].look("decided")

    for party, amount in (("duesseldorf", 2000), ("toulouse", 1200), ("metropole", 800)):
        finance(company.staff("finance", party), number, amount, folder)
    letters_of_applicant(applicant, file_id, folder)
    messages(applicant, email)
    administration(company, story)
    company.verdict()


def finance(desk: Visitor, number: str, amount: int, folder: Path) -> None:
    desk.go("/finance/letters?q=" + number)
    rows = desk.page.locator("main tbody tr")
    for _ in range(60):
        if rows.filter(has=desk.page.get_by_role("link", name="PDF")).count() == rows.count() > 0:
            break
        desk.page.wait_for_timeout(1000)
        desk.page.reload()
    desk.look("finance-letters")
    shown = re.sub(r"\s", " ", desk.page.locator("main").inner_text())
    written = f"{amount:,}".replace(",", "." if desk.language == "de" else " ") + ",00"
    assert written in shown, shown
    with desk.download() as caught:
        desk.click(rows.get_by_role("link", name="PDF").first)
    pdf = saved(caught[0], folder)
    assert pdf.startswith(b"%PDF")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) in {"de", "fr"}
    for tick in desk.page.locator('main input[name="letter"]:not([disabled])').all():
        desk.tick(tick)
    with desk.download() as caught:
        desk.press("As ZIP with index")
    with zipfile.ZipFile(io.BytesIO(saved(caught[0], folder))) as archive:
        names = archive.namelist()
        assert sum(name.endswith(".pdf") for name in names) == rows.count()
        assert any(name.endswith(".csv") for name in names)
    desk.go("/staff/applications")
    assert desk.page.locator("h1").count() == 1  # refused: finance sees no files and no reviews
    desk.look("refused")


def letters_of_applicant(applicant: Visitor, file_id: str, folder: Path) -> None:
    applicant.go(f"/applications/{file_id}")
    applicant.look("file-awarded")
    links = applicant.page.locator(f'main a[href*="/applications/{file_id}/letters/"]')
    # Three acts, and a courtesy translation of each that is not in the applicant's language.
    assert links.count() == (5 if applicant.language == "de" else 4)
    with applicant.download() as caught:
        applicant.click(links.first)
    assert saved(caught[0], folder).startswith(b"%PDF")


def messages(applicant: Visitor, email: str) -> None:
    """Receipt, return, admission and decision, each under a subject of its own, in the applicant's language."""
    applicant.go("/demo/mailbox")
    applicant.look("mailbox")
    rows = applicant.page.get_by_role("row").filter(has_text=email)
    subjects = [row.get_by_role("link").inner_text() for row in rows.all()]
    assert len(set(subjects)) >= 5, subjects


def invitation(company: Company, admin: Visitor, story: Story, password: str) -> None:
    """A colleague is invited, arrives, is given another role, and has to sign in anew."""
    email = f"neu-{story.language}@{story.office}.example"
    admin.go("/people/invite")
    admin.look("people-invite")
    admin.fill(given_name="Noa", family_name="Neumann", email=email, language=admin.language, roles="reviewer")
    admin.press("Send the invitation")
    newcomer = company.visitor(admin.language, "newcomer")
    follow_mail(newcomer, email, "/invitation/")
    newcomer.look("invitation")
    newcomer.fill(password=password, address="neutral")
    newcomer.press("Open my account")
    newcomer.sign_in(email, password)
    newcomer.look("newcomer-home")
    admin.go("/people")
    admin.click(admin.page.get_by_role("row").filter(has_text=email).get_by_role("link").first)
    admin.look("person")
    admin.fill(roles="signatory")
    admin.press("Save the roles")
    newcomer.go("/home")
    newcomer.sees("Sign in")
    newcomer.sign_in(email, password)
    newcomer.link("To sign")
    newcomer.look("to-sign-empty")


def administration(company: Company, story: Story) -> None:
    admin = company.staff("administrator", story.office)
    invitation(company, admin, story, company.running.password)
    for path, name in (
        ("/home", "admin-home"),
        ("/people", "people"),
        ("/admin/calls", "calls-rules"),
        ("/audit/", "audit-trail"),
        ("/workers", "workers"),
        ("/profile", "profile"),
    ):
        admin.go(path)
        admin.look(name)
    for path, name in (
        ("/privacy", "privacy"),
        ("/imprint", "imprint"),
        ("/contact", "contact"),
        ("/accessibility", "accessibility"),
    ):
        admin.go(path)
        admin.look(name)
