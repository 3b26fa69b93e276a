"""The database: one session, typed models, locks, and the commit at the boundary."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from flask import Flask, Response, session
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    Case,
    ColumnElement,
    DateTime,
    Engine,
    Enum,
    ExceptionContext,
    FetchedValue,
    MetaData,
    Select,
    Table,
    Uuid,
    case,
    event,
    inspect,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    Mapped,
    Session,
    SessionTransaction,
    joinedload,
    mapped_column,
    registry,
)

from grantflow.config import ROOT, Settings
from grantflow.kernel.errors import Forbidden
from grantflow.kernel.parties import Actor, Role

MIGRATIONS = ROOT / "migrations"


def _check_name(constraint: Any, table: Table) -> str:
    """The name it was given; the one an enum brings along is called by its column."""
    return constraint.name if isinstance(constraint.name, str) else f"{next(iter(constraint.columns)).name}_known"


class Base(DeclarativeBase):
    """Every model's parent. Dictionaries are JSONB, instants carry a zone."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(check_name)s",
                "check_name": _check_name,
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={dict[str, Any]: JSONB, list[str]: JSONB, list[dict[str, Any]]: JSONB},
    )


class Printed:
    """A row that acts are made of: whoever changes a column that is printed, the database raises the version (migration
    0002), so that nobody can forget it."""

    printed_version: Mapped[int] = mapped_column(default=1, server_default="1", server_onupdate=FetchedValue())


class Identified:
    """A random public identifier: nothing can be counted or guessed from an address."""

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4, sort_order=-1)


Instant = DateTime(timezone=True)


def enum_column(kind: type[StrEnum]) -> Enum:
    """Stored as its value in plain text: readable in SQL, easy to extend by migration; other values are refused."""
    return Enum(
        kind,
        name=None,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def in_order(column: InstrumentedAttribute[Any], kind: type[StrEnum]) -> Case[int]:
    """To sort by: as the enumeration is written down, which its values in a column would not be (Düsseldorf, Toulouse,
    Toulouse Métropole everywhere)."""
    return case({member: place for place, member in enumerate(kind)}, value=column)


S = TypeVar("S", bound=Select)
R = TypeVar("R", bound=Base)


def to_write(query: S, *of: type[Base]) -> S:
    """``query``, its rows (those ``of`` these tables) held FOR NO KEY UPDATE: writers wait for each other; whoever only
    refers to such a row, as a draft does to its call, waits for nobody."""
    return query.with_for_update(of=of or None, key_share=True)


class Database(SQLAlchemy):
    def lock(self, *rows: Base, by: Actor) -> None:
        """Refresh ``rows`` and hold them for writing: a second click waits here, then sees what the first did.

        A row that this transaction holds already is as it was read: it is not asked for again. ``by`` is whoever acts:
        what they may do is read again once the wait is over (``confirm_rights``).
        """
        before = by.roles
        self.session.flush()
        for row in rows:
            if not self._holds(row):
                self.session.refresh(row, with_for_update={"of": type(row), "key_share": True})
                self.held(row)
        self.confirm_rights(by, before)

    def held(self, row: Base) -> None:
        """Note that ``row`` was read for writing just now. A savepoint that rolls back gives its locks back."""
        session = self.session()
        kept = session.info.setdefault("held", WeakKeyDictionary())
        kept.setdefault(next(_levels(session)), set()).add(inspect(row).key)

    def _holds(self, row: Base) -> bool:
        session = self.session()
        kept = session.info.get("held", {})
        return any(inspect(row).key in kept.get(level, ()) for level in _levels(session))

    def confirm_rights(
        self, by: Actor, before: AbstractSet[Role] | None = None, *, beside: Sequence[ColumnElement[Any]] = ()
    ) -> Sequence[Any]:
        """Hold the acting person's row FOR SHARE and read their roles afresh: the last step of every lock.

        While a click waited its person may have been disabled or stripped of a role; until this transaction ends
        nobody can do either. Checks made before the wait stay true, since whoever lost anything is refused here.
        Returns what is asked ``beside``, by the same statement. Raises Forbidden.
        """
        session = self.session()
        held = (session.get_nested_transaction() or session.get_transaction(), by.id)
        # The system itself, or nobody: they are no rows.
        if not isinstance(by, Base) or session.info.get("rights") == held:
            return session.execute(select(*beside)).one() if beside else ()
        before = by.roles if before is None else before
        kind = type(by)
        # With what it always brings along, such as its roles: one statement.
        parts = [joinedload(getattr(kind, its.key)) for its in inspect(kind).relationships if its.lazy == "selectin"]
        query = select(kind, *beside).where(inspect(kind).primary_key[0] == by.id).with_for_update(read=True, of=kind)
        rows = session.execute(query.options(*parts).execution_options(populate_existing=True))
        now, *asked = rows.unique(lambda row: row[0]).one_or_none() or (None,)
        if now is None or not now.is_active or before - now.roles:
            raise Forbidden("rights_lost")
        session.info["rights"] = held
        return asked


def _levels(session: Session) -> Iterator[SessionTransaction]:
    """The savepoint or transaction that the session is in, and those around it."""
    level = session.get_nested_transaction() or session.get_transaction()
    while level is not None:
        yield level
        level = level.parent


db = Database(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate(directory=str(MIGRATIONS), compare_type=True)


def insert_once(model: type[Base], **values: Any) -> Any | None:
    """Insert unless a unique key is taken: the new primary key, or None. (rowcount is -1 here; RETURNING is not.)"""
    key = inspect(model).primary_key[0]
    return db.session.scalar(insert(model).values(**values).on_conflict_do_nothing().returning(key))


@event.listens_for(Engine, "handle_error")
def _keep_data_out(context: ExceptionContext) -> None:
    """What PostgreSQL refuses it quotes, whole rows at times; of that only the plain sentence may reach a log (T44)."""
    said = getattr(getattr(context.original_exception, "diag", None), "message_primary", None)
    if said:
        context.original_exception.args = (said,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (f"({type(context.original_exception).__name__}) {said}",)


def detached(query: Select[R]) -> R:
    """The one row, as a frozen copy: read in a transaction of its own that has ended."""
    with own_transaction() as session:
        row: R = session.scalars(query).unique().one()
        session.expunge_all()
        return row


def own_transaction() -> Session:
    """A session beside the request's: for counters that a refused request must not roll back."""
    return Session(db.engine)


def init_app(app: Flask, settings: Settings) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_pre_ping": True,
        "hide_parameters": True,
        "pool_size": 5,
        "pool_timeout": 10,
        # A stopped client must not hold its rows for ever (T43); C keeps ordering alike on every server.
        "connect_args": {
            "connect_timeout": 5,
            "options": "-c timezone=UTC -c idle_in_transaction_session_timeout=60000 -c statement_timeout=30000"
            " -c lock_timeout=15000",
            "application_name": "grantflow",
        },
    }
    db.init_app(app)
    migrate.init_app(app, db)

    @app.after_request
    def finish(response: Response) -> Response:
        """The boundary commits: all of a good answer, nothing of a refused one.

        What cannot be committed has not happened: the answer is the error's, and no word of success is left behind.
        """
        if response.status_code >= 400:
            db.session.rollback()
            return response
        try:
            db.session.commit()
        except Exception as error:
            db.session.rollback()
            session.pop("_flashes", None)
            return app.make_response(app.handle_user_exception(error))
        return response
