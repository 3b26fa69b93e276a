"""The ten projects of the domain brief with their budgets, and three small ones for the states in between.

Totals, organisations and amounts asked are those of domain.md, section 7, with one deviation: the brief has all ten led
from Düsseldorf; here the French partner of the tenth, Égalité en ville, leads it, so that an award to a French
association, handled by the office of Toulouse, can be seen too (the two carry it equally in any case). The single budget
lines, people, streets, registry numbers and texts are ours, balanced to the cent, and assumed. Amounts in EUR, days
counted from the first start.
"""

from dataclasses import dataclass, field
from datetime import date

from grantflow.accounts.models import Address
from grantflow.applications.states import CostType as Cost
from grantflow.applications.states import Format, State, Theme
from grantflow.applications.states import IncomeType as Income
from grantflow.kernel.parties import Party, Side
from grantflow.organisations.states import Country, Kind

from .people import Somebody, applicant, called

DE, FR = Country.GERMANY, Country.FRANCE
G, F = Side.GERMAN, Side.FRENCH
MS, MR = Address.MS, Address.MR


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    name: str
    kind: Kind
    country: Country
    street: str
    postal_code: str
    city: str
    representative: str
    iban: str
    register_court: str = ""
    register_number: str = ""
    exemption_on: date | None = None
    rna: str = ""
    siret: str = ""
    competent_body: str = ""
    run_by: Party | None = None
    people: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mate:
    """The partner organisation."""

    name: str
    kind: Kind
    country: Country
    city: str
    contact_name: str
    email: str
    role: str
    run_by: Party | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    title: str
    contact: Somebody
    lead: Lead
    mate: Mate
    theme: Theme
    format: Format
    summary: str
    why: str
    encounter: str
    success: str
    who_works: str
    places: str
    starts_in: int
    lasts: int
    people: tuple[int, int]
    volunteers: tuple[int, int]
    asked: int
    costs: tuple[tuple[Cost, str, Side, int], ...]
    income: tuple[tuple[Income, str, int], ...]
    other_public_funding: str = ""
    equal_roles: bool = False
    state: State
    #: Totals given by the German and the French side.
    totals: tuple[int, int] | None = None
    #: Award split in EUR: Düsseldorf, Toulouse, Métropole.
    split: tuple[int, int, int] | None = None
    #: What the grant is for, as the office words it in German and French.
    purpose: tuple[str, str] = ("", "")
    conditions: tuple[tuple[str, str], ...] = field(default=())
    #: The reason of the decision in German and French.
    reason: tuple[str, str] = ("", "")


PROJECTS = (
    Project(
        title="Tatami ohne Grenzen",
        contact=applicant("vogel@jc-duesseldorf.example", called("Katrin", "Vogel"), MS, "de"),
        lead=Lead(
            name="JC Düsseldorf e. V.",
            kind=Kind.ASSOCIATION,
            country=DE,
            street="Erkrather Straße 120",
            postal_code="40233",
            city="Düsseldorf",
            representative="Katrin Vogel",
            iban="DE89370400440532013000",
            register_court="Düsseldorf",
            register_number="VR 4711",
            exemption_on=date(2025, 3, 3),
        ),
        mate=Mate(
            name="Judo Club Toulousain",
            kind=Kind.ASSOCIATION,
            country=FR,
            city="Toulouse",
            contact_name="Élodie Castan",
            email="castan@judo-toulousain.example",
            role="Stellt das zweite Dojo, organisiert die Unterkunft in Toulouse und leitet das Training der Jugend.",
        ),
        theme=Theme.SPORT,
        format=Format.GROUP_EXCHANGE,
        summary="24 Judoka und vier Trainerinnen und Trainer aus beiden Städten trainieren eine Woche lang gemeinsam, an zwei "
        "Orten. Wer mitfährt, wohnt in gemischten Gruppen und leitet am Ende selbst eine Einheit an.",
        why="Judo hat in Toulouse eine lange Tradition und in Düsseldorf viele junge Mitglieder. Beide Vereine suchen "
        "Trainingspartnerinnen und -partner auf demselben Niveau und einen Grund, die Sprache der anderen zu lernen.",
        encounter="Tandems aus beiden Städten trainieren, kochen und wohnen zusammen. Jeden Abend stellt ein Tandem eine "
        "Technik in beiden Sprachen vor.",
        success="Alle 28 Beteiligten haben eine Einheit in der anderen Sprache angeleitet; beide Vereine vereinbaren ein "
        "jährliches Turnier.",
        who_works="Der Vorstand und zwölf Ehrenamtliche beider Vereine. Niemand wird bezahlt.",
        places="Düsseldorf, Toulouse",
        starts_in=168,
        lasts=6,
        people=(14, 14),
        volunteers=(12, 480),
        asked=9_400,
        costs=(
            (Cost.TRAVEL, "28 Bahnfahrkarten zu 165 €", G, 4_620),
            (Cost.STAY, "Übernachtung und Verpflegung, 28 Personen × 6", F, 3_780),
            (Cost.STAY, "Nahverkehr, 28 Personen", F, 420),
            (Cost.ORGANISATION, "Miete von zwei Dojos", F, 1_480),
            (Cost.FEES, "Dolmetscherin, zwei Tage", G, 700),
            (Cost.MATERIAL, "Plakate und Programm", G, 800),
        ),
        income=(
            (Income.OWN_FUNDS, "JC Düsseldorf e. V.", 1_400),
            (Income.OWN_FUNDS, "Judo Club Toulousain", 500),
            (Income.PARTICIPATION, "Beiträge der Judoka", 500),
        ),
        state=State.AWARDED,
        totals=(84, 78),
        split=(4_700, 4_700, 0),
        purpose=(
            "Gefördert wird eine einwöchige Begegnung von 24 Judoka und vier Trainerinnen und Trainern aus "
            "Düsseldorf und Toulouse mit gemeinsamem Training in beiden Städten.",
            "La subvention finance une rencontre d’une semaine de 24 judokas et de quatre entraîneuses et "
            "entraîneurs de Düsseldorf et de Toulouse, avec des entraînements communs dans les deux villes.",
        ),
        conditions=(
            (
                "Die Anreise erfolgt mit der Bahn; ein Wechsel des Verkehrsmittels ist vorher anzuzeigen.",
                "Le voyage se fait en train ; tout changement de mode de transport est signalé au préalable.",
            ),
        ),
        reason=(
            "Das Vorhaben erreicht junge Menschen beider Städte, ist gleichberechtigt geplant und wirkt über die Woche hinaus.",
            "Le projet touche des jeunes des deux villes, il est préparé à parts égales et produit des effets durables.",
        ),
    ),
    Project(
        title="Ping-Pong-Brücke",
        contact=applicant("hansen@ttc-duesseldorf.example", called("Jonas", "Hansen"), MR, "de"),
        lead=Lead(
            name="TT-Club Düsseldorf e. V.",
            kind=Kind.ASSOCIATION,
            country=DE,
            street="Fleher Straße 181",
            postal_code="40223",
            city="Düsseldorf",
            representative="Jonas Hansen",
            iban="DE02300209000106531065",
            register_court="Düsseldorf",
            register_number="VR 5208",
            exemption_on=date(2024, 6, 11),
        ),
        mate=Mate(
            name="TT toulousain",
            kind=Kind.ASSOCIATION,
            country=FR,
            city="Toulouse",
            contact_name="Bastien Roques",
            email="roques@tt-toulousain.example",
            role="Richtet das Rückspiel aus und betreut die inklusive Mannschaft.",
        ),
        theme=Theme.SPORT,
        format=Format.EVENT,
        summary="Ein Wochenende mit Turnier und inklusivem Tischtennis: Menschen mit und ohne Behinderung spielen in gemischten "
        "Doppeln aus beiden Städten.",
        why="Düsseldorf ist eine Hochburg des Tischtennis, Toulouse hat Erfahrung mit inklusiven Mannschaften.",
        encounter="Jedes Doppel besteht aus einer Person aus Düsseldorf und einer aus Toulouse.",
        success="32 Doppel, ein gemeinsames Regelheft für inklusive Turniere in beiden Sprachen.",
        who_works="Fünfzehn Ehrenamtliche beider Vereine.",
        places="Düsseldorf",
        starts_in=140,
        lasts=2,
        people=(40, 24),
        volunteers=(15, 210),
        asked=4_800,
        costs=(
            (Cost.TRAVEL, "Bahnfahrt, 24 Personen", F, 2_880),
            (Cost.STAY, "Zwei Übernachtungen mit Frühstück, 24 Personen", G, 1_920),
            (Cost.ORGANISATION, "Hallenmiete und Leihtische", G, 700),
            (Cost.MATERIAL, "Regelheft in zwei Sprachen", G, 500),
        ),
        income=(
            (Income.OWN_FUNDS, "TT-Club Düsseldorf e. V.", 800),
            (Income.PARTICIPATION, "Startgelder", 400),
        ),
        state=State.SUBMITTED,
    ),
    Project(
        title="Ciné-Dialog",
        contact=applicant("weber@freunde-filmmuseum.example", called("Miriam", "Weber"), MS, "de"),
        lead=Lead(
            name="Freundeskreis Filmmuseum e. V.",
            kind=Kind.ASSOCIATION,
            country=DE,
            street="Schulstraße 4",
            postal_code="40213",
            city="Düsseldorf",
            representative="Miriam Weber",
            iban="DE75512108001245126199",
            register_court="Düsseldorf",
            register_number="VR 6120",
            exemption_on=date(2024, 9, 24),
        ),
        mate=Mate(
            name="La Cinémathèque de Toulouse",
            kind=Kind.ASSOCIATION,
            country=FR,
            city="Toulouse",
            contact_name="Antoine Bergès",
            email="berges@cinematheque.example",
            role="Stellt Kopien und Untertitel, richtet zwei der vier Reihen aus.",
        ),
        theme=Theme.CULTURE,
        format=Format.EVENT,
        summary="Vier untertitelte Retrospektiven und offene Filmclubs: Bürgerinnen und Bürger beider Städte wählen die Filme, "
        "führen ein und diskutieren per Leitung mit dem Saal der anderen Stadt.",
        why="Filmmuseum und Cinémathèque bewahren Filme, die in der anderen Stadt nie gezeigt wurden.",
        encounter="Filmclubs bereiten jede Vorführung gemeinsam vor; nach dem Film sprechen beide Säle miteinander.",
        success="Sechzehn Vorführungen, 2.400 Gäste, vier Filmclubs, die danach weiterbestehen.",
        who_works="Zwanzig Ehrenamtliche; die Untertitel entstehen in Schulklassen und Sprachkursen.",
        places="Düsseldorf, Toulouse",
        starts_in=120,
        lasts=270,
        people=(1_200, 1_200),
        volunteers=(20, 900),
        asked=36_000,
        costs=(
            (Cost.TRAVEL, "Reisen der Filmclubs, 40 Personen", G, 9_600),
            (Cost.STAY, "Unterkunft der Filmclubs", F, 7_200),
            (Cost.ORGANISATION, "Saalmieten und Leitung zwischen den Sälen", G, 8_400),
            (Cost.MATERIAL, "Untertitel und Kopien", F, 14_800),
            (Cost.FEES, "Einführungen und Verdolmetschung", G, 8_000),
        ),
        income=(
            (Income.OWN_FUNDS, "Freundeskreis Filmmuseum e. V.", 5_000),
            (Income.PARTICIPATION, "Eintritte", 4_000),
            (Income.DONATIONS, "Spenden des Freundeskreises", 3_000),
        ),
        state=State.ASSESSED,
        totals=(88, 68),
    ),
    Project(
        title="Biodiversité à deux rives",
        contact=applicant("falk@aquazoo.example", called("Henrike", "Falk", "Dr."), MS, "de"),
        lead=Lead(
            name="Aquazoo Löbbecke Museum",
            kind=Kind.INSTITUTION,
            country=DE,
            street="Kaiserswerther Straße 380",
            postal_code="40474",
            city="Düsseldorf",
            representative="Dr. Henrike Falk",
            iban="DE12500105170648489890",
            competent_body="Kulturausschuss der Landeshauptstadt Düsseldorf",
            run_by=Party.DUESSELDORF,
        ),
        mate=Mate(
            name="Muséum de Toulouse",
            kind=Kind.INSTITUTION,
            country=FR,
            city="Toulouse",
            contact_name="Émile Saurat",
            email="saurat@museum.example",
            role="Gestaltet den zweiten Teil der Ausstellung und die Zählungen an der Garonne.",
            run_by=Party.METROPOLE,
        ),
        theme=Theme.ENVIRONMENT,
        format=Format.RESEARCH,
        summary="Eine Wanderausstellung aus Beobachtungen von Bürgerinnen und Bürgern: Wer lebt an Rhein und Garonne?",
        why="Zwei Flüsse, zwei Museen, dieselben eingewanderten Arten.",
        encounter="Gemeinsame Zähltage und ein Wochenende je Stadt.",
        success="4.000 Beobachtungen, eine Ausstellung in zwei Häusern.",
        who_works="Mitarbeitende der Museen und Ehrenamtliche der Fördervereine.",
        places="Düsseldorf, Toulouse",
        starts_in=150,
        lasts=180,
        people=(60, 60),
        volunteers=(30, 600),
        asked=22_000,
        costs=(
            (Cost.TRAVEL, "Reisen der Zählgruppen", G, 6_000),
            (Cost.STAY, "Unterkunft", F, 5_500),
            (Cost.MATERIAL, "Tafeln, Lupen, Bestimmungshefte", G, 11_000),
            (Cost.FEES, "Grafik und Übersetzung", F, 5_000),
        ),
        income=((Income.OWN_FUNDS, "Aquazoo Löbbecke Museum", 3_500), (Income.DONATIONS, "Fördervereine", 2_000)),
        state=State.REJECTED,
        totals=(70, 66),
        reason=(
            "Mit 68 von 110 Punkten erreicht der Antrag die Mindestpunktzahl von 70 der Kategorie 3 nicht. Vor allem ist nicht "
            "dargelegt, wie Menschen ohne Vorkenntnisse beteiligt werden und was nach der Ausstellung bleibt.",
            "Avec 68 points sur 110, la demande n’atteint pas le seuil de 70 points de la catégorie 3. En particulier, elle "
            "n’expose ni la place faite aux personnes sans connaissances préalables, ni ce qui restera après l’exposition.",
        ),
    ),
    Project(
        title="Klimazwillinge Green Heart",
        contact=applicant("roth@klimabuendnis.example", called("Leonie", "Roth"), MS, "de"),
        lead=Lead(
            name="Klimabündnis-Verein Düsseldorf e. V.",
            kind=Kind.ASSOCIATION,
            country=DE,
            street="Himmelgeister Straße 107",
            postal_code="40225",
            city="Düsseldorf",
            representative="Leonie Roth",
            iban="DE27100777770209299700",
            register_court="Düsseldorf",
            register_number="VR 7305",
            exemption_on=date(2023, 11, 7),
        ),
        mate=Mate(
            name="Association climat Toulouse",
            kind=Kind.ASSOCIATION,
            country=FR,
            city="Toulouse",
            contact_name="Lucas Dargent",
            email="dargent@climat-toulouse.example",
            role="Wählt fünfzehn Botschafterinnen und Botschafter aus und leitet die Werkstatt im September.",
        ),
        theme=Theme.ENVIRONMENT,
        format=Format.GROUP_EXCHANGE,
        summary="Dreißig Menschen aus beiden Städten werden Klimabotschafterinnen und -botschafter. Im Sommer messen sie die "
        "Temperatur ihrer Straße und zeichnen gemeinsam die Karte der Hitzeinseln von Bilk und Minimes.",
        why="Toulouse kennt Sommer mit 38 °C seit Langem, Düsseldorf lernt sie gerade kennen.",
        encounter="Zwei Werkstätten von vier Tagen, eine in jeder Stadt; dazwischen spricht in jeder Straße ein Tandem jeden "
        "Monat miteinander.",
        success="60 Straßen gemessen, zwei Karten veröffentlicht, zehn Vorschläge an beide Stadträte.",
        who_works="34 Ehrenamtliche; zwei Angestellte koordinieren, ohne aus der Zuwendung bezahlt zu werden.",
        places="Düsseldorf, Toulouse",
        starts_in=110,
        lasts=240,
        people=(15, 15),
        volunteers=(34, 1_900),
        asked=24_000,
        costs=(
            (Cost.TRAVEL, "Bahnfahrten, 30 Personen, zwei Werkstätten", G, 9_900),
            (Cost.STAY, "Unterkunft und Verpflegung", F, 8_600),
            (Cost.MATERIAL, "60 Messfühler", G, 6_000),
            (Cost.TRAINING, "Schulung in Kartierung", F, 3_500),
            (Cost.FEES, "Verdolmetschung", G, 4_000),
        ),
        income=((Income.OWN_FUNDS, "Klimabündnis-Verein", 5_000), (Income.DONATIONS, "Stiftung Stadtgrün", 3_000)),
        other_public_funding="Das EU-Programm LIFE (Green Heart) fördert eine Studie der Stadt; für dieses Vorhaben ist dort "
        "nichts beantragt.",
        state=State.AWARDED,
        totals=(93, 91),
        split=(12_000, 4_800, 7_200),
        purpose=(
            "Gefördert wird die Ausbildung von 30 Klimabotschafterinnen und Klimabotschaftern aus beiden Städten "
            "in zwei Werkstätten und eine gemeinsame Karte der Hitzeinseln von Bilk und Minimes.",
            "La subvention finance la formation de 30 ambassadrices et ambassadeurs du climat des deux villes au "
            "cours de deux ateliers, et l’établissement d’une carte commune des îlots de chaleur de Bilk et des "
            "Minimes.",
        ),
        conditions=(
            (
                "Eine Doppelförderung mit dem EU-Programm LIFE ist ausgeschlossen; der Bescheid der EU ist vorzulegen.",
                "Tout double financement avec le programme européen LIFE est exclu ; la décision européenne est à produire.",
            ),
        ),
        reason=(
            "Das Vorhaben verbindet Wissen und Nachbarschaft beider Städte und macht Ergebnisse für die Räte nutzbar.",
            "Le projet relie savoirs et voisinages des deux villes et rend ses résultats utiles aux deux conseils.",
        ),
    ),
    Project(
        title="VALUES Küche & Stimme",
        contact=applicant("yilmaz@integrationsverein.example", called("Deniz", "Yılmaz"), MR, "de"),
        lead=Lead(
            name="Integrationsverein Düsseldorf e. V.",
            kind=Kind.ASSOCIATION,
            country=DE,
            street="Kölner Straße 180",
            postal_code="40227",
            city="Düsseldorf",
            representative="Deniz Yılmaz",
            iban="DE68210501700012345678",
            register_court="Düsseldorf",
            register_number="VR 8044",
            exemption_on=date(2025, 1, 20),
        ),
        mate=Mate(
            name="Maison de quartier Bagatelle",
            kind=Kind.ASSOCIATION,
            country=FR,
            city="Toulouse",
            contact_name="Samira Haddad",
            email="haddad@bagatelle.example",
            role="Nimmt die zweite Gruppe auf und gestaltet das Buch.",
        ),
        theme=Theme.SOCIAL,
        format=Format.GROUP_EXCHANGE,
        summary="Menschen, die neu in unseren Städten sind, kochen gemeinsam und erzählen. Daraus entsteht ein zweisprachiges "
        "Buch mit Rezepten und Stimmen.",
        why="Beide Stadtteile haben ähnliche Geschichten und verschiedene Antworten.",
        encounter="Sechs Kochabende über Video und zwei gemeinsame Wochenenden.",
        success="Ein Buch mit 40 Stimmen, zwei Lesungen, eine Gruppe, die sich weiter trifft.",
        who_works="Achtzehn Ehrenamtliche, die Hälfte davon selbst neu angekommen.",
        places="Düsseldorf, Toulouse",
        starts_in=130,
        lasts=120,
        people=(20, 20),
        volunteers=(18, 700),
        asked=9_600,
        costs=(
            (Cost.TRAVEL, "Fahrten, 40 Personen", G, 4_800),
            (Cost.STAY, "Unterkunft und Lebensmittel", F, 4_000),
            (Cost.MATERIAL, "Druck des Buchs", G, 3_200),
        ),
        income=((Income.OWN_FUNDS, "Integrationsverein", 1_400), (Income.DONATIONS, "Spenden", 1_000)),
        state=State.AWARDED,
        totals=(96, 92),
        split=(4_800, 2_880, 1_920),
        purpose=(
            "Gefördert werden gemeinsame Kochabende und zwei Begegnungswochenenden von Menschen, die neu in "
            "beiden Städten sind, sowie ein zweisprachiges Buch mit Rezepten und Stimmen.",
            "La subvention finance des soirées de cuisine communes et deux week-ends de rencontre entre personnes "
            "nouvellement arrivées dans les deux villes, ainsi qu’un livre bilingue de recettes et de "
            "témoignages.",
        ),
        reason=(
            "Das Vorhaben gibt Menschen eine Stimme, die sonst nicht gefragt werden, und ist in beiden Stadtteilen verankert.",
            "Le projet donne la parole à des personnes que l’on n’interroge guère et il est ancré dans les deux quartiers.",
        ),
    ),
    Project(
        title="Azubi-Tandem",
        contact=applicant("schmitz@ausbildung.example", called("Frank", "Schmitz"), MR, "de"),
        lead=Lead(
            name="Ausbildungszentrum Düsseldorf gGmbH",
            kind=Kind.NON_PROFIT_COMPANY,
            country=DE,
            street="Harffstraße 51",
            postal_code="40591",
            city="Düsseldorf",
            representative="Frank Schmitz",
            iban="DE91100000000123456789",
            register_court="Düsseldorf",
            register_number="HRB 61234",
            exemption_on=date(2024, 2, 13),
        ),
        mate=Mate(
            name="CFA des métiers de Toulouse",
            kind=Kind.INSTITUTION,
            country=FR,
            city="Toulouse",
            contact_name="Véronique Castel",
            email="castel@cfa-metiers.example",
            role="Nimmt acht Auszubildende in Betrieben auf und schickt acht nach Düsseldorf.",
        ),
        theme=Theme.CIVIC,
        format=Format.GROUP_EXCHANGE,
        summary="Sechzehn Auszubildende tauschen für zwei Wochen Werkstatt und Wohnung. Je zwei bilden ein Tandem und planen "
        "gemeinsam ein Stück für ein Nachbarschaftszentrum.",
        why="Handwerk sieht in beiden Ländern verschieden aus; die Kammern beider Städte helfen mit.",
        encounter="Tandems arbeiten und wohnen zusammen, begleitet von einer Dolmetscherin.",
        success="Acht Werkstücke für zwei Nachbarschaftszentren, sechzehn Zeugnisse in zwei Sprachen.",
        who_works="Ausbilderinnen und Ausbilder im Ehrenamt, Gastfamilien.",
        places="Düsseldorf, Toulouse",
        starts_in=155,
        lasts=13,
        people=(8, 8),
        volunteers=(22, 640),
        asked=15_750,
        costs=(
            (Cost.TRAVEL, "Bahnfahrten, 16 Personen", G, 4_480),
            (Cost.STAY, "Unterkunft und Verpflegung, 16 Personen × 13", F, 9_360),
            (Cost.MATERIAL, "Werkstoffe für acht Stücke", G, 3_160),
            (Cost.FEES, "Dolmetscherin, zwei Wochen", F, 4_000),
        ),
        income=(
            (Income.OWN_FUNDS, "Ausbildungszentrum Düsseldorf", 3_250),
            (Income.OTHER_PUBLIC, "Erasmus+, nur Reisekosten der Begleitung", 2_000),
        ),
        other_public_funding="Erasmus+ zahlt 2.000 € für die Begleitpersonen; im Finanzierungsplan ausgewiesen.",
        state=State.PROPOSED,
        totals=(88, 84),
        split=(7_875, 4_725, 3_150),
        purpose=(
            "Gefördert wird ein zweiwöchiger Austausch von 16 Auszubildenden, die in Tandems in Betrieben beider "
            "Städte arbeiten und gemeinsam ein Werkstück für ein Nachbarschaftszentrum fertigen.",
            "La subvention finance un échange de deux semaines de 16 apprenties et apprentis, qui travaillent en "
            "binômes dans des entreprises des deux villes et réalisent ensemble un ouvrage pour une maison de "
            "quartier.",
        ),
        conditions=(
            (
                "Die Förderung aus Erasmus+ ist im Verwendungsnachweis getrennt auszuweisen.",
                "Le financement Erasmus+ apparaît séparément dans le compte rendu financier.",
            ),
        ),
        reason=(
            "Das Vorhaben verbindet Ausbildung und Nachbarschaft und wird von beiden Partnern zu gleichen Teilen getragen.",
            "Le projet relie apprentissage et voisinage ; il est porté à parts égales par les deux partenaires.",
        ),
    ),
    Project(
        title="Sommerjob-Börse Plus",
        contact=applicant("engels@jugendring.example", called("Tobias", "Engels"), MR, "de"),
        lead=Lead(
            name="Jugendring Düsseldorf e. V.",
            kind=Kind.ASSOCIATION,
            country=DE,
            street="Lacombletstraße 10",
            postal_code="40239",
            city="Düsseldorf",
            representative="Tobias Engels",
            iban="DE20300501100001234567",
            register_court="Düsseldorf",
            register_number="VR 3956",
            exemption_on=date(2024, 5, 2),
        ),
        mate=Mate(
            name="Point info jeunesse Toulouse",
            kind=Kind.ASSOCIATION,
            country=FR,
            city="Toulouse",
            contact_name="Chloé Marin",
            email="marin@info-jeunesse.example",
            role="Findet Betriebe und Patinnen in Toulouse.",
        ),
        theme=Theme.CIVIC,
        format=Format.INDIVIDUAL,
        summary="Ein Willkommenswochenende und Patenschaften für zwanzig junge Erwachsene, die im Sommer in der anderen Stadt "
        "arbeiten.",
        why="Die Städte vermitteln Sommerjobs; wer allein ankommt, bleibt oft allein.",
        encounter="Jede und jeder hat eine Patin oder einen Paten vor Ort; alle treffen sich zu Beginn.",
        success="Zwanzig Patenschaften, von denen die Hälfte nach dem Sommer weiterbesteht.",
        who_works="Zwanzig Patinnen und Paten, sechs Ehrenamtliche im Büro.",
        places="Düsseldorf, Toulouse",
        starts_in=190,
        lasts=60,
        people=(10, 10),
        volunteers=(26, 420),
        asked=4_960,
        costs=(
            (Cost.TRAVEL, "Fahrten zum Wochenende", G, 2_000),
            (Cost.STAY, "Wochenende, 40 Personen", F, 3_200),
            (Cost.MATERIAL, "Willkommensmappe", G, 1_000),
        ),
        income=((Income.OWN_FUNDS, "Jugendring", 1_240),),
        state=State.IN_REVIEW,
        totals=(76, 72),
    ),
    Project(
        title="Café des langues",
        contact=applicant("sommer@cafe-des-langues.example", called("Nele", "Sommer"), MS, "de"),
        lead=Lead(
            name="Gruppe Café des langues",
            kind=Kind.GROUP,
            country=DE,
            street="Lorettostraße 23",
            postal_code="40219",
            city="Düsseldorf",
            representative="Nele Sommer",
            iban="DE44500105175407324931",
            people=(("Nele Sommer", "Düsseldorf"), ("Ahmed Benhaddou", "Düsseldorf"), ("Marlies Krüger", "Neuss")),
        ),
        mate=Mate(
            name="Les Amis du Goethe-Institut",
            kind=Kind.ASSOCIATION,
            country=FR,
            city="Toulouse",
            contact_name="Marie-Paule Ginestet",
            email="ginestet@amis-goethe.example",
            role="Findet die Tandems in Toulouse und nimmt die Gruppe auf.",
        ),
        theme=Theme.EUROPE,
        format=Format.DIGITAL,
        summary="Zwanzig Tandemabende im Netz und eine Reise: Wer die Sprache der anderen lernt, lernt jemanden kennen.",
        why="In beiden Städten gibt es Sprachkurse, aber kaum jemanden zum Sprechen.",
        encounter="Jeden zweiten Dienstag sprechen vierzehn Tandems eine Stunde, halb auf Deutsch, halb auf Französisch.",
        success="Vierzehn Tandems, ein Wochenende in Toulouse, ein Spielheft für andere Gruppen.",
        who_works="Wir drei und acht Freiwillige in Toulouse.",
        places="Online, Toulouse",
        starts_in=105,
        lasts=300,
        people=(14, 14),
        volunteers=(11, 300),
        asked=2_480,
        costs=(
            (Cost.TRAVEL, "Bahnfahrt, 14 Personen", G, 1_900),
            (Cost.STAY, "Wochenende in Toulouse", F, 900),
            (Cost.MATERIAL, "Spielheft", G, 300),
        ),
        income=((Income.OWN_FUNDS, "Beiträge der Gruppe", 620),),
        state=State.AWARDED,
        totals=(80, 78),
        split=(1_240, 1_240, 0),
        purpose=(
            "Gefördert werden 20 Tandemabende im Netz und eine gemeinsame Reise zum Erlernen der Sprache der "
            "Partnerstadt.",
            "La subvention finance 20 soirées en ligne en tandem et un voyage commun pour apprendre la langue de "
            "l’autre ville.",
        ),
        reason=(
            "Mit geringen Mitteln erreicht das Vorhaben regelmäßig Menschen, die sich sonst nicht begegnen würden.",
            "Avec peu de moyens, le projet réunit régulièrement des personnes qui ne se seraient pas rencontrées.",
        ),
    ),
    Project(
        title="Égalité en ville",
        contact=applicant("aubert@collectif-egalite.example", called("Camille", "Aubert"), MS, "fr"),
        lead=Lead(
            name="Collectif Égalité Toulouse",
            kind=Kind.ASSOCIATION,
            country=FR,
            street="12 rue des Lois",
            postal_code="31000",
            city="Toulouse",
            representative="Camille Aubert",
            iban="FR7630006000011234567890189",
            rna="W313001234",
            siret="83245678400012",
        ),
        mate=Mate(
            name="Frauenrat-Netzwerk Düsseldorf e. V.",
            kind=Kind.ASSOCIATION,
            country=DE,
            city="Düsseldorf",
            contact_name="Ulrike Hartmann",
            email="hartmann@frauenrat-netzwerk.example",
            role="Porte le projet à parts égales : deux des quatre forums, la moitié des ateliers et le rapport en allemand.",
        ),
        theme=Theme.SOCIAL,
        format=Format.EVENT,
        summary="Un forum de deux ans sur l’égalité et la diversité dans la ville : quatre rencontres, des ateliers dans les "
        "quartiers, 400 personnes, et des propositions remises aux deux conseils.",
        why="Les deux villes ont adopté des plans pour l’égalité ; aucune ne sait encore ce que vit l’autre.",
        encounter="Chaque atelier est préparé par un binôme des deux villes et se tient dans les deux langues.",
        success="400 participantes et participants, vingt propositions, un réseau de trente associations.",
        who_works="Quarante bénévoles des deux réseaux, dont douze interprètes.",
        places="Toulouse, Düsseldorf",
        starts_in=100,
        lasts=700,
        people=(200, 200),
        volunteers=(40, 2_600),
        asked=50_400,
        costs=(
            (Cost.TRAVEL, "Trains, 160 voyages", F, 22_400),
            (Cost.STAY, "Hébergement et repas", F, 18_600),
            (Cost.ORGANISATION, "Salles et garde d’enfants", G, 12_000),
            (Cost.TRAINING, "Formation des animatrices et animateurs", G, 7_000),
            (Cost.FEES, "Interprètes et intervenantes", F, 12_000),
        ),
        income=(
            (Income.OWN_FUNDS, "Collectif Égalité Toulouse", 9_000),
            (Income.OWN_FUNDS, "Frauenrat-Netzwerk Düsseldorf", 7_600),
            (Income.DONATIONS, "Mécénat", 5_000),
        ),
        equal_roles=True,
        state=State.AWARDED,
        totals=(92, 90),
        split=(25_200, 15_120, 10_080),
        purpose=(
            "Gefördert wird ein zweijähriges Forum über Gleichstellung und Vielfalt in der Stadt mit vier "
            "Begegnungen, Werkstätten in den Stadtteilen und Vorschlägen an die Räte beider Städte.",
            "La subvention finance un forum de deux ans sur l’égalité et la diversité dans la ville : quatre "
            "rencontres, des ateliers dans les quartiers et des propositions remises aux conseils des deux "
            "villes.",
        ),
        conditions=(
            (
                "Nach dem ersten Jahr ist ein Zwischenbericht vorzulegen.",
                "Un rapport intermédiaire est remis à l’issue de la première année.",
            ),
        ),
        reason=(
            "Das Vorhaben ist in beiden Städten breit getragen, langfristig angelegt und führt zu Vorschlägen an beide Räte.",
            "Le projet est largement porté dans les deux villes, conçu dans la durée et débouche sur des propositions aux "
            "deux conseils.",
        ),
    ),
    Project(
        title="Jardins partagés, jardins jumeaux",
        contact=applicant("lopez@jardins-partages.example", called("Inès", "Lopez"), MS, "fr"),
        lead=Lead(
            name="Les Jardins partagés du Mirail",
            kind=Kind.ASSOCIATION,
            country=FR,
            street="8 rue de l’Université-du-Mirail",
            postal_code="31100",
            city="Toulouse",
            representative="Inès Lopez",
            iban="FR1420041010050500013M02606",
            rna="W313005678",
            siret="73282932000074",
        ),
        mate=Mate(
            name="Gartenfreunde Flingern e. V.",
            kind=Kind.ASSOCIATION,
            country=DE,
            city="Düsseldorf",
            contact_name="Heiner Kamps",
            email="kamps@gartenfreunde.example",
            role="Accueille le groupe à l’automne et échange ses semences.",
        ),
        theme=Theme.ENVIRONMENT,
        format=Format.GROUP_EXCHANGE,
        summary="Deux jardins de quartier échangent semences, savoir-faire et recettes.",
        why="Les étés changent ; chacun a appris autre chose.",
        encounter="Deux week-ends de jardinage et un carnet commun.",
        success="Quarante variétés échangées, un carnet bilingue.",
        who_works="Vingt jardinières et jardiniers bénévoles.",
        places="Toulouse, Düsseldorf",
        starts_in=125,
        lasts=150,
        people=(15, 15),
        volunteers=(20, 380),
        asked=3_600,
        costs=(
            (Cost.TRAVEL, "Trains, 15 personnes", F, 2_700),
            (Cost.STAY, "Hébergement et repas", G, 1_200),
            (Cost.MATERIAL, "Semences et carnet", F, 600),
        ),
        income=((Income.OWN_FUNDS, "Les Jardins partagés", 900),),
        state=State.RETURNED,
    ),
    Project(
        title="Chor über zwei Flüsse",
        contact=applicant("busch@chor-am-rhein.example", called("Gregor", "Busch"), MR, "de"),
        lead=Lead(
            name="Chor am Rhein e. V.",
            kind=Kind.ASSOCIATION,
            country=DE,
            street="Rheinallee 55",
            postal_code="40549",
            city="Düsseldorf",
            representative="Gregor Busch",
            iban="DE21500500009876543210",
            register_court="Düsseldorf",
            register_number="VR 9012",
            exemption_on=date(2024, 8, 19),
        ),
        mate=Mate(
            name="Chœur de la Garonne",
            kind=Kind.ASSOCIATION,
            country=FR,
            city="Toulouse",
            contact_name="Odile Fauré",
            email="faure@choeur-garonne.example",
            role="Probt die französischen Lieder ein und lädt zum zweiten Konzert.",
        ),
        theme=Theme.CULTURE,
        format=Format.EVENT,
        summary="Zwei Chöre, zwei Konzerte, ein Programm in zwei Sprachen.",
        why="Beide Chöre singen die Lieder der anderen, ohne sie je gehört zu haben.",
        encounter="",
        success="",
        who_works="",
        places="Düsseldorf, Toulouse",
        starts_in=175,
        lasts=4,
        people=(35, 30),
        volunteers=(8, 160),
        asked=4_200,
        costs=((Cost.TRAVEL, "Bahnfahrt, 35 Personen", G, 5_250),),
        income=((Income.OWN_FUNDS, "Chor am Rhein e. V.", 900),),
        state=State.DRAFT,
    ),
    Project(
        title="Pétanque am Rheinufer",
        contact=applicant("cazal@boule-toulousaine.example", called("Didier", "Cazal"), MR, "fr"),
        lead=Lead(
            name="La Boule toulousaine",
            kind=Kind.ASSOCIATION,
            country=FR,
            street="4 allée Paul-Feuga",
            postal_code="31000",
            city="Toulouse",
            representative="Didier Cazal",
            iban="FR7610107001011234567890129",
            rna="W313009012",
            siret="40483304800022",
        ),
        mate=Mate(
            name="Boulefreunde Düsseldorf e. V.",
            kind=Kind.ASSOCIATION,
            country=DE,
            city="Düsseldorf",
            contact_name="Rita Pohl",
            email="pohl@boulefreunde.example",
            role="Prépare le tournoi et loge les joueuses et joueurs chez l’habitant.",
        ),
        theme=Theme.SPORT,
        format=Format.EVENT,
        summary="Un tournoi ouvert à toutes et à tous sur les quais du Rhin, par équipes mixtes tirées au sort.",
        why="Le jeu se joue dans les deux villes ; il ne manque que la rencontre.",
        encounter="Chaque triplette réunit les deux villes.",
        success="Soixante équipes, un tournoi retour à Toulouse.",
        who_works="Dix-huit bénévoles des deux clubs.",
        places="Düsseldorf",
        starts_in=135,
        lasts=2,
        people=(60, 30),
        volunteers=(18, 250),
        asked=3_200,
        costs=(
            (Cost.TRAVEL, "Trains, 30 personnes", F, 3_000),
            (Cost.ORGANISATION, "Location du terrain et des tentes", G, 1_000),
        ),
        income=((Income.OWN_FUNDS, "La Boule toulousaine", 500), (Income.PARTICIPATION, "Inscriptions", 300)),
        state=State.ADMITTED,
    ),
)
