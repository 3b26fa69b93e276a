"""What the demo's applicants answer to the questions beyond the narrative, each in its own language; by title and code.

Small projects leave open what their category does not ask for, as real ones do.
"""

ANSWERS: dict[str, dict[str, str]] = {
    "Tatami ohne Grenzen": {
        "innovation": "Bisher kennen sich die Vereine nur von Turnieren. Neu ist, dass alle Beteiligten selbst eine "
        "Einheit in der anderen Sprache anleiten, auch die Weißgurte.",
        "networking": "Die Sehbehindertengruppe des Stadtsportbunds Düsseldorf trainiert einen Abend mit. Zwei Schulen "
        "in Toulouse laden zu einer offenen Judostunde ein; beide haben zugesagt.",
        "visibility": "Je eine offene Trainingsstunde in beiden Städten, angekündigt in Presse und Vereinszeitungen. "
        "Auf Plakaten und T-Shirts stehen Städtefreundschaft und Fonds.",
        "environment": "Alle reisen mit der Bahn. Gekocht wird vegetarisch mit Lebensmitteln vom Markt, Matten und "
        "Anzüge sind vorhanden oder geliehen.",
        "accessibility": "Mitmachen können alle ab 16 Jahren, vom Anfänger bis zur Schwarzgurtträgerin. Französisch "
        "ist nicht nötig. Der Beitrag von 25 Euro entfällt mit dem Düsselpass; das zweite Dojo ist stufenlos "
        "erreichbar.",
        "diversity": "Ein Drittel der Plätze geht an Mitglieder, die noch nie in Frankreich waren. Die Trainer "
        "sprechen sie direkt an und helfen mit Ausweisen und Fahrscheinen.",
        "equality": "14 Frauen und 14 Männer fahren mit. Von den vier Trainingsleitungen sind zwei Frauen; jedes "
        "Tandem leitet abwechselnd an.",
    },
    "Ping-Pong-Brücke": {
        "networking": "Die Lebenshilfe Düsseldorf stellt acht Spielerinnen und Spieler und ihre Halle für das Training "
        "davor.",
        "visibility": "Turnier bei freiem Eintritt, angekündigt in der Stadtteilpresse und beim Bundesliga-Heimspiel. "
        "Das Regelheft nennt Fonds und Städtefreundschaft auf der Titelseite.",
        "accessibility": "Alle, die einen Schläger halten können: Die Halle ist rollstuhlgerecht, an vier Tischen wird "
        "im Sitzen gespielt. Das Startgeld beträgt 10 Euro, Begleitpersonen zahlen nichts.",
        "diversity": "Die Hälfte der Spielerinnen und Spieler hat eine Behinderung; ihre Wohngruppen melden sie "
        "gemeinsam an.",
    },
    "Ciné-Dialog": {
        "innovation": "Das Publikum stellt das Programm selbst zusammen, und zwei Säle sehen denselben Film zur selben "
        "Zeit und sprechen danach miteinander. Das hat keines der beiden Häuser bisher versucht.",
        "networking": "Zwei Volkshochschulkurse und drei Schulklassen erarbeiten die Untertitel. Das Institut français "
        "Düsseldorf und das Goethe-Institut Toulouse laden ihre Mitglieder ein.",
        "visibility": "Monatsprogramme beider Häuser mit 22.000 Heften, ein Trailer vor jeder Vorstellung, eine "
        "Abschlussnacht im Filmmuseum mit beiden Städten. Das Zeichen des Fonds steht im Vorspann.",
        "environment": "Die Filmclubs reisen nur zweimal, mit der Bahn; alle anderen Treffen laufen über die Leitung "
        "zwischen den Sälen. Filme kommen als Datei statt als Kopie auf dem Luftweg.",
        "accessibility": "Alle Filme haben deutsche und französische Untertitel, acht auch Untertitel für Gehörlose. "
        "Der Eintritt kostet 2 Euro, mit Sozialpass nichts. Beide Säle sind barrierefrei.",
        "diversity": "Je ein Filmclub entsteht in Garath und in Le Mirail, mit Treffen im Bürgerhaus und "
        "Kinderbetreuung. Beide wählen eine der vier Reihen aus.",
        "equality": "Mindestens die Hälfte der sechzehn Filme ist von Regisseurinnen. Jede Einführung halten eine Frau "
        "und ein Mann gemeinsam.",
    },
    "Biodiversité à deux rives": {
        "innovation": "Erstmals werden Zähldaten von Rhein und Garonne in einer Ausstellung zusammengeführt.",
        "networking": "Die Naturschutzverbände in beiden Städten sind informiert.",
        "visibility": "Ausstellung in beiden Häusern mit erwarteten 40.000 Besuchen, Pressekonferenz zur Eröffnung, "
        "Nennung des Fonds auf allen Tafeln.",
        "environment": "Die Ausstellung ist aus Pappe und Holz und wird mehrfach verwendet. Die Zählgruppen reisen mit "
        "der Bahn.",
        "accessibility": "Die Zähltage stehen allen offen. Artenkenntnis ist von Vorteil.",
        "diversity": "Beide Museen werden von Menschen aller Altersgruppen besucht.",
        "equality": "Die Leitung des Projekts teilen sich eine Frau und ein Mann.",
    },
    "Klimazwillinge Green Heart": {
        "innovation": "Die Karten entstehen aus Messungen der Bewohnerinnen und Bewohner, Haus für Haus, mit denselben "
        "Fühlern in beiden Städten. So lassen sich zum ersten Mal zwei Straßen 1.100 Kilometer voneinander "
        "vergleichen.",
        "networking": "Die Hochschule Düsseldorf eicht die Messfühler, das Maison du vélo in Toulouse führt die "
        "Messfahrten, vier Nachbarschaftshäuser stellen Räume. Alle haben schriftlich zugesagt.",
        "visibility": "Die Karten sind öffentlich im Netz, ein Aushang hängt in jeder gemessenen Straße. Die zehn "
        "Vorschläge werden in beiden Stadträten vorgestellt, mit Hinweis auf Fonds und Städtefreundschaft.",
        "environment": "Bahn statt Flug, auch wenn die Reise einen Tag länger dauert. Verpflegung regional und "
        "fleischlos; die Fühler werden nach dem Projekt an Schulen verliehen.",
        "accessibility": "Vorwissen ist nicht nötig, eine Schulung von drei Abenden gehört dazu. Die Teilnahme ist "
        "kostenlos, Fahrten zur Werkstatt werden vorgestreckt. Es wird durchgehend gedolmetscht.",
        "diversity": "Gesucht wird in den heißesten, nicht in den bekanntesten Straßen: in Mietshäusern in Bilk und "
        "Minimes, über Hausmeister, Moscheeverein und Seniorentreff. Die Jüngste ist 18, der Älteste 74.",
        "equality": "Je Stadt sind mindestens sieben der fünfzehn Plätze mit Frauen besetzt; beide Werkstätten leiten "
        "eine Frau und ein Mann.",
    },
    "VALUES Küche & Stimme": {
        "innovation": "Im Buch erzählen die Menschen selbst, in ihrer Sprache und in zwei Übersetzungen; bisher wurde "
        "in beiden Stadtteilen nur über sie geschrieben.",
        "networking": "Die Stadtbücherei Oberbilk und die Médiathèque Grand M richten die Lesungen aus, die Tafel "
        "Düsseldorf stellt die Lehrküche.",
        "visibility": "Zwei Lesungen mit Essen für je 80 Gäste, 500 Bücher für Büchereien und Sprachkurse, ein Beitrag "
        "im Bürgerfunk. Der Fonds steht im Impressum und auf den Einladungen.",
        "environment": "Gekocht wird vegetarisch und mit geretteten Lebensmitteln; beide Gruppen reisen mit der Bahn.",
        "accessibility": "Die Abende sind kostenlos und liegen nach den Sprachkursen, mit Kinderbetreuung. Wer wenig "
        "Deutsch oder Französisch spricht, wird von Ehrenamtlichen in zehn Sprachen begleitet.",
        "diversity": "Drei von vier Beteiligten leben seit weniger als fünf Jahren in ihrer Stadt. Sie laden ihre "
        "Nachbarinnen und Nachbarn selbst ein.",
        "equality": "Frauen und Männer kochen und erzählen in gemischten Gruppen; für Mütter gibt es auf Wunsch einen "
        "eigenen Abend.",
    },
    "Azubi-Tandem": {
        "innovation": "Die Tandems arbeiten an einem gemeinsamen Stück, jede Hälfte nach der Art des eigenen Landes. "
        "Bisher haben die Betriebe nur Praktikantinnen und Praktikanten ausgetauscht.",
        "networking": "Beide Handwerkskammern vermitteln die Betriebe, acht Betriebe haben zugesagt. Das Bürgerhaus "
        "Reisholz und die Maison de quartier Empalot erhalten die Werkstücke.",
        "visibility": "Übergabe der Werkstücke in beiden Nachbarschaftszentren mit Presse, ein kurzer Film für "
        "Berufsschulen, ein Schild mit dem Zeichen des Fonds an jedem Stück.",
        "environment": "Verwendet werden Restholz der Betriebe und geölte statt lackierte Flächen. Die Tandems fahren "
        "mit der Bahn und vor Ort mit geliehenen Rädern.",
        "accessibility": "Offen für alle Auszubildenden ab 18 Jahren, unabhängig von Noten und Sprachkenntnissen. "
        "Reise, Unterkunft und Verpflegung sind frei, der Lohn wird weitergezahlt.",
        "diversity": "Die Hälfte der Auszubildenden hat keine höhere Schulbildung oder ist erst als Jugendliche "
        "eingewandert; für sie ist es die erste Reise dieser Art.",
        "equality": "Es gibt gemischte Tandems auch in Berufen mit wenigen Frauen; sechs der sechzehn Plätze sind für "
        "Frauen im Bauhandwerk reserviert.",
    },
    "Sommerjob-Börse Plus": {
        "innovation": "Vermittelt werden bisher nur Stellen. Neu sind die Patenschaften für die Zeit nach Feierabend.",
        "visibility": "Aufruf in beiden Städten über Jugendhäuser und soziale Medien, Abschlussabend im Rathaus. Die "
        "Willkommensmappe nennt den Fonds.",
        "environment": "Alle kommen mit der Bahn; vor Ort gibt es geliehene Fahrräder.",
        "accessibility": "Alle zwischen 18 und 26 Jahren mit einem Sommerjob. Die Patenschaft ist kostenlos, "
        "Grundkenntnisse der Sprache reichen.",
        "equality": "Zehn junge Frauen und zehn junge Männer; die Patinnen und Paten dürfen gewählt werden.",
    },
    "Café des langues": {
        "visibility": "Aushänge in Volkshochschule, Büchereien und Cafés, ein offener Abend zum Zuhören. Das Spielheft "
        "steht mit Dank an den Fonds frei im Netz.",
        "accessibility": "Alle mit ein paar Worten der anderen Sprache. Die Abende kosten nichts; wer keinen Rechner "
        "hat, spricht aus der Bücherei.",
        "diversity": "Unter den Tandems sind Rentnerinnen, Schichtarbeiter und zwei Geflüchtete, die beide Sprachen "
        "neu lernen.",
        "environment": "Zwanzig Treffen im Netz statt Reisen, die eine Fahrt mit der Bahn.",
    },
    "Égalité en ville": {
        "innovation": "Pour la première fois, des associations des deux villes évaluent ensemble les plans d’égalité "
        "de leurs municipalités et remettent les mêmes propositions aux deux conseils.",
        "networking": "Trente associations, dont le Planning familial, l’Espace Diversités Laïcité, la "
        "Frauenberatungsstelle Düsseldorf et le Lesben- und Schwulenzentrum ; vingt-deux ont déjà confirmé. Deux "
        "universités assurent le suivi.",
        "visibility": "Quatre forums ouverts au public, un rapport bilingue remis aux deux conseils, un podcast de "
        "huit épisodes. Le fonds et l’accord de coopération figurent sur tous les supports.",
        "environment": "Trajets en train uniquement, repas végétariens, vaisselle consignée. La moitié des réunions de "
        "préparation se tient en visioconférence.",
        "accessibility": "Entrée libre, interprétation en français, allemand et langues des signes, salles accessibles "
        "en fauteuil, garde d’enfants gratuite. Les trajets sont remboursés sur demande.",
        "diversity": "Douze ateliers ont lieu dans les quartiers, à Bellefontaine et à Garath par exemple, avec des "
        "femmes de ménage, des mères isolées, des personnes trans et des personnes âgées. Ce sont elles qui fixent "
        "les thèmes.",
        "equality": "C’est l’objet même du projet. La parité est la règle dans les équipes et à la tribune ; le temps "
        "de parole est mesuré et publié.",
    },
    "Jardins partagés, jardins jumeaux": {
        "innovation": "Les deux jardins comparent les mêmes semences sous deux climats.",
        "visibility": "Une journée portes ouvertes dans chaque jardin et un carnet bilingue, où figurent le fonds et "
        "l’accord de coopération.",
        "environment": "Trajets en train, semences paysannes, ni pesticide ni plastique.",
        "accessibility": "Toutes les habitantes et tous les habitants du quartier, sans savoir jardiner ni parler "
        "allemand. La participation est gratuite, les allées sont accessibles en fauteuil.",
    },
    "Pétanque am Rheinufer": {
        "networking": "Le centre social d’Empalot et deux maisons de retraite de Düsseldorf inscrivent chacun des "
        "équipes.",
        "visibility": "Tournoi en plein air sur les quais, affiches dans les deux villes, annonce dans la presse "
        "locale. Le fonds est nommé sur les affiches et sur les coupes.",
        "accessibility": "Tout le monde, de 16 à 99 ans : on prête les boules et on explique les règles sur place. "
        "L’inscription coûte 5 euros par équipe, elle est gratuite pour les personnes sans emploi. Le terrain est "
        "de plain-pied.",
        "equality": "Chaque triplette tirée au sort compte au moins une femme et un homme.",
    },
}
