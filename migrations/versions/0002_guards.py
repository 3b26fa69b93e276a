"""What the database itself refuses, whoever asks."""

from alembic import op

revision = "foundation_0002"
down_revision = "foundation_0001"
branch_labels = None
depends_on = None

FUNCTIONS = {
    "audit_is_append_only": """
        BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END
    """,
    "submitted_assessment_is_final": """
        BEGIN
          -- Erasure: what was written goes, the points stay.
          IF TG_OP = 'UPDATE' AND NEW.comment = '' AND to_jsonb(NEW) - 'comment' = to_jsonb(OLD) - 'comment'
             AND is_purged((SELECT s.application_id FROM seat s WHERE s.id = CASE TG_TABLE_NAME
               WHEN 'assessment' THEN (to_jsonb(OLD) ->> 'assignment_id')::uuid
               ELSE (SELECT a.assignment_id FROM assessment a
                      WHERE a.id = (to_jsonb(OLD) ->> 'assessment_id')::uuid) END)) THEN
            RETURN NEW;
          END IF;
          IF TG_TABLE_NAME = 'assessment' THEN
            IF EXISTS (SELECT 1 FROM seat s WHERE s.id = OLD.assignment_id AND s.submitted_at IS NOT NULL) THEN
              RAISE EXCEPTION 'a submitted assessment is final';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
          END IF;
          IF EXISTS (SELECT 1 FROM assessment a JOIN seat s ON s.id = a.assignment_id
                     WHERE s.submitted_at IS NOT NULL
                     AND a.id = CASE TG_OP WHEN 'INSERT' THEN NEW.assessment_id ELSE OLD.assessment_id END) THEN
            RAISE EXCEPTION 'a submitted assessment is final';
          END IF;
          IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
          RETURN NEW;
        END
    """,
    # R9: nobody takes a conflict back, and nobody a review that is in; what was said about it may be emptied.
    "taken_seat_is_final": """
        BEGIN
          IF (OLD.submitted_at IS NOT NULL OR OLD.conflict = 'declared')
             AND (TG_OP = 'DELETE' OR
                  (NEW.application_id, NEW.reviewer_id, NEW.party, NEW.is_third, NEW.conflict, NEW.submitted_at)
                  IS DISTINCT FROM
                  (OLD.application_id, OLD.reviewer_id, OLD.party, OLD.is_third, OLD.conflict, OLD.submitted_at)) THEN
            RAISE EXCEPTION 'a declared conflict and a submitted assessment are final';
          END IF;
          IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
          RETURN NEW;
        END
    """,
    # T15: two keys, two parties, two people, one digest; consent where Métropole pays; the money that was signed.
    "act_is_decided_by_two_keys": """
        DECLARE p proposal%ROWTYPE; pays bigint; total bigint;
        BEGIN
          IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'an act is never deleted'; END IF;
          IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'open' THEN RAISE EXCEPTION 'an act begins open'; END IF;
            RETURN NEW;
          END IF;
          IF OLD.state <> 'open' AND NEW.return_reason = '' AND is_purged(OLD.application_id)
             AND to_jsonb(NEW) - 'return_reason' = to_jsonb(OLD) - 'return_reason' THEN
            RETURN NEW;
          END IF;
          IF OLD.state <> 'open' THEN RAISE EXCEPTION 'what has ended stays as it ended'; END IF;
          IF (NEW.id, NEW.application_id, NEW.number, NEW.opened_at)
             IS DISTINCT FROM (OLD.id, OLD.application_id, OLD.number, OLD.opened_at) THEN
            RAISE EXCEPTION 'an act stays what it is';
          END IF;
          IF NEW.state = 'open' THEN RETURN NEW; END IF;
          SELECT * INTO STRICT p FROM proposal WHERE act_id = NEW.id FOR UPDATE;
          IF NEW.state = 'abandoned' THEN
            IF EXISTS (SELECT 1 FROM decision_key WHERE proposal_id = p.id AND voided_at IS NULL) THEN
              RAISE EXCEPTION 'the keys of an abandoned act are void';
            END IF;
            RETURN NEW;
          END IF;
          IF (NEW.kind = 'award') <> (p.award_cents > 0) THEN RAISE EXCEPTION 'the act is not its proposal'; END IF;
          IF (SELECT count(DISTINCT (k.party, k.person_id)) FROM decision_key k JOIN person q ON q.id = k.person_id
              WHERE k.proposal_id = p.id AND k.kind = 'key' AND k.voided_at IS NULL AND k.digest = p.digest
                AND k.party IN ('duesseldorf', 'toulouse') AND q.party = k.party
                AND NOT has_worded(NEW.id, k.person_id)) <> 2
             OR (SELECT count(DISTINCT k.person_id) FROM decision_key k
                 WHERE k.proposal_id = p.id AND k.voided_at IS NULL AND k.kind = 'key') <> 2 THEN
            RAISE EXCEPTION 'a decision needs two keys of two people for the same digest';
          END IF;
          SELECT coalesce(sum(cents) FILTER (WHERE funder_code = 'metropole'), 0), coalesce(sum(cents), 0)
            INTO pays, total FROM share WHERE proposal_id = p.id;
          IF total <> p.award_cents THEN RAISE EXCEPTION 'the shares do not add up to the award'; END IF;
          IF pays > 0 AND NOT EXISTS (
               SELECT 1 FROM decision_key k JOIN person q ON q.id = k.person_id
               WHERE k.proposal_id = p.id AND k.kind = 'consent' AND k.voided_at IS NULL AND k.digest = p.digest
                 AND q.party = 'metropole' AND NOT has_worded(NEW.id, k.person_id)) THEN
            RAISE EXCEPTION 'Toulouse Métropole has not consented';
          END IF;
          RETURN NEW;
        END
    """,
    # After the statement that ends it: the same one may move the money.
    "act_ends_with_its_money": """
        BEGIN
          IF EXISTS (SELECT 1 FROM reservation WHERE act_id = NEW.id) THEN
            RAISE EXCEPTION 'an act that has ended reserves no money';
          END IF;
          IF (SELECT jsonb_object_agg(s.funder_code, s.cents) FROM share s JOIN proposal p ON p.id = s.proposal_id
              WHERE p.act_id = NEW.id AND s.cents > 0 AND NEW.state = 'decided')
             IS DISTINCT FROM
             (SELECT jsonb_object_agg(e.funder_code, c.cents) FROM commitment c JOIN envelope e ON e.id = c.envelope_id
              WHERE c.act_id = NEW.id) THEN
            RAISE EXCEPTION 'the money that is committed is not the money that was signed';
          END IF;
          RETURN NULL;
        END
    """,
    "key_is_only_voided": """
        BEGIN
          IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a key is voided, never deleted'; END IF;
          IF (NEW.proposal_id, NEW.kind, NEW.party, NEW.person_id, NEW.name, NEW.form, NEW.digest, NEW.turned_at)
             IS DISTINCT FROM
             (OLD.proposal_id, OLD.kind, OLD.party, OLD.person_id, OLD.name, OLD.form, OLD.digest, OLD.turned_at)
             OR OLD.voided_at IS NOT NULL THEN
            RAISE EXCEPTION 'a key is voided, never changed';
          END IF;
          RETURN NEW;
        END
    """,
    "ended_act_is_final": """
        DECLARE its jsonb := to_jsonb(COALESCE(NEW, OLD));
                texts text[] := ARRAY['purpose_de', 'purpose_fr', 'reason_de', 'reason_fr',
                                      'conditions_de', 'conditions_fr'];
        BEGIN
          IF TG_TABLE_NAME = 'proposal' AND TG_OP = 'UPDATE'
             AND to_jsonb(OLD) ->> 'purged_at' IS NULL AND its ->> 'purged_at' IS NOT NULL
             AND its - texts - 'purged_at' = to_jsonb(OLD) - texts - 'purged_at'
             AND NOT EXISTS (SELECT 1 FROM jsonb_each_text(its) t WHERE t.key = ANY (texts) AND t.value <> '')
             AND is_purged((SELECT a.application_id FROM act a WHERE a.id = (its ->> 'act_id')::uuid)) THEN
            RETURN NEW;
          END IF;
          IF EXISTS (SELECT 1 FROM act a WHERE a.state <> 'open' AND a.id = CASE TG_TABLE_NAME
                     WHEN 'proposal' THEN (its ->> 'act_id')::uuid
                     ELSE (SELECT p.act_id FROM proposal p WHERE p.id = (its ->> 'proposal_id')::uuid) END) THEN
            RAISE EXCEPTION 'what has ended stays as it ended';
          END IF;
          IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
          RETURN NEW;
        END
    """,
    # Money: the sums of an envelope are those of its ledger, and nobody writes them by hand.
    "ledger_is_append_only": """
        BEGIN RAISE EXCEPTION 'the ledger is append-only'; END
    """,
    "commitment_is_summed": """
        BEGIN
          UPDATE envelope SET committed_cents = committed_cents + NEW.cents WHERE id = NEW.envelope_id AND is_released;
          IF NOT FOUND THEN RAISE EXCEPTION 'money that is only announced is promised to nobody'; END IF;
          RETURN NULL;
        END
    """,
    "reservation_is_summed": """
        BEGIN
          IF TG_OP <> 'INSERT' THEN
            UPDATE envelope SET reserved_cents = reserved_cents - OLD.cents WHERE id = OLD.envelope_id;
          END IF;
          IF TG_OP <> 'DELETE' THEN
            UPDATE envelope SET reserved_cents = reserved_cents + NEW.cents WHERE id = NEW.envelope_id;
          END IF;
          RETURN NULL;
        END
    """,
    "envelope_follows_its_ledger": """
        BEGIN
          IF pg_trigger_depth() = 1 AND (NEW.committed_cents, NEW.reserved_cents) IS DISTINCT FROM
             (coalesce(OLD.committed_cents, 0), coalesce(OLD.reserved_cents, 0)) THEN
            RAISE EXCEPTION 'the sums of an envelope follow its ledger'; END IF;
          RETURN NEW;
        END
    """,
    "proposal_version_is_final": """
        BEGIN
          IF TG_OP = 'INSERT' AND NEW.purged_at IS NULL THEN RETURN NEW; END IF;
          IF TG_OP = 'UPDATE' AND OLD.purged_at IS NULL AND NEW.purged_at IS NOT NULL
             AND to_jsonb(NEW) - 'frozen' - 'purged_at' = to_jsonb(OLD) - 'frozen' - 'purged_at'
             AND NEW.frozen = content_without_texts(OLD.frozen)
             AND is_purged((SELECT a.application_id FROM proposal p JOIN act a ON a.id = p.act_id
                            WHERE p.id = OLD.proposal_id)) THEN
            RETURN NEW;
          END IF;
          RAISE EXCEPTION 'what was put to the cities stays on record';
        END
    """,
    # What was sent stays as it was sent, and what a return left unsent as it was left. Erasure alone passes here and
    # in what follows (decisions.service.purge): texts are emptied, once, and everything else stays.
    "version_is_final": """
        DECLARE texts text[] := ARRAY['title', 'summary', 'places', 'other_public_funding', 'content'];
        BEGIN
          IF OLD.sealed_at IS NULL AND OLD.lapsed_at IS NULL THEN
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
          END IF;
          IF TG_OP = 'UPDATE' AND OLD.purged_at IS NULL AND NEW.purged_at IS NOT NULL
             AND to_jsonb(NEW) - texts - 'purged_at' = to_jsonb(OLD) - texts - 'purged_at'
             AND concat(NEW.title, NEW.summary, NEW.places, NEW.other_public_funding) = ''
             AND octet_length(coalesce(NEW.content, '')) = 0
             AND EXISTS (SELECT 1 FROM application a WHERE a.id = OLD.application_id
                         AND a.state IN ('inadmissible', 'awarded', 'rejected', 'withdrawn')) THEN
            RETURN NEW;
          END IF;
          RAISE EXCEPTION 'what was sent stays as it was sent';
        END
    """,
    "version_part_is_final": """
        DECLARE v application_version%ROWTYPE;
                texts text[] := ARRAY['text', 'description', 'name', 'street', 'postal_code', 'city', 'profile',
                                      'contact_name', 'email', 'role'];
        BEGIN
          SELECT * INTO v FROM application_version
            WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
          IF v.id IS NULL OR (v.sealed_at IS NULL AND v.lapsed_at IS NULL) THEN
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
          END IF;
          IF TG_OP = 'UPDATE' AND v.purged_at IS NOT NULL AND to_jsonb(NEW) - texts = to_jsonb(OLD) - texts
             AND NOT EXISTS (SELECT 1 FROM jsonb_each_text(to_jsonb(NEW)) its
                             WHERE its.key = ANY (texts) AND its.value NOT IN ('', '{}')) THEN
            RETURN NEW;
          END IF;
          RAISE EXCEPTION 'what was sent stays as it was sent';
        END
    """,
    # What was issued stays as issued, what was printed stays as printed.
    "letter_is_frozen": """
        DECLARE texts text[] := ARRAY['project_title', 'recipient_name', 'search_text', 'facts', 'rotten_at',
                                      'purged_at'];
        BEGIN
          IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a letter is never deleted'; END IF;
          IF OLD.purged_at IS NULL AND NEW.purged_at IS NOT NULL AND is_purged(OLD.application_id)
             AND to_jsonb(NEW) - texts = to_jsonb(OLD) - texts
             AND concat(NEW.project_title, NEW.recipient_name) = ''
             AND NEW.facts = facts_without_texts(OLD.facts) THEN
            RETURN NEW;
          END IF;
          IF (NEW.id, NEW.key, NEW.kind, NEW.standing, NEW.funder, NEW.language, NEW.act_id, NEW.application_id, NEW.application_number,
              NEW.project_title, NEW.recipient_name, NEW.amount_cents, NEW.channel, NEW.register_number, NEW.body_digest,
              NEW.issued_on, NEW.signatory, NEW.signatory_function, NEW.funding_start, NEW.facts, NEW.job_id, NEW.created_at, NEW.purged_at)
             IS DISTINCT FROM
             (OLD.id, OLD.key, OLD.kind, OLD.standing, OLD.funder, OLD.language, OLD.act_id, OLD.application_id, OLD.application_number,
              OLD.project_title, OLD.recipient_name, OLD.amount_cents, OLD.channel, OLD.register_number, OLD.body_digest,
              OLD.issued_on, OLD.signatory, OLD.signatory_function, OLD.funding_start, OLD.facts, OLD.job_id, OLD.created_at, OLD.purged_at)
          THEN RAISE EXCEPTION 'an issued letter does not change'; END IF;
          IF OLD.digest IS NOT NULL
             AND (NEW.digest, NEW.byte_size, NEW.pages) IS DISTINCT FROM
                 (OLD.digest, OLD.byte_size, OLD.pages)
          THEN RAISE EXCEPTION 'a printed letter does not change'; END IF;
          RETURN NEW;
        END
    """,
    "body_is_final": """
        BEGIN
          IF TG_OP = 'UPDATE' AND NEW.digest = OLD.digest AND NEW.text = '' AND body_is_purged(OLD.digest) THEN
            RETURN NEW;
          END IF;
          RAISE EXCEPTION 'what was written out stays as it was written';
        END
    """,
    "letter_download_is_append_only": """
        BEGIN RAISE EXCEPTION 'a download stays on record'; END
    """,
    # Whoever writes it: what acts are made of has another version from then on.
    "printed_columns_count": """
        BEGIN NEW.printed_version := OLD.printed_version + 1; RETURN NEW; END
    """,
    # Nobody scores what nobody asked: each criterion has a question of its own call, asked in every category of it.
    # Looked at when a transaction ends, because a call and its parts come in one.
    "criterion_has_a_question": """
        DECLARE unasked text;
        BEGIN
          SELECT string_agg(format('call %s, criterion %s', l.code, c.position), '; ' ORDER BY l.code, c.position)
            INTO unasked
            FROM criterion c JOIN call l ON l.id = c.call_id
           WHERE NOT EXISTS (SELECT 1 FROM question_criterion i JOIN question q ON q.id = i.question_id
                             WHERE i.criterion_id = c.id AND q.call_id = c.call_id
                               AND q.asked_from <= (SELECT min(k.number) FROM category k WHERE k.call_id = c.call_id));
          IF unasked IS NOT NULL THEN RAISE EXCEPTION 'no question asks for what is scored: %', unasked; END IF;
          RETURN NULL;
        END
    """,
    # What two people released stays as they released it: only its life goes on, and only forwards.
    "edition_is_final": """
        BEGIN
          IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'an edition stays on record'; END IF;
          IF (NEW.kind, NEW.key, NEW.number) IS DISTINCT FROM (OLD.kind, OLD.key, OLD.number)
          THEN RAISE EXCEPTION 'an edition keeps its name'; END IF;
          IF OLD.state <> 'draft' AND (NEW.content, NEW.valid_from, NEW.reason, NEW.revision, NEW.based_on_id,
               NEW.author_id, NEW.released_at) IS DISTINCT FROM (OLD.content, OLD.valid_from, OLD.reason, OLD.revision,
               OLD.based_on_id, OLD.author_id, OLD.released_at)
          THEN RAISE EXCEPTION 'a released edition does not change'; END IF;
          IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('draft', 'released'), ('draft', 'discarded'),
               ('released', 'in_force'), ('released', 'discarded'), ('in_force', 'superseded'))
          THEN RAISE EXCEPTION 'an edition does not go from % to %', OLD.state, NEW.state; END IF;
          IF OLD.state = 'draft' AND NEW.state = 'released'
             AND (SELECT count(DISTINCT k.person_id) FROM edition_key k WHERE k.edition_id = NEW.id) < 2
          THEN RAISE EXCEPTION 'an edition is released by two people'; END IF;
          RETURN NEW;
        END
    """,
    "edition_key_is_final": """
        DECLARE held text;
        BEGIN
          IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION 'a key stays as it was turned'; END IF;
          SELECT state INTO held FROM edition
           WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.edition_id ELSE NEW.edition_id END;
          IF held <> 'draft' THEN RAISE EXCEPTION 'the keys of a released edition stay'; END IF;
          RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END
    """,
    # TRUNCATE passes by the guards of rows (D32).
    "nothing_is_emptied": """
        BEGIN RAISE EXCEPTION 'what is on record stays on record'; END
    """,
}
#: What acts print of each row they are made of; a test compares it with what ``decisions.queries.acts`` reads.
PRINTED = {
    "organisation": ("country", "street", "postal_code", "city"),
    "person": ("address", "title", "given_name", "family_name", "language"),
    "application": ("channel",),
    "call": ("guideline_on", "first_instalment_bp", "report_months"),
    "agreement": ("signed_on",),
    "funder": (
        *("name_de", "name_fr", "authority", "department", "function_ms", "function_mr", "function_neutral"),
        *("street", "postal_code", "city", "contact_name", "phone", "email", "register_prefix"),
    ),
    "legal_text": ("text_de", "text_fr"),
    "remedy_rule": ("court", "street", "postal_code", "city", "months", "months_abroad", "online"),
}
#: Whether somebody wrote any version of an act, or of one on the same file that came to nothing (R14).
HAS_WORDED = """
    CREATE FUNCTION has_worded(act_id uuid, person_id uuid) RETURNS boolean LANGUAGE sql STABLE AS $body$
      SELECT EXISTS (
        SELECT 1 FROM act own JOIN act theirs ON theirs.application_id = own.application_id
                 AND (theirs.id = own.id OR theirs.state <> 'decided')
        JOIN proposal p ON p.act_id = theirs.id JOIN proposal_version v ON v.proposal_id = p.id
        WHERE own.id = has_worded.act_id AND v.prepared_by = has_worded.person_id)
    $body$
"""
#: The one writer of the trail: it waits for its turn, reads the head, chains and writes (``audit.rules.link``). Each
#: statement of a function sees what was committed before it begins: the head is the one after the wait.
AUDIT_APPEND = """
    CREATE FUNCTION audit_append(entries jsonb) RETURNS void LANGUAGE plpgsql AS $body$
    DECLARE item jsonb; entry audit_entry%ROWTYPE; last_seq bigint; last_hash text;
    BEGIN
      PERFORM pg_advisory_xact_lock(x'6772616E74'::bigint);
      SELECT e.seq, e.hash INTO last_seq, last_hash FROM audit_entry e ORDER BY e.seq DESC LIMIT 1;
      FOR item IN SELECT value FROM jsonb_array_elements(entries) WITH ORDINALITY ORDER BY ordinality LOOP
        entry := jsonb_populate_record(NULL::audit_entry, item);
        entry.seq := coalesce(last_seq, 0) + 1;
        entry.prev := coalesce(last_hash, repeat('0', 64));
        entry.hash := encode(sha256(convert_to(concat_ws(':', entry.prev, entry.seq, item ->> 'body'), 'UTF8')), 'hex');
        INSERT INTO audit_entry SELECT (entry).*;
        last_seq := entry.seq;
        last_hash := entry.hash;
      END LOOP;
    END $body$
"""
#: What erasure leaves of stored facts and contents, and what it may reach: it begins with the versions of a file.
ERASING = {
    "is_purged(file uuid) RETURNS boolean LANGUAGE sql STABLE": """
      SELECT coalesce(bool_and(v.purged_at IS NOT NULL), false)
        FROM application_version v WHERE v.application_id = file
    """,
    # Something emptied names it, and nothing else.
    "body_is_purged(digest text) RETURNS boolean LANGUAGE sql STABLE": """
      SELECT coalesce(bool_and(named.purged), false) FROM (
        SELECT l.purged_at IS NOT NULL FROM letter l WHERE l.body_digest = body_is_purged.digest
        UNION ALL
        SELECT v.purged_at IS NOT NULL FROM proposal_version v
         WHERE position(convert_to(body_is_purged.digest, 'UTF8') IN v.frozen) > 0) AS named(purged)
    """,
    # ``letters.rules.Facts``: who is written to, and what was said about them.
    "facts_without_texts(facts jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE": """
      SELECT facts || jsonb_build_object(
        'project_title', '',
        'purpose', jsonb_build_object('de', '', 'fr', ''),
        'reason', jsonb_build_object('de', '', 'fr', ''),
        'recipient', (facts -> 'recipient') || jsonb_build_object(
          'organisation', '', 'title', '', 'given_name', '', 'family_name', '',
          'address', (facts #> '{recipient,address}')
            || jsonb_build_object('street', '', 'postal_code', '', 'city', '', 'extra', '')),
        'award', CASE jsonb_typeof(facts -> 'award')
          WHEN 'object' THEN (facts -> 'award') || jsonb_build_object('conditions', jsonb_build_array())
          ELSE facts -> 'award' END)
    """,
    # ``decisions.rules.Content``, as bytes: the same of its terms and of each act.
    "content_without_texts(content bytea) RETURNS bytea LANGUAGE sql IMMUTABLE": """
      SELECT convert_to((its || jsonb_build_object(
        'terms', (its -> 'terms') || jsonb_build_object(
          'purpose', jsonb_build_object('de', '', 'fr', ''),
          'reason', jsonb_build_object('de', '', 'fr', ''),
          'conditions', jsonb_build_array()),
        'acts', (SELECT coalesce(
            jsonb_object_agg(key, value || jsonb_build_object('facts', facts_without_texts(value -> 'facts'))), '{}')
          FROM jsonb_each(its -> 'acts'))))::text, 'UTF8')
      FROM (SELECT convert_from(content, 'UTF8')::jsonb) AS stored(its)
    """,
}
VERSION_PARTS = ("version_answer", "version_party", "budget_line", "declaration")
#: What holds at the end of a transaction.
DEFERRED = (
    ("criterion", "AFTER INSERT OR UPDATE ON criterion", "criterion_has_a_question"),
    ("category", "AFTER INSERT OR UPDATE ON category", "criterion_has_a_question"),
    ("question", "AFTER UPDATE OR DELETE ON question", "criterion_has_a_question"),
    ("question_criterion", "AFTER UPDATE OR DELETE ON question_criterion", "criterion_has_a_question"),
)
TRIGGERS = (
    ("audit_entry", "BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry FOR EACH STATEMENT", "audit_is_append_only"),
    ("assessment", "BEFORE UPDATE OR DELETE ON assessment FOR EACH ROW", "submitted_assessment_is_final"),
    ("seat", "BEFORE UPDATE OR DELETE ON seat FOR EACH ROW", "taken_seat_is_final"),
    ("score", "BEFORE INSERT OR UPDATE OR DELETE ON score FOR EACH ROW", "submitted_assessment_is_final"),
    ("act", "BEFORE INSERT OR UPDATE OR DELETE ON act FOR EACH ROW", "act_is_decided_by_two_keys"),
    ("act", "AFTER UPDATE ON act FOR EACH ROW WHEN (NEW.state <> 'open')", "act_ends_with_its_money"),
    ("decision_key", "BEFORE UPDATE OR DELETE ON decision_key FOR EACH ROW", "key_is_only_voided"),
    ("proposal", "BEFORE INSERT OR UPDATE OR DELETE ON proposal FOR EACH ROW", "ended_act_is_final"),
    ("share", "BEFORE INSERT OR UPDATE OR DELETE ON share FOR EACH ROW", "ended_act_is_final"),
    ("decision_key", "BEFORE INSERT OR UPDATE ON decision_key FOR EACH ROW", "ended_act_is_final"),
    ("commitment", "BEFORE UPDATE OR DELETE ON commitment FOR EACH ROW", "ledger_is_append_only"),
    ("commitment", "AFTER INSERT ON commitment FOR EACH ROW", "commitment_is_summed"),
    ("reservation", "AFTER INSERT OR UPDATE OR DELETE ON reservation FOR EACH ROW", "reservation_is_summed"),
    ("envelope", "BEFORE INSERT OR UPDATE ON envelope FOR EACH ROW", "envelope_follows_its_ledger"),
    (
        "proposal_version",
        "BEFORE INSERT OR UPDATE OR DELETE ON proposal_version FOR EACH ROW",
        "proposal_version_is_final",
    ),
    ("body", "BEFORE UPDATE OR DELETE ON body FOR EACH ROW", "body_is_final"),
    ("application_version", "BEFORE UPDATE OR DELETE ON application_version FOR EACH ROW", "version_is_final"),
    *(
        (table, f"BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW", "version_part_is_final")
        for table in VERSION_PARTS
    ),
    ("edition", "BEFORE UPDATE OR DELETE ON edition FOR EACH ROW", "edition_is_final"),
    ("edition_key", "BEFORE INSERT OR UPDATE OR DELETE ON edition_key FOR EACH ROW", "edition_key_is_final"),
    ("letter", "BEFORE UPDATE OR DELETE ON letter FOR EACH ROW", "letter_is_frozen"),
    ("letter_download", "BEFORE UPDATE OR DELETE ON letter_download FOR EACH ROW", "letter_download_is_append_only"),
    *(
        (
            table,
            f"BEFORE UPDATE ON {table} FOR EACH ROW WHEN (ROW(OLD.{', OLD.'.join(columns)})"
            f" IS DISTINCT FROM ROW(NEW.{', NEW.'.join(columns)}))",
            "printed_columns_count",
        )
        for table, columns in PRINTED.items()
    ),
    *(
        (table, f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT", "nothing_is_emptied")
        for table in (
            *("application_version", *VERSION_PARTS),
            *("seat", "assessment", "score", "proposal", "proposal_version", "share", "decision_key"),
            *("act", "commitment", "reservation", "body", "letter", "letter_download", "edition", "edition_key"),
        )
    ),
)


def upgrade() -> None:
    for name, body in FUNCTIONS.items():
        # The driver reads % as the start of a placeholder, PL/pgSQL as part of %ROWTYPE.
        op.get_bind().exec_driver_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$".replace("%", "%%")
        )
    op.execute(HAS_WORDED)
    for head, body in ERASING.items():
        op.get_bind().exec_driver_sql(f"CREATE FUNCTION {head} AS $body${body}$body$")
    op.get_bind().exec_driver_sql(AUDIT_APPEND.replace("%", "%%"))
    for table, when, function in DEFERRED:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_{function} {when} DEFERRABLE INITIALLY DEFERRED "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    for table, when, function in TRIGGERS:
        op.execute(f"CREATE TRIGGER {table}_{function} {when} EXECUTE FUNCTION {function}()")


def downgrade() -> None:
    for table, _, function in reversed((*DEFERRED, *TRIGGERS)):
        op.execute(f"DROP TRIGGER {table}_{function} ON {table}")
    op.execute("DROP FUNCTION audit_append(jsonb)")
    op.execute("DROP FUNCTION has_worded(uuid, uuid)")
    for head in reversed(ERASING):
        op.execute(f"DROP FUNCTION {head.partition('(')[0]}")
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}()")
