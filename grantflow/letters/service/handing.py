"""Hand files out: verified against their digest, each fetch on record before the first byte leaves."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _
from zipstream import ZipStream

from grantflow.audit import service as audit
from grantflow.kernel import clock, spreadsheet
from grantflow.kernel.errors import IllegalStep, Unavailable
from grantflow.kernel.parties import Actor
from grantflow.platform import errors, locale, storage
from grantflow.platform.db import db

from .. import texts
from ..models import Download, Letter
from ..states import Desk, Standing, State
from . import mending


def download(letter: Letter, *, by: Actor, desk: Desk) -> bytes:
    """The file's bytes. Verifies them, then notes the fetch and puts it on the trail; the boundary commits.

    Raises IllegalStep while there is no file yet, Unavailable where the stored bytes are not those printed: then it is
    marked, to be printed again.
    """
    found = content(letter)
    _note([letter], by=by, desk=desk)
    return found


def archive(letters: Sequence[Letter], *, by: Actor, desk: Desk = Desk.FINANCE) -> Iterator[bytes]:
    """A ZIP of the files and of an index with their SHA-256, as a stream. A damaged file does not hold up the others:
    the index names it.

    Here, before the caller answers: every file is verified against its digest, one at a time, and every fetch noted.
    """
    if not letters:
        raise IllegalStep("no_letter_chosen")
    names = _names(letters)
    remarks: list[str] = []
    for letter in letters:
        try:
            content(letter)
            remarks.append("")
        except Unavailable as missing:
            remarks.append(errors.describe(missing))
    whole = [(letter, name) for letter, name, remark in zip(letters, names, remarks, strict=True) if not remark]
    zipped = ZipStream()
    zipped.add(index(letters, names, remarks).encode("utf-8-sig"), _("index.csv"))
    for letter, name in whole:
        zipped.add_path(storage.path_of(str(letter.digest)), name)
    _note([letter for letter, _name in whole], by=by, desk=desk)
    return iter(zipped)


def index(letters: Sequence[Letter], names: Sequence[str], remarks: Sequence[str]) -> str:
    """The list that goes into the ZIP. A letter with a remark has no file here, and the remark says why."""
    return spreadsheet.written([_row(*row) for row in zip(letters, names, remarks, strict=True)])


def _row(letter: Letter, name: str, remark: str) -> dict[str, object]:
    # A translation carries no money of its own: the column adds up.
    amount = letter.amount_cents if letter.standing is Standing.ACT else None
    return {
        _("File"): "" if remark else name,
        _("Number of the act"): letter.register_number,
        _("Application"): letter.application_number,
        _("Project"): letter.project_title,
        _("Recipient"): letter.recipient_name,
        _("Kind of letter"): str(texts.KINDS[letter.kind]),
        _("Standing"): str(texts.STANDINGS[letter.standing]),
        _("Delivery"): str(texts.CHANNELS[letter.channel]),
        _("Amount (EUR)"): "" if amount is None else f"{amount // 100},{amount % 100:02d}",
        _("Language"): letter.language,
        _("Released on"): locale.short_date(letter.created_at),
        _("Pages"): letter.pages,
        "SHA-256": letter.digest,
        _("Remark"): remark,
    }


def content(letter: Letter) -> bytes:
    """The file's bytes, verified: for who only asks about it. Whoever gets it is noted (``download``)."""
    if letter.purged_at:
        raise IllegalStep("letter_erased")
    if letter.state is not State.READY or letter.digest is None:
        raise IllegalStep("letter_not_ready")
    try:
        return storage.read(letter.digest)
    except storage.Rotten:
        mending.found(letter)
        raise Unavailable("letter_lost" if letter.is_lost else "letter_damaged") from None


def _note(letters: Sequence[Letter], *, by: Actor, desk: Desk) -> None:
    now = clock.now()
    for letter in letters:
        db.session.add(
            Download(letter_id=letter.id, desk=desk, person_id=by.id, person_name=by.name, digest=letter.digest, at=now)
        )
        audit.record("letter_downloaded", on=letter, by=by, after={"desk": desk, "digest": letter.digest})
    db.session.flush()


def _names(letters: Sequence[Letter]) -> list[str]:
    """File names, told apart where two would be the same."""
    taken: set[str] = set()
    names = []
    for letter in letters:
        name = letter.file_name
        if name.lower() in taken:
            name = f"{name.removesuffix('.pdf')}_{letter.language}_{letter.id.hex[:6]}.pdf"
        taken.add(name.lower())
        names.append(name)
    return names
