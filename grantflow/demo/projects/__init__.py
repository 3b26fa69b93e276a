"""The ten projects of the domain brief with their budgets, and three small ones for the states in between.

Totals, organisations and amounts asked are those of domain.md, section 7, with one deviation: the brief has all ten led
from Düsseldorf; here the French partner of the tenth, Égalité en ville, leads it, so that an award to a French
association, handled by the office of Toulouse, can be seen too (the two carry it equally in any case). The single budget
lines, people, streets, registry numbers and texts are ours, balanced to the cent, and assumed. Amounts in EUR, days
counted from the first start.
"""

from . import more_states, sport_culture_environment, work_language_equality
from .shape import Lead, Mate, Project

#: In the order of the brief.
PROJECTS = (
    *sport_culture_environment.PROJECTS,
    *work_language_equality.PROJECTS,
    *more_states.PROJECTS,
)

__all__ = ["PROJECTS", "Lead", "Mate", "Project"]
