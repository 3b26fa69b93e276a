"""What is told of a project, of who leads it and of the partner."""

from dataclasses import dataclass, field
from datetime import date

from grantflow.accounts.models import Address
from grantflow.applications.states import CostType as Cost
from grantflow.applications.states import Format, State, Theme
from grantflow.applications.states import IncomeType as Income
from grantflow.kernel.parties import Party, Side
from grantflow.organisations.states import Country, Kind

from ..people import Somebody

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
