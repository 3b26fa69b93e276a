"""The floor: bare Flask pages of the same shape over the same tables, the fewest queries, no sign-in."""

import os

from flask import Flask, redirect, render_template_string, request
from sqlalchemy import Engine, create_engine, text
from werkzeug.wrappers import Response

LIST = """<!doctype html><title>Files</title><table>{% for r in rows %}<tr><td>{{ r.number }}<td>
<a href="/f/{{ r.id }}">{{ r.title }}</a><td>{{ r.name }}<td>{{ r.state }}<td>{{ r.requested_cents }}
<td>{{ r.submitted_at }}</tr>{% endfor %}</table>"""
DETAIL = """<!doctype html><title>{{ a.title }}</title><h1>{{ a.title }}</h1><p>{{ a.summary }}
{% for x in answers %}<p>{{ x.text }}{% endfor %}
<table>{% for l in lines %}<tr><td>{{ l.description }}<td>{{ l.cents }}</tr>
{% endfor %}</table><ol>{% for e in events %}<li>{{ e.action }} {{ e.at }}{% endfor %}</ol>"""
RANKING = """<!doctype html><title>Ranking</title><table>{% for r in rows %}<tr><td>{{ loop.index }}<td>{{ r.number }}
<td><a href="/f/{{ r.id }}">{{ r.title }}</a><td>{{ r.name }}<td>{{ r.score }}<td>{{ r.german }}<td>{{ r.french }}
<td>{{ r.state }}<td>{{ r.requested_cents }}<td>{{ r.recommended_cents }}</tr>{% endfor %}</table>"""


def serve() -> Flask:
    """For gunicorn."""
    return create(create_engine(os.environ["GRANTFLOW_DATABASE_URL"], pool_pre_ping=True))


def create(engine: Engine) -> Flask:
    app = Flask(__name__)

    @app.get("/list")
    def files() -> str:
        with engine.connect() as c:
            rows = c.execute(
                text(
                    "SELECT a.id, a.number, a.title, o.name, a.state, a.requested_cents, a.submitted_at "
                    "FROM application a JOIN organisation o ON o.id = a.lead_id "
                    "ORDER BY a.submitted_at DESC, a.id LIMIT 50"
                )
            ).all()
        return render_template_string(LIST, rows=rows)

    @app.get("/f/<uuid:key>")
    def detail(key: object) -> str:
        with engine.connect() as c:
            one = {"id": key}
            a = c.execute(
                text(
                    "SELECT a.*, v.summary FROM application a JOIN application_version v ON v.application_id = a.id "
                    "AND v.number = a.sent_number WHERE a.id = :id"
                ),
                one,
            ).one()
            answers = c.execute(
                text(
                    "SELECT x.text FROM version_answer x JOIN application_version v ON v.id = x.version_id "
                    "WHERE v.application_id = :id"
                ),
                one,
            ).all()
            lines = c.execute(
                text(
                    "SELECT l.* FROM budget_line l JOIN application_version v ON v.id = l.version_id "
                    "WHERE v.application_id = :id ORDER BY l.position"
                ),
                one,
            ).all()
            events = c.execute(
                text("SELECT * FROM application_event WHERE application_id = :id ORDER BY seq"), one
            ).all()
        return render_template_string(DETAIL, a=a, answers=answers, lines=lines, events=events)

    @app.get("/ranking")
    def ranking() -> str:
        with engine.connect() as c:
            rows = c.execute(
                text(
                    "SELECT a.id, a.number, a.title, o.name, a.state, a.requested_cents, s.score, s.german, s.french, "
                    "s.recommended_cents FROM standing s JOIN application a ON a.id = s.application_id "
                    "JOIN organisation o ON o.id = a.lead_id "
                    "WHERE s.call_id = (SELECT id FROM call ORDER BY opens_at DESC LIMIT 1) "
                    "ORDER BY s.score DESC, s.application_id DESC LIMIT 50"
                )
            ).all()
        return render_template_string(RANKING, rows=rows)

    @app.post("/note")
    def note() -> Response:
        """One form: a row read and locked, a row written, an answer that leads on."""
        with engine.begin() as c:
            c.execute(text("CREATE TEMP TABLE IF NOT EXISTS note (id serial PRIMARY KEY, text text) ON COMMIT DROP"))
            c.execute(text("INSERT INTO note (text) VALUES (:text)"), {"text": request.form["text"]})
            c.execute(text("INSERT INTO note (text) VALUES (:text)"), {"text": request.form["text"]})
        return redirect("/list")

    return app
