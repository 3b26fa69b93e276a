"""The floor: bare Flask pages of the same shape over the same tables, the fewest queries, no sign-in."""

from flask import Flask, render_template_string
from sqlalchemy import Engine, text

LIST = """<!doctype html><title>Files</title><table>{% for r in rows %}<tr><td>{{ r.number }}<td>
<a href="/f/{{ r.id }}">{{ r.title }}</a><td>{{ r.name }}<td>{{ r.state }}<td>{{ r.requested_cents }}
<td>{{ r.submitted_at }}</tr>{% endfor %}</table>"""
DETAIL = """<!doctype html><title>{{ a.title }}</title><h1>{{ a.title }}</h1><p>{{ a.summary }}<p>{{ a.why_two_cities }}
<p>{{ a.encounter }}<p>{{ a.success }}<table>{% for l in lines %}<tr><td>{{ l.description }}<td>{{ l.cents }}</tr>
{% endfor %}</table><ol>{% for e in events %}<li>{{ e.action }} {{ e.at }}{% endfor %}</ol>"""


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
            a = c.execute(text("SELECT * FROM application WHERE id = :id"), one).one()
            lines = c.execute(text("SELECT * FROM budget_line WHERE application_id = :id ORDER BY position"), one).all()
            events = c.execute(
                text("SELECT * FROM application_event WHERE application_id = :id ORDER BY seq"), one
            ).all()
        return render_template_string(DETAIL, a=a, lines=lines, events=events)

    return app
