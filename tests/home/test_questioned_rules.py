"""Where questioned texts stand: every text of the record is either read on a page or said to be read by neither."""

import pytest

from lms.audit.models import Redaction, TextBody
from lms.audit.queries import ledgered_classes
from lms.core.errors import RuleViolation
from lms.home.rules.questioned import HOMES, PARENTS, Fate, check_may_decide, check_sure
from lms.policy import Permission, Role, roles_with

READ_BY_NEITHER = {
    "assessment_request": "the trainee and whom they asked",
    "assessment_request_step": "the trainee and whom they asked",
    "calibration_answer": "whoever answered",
    "case_step": "those who mark it",
    "clearance": "the supervisors of a site, or administrators: it depends on what is cleared",
    "discussion_outcome": "educators",
    "feedback_answer": "it depends on how far the round is, and nobody learns who wrote it",
    "mark": "those who mark it",
    "mark_comment": "those who mark it",
    "module_outcome": "educators",
}


def test_every_table_with_a_text_says_who_of_those_who_decide_reads_it() -> None:
    tables = {
        str(model.__tablename__)
        for model in ledgered_classes()
        for column in model.__table__.columns
        if any(key.column.table.name == TextBody.__tablename__ for key in column.foreign_keys)
        and model is not Redaction
    }
    assert tables <= {*HOMES, *PARENTS, *READ_BY_NEITHER}
    assert not set(READ_BY_NEITHER) & {*HOMES, *PARENTS}


def test_columns_that_are_named_exist_and_somebody_who_decides_reads_each() -> None:
    tables = {str(model.__tablename__): set(model.__table__.columns.keys()) for model in ledgered_classes()}
    for table, home in HOMES.items():
        assert {*home.arguments.values(), *home.trainees} <= tables[table]
        assert home.roles <= roles_with(Permission.TEXT_REDACT)
        assert home.roles
    assert {table for table, column in PARENTS.items() if column not in tables[table]} == set()
    assert HOMES["concern"].roles == {Role.CONSULTANT_NURSE}


@pytest.mark.parametrize(("reads", "others"), [(True, True), (True, False), (False, False)])
def test_who_reads_a_text_decides_and_where_nobody_reads_it_anybody_does(reads: bool, others: bool) -> None:
    check_may_decide(reads=reads, others_read=others)


def test_nobody_decides_blindly_beside_somebody_who_reads() -> None:
    with pytest.raises(RuleViolation, match="Leave it to them"):
        check_may_decide(reads=False, others_read=True)


def test_only_destroying_needs_the_tick() -> None:
    check_sure(Fate.STAY, is_sure=False)
    check_sure(Fate.DESTROY, is_sure=True)
    with pytest.raises(RuleViolation) as problem:
        check_sure(Fate.DESTROY, is_sure=False)
    assert problem.value.field == "is_sure"
