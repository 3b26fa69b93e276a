"""What a mail server says, word for word as servers in use say it, and what it means for the message."""

import pytest

from grantflow.platform.mail.refusals import Phase, Verdict, enhanced, judge

OURS, PASSING, RECIPIENT = Verdict.OURS, Verdict.PASSING, Verdict.RECIPIENT


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (550, "relaying denied"),
        (550, "5.7.1 Relaying denied"),
        (554, "5.7.1 <x@verein.example>: Relay access denied"),
        (454, "4.7.1 <x@verein.example>: Relay access denied"),
        (550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain"),
        (550, "relay not permitted"),
        (553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
        (550, "5.1.0 <fonds@ville.example>: Sender address rejected: User unknown in virtual mailbox table"),
        (553, "5.7.1 <fonds@ville.example>: Sender address rejected: not owned by user grantflow"),
        (450, "4.1.8 <fonds@ville.example>: Sender address rejected: Domain not found"),
        (550, "5.1.8 Bad sender's system address"),
        (504, "5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname"),
        (450, "4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]"),
        (554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"),
        (530, "5.7.0 Must issue a STARTTLS command first"),
        (530, "5.7.1 Authentication required"),
        (535, "5.7.8 Error: authentication failed"),
        (538, "5.7.11 Encryption required for requested authentication mechanism"),
        (550, "5.7.26 This mail has been blocked because the sender is unauthenticated"),
        (550, "5.7.23 <x@verein.example>: Recipient address rejected: Message rejected due to: SPF fail"),
        (550, "5.7.1 <x@verein.example>: Recipient address rejected: SPF check failed"),
        (550, "5.7.25 The sending IP address has no PTR record"),
        (550, "5.2.0 Mail rejete. Mail rejected. OFR_506 [506]"),
        (550, "5.7.1 [192.0.2.1] Our system has detected that this message is likely unsolicited mail"),
        (550, "Your message was blocked due to its reputation"),
        (550, "5.7.1 Delivery not authorized, message refused"),
        (554, "Transaction failed"),
        (501, "5.5.4 Unsupported option: SIZE=100"),
        (555, "5.5.4 MAIL FROM/RCPT TO parameters not recognized"),
        (503, "5.5.1 Bad sequence of commands"),
        (550, "5.3.5 System incorrectly configured"),
        (554, "5.4.6 Too many hops"),
        (550, "5.0.0 Denied"),
        (550, "5.7.1 Relaying denied for <user-unknown@verein.example>"),
    ],
)
@pytest.mark.parametrize("phase", [Phase.RECIPIENT, Phase.DATA, Phase.END])
def test_a_refusal_about_us_never_fails_the_recipients_message(phase: Phase, code: int, text: str) -> None:
    assert judge(phase, code, text) is OURS


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (550, "5.1.1 <x@verein.example>: Recipient address rejected: User unknown in relay recipient table"),
        (550, "5.1.1 no such mailbox"),
        (550, "5.1.1 <relay-denied@verein.example>: user unknown"),
        (550, "5.1.10 Recipient address has null MX"),
        (553, "5.1.3 Bad recipient address syntax"),
        (551, "5.1.6 Recipient has moved"),
        (550, "5.2.1 The email account that you tried to reach is disabled"),
        (550, "5.4.1 Recipient address rejected: Access denied. [AMS0EPF00000123]"),
        (550, "5.5.0 Requested action not taken: mailbox unavailable"),
        (554, "delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0]"),
        (550, "5.7.1 <x@verein.example>: Recipient address rejected: Access denied"),
        (550, "5.7.17 Mailbox owner has changed"),
        (550, "Unrouteable address"),
        (550, "sorry, no mailbox here by that name. (#5.1.1)"),
        (550, "Empfänger unbekannt"),
        (550, "Adresse d au moins un destinataire inconnu"),
        (554, "5.6.7 The recipient's address cannot be read by its system"),
    ],
)
@pytest.mark.parametrize("phase", [Phase.RECIPIENT, Phase.END])
def test_a_refusal_of_the_recipient_fails_the_message(phase: Phase, code: int, text: str) -> None:
    assert judge(phase, code, text) is RECIPIENT


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (451, "4.7.1 Greylisting in action, please come back later"),
        (450, "4.2.1 <x@verein.example>: Recipient address rejected: unverified address"),
        (421, "4.3.2 Service not available, closing transmission channel"),
        (452, "4.2.2 Mailbox full"),
        (552, "5.2.2 Mailbox full"),
        (552, "Requested mail action aborted: exceeded storage allocation"),
        (-1, "hello?"),
        (354, "go on"),
    ],
)
@pytest.mark.parametrize("phase", [Phase.RECIPIENT, Phase.END])
def test_what_may_pass_is_tried_again(phase: Phase, code: int, text: str) -> None:
    expected = OURS if (phase, code, text[:5]) == (Phase.END, 552, "Reque") else PASSING
    assert judge(phase, code, text) is expected


@pytest.mark.parametrize("phase", [Phase.GREETING, Phase.HELLO, Phase.TLS, Phase.SIGN_IN, Phase.SENDER])
@pytest.mark.parametrize("code", [500, 502, 521, 530, 535, 550, 553, 554])
def test_before_the_recipient_is_named_no_refusal_is_about_them(phase: Phase, code: int) -> None:
    """``554`` at the greeting, ``550`` for our sender: whatever the words, no message fails for it."""
    assert judge(phase, code, "5.1.1 user unknown") is OURS


@pytest.mark.parametrize("code", [521, 550, 551, 553, 556])
def test_a_bare_code_for_the_recipient_is_about_them_and_after_the_message_in_doubt(code: int) -> None:
    assert judge(Phase.RECIPIENT, code, "no") is RECIPIENT
    assert judge(Phase.END, code, "no") is OURS


@pytest.mark.parametrize("code", [200, 250, 251, 252])
def test_any_success_is_success(code: int) -> None:
    """RFC 5321, 4.2.1: the first digit says it. A server that answers ``200`` has taken the message."""
    assert judge(Phase.END, code, "taken") is Verdict.TAKEN


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5.1.1 no", (5, 1, 1)),
        ("sorry (#5.7.1)", (5, 7, 1)),
        ("5.7.133 no", (5, 7, 133)),
        ("from 5.1.1.20 refused", None),
        ("[192.0.2.1] no", None),
        ("no", None),
    ],
)
def test_an_address_of_a_machine_is_no_status(text: str, found: tuple[int, int, int] | None) -> None:
    assert enhanced(text) == found
