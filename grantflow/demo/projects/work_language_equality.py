"""Integration, apprentices, summer jobs, languages, equality."""

from datetime import date

from grantflow.applications.states import CostType as Cost
from grantflow.applications.states import Format, State, Theme
from grantflow.applications.states import IncomeType as Income
from grantflow.organisations.states import Kind

from ..people import applicant, called
from .shape import DE, FR, MR, MS, F, G, Lead, Mate, Project

PROJECTS = (
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
)
