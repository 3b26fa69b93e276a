"""What is measured in this process: each measure takes the application of a filled fund and returns its figures."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psutil
from flask import Flask
from sqlalchemy import select, text

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.decisions import service as decisions
from grantflow.decisions.models import Proposal
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.letters import service as letters
from grantflow.letters.service.layout import stylesheet
from grantflow.organisations.states import MemberRole
from grantflow.platform import jobs
from grantflow.platform.db import db
from tests.applications.test_cost import filing
from tests.benchmarks import floor
from tests.conftest import sign_in
from tests.counting import counted
from tests.given import Given
from tests.letters import samples

ROUNDS = 40

Ask = Callable[[], Any]
Figures = dict[str, Any]


def _cpu(ask: Ask) -> tuple[float, float]:
    """Milliseconds of this process's CPU, and of the clock on the wall."""
    spent, began = time.process_time(), time.perf_counter()
    response = ask()
    taken = (time.process_time() - spent) * 1000, (time.perf_counter() - began) * 1000
    assert response.status_code in {200, 302}, response.status
    return taken


def compare(page: Ask, bare: Ask, rounds: int = ROUNDS) -> Figures:
    """Medians of the page and of the floor, taken in turns so that noise meets both."""
    for ask in (page, bare) * 3:
        ask()
    pairs = [(_cpu(page), _cpu(bare)) for _ in range(rounds)]
    spent, least = (statistics.median(pair[which][0] for pair in pairs) for which in (0, 1))
    waited, least_waited = (statistics.median(pair[which][1] for pair in pairs) for which in (0, 1))
    return {
        "cpu_ms": round(spent, 2),
        "floor_cpu_ms": round(least, 2),
        "ratio": round(spent / least, 2),
        "wall_ratio": round(waited / least_waited, 2),
    }


def _page(app: Flask, role: Role, path: str, bare_path: str) -> Figures:
    client = sign_in(app, Given(app).staff(role, Party.DUESSELDORF))
    with app.app_context():
        bare = floor.create(db.engine).test_client()
    client.get(path)
    with counted() as count:
        size = len(client.get(path).data)
    return {
        "sql": count.sql,
        "rows": count.rows,
        "bytes": size,
        **compare(lambda: client.get(path), lambda: bare.get(bare_path)),
    }


def staff_list(app: Flask) -> Figures:
    return _page(app, Role.OFFICE, "/staff/applications", "/list")


def search(app: Flask) -> Figures:
    """A word that one file in hundreds has: the most that has to be looked through for a page."""
    return _page(app, Role.OFFICE, "/staff/applications?q=garonne+projekt+99", "/list")


def staff_detail(app: Flask) -> Figures:
    with app.app_context():
        key = db.session.scalar(select(Application.id).where(Application.state == "in_review").limit(1))
    return _page(app, Role.OFFICE, f"/staff/applications/{key}", f"/f/{key}")


def ranking(app: Flask) -> Figures:
    return _page(app, Role.OFFICE, "/decisions/ranking", "/ranking")


def decision(app: Flask) -> Figures:
    """The second key with an award of three funders: locks, key, decision, money, letters, message, trail."""
    runs = [_decided(app) for _ in range(4)]
    return {"sql": max(sql for sql, _ in runs), "cpu_ms": round(statistics.median(spent for _, spent in runs[1:]), 2)}


def _decided(app: Flask) -> tuple[int, float]:
    given = Given(app)
    proposal = given.proposed()
    given.turn(proposal, given.signatory(Party.METROPOLE))
    given.turn(proposal, given.signatory(Party.DUESSELDORF))
    jean = given.signatory(Party.TOULOUSE)
    with app.app_context():
        found, by = db.session.get_one(Proposal, proposal.id), db.session.get_one(Person, jean.id)
        assert by.roles
        assert found.application
        began = time.process_time()
        with counted() as count:
            decisions.turn_key(found, found.digest, by=by)
            db.session.commit()
        spent = (time.process_time() - began) * 1000
        assert found.act.decided_at
    return count.sql, spent


def file_size(app: Flask, count: int = 20) -> Figures:
    """kB in the database for one decided file, from its draft to its letters: by how much the database grows, indexes
    and all. ``words_kb``: of it, what the keys signed and the words of its acts, as they lie on disk."""
    given = Given(app)

    def size(query: str) -> float:
        with app.app_context():
            return float(db.session.scalar(text(query))) / 1024

    on_disk = "SELECT pg_database_size(current_database())"
    words = (
        "SELECT (SELECT sum(pg_column_size(text)) FROM body)"
        " + (SELECT sum(pg_column_size(frozen)) FROM proposal_version)"
    )
    given.decided()
    before = size(on_disk), size(words)
    for _ in range(count):
        given.decided()
    kb, words_kb = ((after - first) / count for first, after in zip(before, (size(on_disk), size(words)), strict=True))
    return {"kb": round(kb, 1), "words_kb": round(words_kb, 1)}


def full_submit(app: Flask) -> Figures:
    """Every form of one application, from the draft to the sending, against as many forms of the floor."""
    given = Given(app)
    by = given.applicant()
    organisation, call, client = given.organisation(by), given.call(), sign_in(app, by)
    with app.app_context():
        bare = floor.create(db.engine).test_client()
    runs = []
    for _ in range(10):
        spent = least = 0.0
        with counted() as count:
            for send in filing(client, call, organisation):
                spent += _cpu(send)[0]
        for _form in range(8):
            least += _cpu(lambda: bare.post("/note", data={"text": "x" * 2_000}))[0]
        runs.append((spent, least))
    spent, least = (statistics.median(run[which] for run in runs[2:]) for which in (0, 1))
    return {
        "sql": count.sql,
        "cpu_ms": round(spent, 2),
        "floor_cpu_ms": round(least, 2),
        "ratio": round(spent / least, 2),
    }


def save_step(app: Flask) -> Figures:
    """One step saved by two colleagues in turn: statements of the first save and of the fiftieth."""
    given = Given(app)
    lea = given.applicant()
    file = given.application(by=lea)
    clients = [sign_in(app, by) for by in (lea, given.colleague(file.lead, MemberRole.EDITOR))]
    path, revision = f"/applications/{file.id}/dates", file.open.revision if file.open else 0
    costs, spent = [], []
    for count in range(50):
        ends = (clock.today() + timedelta(days=200 + count)).isoformat()
        form = {"starts_on": ends, "ends_on": ends, "seen": f"1.{revision + count}.{count}", "action": "save"}
        with counted() as cost:
            spent.append(_cpu(lambda by=clients[count % 2], form=form: by.post(path, data=form))[0])
        costs.append(cost.sql)
    return {"sql_1": costs[0], "sql_50": costs[-1], "cpu_ms": round(statistics.median(spent), 2)}


def printed(app: Flask, count: int = 200) -> Figures:
    """Letters as a worker makes them, one after the other, against WeasyPrint alone on the same text."""
    from grantflow.platform import pdf

    weasyprint = pdf._weasyprint()
    process = psutil.Process()
    with app.app_context():
        made = [samples.issued()[0] for _ in range(count)]
        db.session.commit()
        html, sheet = letters.document(made[0]), stylesheet()
        ids = [letter.job_id for letter in made]
        spent: list[float] = []
        least: list[float] = []
        resident = 0
        began = time.perf_counter()
        for number, job_id in enumerate(ids):
            start = time.process_time()
            assert jobs.run(job_id)
            db.session.commit()
            db.session.remove()
            spent.append(time.process_time() - start)
            if number == 19:
                resident = process.memory_info().rss
        seconds = time.perf_counter() - began
        grown = process.memory_info().rss - resident
        for _ in range(20):
            start = time.process_time()
            weasyprint.HTML(string=html).write_pdf(stylesheets=[weasyprint.CSS(string=sheet)])
            least.append(time.process_time() - start)
    return {
        "ratio_to_weasyprint": round(statistics.median(spent[20:]) / statistics.median(least[5:]), 2),
        "per_second": round(count / seconds, 1),
        "memory_growth_mb": round(grown / 2**20, 1),
    }


ALL: dict[str, Callable[[Flask], Figures]] = {
    "staff_list": staff_list,
    "search": search,
    "staff_detail": staff_detail,
    "ranking": ranking,
    "decision": decision,
    "full_submit": full_submit,
    "save_step": save_step,
    "file_size": file_size,
    "letters": printed,
}

#: What people list and search, call by call.
LISTS = ("staff_list", "search", "ranking")
