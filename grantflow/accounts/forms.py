"""Forms of accounts. Passwords are never written back into a page."""

from typing import Any, Protocol

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField
from wtforms.widgets import CheckboxInput, EmailInput, ListWidget

from grantflow.kernel import window
from grantflow.kernel.parties import STAFF_ROLES, Party, Role
from grantflow.platform import locale
from grantflow.platform.forms import (
    Code,
    Email,
    Form,
    Line,
    Phone,
    RadioField,
    SelectField,
    SelectMultipleField,
    Text,
    ValidationError,
    choices,
    chosen,
    required,
)

from . import texts
from .models import Address
from .rules import PASSWORD_MAX, Name

#: Longer than any password we keep, short enough to hash without pain.
TYPED_AT_MOST = 8 * PASSWORD_MAX


class Password(PasswordField):
    """Any characters, paste allowed, blanks at the ends kept."""

    def __init__(self, label: Any = _l("Password"), validators: Any = None, **more: Any) -> None:
        super().__init__(label, [required()] if validators is None else validators, **more)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.data and len(self.data) > TYPED_AT_MOST:
            raise ValidationError(_l("This is too long for a password."))


class Secret(Code):
    """A code that opens something: read as people type it, never written back."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, limit=60, **more)

    def _value(self) -> str:
        return ""


class Ways(Protocol):
    """What the service says of how a person can show who they are."""

    @property
    def has_factor(self) -> bool: ...
    @property
    def has_app(self) -> bool: ...
    @property
    def is_fresh(self) -> bool: ...
    @property
    def question(self) -> Any: ...


class NameForm(Form):
    """Title, first name and family name, for every form that asks for a person's name."""

    title = Line(
        _l("Title"), limit=40, description=_l("For example Dr. or Prof. Dr.; leave it empty if you have none.")
    )
    given_name = Line(_l("First name"), [required()], limit=60)
    family_name = Line(_l("Family name"), [required()], limit=60)

    def validate_family_name(self, field: Any) -> None:
        if not window.person_fits(self.name().full):
            raise ValidationError(_l("The whole name is too long for the address on a letter."))

    def name(self) -> Name:
        return Name(
            title=self.title.data or "",
            given_name=self.given_name.data or "",
            family_name=self.family_name.data or "",
        )


def _address() -> RadioField:
    return RadioField(
        _l("Form of address in letters"), [chosen()], choices=choices(texts.ADDRESSES), default=Address.NEUTRAL.value
    )


def _language() -> RadioField:
    return RadioField(
        _l("Language of letters and e-mails"),
        [chosen()],
        choices=choices(texts.LANGUAGES),
        default=locale.language,
    )


def _phone() -> Phone:
    return Phone(_l("Telephone"), limit=80)


class SignInForm(Form):
    email = Line(_l("E-mail address"), [required()], limit=254, printed=False, widget=EmailInput())
    password = Password()
    next = HiddenField()
    kept = HiddenField()


class RegisterForm(NameForm):
    email = Email(_l("E-mail address"), [required()], limit=254)
    password = Password()
    address = _address()
    language = _language()
    phone = _phone()


class ConfirmForm(Form):
    password = Password()


class ProofForm(Form):
    """What shows once more who acts; forms that ask for it themselves inherit it."""

    password = Password(validators=())
    one_time_code = Secret(_l("One-time code or recovery code"))
    passkey = HiddenField()
    challenge = HiddenField()

    #: For the browser, where a passkey can be asked for.
    options = ""

    def second(self) -> dict[str, str]:
        """What was sent of a second factor."""
        return {
            "code": self.one_time_code.data or "",
            "passkey": self.passkey.data or "",
            "challenge": self.challenge.data or "",
        }

    def shown(self) -> dict[str, str]:
        """What was sent of it, by name."""
        return {"password": self.password.data or "", **self.second()}

    def fit(self, ways: Ways) -> None:
        """Ask what its reader can show: nothing while a proof is fresh, unless what was shown was wrong."""
        is_wrong = any(its.errors for its in (self.password, self.one_time_code, self.passkey))
        if ways.has_factor or (ways.is_fresh and not is_wrong):
            del self.password
        if not ways.has_factor or (ways.is_fresh and not is_wrong):
            del self.one_time_code, self.passkey, self.challenge
            return
        if not ways.has_app:
            self.one_time_code.label.text = _l("Recovery code")
        self.passkey.data = ""
        self.challenge.data = ways.question.challenge if ways.question else ""
        self.options = ways.question.options if ways.question else ""


class SecondStepForm(ProofForm):
    """The second factor at sign-in."""

    next = HiddenField()
    kept = HiddenField()


class EnrolForm(Form):
    """A new second factor: an app by its first code, or a passkey by the browser's answer."""

    label = Line(_l("What you call this device"), limit=60, printed=False)
    first_code = Secret(_l("Code that the app shows"))
    sealed = HiddenField()
    new_passkey = HiddenField()
    new_challenge = HiddenField()
    next = HiddenField()
    kept = HiddenField()


class AddressForm(Form):
    email = Email(_l("New e-mail address"), [required()], limit=254)


class ConfirmAddressForm(Form):
    """A button: looking at the link changes nothing."""


class RequestResetForm(Form):
    email = Email(_l("E-mail address"), [required()], limit=254)


class ResetForm(Form):
    password = Password(_l("New password"))


class AcceptForm(Form):
    password = Password()
    address = _address()
    language = _language()
    phone = _phone()


class ProfileForm(NameForm):
    address = _address()
    language = _language()
    phone = _phone()


class ChangePasswordForm(Form):
    old = Password(_l("Present password"))
    new = Password(_l("New password"))


def grantable(party: Party | None) -> list[tuple[str, Any]]:
    """The roles a member of staff of ``party`` can hold, as choices."""
    roles = [role for role in Role if role in STAFF_ROLES]
    return [(r.value, texts.ROLES[r]) for r in roles if r is not Role.OFFICE or party is not Party.METROPOLE]


class _Roles(SelectMultipleField):
    """Boxes to tick; posted values outside the choices are refused."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def roles(self) -> set[Role]:
        return {Role(value) for value in self.data or ()}


def _roles() -> _Roles:
    return _Roles(_l("What this person may do"), [chosen(_l("Please choose at least one role."))])


class RolesForm(Form):
    roles = _roles()

    def offer(self, party: Party | None) -> None:
        """Show the roles that exist in ``party``."""
        self.roles.choices = grantable(party)


class InviteForm(NameForm, RolesForm):
    email = Email(_l("E-mail address"), [required()], limit=254)
    language = SelectField(_l("Language of letters and e-mails"), choices=choices(texts.LANGUAGES))
    #: Once more: what is wrong is listed in the order in which it is asked.
    roles = _roles()


class RefuseRoleForm(Form):
    reason = Text(_l("Reason"), [required()], limit=500, printed=False)


class LossForm(Form):
    reason = Text(
        _l("How do you know that it is them?"),
        [required()],
        limit=500,
        printed=False,
        description=_l("For example: called back at the number in the staff directory. The audit trail shows it."),
    )


class DisableForm(Form):
    reason = Text(
        _l("Reason"), [required()], limit=500, printed=False, description=_l("Only the audit trail shows it.")
    )
