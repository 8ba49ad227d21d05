"""Writing the ledger, keeping texts and destroying them, receipts of forms, and noting who read what."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit import rules
from lms.audit.models import (
    LedgerEntry,
    LedgerHead,
    ReadEntry,
    Redaction,
    RedactionDecline,
    RedactionRequest,
    TextBody,
    WriteReceipt,
)
from lms.audit.queries import texts_in_question
from lms.core.clock import now, today
from lms.core.db import AFTER_BEGIN, BEFORE_COMMIT, Model, db, transaction
from lms.core.errors import AlreadyDone, DifferentRequest, NotFound, RuleViolation
from lms.core.identifiers import NEVER_STORED, HoldsNhsNumber, check_free_text, holds_nhs_number
from lms.core.requests import current_request
from lms.policy import Permission, Role, Viewer

BEFORE_REDACTION: list[Callable[[Viewer, UUID, str], None]] = []
"""Called with who confirms, the id and the words of a text that is about to be destroyed: drafts drop their copies."""


@dataclass(slots=True)
class _Pending:
    chain: UUID
    event: str
    actor_id: UUID | None
    role: Role | None
    rows: list[Model]


def record(
    actor: Viewer | None, event: str, *rows: Model, about: UUID | None = None, under: Permission | None = None
) -> None:
    """Say in the ledger what this transaction did to these rows, on the trainee's chain or else the service's.

    `about` is the trainee's person id; `under` the permission used, which decides the role stored.
    """
    if event not in rules.EVENTS:
        raise ValueError(f"{event} is not an event of the ledger: add it to lms/audit/rules.py")
    session = db.session
    if not session.info.get("in_transaction"):
        raise RuntimeError("the ledger is written inside transaction()")
    role = None if actor is None else actor.role_for(under) if under else actor.acting
    session.info.setdefault("ledger", []).append(
        _Pending(about or rules.SERVICE_CHAIN, event, actor.id if actor else None, role, list(rows))
    )


def hold(*chains: UUID) -> None:
    """Lock the chains of these trainees, so that decisions about the same person follow one another."""
    _lock_heads(db.session, {chain or rules.SERVICE_CHAIN for chain in chains})


def keep_text(text: str) -> TextBody:
    """Store a free text of a fact so that it can be redacted later without breaking the record.

    Raises RuleViolation for a valid NHS number, in case a service forgot to look.
    """
    if holds_nhs_number(text):
        raise HoldsNhsNumber(NEVER_STORED)
    salt = os.urandom(16)
    body = TextBody(salt=salt, stored=text, mac=rules.text_mac(salt, text))
    db.session.add(body)
    return body


def ask_redaction(actor: Viewer, text_id: UUID, *, reason: str, where_found: str) -> RedactionRequest:
    """Ask for a text to be destroyed. It is hidden at once; a second person confirms, or says that it may stay.

    Whoever may see a text may ask. Raises NotFound if there is no such text any more, RuleViolation if somebody has
    asked already.
    """
    for field, text in (("reason", reason), ("where_found", where_found)):
        check_free_text(text, no_identifiers=True, field=field)
    with transaction() as session:
        body = session.get(TextBody, text_id, with_for_update=True)
        if body is None or body.stored is None:
            raise NotFound("There is no such text, or it is already redacted.")
        if text_id in texts_in_question():
            raise RuleViolation("Somebody has asked already. The text is hidden until it is decided.")
        request = RedactionRequest(
            text_id=text_id, asked_by_id=actor.id, reason=keep_text(reason), where_found=keep_text(where_found)
        )
        session.add(request)
        record(actor, "text.redaction-asked", request, under=_under(actor))
        session.expire(body, ["text"])
    return request


def _under(actor: Viewer) -> Permission | None:
    return Permission.TEXT_REDACT if actor.may(Permission.TEXT_REDACT) else None


def decline_redaction(actor: Viewer, request_id: UUID) -> RedactionDecline:
    """Say as the second person that a text identifies nobody: it shows again.

    Raises RuleViolation if the same person asked, or if it is decided already.
    """
    with transaction() as session:
        request, body = _in_question(session, actor, request_id)
        decline = RedactionDecline(request_id=request.id, declined_by_id=actor.id)
        session.add(decline)
        record(actor, "text.redaction-declined", decline, under=Permission.TEXT_REDACT)
        session.flush()
        session.expire(body, ["text"])
    return decline


def _in_question(session: Session, actor: Viewer, request_id: UUID) -> tuple[RedactionRequest, TextBody]:
    """A request and its text, for the second person to decide, one after another."""
    request = session.get(RedactionRequest, request_id)
    if request is None:
        raise NotFound
    if request.asked_by_id == actor.id:
        raise RuleViolation("A second person has to confirm a redaction.")
    body = session.get_one(TextBody, request.text_id, with_for_update=True)
    if body.stored is None:
        raise RuleViolation("This text is already redacted.")
    if texts_in_question().get(body.id) != request.id:
        raise RuleViolation("Somebody has decided already that this text may stay.")
    return request, body


def confirm_redaction(actor: Viewer, request_id: UUID) -> Redaction:
    """Destroy the text and its salt, and copies of it in drafts; the row, its digest and the ledger stay.

    Raises RuleViolation if the same person asked or the text is already gone.
    """
    with transaction() as session:
        request, body = _in_question(session, actor, request_id)
        redaction = Redaction(
            text_id=body.id, request_id=request.id, asked_by_id=request.asked_by_id, confirmed_by_id=actor.id
        )
        for forget in BEFORE_REDACTION:
            forget(actor, body.id, body.stored or "")
        body.stored = None
        body.salt = None
        session.add(redaction)
        record(actor, "text.redacted", redaction, body, under=Permission.TEXT_REDACT)
        session.flush()
        session.expire(body, ["text"])
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:  # The write-ahead log still holds the old page.
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    return redaction


def write_checkpoint(directory: Path, key: Ed25519PrivateKey) -> Path:
    """Write today's heads of all chains, signed, to a file outside the database. One file a day; the first stays."""
    path = directory / f"{today().isoformat()}.json"
    if path.exists():
        return path
    heads = db.session.execute(select(LedgerHead.id, LedgerHead.seq, LedgerHead.hash).order_by(LedgerHead.id)).all()
    body = {"written_at": now(), "heads": [[chain, seq, last] for chain, seq, last in heads]}
    text = rules.canonical({**body, "signature": key.sign(rules.canonical(body).encode())})
    directory.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(text + "\n", encoding="utf-8")
    unfinished.replace(path)
    return path


@contextmanager
def transaction_without_receipt() -> Iterator[Session]:
    """A transaction that leaves the form being sent without a receipt: put right, it may come again under its id."""
    form = current_request.set(None)
    try:
        with transaction() as session:
            yield session
    finally:
        current_request.reset(form)


def note_reading(reader: Viewer, *, about: UUID, what: str, record_id: UUID) -> None:
    """Note that somebody opens a text about a trainee; called before the text is sent."""
    with transaction_without_receipt() as session:
        session.add(ReadEntry(reader_id=reader.id, about_id=about, what=what, record_id=record_id))


def find_receipt(person_id: UUID, request_id: UUID) -> WriteReceipt | None:
    """The receipt of a form this person already sent, or None."""
    return db.session.scalar(
        select(WriteReceipt).where(WriteReceipt.person_id == person_id, WriteReceipt.request_id == request_id)
    )


def note_location(person_id: UUID, request_id: UUID, location: str) -> None:
    """Remember where the form led, so that a repeat is led to the same page."""
    with transaction():
        receipt = find_receipt(person_id, request_id)
        if receipt is not None:
            receipt.location = location[:2000]


def _claim_receipt(session: Session) -> None:
    """Write the receipt of the form first: a repeat waits here, then finds it taken."""
    session.info.pop("ledger", None)
    key = current_request.get()
    if key is None or key.claimed:
        return
    receipt = WriteReceipt(person_id=key.person_id, request_id=key.request_id, payload_digest=key.payload_digest)
    session.add(receipt)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        first = find_receipt(key.person_id, key.request_id)
        if first is not None and first.payload_digest != key.payload_digest:
            raise DifferentRequest from None
        raise AlreadyDone from None


def _write_entries(session: Session) -> None:
    key = current_request.get()
    if key is not None:
        key.claimed = True
    pending: list[_Pending] = session.info.pop("ledger", [])
    _check_covered(session, pending)
    if not pending:
        return
    heads = _lock_heads(session, {entry.chain for entry in pending})
    for item in pending:
        head = heads[item.chain]
        entry = LedgerEntry(
            chain=item.chain,
            seq=head.seq + 1,
            previous=head.hash,
            event=item.event,
            actor_id=item.actor_id,
            role=item.role.value if item.role else None,
            recorded_at=now(),
            items=[row_item(session, row) for row in _with_texts(session, item.rows)],
        )
        entry.hash = rules.entry_hash(
            chain=entry.chain,
            seq=entry.seq,
            previous=entry.previous,
            event=entry.event,
            actor_id=entry.actor_id,
            role=entry.role,
            recorded_at=entry.recorded_at,
            items=entry.items,
        )
        session.add(entry)
        head.seq, head.hash = entry.seq, entry.hash
    session.flush()


def _check_covered(session: Session, pending: list[_Pending]) -> None:
    covered = {id(row) for item in pending for row in _with_texts(session, item.rows)}
    missing = {
        type(row).__name__ for row in session.info["touched"].values() if type(row).digests and id(row) not in covered
    }
    if missing:
        raise RuntimeError(f"changed without a ledger entry: {', '.join(sorted(missing))}; call audit record()")


def _with_texts(session: Session, rows: list[Model]) -> list[Model]:
    """The rows and the texts they point at that are new in this transaction."""
    found: list[Model] = []
    for row in rows:
        found.append(row)
        for column in row.__table__.columns:
            if any(key.column.table.name == "text_body" for key in column.foreign_keys):
                text_id = getattr(row, inspect(type(row)).get_property_by_column(column).key)
                body = session.identity_map.get(session.identity_key(TextBody, text_id)) if text_id else None
                if body is not None and id(body) in session.info["touched"]:
                    found.append(body)
    return found


def row_item(session: Session, row: Model) -> dict[str, Any]:
    """What an entry keeps of a row: the digest schema, the row's id and the digest; None once deleted."""
    schema = list(type(row).digests)[-1]
    gone = inspect(row).was_deleted or row in session.deleted
    return {
        "schema": schema,
        "id": str(row.id),
        "digest": None if gone else rules.digest({name: getattr(row, name) for name in type(row).digests[schema]}),
    }


def _lock_heads(session: Session, chains: set[UUID]) -> dict[UUID, LedgerHead]:
    ordered = sorted(chains)
    wanted = (
        select(LedgerHead)
        .where(LedgerHead.id.in_(ordered))
        .order_by(LedgerHead.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    known = {head.id: head for head in session.scalars(wanted)}
    if len(known) < len(ordered):
        insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
        session.execute(
            insert(LedgerHead).on_conflict_do_nothing(),
            [{"id": chain, "seq": 0, "hash": rules.FIRST_HASH} for chain in ordered if chain not in known],
        )
        known = {head.id: head for head in session.scalars(wanted)}
    return known


AFTER_BEGIN.append(_claim_receipt)
BEFORE_COMMIT.append(_write_entries)
