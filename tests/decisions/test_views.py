"""The pages of the decision: for each a good way, a refusal and an invalid form; and what nobody else may see."""

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grantflow.accounts.models import Person
from grantflow.applications import service as applications
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.decisions import queries
from grantflow.decisions.models import Proposal
from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Role, Side
from grantflow.letters.states import Channel
from grantflow.platform.db import db
from tests.given import PASSWORD, PURPOSE, Given, written

As = Callable[[Person], FlaskClient]
D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE


def form(**changes: str) -> dict[str, str]:
    return {
        "seen": "0",
        "outcome": "award",
        "award": "9.400,00",
        "share_duesseldorf": "4.700,00",
        "share_toulouse": "2820",
        "share_metropole": "1 880,00",
        **PURPOSE,
        "reason_de": "",
        "reason_fr": "",
        "conditions_de": "",
        "conditions_fr": "",
        "action": "propose",
        **changes,
    }


def prefilled(page: str, name: str) -> str:
    """What stands in a text area."""
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    assert found
    return found[1].strip()


def test_the_form_suggests_and_the_office_proposes(app: Flask, given: Given, as_: As):
    file = given.assessed()
    client = as_(given.office(Side.GERMAN))
    page = client.get(f"/decisions/files/{file.id}?lang=de").get_data(as_text=True)
    assert 'value="4.700,00"' in page
    assert prefilled(page, "purpose_de") == written(file).summary
    assert prefilled(page, "purpose_fr") == ""
    reply = client.post(f"/decisions/files/{file.id}", data=form())
    assert reply.status_code == 302
    with app.app_context():
        proposal = db.session.scalars(select(Proposal)).one()
        assert [share.cents for share in proposal.shares] == [eur(4_700), eur(2_820), eur(1_880)]
        assert proposal.application.state is State.PROPOSED
    assert client.get(reply.location).status_code == 200


def test_an_unsound_proposal_keeps_what_was_typed(app: Flask, given: Given, as_: As):
    file = given.assessed()
    client = as_(given.office(Side.GERMAN))
    reply = client.post(
        f"/decisions/files/{file.id}?lang=de", data=form(share_toulouse="2.820,01", conditions_de="Nur deutsch")
    )
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "Die Differenz beträgt 0,01" in page.replace("\xa0", " ")
    assert "Nur deutsch" in page
    assert 'value="2.820,01"' in page
    assert given.reload(file.id).state is State.ASSESSED


def test_the_other_language_keeps_what_was_typed_too(given: Given, as_: As):
    file = given.assessed()
    client = as_(given.office(Side.GERMAN))
    reply = client.post(f"/decisions/files/{file.id}", data=form(reason_de="Halb getippt", _language="fr"))
    assert reply.status_code == 200
    assert "Halb getippt" in reply.get_data(as_text=True)
    assert "Soumettre aux deux villes" in reply.get_data(as_text=True)


def test_an_award_that_cannot_be_read_is_not_split_as_nothing(given: Given, as_: As):
    file = given.assessed()
    client = as_(given.office(Side.GERMAN))
    typed = form(award="tausend", action="split", share_duesseldorf="500")
    reply = client.post(f"/decisions/files/{file.id}", data=typed).get_data(as_text=True)
    assert 'id="award-error"' in reply
    assert 'value="tausend"' in reply
    assert 'value="500"' in reply


def test_the_split_is_computed_without_script(given: Given, as_: As):
    file = given.assessed()
    client = as_(given.office(Side.GERMAN))
    reply = client.post(f"/decisions/files/{file.id}", data=form(award="1.000", action="split", reason_de="Bleibt"))
    page = reply.get_data(as_text=True)
    assert reply.status_code == 200
    assert all(f'value="{part}"' in page for part in ("500,00", "300,00", "200,00"))
    assert "Bleibt" in page
    assert given.reload(file.id).state is State.ASSESSED


def test_other_offices_do_not_propose_and_a_gap_says_who_can_act(given: Given, as_: As):
    file = given.assessed(10, 6)
    assert as_(given.office(Side.FRENCH)).get(f"/decisions/files/{file.id}").status_code == 403
    client = as_(given.office(Side.GERMAN))
    page = client.get(f"/decisions/files/{file.id}?lang=de").get_data(as_text=True)
    assert "44 Punkte auseinander" in page
    assert 'name="award"' not in page
    assert client.post(f"/decisions/files/{file.id}", data=form()).status_code == 409


def test_toulouse_enters_deliberations_on_its_own_page(given: Given, as_: As):
    proposal = given.proposed(votes=False)
    path = f"/decisions/{proposal.id}/deliberations"
    assert as_(given.office(Side.GERMAN)).get(path).status_code == 403
    client = as_(given.office(Side.FRENCH))
    assert client.get(path).status_code == 200
    half = client.post(path, data={"toulouse_number": "DEL-1"})
    assert half.status_code == 422
    day = clock.today().strftime("%d/%m/%Y")
    votes = {"toulouse_number": "DEL-1", "toulouse_on": day, "metropole_number": "DEL-2", "metropole_on": day}
    assert client.post(path, data=votes).status_code == 302
    assert [s.deliberation_number for s in given.proposal(proposal.id).shares] == ["", "DEL-1", "DEL-2"]


def sign(client: FlaskClient, proposal: Proposal, verb: str = "key", **changes: str):
    data = {"digest": proposal.digest, "noted": "y", "password": PASSWORD, **changes}
    return client.post(f"/decisions/{proposal.id}/{verb}", data=data)


def test_two_signatories_decide_by_their_pages(app: Flask, given: Given, as_: As):
    proposal = given.proposed()
    anke, jean, sophie = (as_(given.signatory(party, name=f"Name {party}")) for party in Party)
    page = anke.get(f"/decisions/{proposal.id}?lang=de").get_data(as_text=True)
    assert "Entscheidung unterzeichnen" in page
    assert sign(anke, proposal).status_code == 302
    page = jean.get(f"/decisions/{proposal.id}?lang=fr").get_data(as_text=True)
    assert "n’a pas encore donné son accord" in page
    assert 'name="password"' not in page
    assert sign(sophie, proposal, "consent").status_code == 302
    page = jean.get(f"/decisions/{proposal.id}?lang=fr").get_data(as_text=True)
    assert "Votre signature autorise l’envoi de 3 décisions" in page
    assert "Contenu identique" in page
    reply = sign(jean, proposal)
    assert reply.status_code == 302
    page = jean.get(reply.location).get_data(as_text=True)
    assert "9\u202f400,00\xa0€ attribués" in page
    assert f"T-{clock.today().year}-0001" in page
    assert given.reload(proposal.application_id).state is State.AWARDED


def test_metropole_is_asked_for_its_consent_and_for_no_signature(given: Given, as_: As):
    proposal = given.turn(given.proposed(), given.signatory(D, name="Anke Sommer"))
    client = as_(given.signatory(M))
    page = client.get(f"/decisions/{proposal.id}?lang=de").get_data(as_text=True)
    for words in ("Wozu Sie Ihre Zustimmung geben", "stimme ihm für Toulouse Métropole zu", "Ihre Zustimmung"):
        assert words in page
    for words in ("Was Sie unterzeichnen", "unterzeichne sie für"):
        assert words not in page
    reply = sign(client, proposal, "consent")
    assert "Ihre Zustimmung ist erteilt." in client.get(reply.location).get_data(as_text=True)
    page = as_(given.signatory(M)).get(f"/decisions/{proposal.id}?lang=de").get_data(as_text=True)
    assert "Toulouse Métropole hat diesem Vorschlag bereits zugestimmt." in page


def test_who_entered_a_deliberation_is_named_beside_it(app: Flask, given: Given, as_: As):
    proposal = given.proposed(votes=False, by=given.staff(Role.OFFICE, D, name="Vera Verfasserin"))
    clerk = as_(given.staff(Role.OFFICE, T, name="Claire Greffière"))
    day = clock.today().strftime("%d/%m/%Y")
    votes = {"toulouse_number": "DEL-1", "toulouse_on": day, "metropole_number": "DEL-2", "metropole_on": day}
    clerk.post(f"/decisions/{proposal.id}/deliberations", data=votes)
    page = as_(given.signatory(D)).get(f"/decisions/{proposal.id}?lang=de").get_data(as_text=True)
    assert page.count("eingetragen von Claire Greffière") == 2
    assert "Vera Verfasserin, " in page


def test_a_wrong_password_and_a_box_not_ticked_are_said_at_their_fields(given: Given, as_: As):
    proposal = given.proposed()
    client = as_(given.signatory(D))
    wrong = sign(client, proposal, password="Nicht mein Passwort 1")
    assert wrong.status_code == 422
    assert "password-error" in wrong.get_data(as_text=True)
    unticked = client.post(f"/decisions/{proposal.id}/key", data={"digest": proposal.digest, "password": PASSWORD})
    assert unticked.status_code == 422
    assert "noted-error" in unticked.get_data(as_text=True)
    assert given.proposal(proposal.id).keys == []


def test_a_changed_proposal_answers_409_with_what_stands_now(given: Given, as_: As):
    proposal = given.proposed()
    client = as_(given.signatory(D))
    reply = sign(client, proposal, digest="0" * 64)
    page = reply.get_data(as_text=True)
    assert reply.status_code == 409
    assert "Nichts wurde unterzeichnet" in page
    assert "Entscheidung unterzeichnen" in page


def test_the_wrong_people_cannot_sign(given: Given, as_: As):
    proposal = given.proposed(shares={D: eur(6_000), T: eur(3_400), M: 0})
    assert sign(as_(given.office(Side.GERMAN)), proposal).status_code == 403
    assert sign(as_(given.signatory(M)), proposal, "consent").status_code == 403
    assert sign(as_(given.signatory(D)), proposal, "consent").status_code == 403


def test_an_act_can_be_read_in_both_languages_before_it_is_signed(given: Given, as_: As):
    proposal = given.proposed(shares={D: eur(6_000), T: eur(3_400), M: 0})
    client = as_(given.signatory(T))
    french = client.get(f"/decisions/{proposal.id}/letters/toulouse?lang=fr").get_data(as_text=True)
    assert "tribunal administratif de Toulouse" in french
    assert "notifiée par le téléservice" in french
    assert "<style" not in french
    german = client.get(f"/decisions/{proposal.id}/letters/toulouse?in=de").get_data(as_text=True)
    assert "Verwaltungsgericht Toulouse" in german
    assert client.get(f"/decisions/{proposal.id}/letters/metropole").status_code == 404
    assert client.get(f"/decisions/{proposal.id}/letters/nobody").status_code == 404


def test_an_act_that_goes_by_post_is_read_as_it_will_be_printed(given: Given, as_: As):
    proposal = given.proposed(given.assessed(channel=Channel.POST))
    french = as_(given.signatory(T)).get(f"/decisions/{proposal.id}/letters/toulouse").get_data(as_text=True)
    act = french.partition("<article")[2].partition("</article>")[0]
    assert "notifiée par courrier" in act
    assert "téléservice" not in act


def test_sending_back_needs_a_reason_and_a_say(given: Given, as_: As):
    proposal = given.proposed()
    path = f"/decisions/{proposal.id}/return"
    assert as_(given.office(Side.FRENCH)).get(path).status_code == 403
    client = as_(given.signatory(T))
    assert client.get(path).status_code == 200
    assert client.post(path, data={"reason": " "}).status_code == 422
    assert client.post(path, data={"reason": "Zu viel."}).status_code == 302
    assert given.reload(proposal.application_id).state is State.ASSESSED
    page = as_(given.office(Side.GERMAN)).get(f"/decisions/files/{proposal.application_id}").get_data(as_text=True)
    assert "Zu viel." in page


def test_what_was_sent_back_no_longer_waits_for_keys(given: Given, as_: As):
    proposal = given.proposed()
    client = as_(given.signatory(T))
    path = f"/decisions/{proposal.id}"
    for language, awaited in (("de", "Was Sie unterzeichnen"), ("fr", "Ce que vous signez")):
        page = client.get(f"{path}?lang={language}").get_data(as_text=True)
        assert awaited in page
        assert 'class="keys"' in page
    client.post(f"{path}/return", data={"reason": "Zu viel."})
    for language, heading, gone in (
        ("de", "Was zurückgegeben wurde", ("Was Sie unterzeichnen", "Steht aus", "von 2 Unterschriften")),
        ("fr", "Ce qui a été renvoyé", ("Ce que vous signez", "signatures sur 2", "signature sur 2")),
    ):
        page = client.get(f"{path}?lang={language}").get_data(as_text=True)
        assert heading in page
        assert 'class="keys"' not in page
        assert not any(words in page for words in gone)


def test_the_list_to_sign_tells_what_waits_for_whom(given: Given, as_: As):
    mine = given.proposed(given.assessed(title="Für mich"))
    given.proposed(given.assessed(title="Ohne Beschluss"), votes=False)
    jean = given.signatory(T)
    page = as_(jean).get("/decisions/to-sign?lang=fr").get_data(as_text=True)
    assert page.index("Für mich") < page.index("En attente d’autres signatures") < page.index("Ohne Beschluss")
    office = as_(given.office(Side.FRENCH)).get("/decisions/to-sign?lang=fr").get_data(as_text=True)
    assert office.index("Délibérations à saisir") < office.index("Ohne Beschluss")
    assert "Aucune" not in office
    assert mine.is_open


def test_a_file_that_awaits_its_leads_confirmation_waits_for_no_key(app: Flask, given: Given):
    signatory, proposal = given.signatory(D), given.proposed()
    with app.app_context():
        application = db.session.get_one(Application, proposal.application_id)
        assert queries.tasks(signatory)[application.call_id].to_sign == 1
        applications.withdraw_partner(application, reason="Aufgelöst", by=given.office(application.lead_side))
        assert application.call_id not in queries.tasks(signatory)
        lists = queries.to_sign(signatory, application.call_id)
        assert (lists.mine, [row.why_not[0].key for row in lists.others]) == ([], ["confirmation_due"])
        db.session.rollback()


def test_renewing_takes_over_the_present_address(app: Flask, given: Given, as_: As):
    proposal = given.proposed()
    with app.app_context():
        lead = db.session.get_one(Application, proposal.application_id).lead
        lead.street = "Neuer Weg 5"
        db.session.commit()
    page = as_(given.signatory(D)).get(f"/decisions/{proposal.id}?lang=de").get_data(as_text=True)
    assert "Neuer Weg 5" in page
    assert 'name="password"' not in page
    path = f"/decisions/{proposal.id}/renewal"
    assert as_(given.office(Side.FRENCH)).post(path).status_code == 403
    assert as_(given.office(Side.GERMAN)).post(path).status_code == 302
    assert given.proposal(proposal.id).version == proposal.version + 1
