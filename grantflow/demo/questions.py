"""What the demo's call asks in words: the four questions of the narrative, and one for each other criterion.

What real funds ask, and from which size of grant on: realforms.md, section 1; the wording is our own. Short where
little is asked for: five of the eleven need no answer in category 1, and the new ones take a few sentences only.
"""

from dataclasses import dataclass

from grantflow.calls.models import Criterion, Question
from grantflow.calls.states import Step

#: Longest answers in characters: of the narrative, and of the rest.
LONG, SHORT = 2000, 800


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    code: str
    step: Step
    german: str
    german_help: str
    french: str
    french_help: str
    #: Positions of the criteria it informs.
    informs: tuple[int, ...]
    longest: int = SHORT
    required_from: int = 1


QUESTIONS = (
    Asked(
        code="why_two_cities",
        step=Step.PROJECT,
        german="Warum diese beiden Städte?",
        german_help="Was kommt hinzu, weil Menschen aus Düsseldorf und Toulouse zusammenarbeiten? Was wäre in einer Stadt "
        "allein nicht möglich?",
        french="Pourquoi ces deux villes ?",
        french_help="Qu’apporte le fait que des personnes de Düsseldorf et de Toulouse travaillent ensemble ? Que ne "
        "pourriez-vous pas faire dans une seule ville ?",
        informs=(3,),
        longest=LONG,
    ),
    Asked(
        code="encounter",
        step=Step.PROJECT,
        german="Wie begegnen sich Menschen aus beiden Städten?",
        german_help="Wer trifft wen, wo und wie oft? In welcher Sprache, mit welcher Hilfe? Was lernen die Beteiligten "
        "voneinander?",
        french="Comment les personnes des deux villes se rencontrent-elles ?",
        french_help="Qui rencontre qui, où et combien de fois ? Dans quelle langue, avec quelle aide ? Qu’apprennent les "
        "participantes et participants les uns des autres ?",
        informs=(3, 6),
        longest=LONG,
    ),
    Asked(
        code="success",
        step=Step.PROJECT,
        german="Woran erkennen Sie, dass das Projekt gelungen ist?",
        german_help="Nennen Sie möglichst Zahlen, zum Beispiel wie viele Menschen Sie erreichen wollen. Was bleibt, wenn das "
        "Projekt zu Ende ist?",
        french="À quoi verrez-vous que le projet est réussi ?",
        french_help="Donnez si possible des chiffres, par exemple le nombre de personnes que vous voulez toucher. Que "
        "restera-t-il une fois le projet terminé ?",
        informs=(2,),
        longest=LONG,
    ),
    Asked(
        code="innovation",
        step=Step.PROJECT,
        german="Was ist neu an Ihrem Projekt?",
        german_help="Neu für Sie, für Ihr Publikum oder für die beiden Städte: ein anderer Ort, eine andere Form, eine erste "
        "Zusammenarbeit. Ein oder zwei Sätze genügen.",
        french="Qu’y a-t-il de nouveau dans votre projet ?",
        french_help="Nouveau pour vous, pour votre public ou pour les deux villes : un autre lieu, une autre forme, une "
        "première collaboration. Une ou deux phrases suffisent.",
        informs=(10,),
        required_from=2,
    ),
    Asked(
        code="networking",
        step=Step.PROJECT,
        german="Welche weiteren Vereine, Schulen oder Einrichtungen wirken mit?",
        german_help="Außer Ihrer Organisation und der Partnerorganisation: Wer ist es, und was trägt sie oder er bei? Ist noch "
        "nichts vereinbart, nennen Sie, wen Sie ansprechen wollen.",
        french="Quelles autres associations, écoles ou institutions participent au projet ?",
        french_help="En dehors de votre structure et de la structure partenaire : de qui s’agit-il, et pour quelle "
        "contribution ? Si rien n’est encore convenu, indiquez qui vous souhaitez solliciter.",
        informs=(5,),
        required_from=2,
    ),
    Asked(
        code="visibility",
        step=Step.PROJECT,
        german="Wie machen Sie das Projekt bekannt?",
        german_help="Zum Beispiel durch Plakate, Presse, soziale Medien oder eine öffentliche Veranstaltung. Wo erwähnen Sie "
        "die Städtefreundschaft und den Fonds? Ein oder zwei Sätze genügen.",
        french="Comment ferez-vous connaître le projet ?",
        french_help="Par exemple par des affiches, la presse, les réseaux sociaux ou une manifestation publique. Où "
        "mentionnerez-vous l’accord de coopération et le fonds ? Une ou deux phrases suffisent.",
        informs=(9,),
    ),
    Asked(
        code="environment",
        step=Step.PROJECT,
        german="Wie schonen Sie die Umwelt?",
        german_help="Mit welchen Verkehrsmitteln reisen Sie? Worauf achten Sie bei Verpflegung und Material?",
        french="Comment préservez-vous l’environnement ?",
        french_help="Quels moyens de transport utilisez-vous ? À quoi veillez-vous pour les repas et le matériel ?",
        informs=(11,),
        required_from=3,
    ),
    Asked(
        code="who_works",
        step=Step.PEOPLE,
        german="Wer führt das Projekt durch?",
        german_help="Wer plant, wer hilft mit, wer ist verantwortlich, in jeder der beiden Städte? Das Projekt muss "
        "überwiegend auf ehrenamtlichem Engagement beruhen.",
        french="Qui réalise le projet ?",
        french_help="Qui le prépare, qui apporte son aide, qui en est responsable, dans chacune des deux villes ? Le projet "
        "doit reposer principalement sur l’engagement bénévole.",
        informs=(4,),
        longest=LONG,
    ),
    Asked(
        code="accessibility",
        step=Step.PEOPLE,
        german="Wer kann mitmachen?",
        german_help="Sind Vorkenntnisse oder die andere Sprache nötig? Was kostet die Teilnahme, und wer zahlt weniger? Ist der "
        "Ort barrierefrei?",
        french="Qui peut participer ?",
        french_help="Faut-il des connaissances préalables ou parler l’autre langue ? Combien coûte la participation, et qui "
        "paie moins ? Le lieu est-il accessible aux personnes en situation de handicap ?",
        informs=(1,),
    ),
    Asked(
        code="diversity",
        step=Step.PEOPLE,
        german="Wie erreichen Sie Menschen, die sonst selten dabei sind?",
        german_help="Zum Beispiel Menschen mit wenig Einkommen, mit Behinderung oder mit Einwanderungsgeschichte, ältere "
        "Menschen oder Menschen, die noch nie im anderen Land waren.",
        french="Comment touchez-vous des personnes qui participent rarement à de tels projets ?",
        french_help="Par exemple des personnes disposant de faibles revenus, en situation de handicap, issues de "
        "l’immigration, âgées, ou qui ne sont jamais allées dans l’autre pays.",
        informs=(7,),
        required_from=2,
    ),
    Asked(
        code="equality",
        step=Step.PEOPLE,
        german="Wie sorgen Sie dafür, dass alle Geschlechter gleichberechtigt mitwirken?",
        german_help="In der Leitung, auf der Bühne und unter den Teilnehmenden. Ein oder zwei Sätze genügen.",
        french="Comment assurez-vous l’égale participation de toutes et de tous, femmes et hommes ?",
        french_help="Dans l’équipe, parmi les personnes qui interviennent et parmi celles qui participent. Une ou deux phrases "
        "suffisent.",
        informs=(8,),
        required_from=2,
    ),
)


def questions(criteria: list[Criterion]) -> list[Question]:
    """The questions as rows, tied to ``criteria``."""
    by_position = {criterion.position: criterion for criterion in criteria}
    return [
        Question(
            code=asked.code,
            position=position,
            step=asked.step,
            label_de=asked.german,
            label_fr=asked.french,
            help_de=asked.german_help,
            help_fr=asked.french_help,
            longest=asked.longest,
            required_from=asked.required_from,
            criteria=[by_position[number] for number in asked.informs],
        )
        for position, asked in enumerate(QUESTIONS, 1)
    ]
