"""The people of the demo: invented names, `.example` addresses."""

from dataclasses import dataclass

from grantflow.accounts.models import Address
from grantflow.accounts.rules import Name
from grantflow.kernel.parties import Party, Role


@dataclass(frozen=True, slots=True)
class Somebody:
    email: str
    name: Name
    address: Address
    language: str
    roles: tuple[Role, ...]
    party: Party | None = None
    phone: str = ""


def called(given_name: str, family_name: str, title: str = "") -> Name:
    return Name(given_name=given_name, family_name=family_name, title=title)


D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE
MS, MR = Address.MS, Address.MR

STAFF = (
    Somebody("buero@duesseldorf.example", called("Sabine", "Reinartz"), MS, "de", (Role.OFFICE,), D),
    Somebody("albers@duesseldorf.example", called("Svenja", "Albers"), MS, "de", (Role.REVIEWER,), D),
    Somebody("brandt@duesseldorf.example", called("Thomas", "Brandt"), MR, "de", (Role.REVIEWER,), D),
    Somebody("reuter@duesseldorf.example", called("Anke", "Reuter", "Dr."), MS, "de", (Role.SIGNATORY,), D),
    Somebody("finanzen@duesseldorf.example", called("Martin", "Kohl"), MR, "de", (Role.FINANCE,), D),
    Somebody("admin@duesseldorf.example", called("Petra", "Lindner"), MS, "de", (Role.ADMINISTRATOR,), D),
    Somebody("bureau@toulouse.example", called("Claire", "Delmas"), MS, "fr", (Role.OFFICE,), T),
    Somebody("fabre@toulouse.example", called("Mireille", "Fabre"), MS, "fr", (Role.REVIEWER,), T),
    Somebody("escande@toulouse.example", called("Paul", "Escande"), MR, "fr", (Role.REVIEWER,), T),
    Somebody("vidal@toulouse.example", called("Jean-Marc", "Vidal"), MR, "fr", (Role.SIGNATORY,), T),
    Somebody("finances@toulouse.example", called("Nadia", "Benali"), MS, "fr", (Role.FINANCE,), T),
    Somebody("admin@toulouse.example", called("Luc", "Ferrand"), MR, "fr", (Role.ADMINISTRATOR,), T),
    Somebody("marty@metropole.example", called("Inès", "Marty"), MS, "fr", (Role.REVIEWER,), M),
    Somebody("lacombe@metropole.example", called("Sophie", "Lacombe"), MS, "fr", (Role.SIGNATORY,), M),
    Somebody("finances@metropole.example", called("Olivier", "Roux"), MR, "fr", (Role.FINANCE,), M),
    Somebody("admin@metropole.example", called("Hugo", "Sabatier"), MR, "fr", (Role.ADMINISTRATOR,), M),
)


def applicant(email: str, name: Name, address: Address, language: str) -> Somebody:
    return Somebody(email, name, address, language, (Role.APPLICANT,))
