"""Facts of letters as the two cities would issue them; persons, numbers and e-mail addresses are invented."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from grantflow.kernel import clock, money
from grantflow.kernel.money import eur
from grantflow.kernel.parties import SYSTEM, Party
from grantflow.letters import rules
from grantflow.letters import service as letters
from grantflow.letters.models import Letter
from grantflow.letters.rules import (
    Address,
    Award,
    Deliberation,
    Facts,
    Form,
    Function,
    Funder,
    Legal,
    Recipient,
    Remedy,
    Share,
    Signatory,
    Slots,
    Words,
)
from grantflow.letters.states import Channel, Kind

FUNDERS = {
    Party.DUESSELDORF: Funder(
        party=Party.DUESSELDORF,
        name="Landeshauptstadt Düsseldorf",
        authority="Der Oberbürgermeister",
        department="Büro für Internationale und Europäische Angelegenheiten",
        address=Address(street="Marktplatz 2", postal_code="40213", city="Düsseldorf", country="DE"),
        contact="Sabine Reinartz",
        phone="+49 211 89-00000",
        email="fonds@duesseldorf.example",
        function=Function(
            ms="Leiterin des Büros für Internationale und Europäische Angelegenheiten",
            mr="Leiter des Büros für Internationale und Europäische Angelegenheiten",
            neutral="Leitung des Büros für Internationale und Europäische Angelegenheiten",
        ),
        register_prefix="D",
    ),
    Party.TOULOUSE: Funder(
        party=Party.TOULOUSE,
        name="Ville de Toulouse",
        authority="Le Maire",
        department="Direction des relations internationales",
        address=Address(street="1 place du Capitole", postal_code="31000", city="Toulouse", country="FR"),
        contact="Claire Delmas",
        phone="+33 5 61 00 00 00",
        email="fonds@toulouse.example",
        function=Function(
            ms="Directrice des relations internationales, par délégation du Maire",
            mr="Directeur des relations internationales, par délégation du Maire",
            neutral="Direction des relations internationales, par délégation du Maire",
        ),
        register_prefix="T",
    ),
    Party.METROPOLE: Funder(
        party=Party.METROPOLE,
        name="Toulouse Métropole",
        authority="Le Président",
        department="Direction de l’Europe et de l’international",
        address=Address(street="6 rue René-Leduc", postal_code="31500", city="Toulouse", country="FR"),
        contact="Hélène Carrère",
        phone="+33 5 81 00 00 00",
        email="fonds@metropole.example",
        function=Function(
            ms="Directrice de l’Europe et de l’international, par délégation du Président",
            mr="Directeur de l’Europe et de l’international, par délégation du Président",
            neutral="Direction de l’Europe et de l’international, par délégation du Président",
        ),
        register_prefix="M",
    ),
}
#: Who signs for each funder.
SIGNATORIES = {
    Party.DUESSELDORF: Signatory(name="Dr. Miriam Hollands", form=Form.MS),
    Party.TOULOUSE: Signatory(name="Étienne Castaing", form=Form.MR),
    Party.METROPOLE: Signatory(name="Nadège Ferran", form=Form.MS),
}
#: The day of the second key.
DAY = date(2026, 11, 16)
_TOULOUSE_COURT = Remedy(
    court="Tribunal administratif de Toulouse",
    address=Address(street="68 rue Raymond-IV", postal_code="31000", city="Toulouse", country="FR"),
    months=2,
    months_abroad=2,
    online="www.telerecours.fr",
)
REMEDIES = {
    Party.DUESSELDORF: Remedy(
        court="Verwaltungsgericht Düsseldorf",
        address=Address(street="Bastionstraße 39", postal_code="40213", city="Düsseldorf", country="DE"),
        months=1,
    ),
    Party.TOULOUSE: _TOULOUSE_COURT,
    Party.METROPOLE: _TOULOUSE_COURT,
}
LEGAL_BASIS = {
    Party.DUESSELDORF: Words(
        de="§§ 35, 36 und 41 VwVfG NRW",
        fr="§§ 35, 36 et 41 VwVfG NRW",
    ),
    Party.TOULOUSE: Words(
        de="Artikel L. 1115-1 und L. 2121-29 des code général des collectivités territoriales",
        fr="articles L. 1115-1 et L. 2121-29 du code général des collectivités territoriales",
    ),
}
LEGAL_BASIS[Party.METROPOLE] = LEGAL_BASIS[Party.TOULOUSE]

JUDO_CLUB = Recipient(
    organisation="JC Düsseldorf e. V.",
    legal=Legal.ASSOCIATION,
    form=Form.MS,
    given_name="Katrin",
    family_name="Vogel",
    address=Address(street="Erkrather Straße 120", postal_code="40233", city="Düsseldorf", country="DE"),
)
CINEMA = Recipient(
    organisation="Les Amis du cinéma rhénan",
    legal=Legal.ASSOCIATION,
    form=Form.MR,
    given_name="Jérôme",
    family_name="Lafitte",
    address=Address(street="12 rue des Lois", postal_code="31000", city="Toulouse", country="FR"),
)
PURPOSE = Words(
    de="Einwöchige Begegnung von 24 Judoka und vier Trainerinnen und Trainern in Düsseldorf und Toulouse",
    fr="Rencontre d’une semaine de 24 judokas et de quatre entraîneuses et entraîneurs à Düsseldorf et à Toulouse",
)
REASON = Words(
    de="Ihr Antrag hat im Mittel 62,5 von 110 Punkten erreicht und liegt damit unter der Mindestpunktzahl von 70 "
    "Punkten für diese Kategorie. Vor allem blieb offen, wie die Partnerorganisation an der Planung beteiligt ist.",
    fr="Votre demande a obtenu en moyenne 62,5 points sur 110 et se situe ainsi au-dessous du seuil de 70 points de "
    "cette catégorie. La part de la structure partenaire dans la préparation, notamment, n’apparaît pas clairement.",
)


def award(
    party: Party,
    shares: dict[Party, int] | None = None,
    eligible: int = eur(11_800),
    requested: int | None = None,
    conditions: tuple[Words, ...] = (),
) -> Award:
    shares = shares or {Party.DUESSELDORF: eur(4_700), Party.TOULOUSE: eur(4_700)}
    total = sum(shares.values())
    first, balance = rules.instalments(shares[party])
    return Award(
        amount=shares[party],
        shares=tuple(Share(party=p, amount=a) for p, a in shares.items()),
        total=total,
        requested=total if requested is None else requested,
        eligible=eligible,
        own_funds=eligible - total,
        first=first,
        balance=balance,
        project_start=date(2027, 5, 10),
        project_end=date(2027, 5, 16),
        funding_end=date(2027, 6, 30),
        report_due=date(2027, 8, 31),
        conditions=conditions,
    )


def facts(
    kind: Kind = Kind.AWARD,
    party: Party = Party.DUESSELDORF,
    *,
    channel: Channel = Channel.PORTAL,
    **changes: Any,
) -> Facts:
    made = Facts(
        funder=FUNDERS[party],
        recipient=JUDO_CLUB,
        application_number="DT-27-1-001",
        project_title="Tatami ohne Grenzen",
        title_language="de",
        purpose=PURPOSE,
        submitted_on=date(2026, 9, 7),
        agreement_on=date(2021, 1, 22),
        guideline_on=date(2026, 6, 1),
        legal_basis=LEGAL_BASIS[party],
        requested=eur(9_400),
        remedy=REMEDIES[party],
        channel=channel,
        deliberation=None
        if party is Party.DUESSELDORF or kind is Kind.REJECTION
        else Deliberation(number="DEL-2026-11-087", on=date(2026, 11, 13)),
        award=award(party, changes.pop("shares", _shares(party))) if kind is Kind.AWARD else None,
        reason=REASON if kind is Kind.REJECTION else Words(),
    )
    return replace(made, **changes)


def _shares(party: Party) -> dict[Party, int]:
    if party is Party.METROPOLE:
        return dict(zip(Party, money.split(eur(9_400), (50, 30, 20)), strict=True))
    return {Party.DUESSELDORF: eur(4_700), Party.TOULOUSE: eur(4_700)}


def slots(made: Facts, register: str = "") -> Slots:
    """What the second key brings to an act."""
    party = made.funder.party
    return Slots(
        day=DAY,
        register_number=register or rules.register_number(made.funder.register_prefix, DAY.year, 412),
        signatory=SIGNATORIES[party].name,
        signatory_function=made.funder.function.of(SIGNATORIES[party].form),
        funding_start=rules.funding_start(made, DAY),
    )


def sheet(kind: Kind, made: Facts, language: str | None = None, **brought: Any) -> str:
    """A letter as HTML: written out, then filled in and laid out."""
    language = language or made.funder.party.language
    return letters.layout(letters.write_out(kind, made, language), replace(slots(made), **brought), language)


def issued(
    kind: Kind = Kind.AWARD,
    made: Facts | Sequence[Facts] = (),
    *,
    key: str = "",
    act_id: UUID | None = None,
    on: date | None = None,
) -> list[Letter]:
    """The letters of one deed, put before the cities and signed at once."""
    acts = letters.freeze(kind, [made] if isinstance(made, Facts) else made or [facts(kind)])
    return letters.issue(
        acts,
        SIGNATORIES,
        on=on or clock.today(),
        key=key or uuid4().hex,
        act_id=act_id or uuid4(),
        application_id=uuid4(),
        by=SYSTEM,
    )
