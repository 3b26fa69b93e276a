"""Passkeys (WebAuthn): what the browser is asked, and what its answer is worth. Nothing here writes a row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from flask import request
from itsdangerous import BadData, URLSafeTimedSerializer
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from grantflow.platform import limits, settings, tokens

from .. import queries, rules
from ..models import Factor, Person


@dataclass(frozen=True, slots=True)
class Question:
    """What a page hands to the browser: options (JSON), and the signed challenge that comes back with the answer."""

    options: str
    challenge: str


def origin() -> str:
    """The address that passkeys are bound to: as configured; in the demo, the name chosen for this machine."""
    return request.host_url.rstrip("/") if settings().is_demo else settings().origin


def are_passkeys_possible() -> bool:
    """Passkeys are bound to a name: browsers know none for 127.0.0.1, which is how the demo is often opened."""
    try:
        ip_address(_host())
    except ValueError:
        return True
    return False


def _host() -> str:
    return urlsplit(origin()).hostname or ""


def ask_for_new(person: Person) -> Question:
    """To make a passkey that they do not have yet."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name="GrantFlow",
        user_id=person.id.bytes,
        user_name=person.email,
        user_display_name=person.name,
        exclude_credentials=_described(queries.factors(person)),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return Question(webauthn.options_to_json(options), _signed(person, "new", options.challenge))


def ask(person: Person, present: Iterable[Factor]) -> Question | None:
    """To show one of the ``present`` passkeys; None where there is none that this address can ask for."""
    described = _described(present)
    if not described or not are_passkeys_possible():
        return None
    options = webauthn.generate_authentication_options(rp_id=_host(), allow_credentials=described)
    return Question(webauthn.options_to_json(options), _signed(person, "ask", options.challenge))


def _described(factors: Iterable[Factor]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=its.credential_id) for its in factors if its.credential_id]


def made(person: Person, answer: str, challenge: str) -> VerifiedRegistration | None:
    """The new passkey in the browser's ``answer``; None where it does not answer our question to this person."""
    expected = _asked(person, "new", challenge)
    return _judged(webauthn.verify_registration_response, answer, expected) if expected else None


def shown(
    person: Person, answer: str, challenge: str, present: Sequence[Factor]
) -> tuple[Factor, VerifiedAuthentication] | None:
    """Which of the ``present`` passkeys the answer shows, with its new counter; None where it shows none."""
    expected = _asked(person, "ask", challenge)
    try:
        credential_id = parse_authentication_credential_json(answer).raw_id
    except WebAuthnException:
        return None
    factor = next((its for its in present if its.credential_id == credential_id), None)
    if factor is None or expected is None:
        return None
    known = {
        "credential_public_key": factor.public_key,
        "credential_current_sign_count": factor.sign_count,
    }
    found = _judged(webauthn.verify_authentication_response, answer, expected, **known)
    return (factor, found) if found else None


def _judged(verify: Any, answer: str, challenge: bytes, **known: Any) -> Any:
    try:
        return verify(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=origin(),
            **known,
        )
    except WebAuthnException:
        return None


# --- challenges -----------------------------------------------------------------------------------


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="passkey-challenge")


def _signed(person: Person, what: str, challenge: bytes) -> str:
    return str(_signer().dumps([str(person.id), what, bytes_to_base64url(challenge)]))


def _asked(person: Person, what: str, signed: str) -> bytes | None:
    """The challenge of this page, if it was asked of this person a moment ago, and not answered before."""
    try:
        owner, purpose, challenge = _signer().loads(signed, max_age=int(rules.CHALLENGE_LIFETIME.total_seconds()))
    except BadData:
        return None
    if (owner, purpose) != (str(person.id), what) or not limits.is_first("passkey", tokens.fingerprint(challenge)):
        return None
    return base64url_to_bytes(challenge)
