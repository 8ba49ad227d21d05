"""Every class says what may happen to its rows, and the database keeps to it."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from lms.core import migrations
from lms.core.db import Kind, Model, db

CLASSES = sorted((mapper.class_ for mapper in Model.registry.mappers), key=lambda model: model.__name__)
PERSONAL = {"person": {"name", "email", "profession", "registration_number"}, "text_body": {"salt", "stored", "text"}}
THE_LEDGER_ITSELF = {"ledger_entry"}
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("model", CLASSES)
def test_every_class_declares_its_kind_and_retention(model: type[Model]) -> None:
    assert isinstance(model.kind, Kind)
    if model.kind is not Kind.OPERATIONAL:
        assert model.retention in {"education", "employment", "account"}, f"{model.__name__} names no retention class"


@pytest.mark.parametrize("model", [model for model in CLASSES if model.kind is not Kind.OPERATIONAL])
def test_the_newest_digest_covers_every_column(model: type[Model]) -> None:
    table = str(model.__tablename__)
    if table in THE_LEDGER_ITSELF:
        return
    newest = list(model.digests)[-1]
    attributes = {prop.key for prop in model.__mapper__.column_attrs}
    assert set(model.digests[newest]) == attributes - PERSONAL.get(table, set())


def test_digest_names_are_unique() -> None:
    names = [name for model in CLASSES for name in model.digests]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("model", [model for model in CLASSES if model.kind is Kind.STATE])
def test_every_state_carries_a_version(model: type[Model]) -> None:
    assert model.__mapper__.version_id_col is not None


@pytest.mark.parametrize("model", [model for model in CLASSES if model.kind is Kind.FACT])
def test_every_fact_says_when_it_was_recorded(model: type[Model]) -> None:
    moment = {"content_version": "published_at"}.get(str(model.__tablename__), "recorded_at")
    assert moment in model.__mapper__.columns or model.__tablename__ == "text_body"


@pytest.mark.both_databases
def test_every_fact_is_kept_by_triggers(app: Flask, engine_name: str) -> None:
    facts = {str(model.__tablename__) for model in CLASSES if model.kind is Kind.FACT}
    with app.app_context(), db.engine.connect() as connection:
        if engine_name == "sqlite":
            rows = connection.execute(
                text("SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY 1")
            )
            wanted = 2
        else:
            rows = connection.execute(
                text(
                    "SELECT relname, count(*) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
                    "WHERE NOT tgisinternal GROUP BY 1"
                )
            )
            wanted = 2
        found = {row[0]: row[1] for row in rows}
    assert {name for name in facts if found.get(name, 0) < wanted} == set()


@pytest.mark.both_databases
def test_tables_and_models_are_in_step(app: Flask) -> None:
    with app.app_context():
        assert migrations.find_drift() is None


def test_there_is_one_line_of_migrations() -> None:
    assert (ROOT / "migrations" / "HEAD").read_text().strip() == migrations.newest_revision()
