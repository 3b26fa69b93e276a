"""A fund with N files, written by the database itself in seconds and past no constraint: to be measured, not read."""

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
    INSERT INTO membership (organisation_id, person_id, role, since)
    SELECT o.id, p.id, 'signatory', now()
    FROM (SELECT id, row_number() OVER (ORDER BY id) n FROM organisation WHERE street LIKE 'Straße %') o
    JOIN (SELECT id, row_number() OVER (ORDER BY id) n FROM person WHERE email LIKE '%@bench.example') p USING (n)
    """,
    """
    INSERT INTO application (id, call_id, lead_id, contact_id, lead_side, language, state, number, sent_number, title,
           title_key, lead_name, partner_name, requested_cents, eligible_cents, starts_on, created_at,
           first_submitted_at, submitted_at, return_reason, search_text)
    SELECT gen_random_uuid(), c.id, m.organisation_id, m.person_id, CASE i % 2 WHEN 0 THEN 'german' ELSE 'french' END,
           CASE i % 2 WHEN 0 THEN 'de' ELSE 'fr' END,
           (ARRAY['submitted','returned','admitted','in_review','assessed','proposed','awarded','rejected'])[1 + i % 8],
           'DT-' || c.code || '-' || to_char(i + 1000, 'FM000000'), 1, 'Projekt ' || i || ' an Rhein und Garonne',
           encode(sha256(convert_to('projekt ' || i || ' an rhein und garonne', 'UTF8')), 'hex'),
           o.name, 'Partenaire ' || i, 400000, 500000, current_date + 120, now() - make_interval(mins => i),
           now() - make_interval(mins => i), now() - make_interval(mins => i), '',
           'projekt ' || i || ' an rhein und garonne verein fur begegnung'
    FROM generate_series(1, :files) i
    JOIN (SELECT id, code, row_number() OVER (ORDER BY code) - 1 n, count(*) OVER () calls FROM call) c
      ON c.n = i / 8 % c.calls
    JOIN (SELECT organisation_id, person_id, row_number() OVER (ORDER BY organisation_id) n FROM membership) m
      ON m.n = 1 + i % :people
    JOIN organisation o ON o.id = m.organisation_id
    """,
    """
    INSERT INTO organisation (id, name, kind, country, street, postal_code, city, website, representative,
           register_court, register_number, rna, siret, siret_pending, competent_body, people, iban, bic,
           account_holder, local_court, local_volume, local_folio, created_at, updated_at)
    SELECT gen_random_uuid(), partner_name, 'association', CASE lead_side WHEN 'german' THEN 'FR' ELSE 'DE' END,
           '', '', 'Toulouse', '', '', '', '', '', '', false, '', '[]', '', '', '', '', '', '', now(), now()
    FROM application WHERE title LIKE 'Projekt % an Rhein%'
    """,
    """
    INSERT INTO participation (id, application_id, organisation_id, part, state, since, note, language)
    SELECT gen_random_uuid(), id, lead_id, 'lead', 'confirmed', submitted_at, '', ''
    FROM application WHERE title LIKE 'Projekt % an Rhein%'
    UNION ALL
    SELECT gen_random_uuid(), a.id, o.id, 'partner', 'named', a.submitted_at, '', ''
    FROM application a JOIN organisation o ON o.name = a.partner_name WHERE a.title LIKE 'Projekt % an Rhein%'
    """,
    """
    INSERT INTO application_version (id, application_id, number, purpose, revision, opened_at, saved_at, title, summary,
           theme, format, places, starts_on, ends_on, participants_german, participants_french, volunteers,
           volunteer_hours, mostly_minors, is_school_trip, other_public_funding, partner_search, equal_roles,
           requested_cents, eligible_cents, income_cents)
    SELECT gen_random_uuid(), id, 1, 'first', 9, created_at, created_at, title,
           repeat('Zwei Städte, ein Projekt, viele Menschen. ', 30), 'sport', 'group_exchange',
           'Düsseldorf, Toulouse', current_date + 120, current_date + 130, 20, 20, 10, 200, false, false, '', false,
           false, 400000, 500000, 100000
    FROM application WHERE title LIKE 'Projekt % an Rhein%'
    """,
    """
    INSERT INTO version_answer (version_id, code, text)
    SELECT v.id, q.code, repeat('Weil beide Seiten lernen. ', 20) FROM application_version v
    JOIN application a ON a.id = v.application_id JOIN question q ON q.call_id = a.call_id
    WHERE v.title LIKE 'Projekt % an Rhein%'
    """,
    """
    INSERT INTO version_party (version_id, part, organisation_id, name, kind, country, street, postal_code, city,
           profile, contact_name, email, role)
    SELECT v.id, 'lead', o.id, o.name, o.kind, o.country, o.street, o.postal_code, o.city, CAST('{}' AS jsonb), '',
           '', ''
    FROM application_version v JOIN application a ON a.id = v.application_id JOIN organisation o ON o.id = a.lead_id
    WHERE v.title LIKE 'Projekt % an Rhein%'
    UNION ALL
    SELECT v.id, 'partner', NULL, a.partner_name, 'association', CASE lead_side WHEN 'german' THEN 'FR' ELSE 'DE' END,
           '', '', 'Toulouse', CAST('{}' AS jsonb), 'Contact', 'contact@bench.example', 'Accueil'
    FROM application_version v JOIN application a ON a.id = v.application_id
    WHERE v.title LIKE 'Projekt % an Rhein%'
    """,
    """
    INSERT INTO budget_line (version_id, key, kind, position, type, description, side, cents)
    SELECT v.id, gen_random_uuid(), 'cost', n, 'travel', 'Zug und Bus ' || n, 'german', 100000
    FROM application_version v CROSS JOIN generate_series(1, 5) n WHERE v.title LIKE 'Projekt % an Rhein%'
    """,
    """
    INSERT INTO budget_line (version_id, key, kind, position, type, description, side, cents)
    SELECT v.id, gen_random_uuid(), 'income', 1, 'own_funds', 'Eigenmittel', NULL, 100000
    FROM application_version v WHERE v.title LIKE 'Projekt % an Rhein%'
    """,
    """
    UPDATE application_version v SET sealed_at = a.submitted_at, sent_by = a.contact_id, schema = 1,
           hash = md5(a.title), content = convert_to(repeat(v.summary, 5), 'UTF8')
    FROM application a WHERE a.id = v.application_id AND v.title LIKE 'Projekt % an Rhein%'
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
    # Whoever proposes, one signatory and one reviewer of each city: the database lets nobody decide otherwise.
    """
    INSERT INTO person (id, email, email_key, title, given_name, family_name, search_text, address, phone, language,
           party, created_at, confirmed_at, epoch)
    SELECT gen_random_uuid(), who || '@bench.example', who || '@bench.example', '', '', initcap(who), who, 'neutral',
           '', 'de', party, now(), now(), 0
    FROM (VALUES ('office', 'duesseldorf'), ('anke', 'duesseldorf'), ('jean', 'toulouse'), ('svenja', 'duesseldorf'),
                 ('paul', 'toulouse')) staff(who, party)
    """,
    # A review begins once every seat is filled.
    """
    INSERT INTO seat (id, application_id, reviewer_id, party, assigned_by, assigned_at, conflict, conflict_reason,
           declared_at, is_third)
    SELECT gen_random_uuid(), a.id, r.id, r.party, o.id, now(), 'none', '', now(), false
    FROM application a CROSS JOIN person r CROSS JOIN person o
    WHERE a.state = 'in_review' AND r.email IN ('svenja@bench.example', 'paul@bench.example')
      AND o.email = 'office@bench.example'
    """,
    """
    UPDATE envelope SET limit_cents = 1000000000000
    """,
    """
    INSERT INTO act (id, application_id, number, kind, state, opened_at, return_reason)
    SELECT gen_random_uuid(), id, 1, CASE state WHEN 'rejected' THEN 'rejection' ELSE 'award' END, 'open', now(), ''
    FROM application WHERE state IN ('proposed', 'awarded', 'rejected')
    """,
    """
    INSERT INTO proposal (id, act_id, award_cents, rejection_reason, purpose_de, purpose_fr,
           reason_de, reason_fr, conditions_de, conditions_fr, prepared_by, prepared_at, version, digest)
    SELECT gen_random_uuid(), c.id,
           CASE a.state WHEN 'rejected' THEN 0 ELSE a.requested_cents END,
           CASE a.state WHEN 'rejected' THEN 'criteria_not_met' END,
           CASE a.state WHEN 'rejected' THEN '' ELSE 'Eine Reise.' END,
           CASE a.state WHEN 'rejected' THEN '' ELSE 'Un voyage.' END, '', '', '', '', p.id, now(), 1,
           encode(sha256(convert_to(c.id::text, 'UTF8')), 'hex')
    FROM act c JOIN application a ON a.id = c.application_id CROSS JOIN person p
    WHERE p.email = 'office@bench.example'
    """,
    """
    INSERT INTO proposal_version (proposal_id, number, digest, frozen, prepared_by, prepared_at)
    SELECT id, version, digest, convert_to(act_id::text, 'UTF8'), prepared_by, prepared_at FROM proposal
    """,
    """
    INSERT INTO share (proposal_id, funder_code, position, cents, deliberation_number)
    SELECT p.id, s.funder, s.position, p.award_cents / 2 * s.halves, ''
    FROM proposal p CROSS JOIN (VALUES ('duesseldorf', 1, 1), ('toulouse', 2, 1), ('metropole', 3, 0))
         s(funder, position, halves)
    """,
    """
    INSERT INTO decision_key (id, proposal_id, kind, party, person_id, name, form, digest, turned_at)
    SELECT gen_random_uuid(), p.id, 'key', q.party, q.id, q.name, q.address, p.digest, now()
    FROM proposal p JOIN act c ON c.id = p.act_id JOIN application a ON a.id = c.application_id CROSS JOIN person q
    WHERE a.state <> 'proposed' AND q.email IN ('anke@bench.example', 'jean@bench.example')
    """,
    """
    INSERT INTO commitment (id, envelope_id, act_id, cents, kind, at)
    SELECT gen_random_uuid(), e.id, c.id, s.cents, 'award', now()
    FROM share s JOIN proposal p ON p.id = s.proposal_id JOIN act c ON c.id = p.act_id
    JOIN application a ON a.id = c.application_id JOIN envelope e USING (call_id, funder_code)
    WHERE a.state = 'awarded' AND s.cents > 0
    """,
    """
    INSERT INTO reservation (act_id, envelope_id, cents, since, person_id)
    SELECT c.id, e.id, s.cents, now(), p.prepared_by
    FROM share s JOIN proposal p ON p.id = s.proposal_id JOIN act c ON c.id = p.act_id
    JOIN application a ON a.id = c.application_id JOIN envelope e USING (call_id, funder_code)
    WHERE a.state = 'proposed' AND s.cents > 0
    """,
    """
    UPDATE act c SET state = 'decided', closed_at = now() FROM application a
    WHERE a.id = c.application_id AND a.state <> 'proposed'
    """,
)


def fill(session: Session, files: int) -> None:
    """Add ``files`` applications with partners, budgets, history and standing, spread evenly over all calls, so that
    each has every state; commits and analyses."""
    for statement in STATEMENTS:
        session.execute(text(statement), {"files": files, "people": max(files // 3, 1)})
    session.commit()
    session.connection().exec_driver_sql("ANALYZE")
    session.commit()
