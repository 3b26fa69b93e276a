"""What kinds, fields and refusals are called."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from .states import Country, Kind, MemberRole

KINDS: dict[Kind, Any] = {
    Kind.ASSOCIATION: lazy_pgettext("organisation", "Association"),
    Kind.FOUNDATION: lazy_pgettext("organisation", "Foundation"),
    Kind.NON_PROFIT_COMPANY: lazy_pgettext("organisation", "Non-profit company"),
    Kind.AUTHORITY: lazy_pgettext("organisation", "Municipality or other authority"),
    Kind.INSTITUTION: lazy_pgettext("organisation", "Museum, school, training centre or other public institution"),
    Kind.GROUP: lazy_pgettext("organisation", "Informal group of citizens"),
}
KIND_HINTS: dict[Kind, Any] = {
    Kind.ASSOCIATION: _l("Registered association, friendship society, sports club"),
    Kind.NON_PROFIT_COMPANY: _l("gGmbH or gUG in Germany; social enterprise in France"),
    Kind.GROUP: _l("At least three people, named; one of them holds the account"),
}
MEMBER_ROLES: dict[MemberRole, Any] = {
    MemberRole.SIGNATORY: lazy_pgettext("member", "May sign"),
    MemberRole.EDITOR: lazy_pgettext("member", "May edit"),
    MemberRole.READER: lazy_pgettext("member", "May read"),
}
COUNTRIES: dict[Country, Any] = {Country.GERMANY: _l("Germany"), Country.FRANCE: _l("France")}

MESSAGES: dict[str, Any] = {
    "organisation_name_missing": _l("Please enter the organisation’s name."),
    "organisation_merged": _l("One of the two has been merged already."),
    "organisation_elsewhere": _l("Two organisations from different countries cannot be the same."),
    "postal_code_wrong": _l("A postal code has five digits."),
    "organisation_address_long": _l(
        "Name, street and city are too long for the address on a letter. Please shorten the name."
    ),
    "organisation_unprintable": _l(
        "The name or the address of the organisation has characters that no letter can print: %(characters)s"
    ),
    "website_wrong": _l("Please enter a web address such as https://www.example.org."),
    "siret_wrong": _l("This SIRET number cannot be right: it has 14 digits, and the last one is a check digit."),
    "rna_wrong": _l("An RNA number starts with W and has nine characters after it, for example W313012345."),
    "local_volume_wrong": _l("Please enter the volume as in the register, for example 92."),
    "local_folio_wrong": _l("Please enter the folio as in the register, for example 123."),
    "local_law_elsewhere": _l(
        "The local law of associations holds in the departments 57, 67 and 68 only. Please check the postal code, "
        "or enter the RNA number instead."
    ),
    "register_number_wrong": _l("Please enter the number as in the register, for example %(register)s 1234."),
    "register_court_unknown": _l("Please choose the court from the list."),
    "iban_wrong": _l("This IBAN cannot be right: please compare it with your bank statement."),
    "iban_outside_sepa": _l("Grants are paid in euros to accounts of the SEPA area only."),
    "bic_wrong": _l("This BIC cannot be right: it has 8 or 11 characters. You may leave it empty."),
    "group_too_small": _l("An informal group needs at least %(count)d named people."),
    "group_people_repeated": _l(
        "An informal group needs at least %(count)d different people: a name stands here twice."
    ),
    "exemption_on_future": _l("This date lies in the future: please enter the date of the latest notice."),
    "country_fixed": _l("The country of the seat cannot be changed: it decides which city’s office is in charge."),
    "missing_representative": _l("Name the person who signs for the organisation."),
    "missing_street": _l("Enter the organisation’s street."),
    "missing_postal_code": _l("Enter the organisation’s postal code."),
    "missing_city": _l("Enter the organisation’s city."),
    "missing_name": _l("Enter the organisation’s name."),
    "missing_kind": _l("Choose the kind of organisation."),
    "missing_country": _l("Choose the country of the seat."),
    "missing_register_court": _l("Choose the register court."),
    "missing_register_number": _l("Enter the register number."),
    "missing_exemption_on": _l("Enter the date of the notice of tax exemption."),
    "missing_rna": _l(
        "Enter the RNA number or, for an association of Alsace-Moselle, its entry in the local register."
    ),
    "missing_local_court": _l("Enter the tribunal that keeps the register of associations."),
    "missing_local_volume": _l("Enter the volume of the register of associations."),
    "missing_local_folio": _l("Enter the folio of the register of associations."),
    "missing_siret": _l("Enter the SIRET number, or say that it has been applied for."),
    "missing_competent_body": _l("Name the competent body."),
    "missing_iban": _l("Enter the IBAN of the organisation’s account."),
    "missing_account_holder": _l("Enter the account holder."),
}
