"""The main job, end to end, in a real browser: from an association's registration to the letters finance downloads."""

import io
import re
import zipfile
from pathlib import Path
from uuid import uuid4

import pikepdf

from tests.journeys.applying import Story, apply, day, describe_organisation, follow_mail, register

from .visitor import Company, Visitor, saved


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
        finance(company.staff("finance", party), number, amount, folder, running.password)
    letters_of_applicant(applicant, file_id, folder)
    messages(applicant, email)
    administration(company, story)
    company.verdict()


def prove(who: Visitor, password: str) -> None:
    """A weighty step asks once more who is there, and keeps what was typed."""
    who.look("prove")
    who.fill(password=password)
    who.press("Confirm")


def finance(desk: Visitor, number: str, amount: int, folder: Path, password: str) -> None:
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
    listed = rows.count()
    desk.press("As ZIP with index")
    with desk.download() as caught:
        prove(desk, password)
    with zipfile.ZipFile(io.BytesIO(saved(caught[0], folder))) as archive:
        names = archive.namelist()
        assert sum(name.endswith(".pdf") for name in names) == listed
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
    """A colleague is invited, arrives, is given another role that needs no second administrator, and signs in anew."""
    email = f"neu-{story.language}@{story.office}.example"
    admin.go("/people/invite")
    admin.look("people-invite")
    admin.fill(given_name="Noa", family_name="Neumann", email=email, language=admin.language, roles="reviewer")
    admin.press("Send the invitation")
    prove(admin, password)
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
    admin.fill(roles="office")
    admin.press("Save the roles")
    newcomer.go("/home")
    newcomer.sees("Sign in")
    newcomer.sign_in(email, password)
    newcomer.link("Ranking")
    newcomer.look("ranking-newcomer")


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
