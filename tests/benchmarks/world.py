"""A fund with N files, written by the database itself in seconds: for measuring, not for meaning."""

from sqlalchemy import text
from sqlalchemy.orm import Session

STATEMENTS = (
    """
    INSERT INTO person (id, email, email_key, title, given_name, family_name, search_text, address, phone, language,
           created_at, confirmed_at, epoch)
    SELECT gen_random_uuid(), 'p' || i || '@bench.example', 'p' || i || '@bench.example', '', 'Person', i::text,
           'person ' || i, 'neutral', '',
           CASE i % 2 WHEN 0 THEN 'de' ELSE 'fr' END, now(), now(), 0
    FROM generate_series(1, :people) i
    """,
    """
    INSERT INTO organisation (id, name, kind, country, street, postal_code, city, website, representative,
           register_court, register_number, rna, siret, siret_pending, competent_body, people, iban, bic,
           account_holder, local_court, local_volume, local_folio, created_at, updated_at)
    SELECT gen_random_uuid(), 'Verein für Begegnung ' || i, 'association', CASE i % 2 WHEN 0 THEN 'DE' ELSE 'FR' END,
           'Straße ' || i, '40213', 'Düsseldorf', '', 'Vorstand ' || i, '', '', '', '', false, '', '[]', '', '', '',
           '', '', '', now(), now()
    FROM generate_series(1, :people) i
    """,
    """
    INSERT INTO membership (organisation_id, person_id, since)
    SELECT o.id, p.id, now()
    FROM (SELECT id, row_number() OVER (ORDER BY id) n FROM organisation WHERE street LIKE 'Straße %') o
    JOIN (SELECT id, row_number() OVER (ORDER BY id) n FROM person WHERE email LIKE '%@bench.example') p USING (n)
    """,
    """
    INSERT INTO application (id, call_id, lead_id, contact_id, lead_side, language, state, number, title,
           title_key, summary,
           why_two_cities, encounter, success, theme, format, places, starts_on, ends_on, participants_german,
           participants_french, volunteers, volunteer_hours, who_works, mostly_minors, is_school_trip,
           other_public_funding, partner_search, equal_roles, requested_cents, eligible_cents, income_cents,
           created_at, updated_at, first_submitted_at, submitted_at, return_reason, search_text)
    SELECT gen_random_uuid(), c.id, m.organisation_id, m.person_id, CASE i % 2 WHEN 0 THEN 'german' ELSE 'french' END,
           CASE i % 2 WHEN 0 THEN 'de' ELSE 'fr' END,
           (ARRAY['submitted','returned','admitted','in_review','assessed','proposed','awarded','rejected'])[1 + i % 8],
           'DT-' || c.code || '-' || to_char(i + 1000, 'FM000000'), 'Projekt ' || i || ' an Rhein und Garonne',
           encode(sha256(convert_to('projekt ' || i || ' an rhein und garonne', 'UTF8')), 'hex'),
           repeat('Zwei Städte, ein Projekt, viele Menschen. ', 30), repeat('Weil beide Seiten lernen. ', 20),
           repeat('Vier Treffen. ', 20), repeat('Es bleibt etwas. ', 20), 'sport', 'group_exchange',
           'Düsseldorf, Toulouse',
           current_date + 120, current_date + 130, 20, 20, 10, 200, 'Ehrenamtliche', false, false, '', false, false,
           400000, 500000, 100000, now() - make_interval(mins => i), now(), now() - make_interval(mins => i),
           now() - make_interval(mins => i), '', 'projekt ' || i || ' an rhein und garonne verein fur begegnung'
    FROM generate_series(1, :files) i
    CROSS JOIN (SELECT id, code FROM call LIMIT 1) c
    JOIN (SELECT organisation_id, person_id, row_number() OVER (ORDER BY organisation_id) n FROM membership) m
      ON m.n = 1 + i % :people
    """,
    """
    INSERT INTO partner (application_id, name, kind, country, city, contact_name, email, role)
    SELECT id, 'Partenaire ' || number, 'association', CASE lead_side WHEN 'german' THEN 'FR' ELSE 'DE' END, 'Toulouse',
           'Contact', 'contact@bench.example', 'Accueil' FROM application WHERE number IS NOT NULL
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO budget_line (id, application_id, kind, position, type, description, side, cents)
    SELECT gen_random_uuid(), a.id, 'cost', n, 'travel', 'Zug und Bus ' || n, 'german', 100000
    FROM application a CROSS JOIN generate_series(1, 5) n WHERE a.title LIKE 'Projekt % an Rhein%'
    """,
    """
    INSERT INTO budget_line (id, application_id, kind, position, type, description, side, cents)
    SELECT gen_random_uuid(), a.id, 'income', 1, 'own_funds', 'Eigenmittel', NULL, 100000
    FROM application a WHERE a.title LIKE 'Projekt % an Rhein%'
    """,
    """
    INSERT INTO application_event (application_id, action, source, target, at, note)
    SELECT a.id, e.action, e.source, e.target, a.submitted_at, '' FROM application a
    CROSS JOIN (VALUES ('submit','draft','submitted'), ('admit','submitted','admitted'),
                       ('begin_review','admitted','in_review')) e(action, source, target)
    WHERE a.title LIKE 'Projekt % an Rhein%'
    """,
    """
    INSERT INTO state_count (call_id, side, state, files)
    SELECT call_id, lead_side, state, count(*) FROM application GROUP BY 1, 2, 3
    ON CONFLICT (call_id, side, state) DO UPDATE SET files = excluded.files
    """,
    """
    INSERT INTO standing (application_id, call_id, submitted, score, german, french, gap, third_due, recommended_cents,
           settled_at)
    SELECT id, call_id, 2, 60 + (row_number() OVER (ORDER BY id)) % 50, 70, 80, 10, false, 400000, now()
    FROM application WHERE state IN ('assessed','proposed','awarded','rejected') ON CONFLICT DO NOTHING
    """,
)


def fill(session: Session, files: int) -> None:
    """Add ``files`` applications with partners, budgets, history and standing; commits and analyses."""
    for statement in STATEMENTS:
        session.execute(text(statement), {"files": files, "people": max(files // 3, 1)})
    session.commit()
    session.connection().exec_driver_sql("ANALYZE")
    session.commit()
