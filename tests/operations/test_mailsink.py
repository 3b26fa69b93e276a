import smtplib
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from grantflow.platform import mailsink
from grantflow.platform.mailsink import MailSink


def written(subject: str = "Größe « été »") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Fonds <fonds@grantflow.example>"
    message["To"] = "jürgen@exemple.fr"
    message["Subject"] = subject
    message.set_content("Bonjour « vous »\n")
    message["Content-Language"] = "fr"
    message.add_alternative("<p>Bonjour</p>\n", subtype="html")
    return message


def sent(sink: MailSink, *messages: EmailMessage) -> None:
    address = urlsplit(sink.url)
    with smtplib.SMTP(address.hostname or "", address.port or 0, timeout=30) as server:
        for message in messages:
            server.send_message(message)


def test_a_message_is_kept_as_it_was_received(tmp_path: Path) -> None:
    with MailSink(tmp_path) as sink:
        sent(sink, written())
        (kept,) = sink.messages()
    assert kept.subject == "Größe « été »"
    assert kept.sender == "Fonds <fonds@grantflow.example>"
    assert kept.recipients == ("jürgen@exemple.fr",)
    assert kept.text == "Bonjour « vous »\n"
    assert kept.html == "<p>Bonjour</p>\n"
    assert kept.language == "fr"
    assert datetime.now(UTC) - kept.at < timedelta(minutes=1)


def test_the_newest_comes_first_and_each_has_an_address(tmp_path: Path) -> None:
    with MailSink(tmp_path) as sink:
        sent(sink, *(written(f"{number}") for number in range(3)))
    received = mailsink.messages(tmp_path)
    assert [one.subject for one in received] == ["2", "1", "0"]
    assert [one.subject for one in mailsink.messages(tmp_path, limit=1)] == ["2"]
    assert mailsink.message(tmp_path, received[1].id) == received[1]


def test_an_address_leads_to_messages_only(tmp_path: Path) -> None:
    (tmp_path / "mailbox").mkdir()
    (tmp_path / "secret.eml").write_text("Subject: no\n\n")
    assert mailsink.message(tmp_path, "../secret") is None
    assert mailsink.message(tmp_path, "20261123T050306.194839Z-2b2b4e2e") is None


def test_a_message_half_written_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "mailbox").mkdir()
    (tmp_path / "mailbox" / ".20261123T050306.194839Z-2b2b4e2e").write_text("Subject: half")
    assert mailsink.messages(tmp_path) == []


def test_a_mailbox_that_cannot_be_written_is_told_to_the_sender(tmp_path: Path) -> None:
    with MailSink(tmp_path) as sink:
        (tmp_path / "mailbox").rmdir()
        (tmp_path / "mailbox").write_text("in the way")
        with pytest.raises(smtplib.SMTPDataError) as refused:
            sent(sink, written())
    assert refused.value.smtp_code == 452
