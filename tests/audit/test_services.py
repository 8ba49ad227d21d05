import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text

from lms.audit import queries, services
from lms.audit.models import LedgerEntry, TextBody
from lms.audit.rules import signing_key
from lms.core.db import db, transaction
from lms.core.errors import RuleViolation
from lms.identity.models import AccessGrant, Organisation, Person
from lms.identity.services import create_person, open_grant, viewer_for
from lms.policy import Role
from tests.cast import Cast
from tests.factories import save

pytestmark = pytest.mark.usefixtures("context")
KEY = signing_key("", "x" * 40)
NOWHERE = Path("/nonexistent")


def verdict(folder: Path = NOWHERE) -> queries.Verdict:
    db.session.rollback()
    return queries.verify(folder, KEY)


def by_force(statement: str, **values: object) -> None:
    """Change a row behind the application's back, as somebody with the database's password could."""
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for name, _ in triggers:
                connection.execute(text(f"DROP TRIGGER {name}"))
            connection.execute(text(statement), values)
            for _, sql in triggers:
                connection.execute(text(sql))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(statement), values)
        connection.commit()


def hexed(value: object) -> str:
    return str(value).replace("-", "") if db.engine.dialect.name == "sqlite" else str(value)


def test_an_untouched_record_verifies(cast: Cast) -> None:
    found = verdict()
    assert found.breaks == []
    assert found.entries > 20
    assert found.rows > 30


@pytest.mark.parametrize(
    ("table", "change"),
    [
        pytest.param("access_grant", "cause = 'because I say so'", id="a fact"),
        pytest.param("organisation", "name = 'Another trust'", id="a state"),
    ],
)
def test_one_changed_value_is_named_with_its_row(cast: Cast, table: str, change: str) -> None:
    model = {"access_grant": AccessGrant, "organisation": Organisation}[table]
    row_id = db.session.scalars(select(model.id).order_by(model.id)).all()[1]
    by_force(f"UPDATE {table} SET {change} WHERE id = :id", id=hexed(row_id))
    (problem,) = verdict().breaks
    assert f"{table} {row_id}" in problem
    assert "changed" in problem


def test_a_changed_entry_breaks_its_chain_at_that_entry(cast: Cast) -> None:
    entry = db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.chain, LedgerEntry.seq)).all()[5]
    by_force("UPDATE ledger_entry SET event = 'role.ended' WHERE id = :id", id=hexed(entry.id))
    assert verdict().breaks[0].startswith(f"chain {entry.chain} entry {entry.seq}")


def test_a_row_without_an_entry_is_found(cast: Cast) -> None:
    by_force("DELETE FROM ledger_entry WHERE event = 'account.created' AND chain = :chain", chain=hexed("0" * 32))
    breaks = verdict().breaks
    assert any("are missing" in line for line in breaks)
    assert any("no entry of the ledger speaks of this row" in line for line in breaks)


def test_a_deleted_row_is_missed(cast: Cast) -> None:
    row_id = db.session.scalar(select(AccessGrant.id).limit(1))
    by_force("DELETE FROM access_grant WHERE id = :id", id=hexed(row_id))
    assert any(f"access-grant {row_id}: the row is missing" in line for line in verdict().breaks)


def test_the_end_of_a_chain_cut_off_with_its_head_is_caught_by_the_signed_checkpoint(
    cast: Cast, tmp_path: Path
) -> None:
    services.write_checkpoint(tmp_path, KEY)
    assert verdict(tmp_path).checkpoints == 1
    last = db.session.scalars(
        select(LedgerEntry).where(LedgerEntry.chain == cast.trainee).order_by(LedgerEntry.seq)
    ).all()[-1]
    by_force("DELETE FROM ledger_entry WHERE id = :id", id=hexed(last.id))
    by_force(
        "UPDATE ledger_head SET seq = :seq, hash = :hash WHERE id = :id",
        seq=last.seq - 1,
        hash=last.previous,
        id=hexed(last.chain),
    )
    assert any("checkpoint" in line and "is not the one signed" in line for line in verdict(tmp_path).breaks)


def test_a_forged_checkpoint_is_refused(cast: Cast, tmp_path: Path) -> None:
    path = services.write_checkpoint(tmp_path, KEY)
    body = json.loads(path.read_text())
    body["heads"][0][1] += 1
    path.write_text(json.dumps(body))
    assert "the signature is wrong" in verdict(tmp_path).breaks[0]


def test_the_database_refuses_to_change_or_delete_a_fact(cast: Cast) -> None:
    for statement in ("UPDATE access_grant SET cause = 'x'", "DELETE FROM access_grant"):
        with db.engine.connect() as connection, pytest.raises(Exception, match="facts are never changed"):
            connection.execute(text(statement))


def test_a_commit_without_a_ledger_entry_is_refused(cast: Cast) -> None:
    with pytest.raises(RuntimeError, match="changed without a ledger entry: Organisation"), transaction() as session:
        session.get_one(Organisation, cast.trust).name = "Renamed"
    db.session.expire_all()
    assert db.session.get_one(Organisation, cast.trust).name == "Thameside Ambulance Service"


def test_a_flush_outside_a_transaction_is_refused(cast: Cast) -> None:
    db.session.get_one(Organisation, cast.trust).name = "Renamed"
    with pytest.raises(RuntimeError, match="only inside transaction"):
        db.session.flush()
    db.session.rollback()


def test_a_failed_inner_step_dooms_the_outer_transaction(cast: Cast) -> None:
    def swallow() -> None:
        with transaction():
            with suppress(RuleViolation):
                create_person(None, name="Twin", email="amina.yusuf@example.org", organisation_id=cast.trust)
            open_grant(
                None, person_id=cast.educator, scope_id=cast.trainee, role=Role.EDUCATOR, cause="Swallowed an error"
            )

    with pytest.raises(RuntimeError, match="an inner step failed"):
        swallow()
    assert db.session.scalar(select(AccessGrant.id).where(AccessGrant.cause == "Swallowed an error")) is None


def test_an_event_must_be_known(cast: Cast) -> None:
    with pytest.raises(ValueError, match="is not an event"), transaction():
        services.record(None, "something.else")


def keep(words: str, about: object = None) -> TextBody:
    with transaction():
        body = services.keep_text(words)
        services.record(None, "content.synced", body, about=about)  # type: ignore[arg-type]
    return body


def test_a_redacted_text_is_gone_and_the_ledger_still_verifies(cast: Cast) -> None:
    secret = "The neighbour at number forty-two told us everything"
    body = keep(secret, cast.trainee)
    request = services.ask_redaction(
        viewer_for(cast.administrator), body.id, reason="Names a place", where_found="A shift note"
    )
    services.confirm_redaction(viewer_for(cast.consultant_nurse), request.id)
    db.session.expire_all()
    assert db.session.get_one(TextBody, body.id).text is None
    found = verdict()
    assert found.breaks == []
    assert found.redacted == 1
    if db.engine.dialect.name == "sqlite":
        name = db.engine.url.database
        files = [Path(f"{name}{suffix}") for suffix in ("", "-wal")]
        assert not any(secret.encode() in path.read_bytes() for path in files if path.exists())


def test_a_redaction_needs_a_second_person(cast: Cast) -> None:
    body = keep("Something that should not be here")
    actor = viewer_for(cast.administrator)
    request = services.ask_redaction(actor, body.id, reason="Names a person", where_found="A comment")
    with pytest.raises(RuleViolation, match="second person"):
        services.confirm_redaction(actor, request.id)
    db.session.expire_all()
    assert db.session.get_one(TextBody, body.id).stored is not None


def test_the_reason_of_a_redaction_can_be_redacted_too(cast: Cast) -> None:
    body = keep("Something that should not be here")
    request = services.ask_redaction(
        viewer_for(cast.administrator), body.id, reason="Names Mary Jones", where_found="A note about Mary Jones"
    )
    services.confirm_redaction(viewer_for(cast.consultant_nurse), request.id)
    for text_id in (request.reason_id, request.where_found_id):
        again = services.ask_redaction(
            viewer_for(cast.administrator), text_id, reason="It names a person", where_found="A redaction"
        )
        services.confirm_redaction(viewer_for(cast.consultant_nurse), again.id)
    with db.engine.connect() as connection:
        everything = [
            str(row)
            for table in inspect(connection).get_table_names()
            for row in connection.execute(text(f'SELECT * FROM "{table}"'))
        ]
    assert not any("Mary Jones" in row for row in everything)
    assert verdict().breaks == []


def test_a_changed_text_is_found(cast: Cast) -> None:
    body = keep("What was written")
    by_force("UPDATE text_body SET text = 'What was not' WHERE id = :id", id=hexed(body.id))
    assert any("the text was changed" in line for line in verdict().breaks)


def test_personal_details_are_in_no_entry(cast: Cast) -> None:
    create_person(None, name="Zebedee Quirke", email="zq@example.org", organisation_id=cast.trust)
    entries = json.dumps([entry.items for entry in db.session.scalars(select(LedgerEntry))])
    assert not re.search("Zebedee|zq@example", entries)
    person = db.session.scalar(select(Person).where(Person.email == "zq@example.org"))
    save(person)  # type: ignore[arg-type]
    assert verdict().breaks == []


def test_a_text_destroyed_without_a_redaction_is_found(cast: Cast) -> None:
    body = keep("What was written")
    by_force("UPDATE text_body SET text = NULL, salt = NULL WHERE id = :id", id=hexed(body.id))
    assert any("destroyed without a redaction" in line for line in verdict().breaks)
