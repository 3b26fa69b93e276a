"""The people of the demo: invented names, `.example` addresses."""

from dataclasses import dataclass

from grantflow.accounts.models import Address
from grantflow.kernel.parties import Party, Role


@dataclass(frozen=True, slots=True)
class Somebody:
    email: str
    name: str
    address: Address
    language: str
    roles: tuple[Role, ...]
    party: Party | None = None
    phone: str = ""


D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE
MS, MR = Address.MS, Address.MR

STAFF = (
    Somebody("buero@duesseldorf.example", "Sabine Reinartz", MS, "de", (Role.OFFICE,), D),
    Somebody("albers@duesseldorf.example", "Svenja Albers", MS, "de", (Role.REVIEWER,), D),
    Somebody("brandt@duesseldorf.example", "Thomas Brandt", MR, "de", (Role.REVIEWER,), D),
    Somebody("reuter@duesseldorf.example", "Dr. Anke Reuter", MS, "de", (Role.SIGNATORY,), D),
    Somebody("finanzen@duesseldorf.example", "Martin Kohl", MR, "de", (Role.FINANCE,), D),
    Somebody("admin@duesseldorf.example", "Petra Lindner", MS, "de", (Role.ADMINISTRATOR,), D),
    Somebody("bureau@toulouse.example", "Claire Delmas", MS, "fr", (Role.OFFICE,), T),
    Somebody("fabre@toulouse.example", "Mireille Fabre", MS, "fr", (Role.REVIEWER,), T),
    Somebody("escande@toulouse.example", "Paul Escande", MR, "fr", (Role.REVIEWER,), T),
    Somebody("vidal@toulouse.example", "Jean-Marc Vidal", MR, "fr", (Role.SIGNATORY,), T),
    Somebody("finances@toulouse.example", "Nadia Benali", MS, "fr", (Role.FINANCE,), T),
    Somebody("admin@toulouse.example", "Luc Ferrand", MR, "fr", (Role.ADMINISTRATOR,), T),
    Somebody("marty@metropole.example", "Inès Marty", MS, "fr", (Role.REVIEWER,), M),
    Somebody("lacombe@metropole.example", "Sophie Lacombe", MS, "fr", (Role.SIGNATORY,), M),
    Somebody("finances@metropole.example", "Olivier Roux", MR, "fr", (Role.FINANCE,), M),
    Somebody("admin@metropole.example", "Hugo Sabatier", MR, "fr", (Role.ADMINISTRATOR,), M),
)


def applicant(email: str, name: str, address: Address, language: str) -> Somebody:
    return Somebody(email, name, address, language, (Role.APPLICANT,))
