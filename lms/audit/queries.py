"""Reading the ledger and proving it."""

import json
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import desc, literal, select, union_all
from sqlalchemy.orm import joinedload

from lms.audit import rules
from lms.audit.models import LedgerEntry, LedgerHead, Redaction, RedactionRequest, TextBody, is_in_question
from lms.core.db import Kind, Model, db
from lms.core.errors import NotFound
from lms.policy import Viewer


@dataclass(slots=True)
class Verdict:
    """What a verification found: counts, and each break in words, in the order of the ledger."""

    entries: int = 0
    rows: int = 0
    chains: int = 0
    redacted: int = 0
    checkpoints: int = 0
    breaks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Seen:
    schema: str
    digest: str | None
    place: str


def verify(checkpoints: Path, key: Ed25519PrivateKey) -> Verdict:
    """Recompute every hash, re-digest every row, and compare the heads with the signed checkpoints."""
    verdict = Verdict()
    ends: dict[tuple[UUID, int], str] = {}
    seen = _verify_entries(verdict, ends)
    _verify_heads(verdict, ends)
    _verify_rows(verdict, seen)
    _verify_checkpoints(verdict, ends, checkpoints, key)
    return verdict


def _verify_entries(verdict: Verdict, ends: dict[tuple[UUID, int], str]) -> dict[tuple[str, str], _Seen]:
    seen: dict[tuple[str, str], _Seen] = {}
    chain: UUID | None = None
    seq, last = 0, rules.FIRST_HASH
    statement = select(LedgerEntry).order_by(LedgerEntry.chain, LedgerEntry.seq).execution_options(yield_per=1000)
    for entry in db.session.scalars(statement):
        if entry.chain != chain:
            chain, seq, last = entry.chain, 0, rules.FIRST_HASH
            verdict.chains += 1
        place = f"chain {entry.chain} entry {entry.seq} ({entry.event})"
        if entry.seq != seq + 1:
            verdict.breaks.append(f"{place}: entries {seq + 1} to {entry.seq - 1} are missing")
        elif entry.previous != last:
            verdict.breaks.append(f"{place}: does not follow the entry before it")
        if entry.hash != _hash_of(entry):
            verdict.breaks.append(f"{place}: the entry was changed")
        seq, last = entry.seq, entry.hash
        ends[(entry.chain, entry.seq)] = entry.hash
        verdict.entries += 1
        for item in entry.items:
            table = item["schema"].rpartition("/")[0]
            seen[(table, item["id"])] = _Seen(item["schema"], item["digest"], place)
    return seen


def _hash_of(entry: LedgerEntry) -> str:
    return rules.entry_hash(
        chain=entry.chain,
        seq=entry.seq,
        previous=entry.previous,
        event=entry.event,
        actor_id=entry.actor_id,
        role=entry.role,
        recorded_at=entry.recorded_at,
        items=entry.items,
    )


def _verify_heads(verdict: Verdict, ends: dict[tuple[UUID, int], str]) -> None:
    lasts: dict[UUID, int] = {}
    for chain, seq in ends:
        lasts[chain] = max(seq, lasts.get(chain, 0))
    heads = {head.id: head for head in db.session.scalars(select(LedgerHead))}
    for chain, seq in lasts.items():
        head = heads.pop(chain, None)
        if head is None or head.seq != seq or head.hash != ends[(chain, seq)]:
            verdict.breaks.append(f"chain {chain}: the head does not match its last entry {seq}")
    for chain, head in heads.items():
        if head.seq:
            verdict.breaks.append(f"chain {chain}: entries 1 to {head.seq} are missing")


def ledgered_classes() -> list[type[Model]]:
    """The mapped classes whose rows the ledger covers, by table name."""
    classes = [mapper.class_ for mapper in Model.registry.mappers if mapper.class_.digests]
    return sorted(classes, key=lambda model: str(model.__tablename__))


def _verify_rows(verdict: Verdict, seen: dict[tuple[str, str], _Seen]) -> None:
    redacted = set(db.session.scalars(select(Redaction.text_id)))
    for model in ledgered_classes():
        name = next(iter(model.digests)).rpartition("/")[0]
        for row in _rows(model):
            verdict.rows += 1
            entry = seen.pop((name, str(row.id)), None)
            problem = _row_problem(model, row, entry, redacted)
            if problem:
                place = f"{entry.place}: " if entry else ""
                verdict.breaks.append(f"{place}{model.__tablename__} {row.id}: {problem}")
            if isinstance(row, TextBody) and row.stored is None:
                verdict.redacted += 1
    for (name, row_id), entry in seen.items():
        if entry.digest is not None:
            verdict.breaks.append(f"{entry.place}: {name} {row_id}: the row is missing")


def _rows(model: type[Model]) -> Iterator[Model]:
    yield from db.session.scalars(
        select(model).order_by(model.id).execution_options(yield_per=1000, populate_existing=True)
    )


def _row_problem(model: type[Model], row: Model, entry: _Seen | None, redacted: Set[UUID]) -> str | None:
    if entry is None:
        return "no entry of the ledger speaks of this row"
    if entry.digest is None:
        return "the ledger says this row was deleted"
    fields = model.digests.get(entry.schema)
    if fields is None:
        return f"the digest {entry.schema} is unknown"
    if rules.digest({name: getattr(row, name) for name in fields}) != entry.digest:
        return "the row was changed" if model.kind is Kind.FACT else "the row was changed outside the application"
    if isinstance(row, TextBody) and not _text_is_right(row, redacted):
        return "the text was changed, or destroyed without a redaction"
    return None


def _text_is_right(body: TextBody, redacted: Set[UUID]) -> bool:
    """Say whether a text is the one that was kept, or was destroyed by two people and with its salt."""
    if body.stored is None or body.salt is None:
        return body.stored is None and body.salt is None and body.id in redacted
    return rules.text_mac(body.salt, body.stored) == body.mac


def _verify_checkpoints(
    verdict: Verdict, ends: dict[tuple[UUID, int], str], directory: Path, key: Ed25519PrivateKey
) -> None:
    public = key.public_key()
    for path in sorted(directory.glob("*.json")):
        verdict.checkpoints += 1
        body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        signature = bytes.fromhex(body.pop("signature", ""))
        try:
            public.verify(signature, rules.canonical(body).encode())
        except InvalidSignature:
            verdict.breaks.append(f"checkpoint {path.name}: the signature is wrong")
            continue
        for chain, seq, last in body["heads"]:
            if seq and ends.get((UUID(chain), seq)) != last:
                verdict.breaks.append(f"checkpoint {path.name}: chain {chain} entry {seq} is not the one signed")


def find_text(text_id: UUID) -> TextBody | None:
    """One text body, or None."""
    return db.session.get(TextBody, text_id)


def list_open_redactions(viewer: Viewer) -> list[RedactionRequest]:
    """Requests for redaction that wait for a second person, oldest first."""
    return list(
        db.session.scalars(
            select(RedactionRequest)
            .join(TextBody, TextBody.id == RedactionRequest.text_id)
            .where(TextBody.stored.is_not(None), is_in_question())
            .options(joinedload(RedactionRequest.reason), joinedload(RedactionRequest.where_found))
            .order_by(RedactionRequest.recorded_at, RedactionRequest.id)
        )
    )


def texts_in_question() -> dict[UUID, UUID]:
    """The texts that are hidden while two people decide, each with the request that hides it."""
    rows = db.session.execute(
        select(RedactionRequest.text_id, RedactionRequest.id)
        .join(TextBody, TextBody.id == RedactionRequest.text_id)
        .where(TextBody.stored.is_not(None), is_in_question())
    )
    return {row.text_id: row.id for row in rows}


def kind_of_record(text_id: UUID) -> str:
    """What kind of record a text belongs to, in the words of its table, such as "shift (note)"; never what it says."""
    stands = find_stand(text_id)
    return stands.words if stands else "text"


@dataclass(frozen=True, slots=True)
class Stand:
    """The row whose text it is."""

    table: str
    column: str
    row_id: UUID

    @property
    def words(self) -> str:
        """What kind of record it is, in the words of its table."""
        return f"{self.table} ({self.column.removesuffix('_id')})".replace("_", " ")


def find_stand(text_id: UUID) -> Stand | None:
    """The latest row to which a text belongs; None where none does. One statement."""
    places = [
        select(literal(str(model.__tablename__)), literal(column.key), model.id.label("row_id")).where(
            column == text_id
        )
        for model in ledgered_classes()
        for column in model.__table__.columns
        if any(key.column.table.name == TextBody.__tablename__ for key in column.foreign_keys)
        and (model, column.key) not in ((Redaction, "text_id"), (RedactionRequest, "text_id"))
    ]
    row = db.session.execute(union_all(*places).order_by(desc("row_id")).limit(1)).first()
    return Stand(*row) if row else None


def get_redaction_request(request_id: UUID) -> RedactionRequest:
    """One request that waits for a second person; NotFound where it is decided, or there is none."""
    found = db.session.scalar(
        select(RedactionRequest)
        .join(TextBody, TextBody.id == RedactionRequest.text_id)
        .where(RedactionRequest.id == request_id, TextBody.stored.is_not(None), is_in_question())
        .options(joinedload(RedactionRequest.reason), joinedload(RedactionRequest.where_found))
    )
    if found is None:
        raise NotFound("Somebody has decided about this text already.")
    return found


def class_of(table: str) -> type[Model]:
    """The mapped class of a table of the record."""
    return next(model for model in ledgered_classes() if model.__tablename__ == table)
