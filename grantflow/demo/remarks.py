"""What reviewers of the demo write beside their points: per criterion a good and a critical remark, in both languages."""

#: (German: good, critical), (French: good, critical), in the order of the criteria.
REMARKS = (
    (
        ("Offen für alle, kostenlos und ohne Sprachkenntnisse.", "Wie Außenstehende davon erfahren, bleibt offen."),
        (
            "Ouvert à toutes et à tous, gratuit, sans prérequis linguistique.",
            "On ignore comment le public sera informé.",
        ),
    ),
    (
        ("Die Methode lässt sich leicht übernehmen.", "Was nach dem Projekt bleibt, ist kaum beschrieben."),
        ("Méthode facile à reproduire.", "Ce qui restera après le projet est peu décrit."),
    ),
    (
        ("Gleiche Aufgabe, verschiedenes Wissen: Beide Länder werden gebraucht.", "Ginge auch in einem Land allein."),
        ("Même défi, savoirs différents.", "Le projet pourrait se faire dans un seul pays."),
    ),
    (
        ("Rollen schriftlich verteilt und ausgewogen.", "Die Planung liegt überwiegend bei einem Partner."),
        ("Rôles écrits et équilibrés.", "La préparation repose surtout sur un seul partenaire."),
    ),
    (
        ("Schulen und Nachbarvereine sind eingebunden.", "Weitere Partner fehlen."),
        ("Écoles et associations voisines associées.", "Peu d’autres partenaires."),
    ),
    (
        ("Gemischte Tandems über die ganze Dauer.", "Begegnung eher am Rande."),
        ("Binômes mixtes pendant toute la durée.", "La rencontre reste à la marge."),
    ),
    (
        ("Erreicht Menschen, die sonst fehlen.", "Die Ansprache neuer Gruppen ist vage."),
        ("Touche des personnes d’ordinaire absentes.", "Recrutement encore flou."),
    ),
    (
        ("Leitung und Teilnahme paritätisch geplant.", "Parität angekündigt, aber ohne Maßnahmen."),
        ("Parité prévue dans l’encadrement et la participation.", "La parité est annoncée sans mesure concrète."),
    ),
    (
        ("Presse, Ausstellung und Netz sind geplant.", "Öffentlichkeitsarbeit nur innerhalb des Vereins."),
        ("Presse, exposition et réseau prévus.", "Communication limitée à l’association."),
    ),
    (
        ("Neue Form, gut erprobt.", "Bekanntes Format."),
        ("Forme nouvelle, bien éprouvée.", "Format connu."),
    ),
    (
        ("Anreise mit der Bahn, regionale Verpflegung.", "Zur Verpflegung fehlt jede Angabe."),
        ("Voyage en train, repas de saison.", "Aucune indication sur les repas."),
    ),
)

SUMMARY = {
    "de": "Insgesamt überzeugend; die Stärken liegen in der Begegnung; verbesserungsfähig sind die Kriterien mit Anmerkung.",
    "fr": "Ensemble convaincant ; la rencontre en est le point fort, les critères annotés peuvent encore progresser.",
}


def marks(total: int, language: str) -> dict[int, tuple[int, str]]:
    """Points and remark for each criterion, adding up to ``total`` (0 to 110), the weaker ones last."""
    base, rest = divmod(total, len(REMARKS))
    index = 0 if language == "de" else 1
    result = {}
    for position, texts in enumerate(REMARKS, 1):
        points = base + (1 if position <= rest else 0)
        # A little relief, so that the profile is not a straight line; pairs cancel out.
        points += (1 if position % 4 == 1 else -1 if position % 4 == 3 else 0) if 1 <= base <= 8 and position < 9 else 0
        result[position] = (points, texts[index][0 if points >= 7 else 1])
    return result
