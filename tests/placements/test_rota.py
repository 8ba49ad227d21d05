"""Main rotas: what stands of several imports, and keeping and reading them on both databases."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.identity.services import viewer_for
from lms.notifications.models import Notice
from lms.placements import queries, services
from lms.placements.models import RotaImport, RotaShift
from lms.placements.rules.duties import DAY, KnownRota
from lms.placements.rules.rota import (
    RotaFact,
    RotaSource,
    check_rota,
    joined_days,
    known_days,
    known_until,
    rota_change,
    runs_out_soon,
    standing_rota,
)
from lms.placements.rules.times import Span
from lms.policy import Role
from tests.factories.duties import add_rota, hours_long

MONDAY = datetime(2026, 11, 16, 7, tzinfo=UTC)
ON = MONDAY.date()
WEEK = [hours_long(MONDAY + number * DAY, 12) for number in range(3)]


def fact(number, first, last, *spans):
    when = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=number)
    shifts = tuple((UUID(int=100 * number + place), span) for place, span in enumerate(spans))
    return RotaFact(UUID(int=number), ON + first * DAY, ON + last * DAY, when, shifts)


def test_the_newest_import_of_a_day_speaks_also_where_it_says_no_work():
    old, new = fact(1, 0, 6, *WEEK), fact(2, 1, 1)
    assert [duty.span for duty in standing_rota([new, old])] == [WEEK[0], WEEK[2]]
    newest = fact(3, 0, 0, hours_long(MONDAY, 4))
    assert [duty.span for duty in standing_rota([newest, old, new])] == [hours_long(MONDAY, 4), WEEK[2]]


def test_a_shift_outside_the_days_of_its_import_does_not_stand():
    assert standing_rota([fact(1, 1, 1, *WEEK)])[0].span == WEEK[1]
    assert len(standing_rota([fact(1, 1, 1, *WEEK)])) == 1


def test_days_that_touch_are_one_stretch():
    known = known_days([fact(1, 8, 9), fact(2, 0, 3), fact(3, 2, 5), fact(4, 6, 6)])
    assert known == (KnownRota(ON, ON + 6 * DAY), KnownRota(ON + 8 * DAY, ON + 9 * DAY))
    assert joined_days([]) == ()


@pytest.mark.parametrize(
    ("last", "until", "soon"),
    [
        pytest.param(None, None, True, id="nothing is known"),
        pytest.param(-1, None, True, id="it ended yesterday"),
        pytest.param(0, 0, True, id="it ends today"),
        pytest.param(13, 13, True, id="in 13 days"),
        pytest.param(14, 14, False, id="in 14 days"),
    ],
)
def test_a_rota_runs_out_when_less_than_two_weeks_are_known(last, until, soon):
    known = [] if last is None else [KnownRota(ON - 30 * DAY, ON + last * DAY)]
    assert known_until(known, ON) == (None if until is None else ON + until * DAY)
    assert runs_out_soon(known, ON) is soon


def test_a_new_rota_adds_takes_out_and_leaves():
    change = rota_change(WEEK[:2], [WEEK[1], WEEK[2]])
    assert (change.added, change.replaced, change.staying) == ((WEEK[2],), (WEEK[0],), (WEEK[1],))
    assert [word for _, word in change.lines] == ["Taken out", "Stays", "Added"]


@pytest.mark.parametrize(
    ("spans", "first", "last", "field"),
    [
        pytest.param([], ON, ON - DAY, "until_on", id="the wrong way round"),
        pytest.param([], ON, ON + 366 * DAY, "until_on", id="367 days"),
        pytest.param([], date(1, 1, 1), date(1, 1, 2), "from_on", id="another age"),
        pytest.param(WEEK, ON, ON + DAY, None, id="a shift after the last day"),
        pytest.param([Span(MONDAY, MONDAY)], ON, ON, None, id="no length"),
        pytest.param([hours_long(MONDAY, 25)], ON, ON, None, id="more than a day"),
        pytest.param([hours_long(MONDAY, 8), hours_long(MONDAY, 9)], ON, ON, None, id="two at a time"),
        pytest.param(
            [hours_long(MONDAY + timedelta(hours=2 * each), 1) for each in range(5)], ON, ON, None, id="five on a day"
        ),
    ],
)
def test_what_cannot_be_a_rota_is_refused(spans, first, last, field):
    with pytest.raises(RuleViolation) as refused:
        check_rota(spans, first, last)
    assert refused.value.field == field


def rows(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.both_databases
def test_an_own_rota_is_kept_read_and_replaced(cast, context, clock):
    trainee = viewer_for(cast.trainee)
    start = clock.moment
    kept = services.import_own_rota(trainee, spans=WEEK, from_on=ON, until_on=ON + 6 * DAY, source=RotaSource.CSV)
    assert (kept.person_id, kept.by_id, kept.role) == (cast.trainee, cast.trainee, Role.TRAINEE)
    assert rows(RotaShift) == 3
    clock.set(start + timedelta(hours=1))
    later = hours_long(MONDAY + 8 * DAY, 8)
    services.import_own_rota(
        trainee, spans=[later], from_on=ON + 5 * DAY, until_on=ON + 20 * DAY, source=RotaSource.ICS
    )
    page = queries.get_own_rota(trainee)
    assert page.until == ON + 20 * DAY
    assert page.known == (KnownRota(ON, ON + 20 * DAY),)
    assert page.shifts == [span for span in [*WEEK, later] if span.ended_at > now()]
    assert [(row.source, row.shifts, row.by_name) for row in page.imports] == [
        (RotaSource.ICS, 1, trainee.name),
        (RotaSource.CSV, 3, trainee.name),
    ]
    assert queries.standing_shifts_of([cast.trainee], ON + DAY, ON + 8 * DAY) == {cast.trainee: [*WEEK[1:], later]}
    assert queries.list_known_days(trainee) == page.known
    other = queries.get_own_rota(viewer_for(cast.trainee_b))
    assert (other.known, other.until, list(other.shifts), list(other.imports)) == ((), None, [], [])


@pytest.mark.both_databases
def test_an_administrator_keeps_many_rotas_and_each_person_is_told(cast, context):
    administrator = viewer_for(cast.administrator)
    rotas = {cast.trainee: WEEK, cast.trainee_b: []}
    services.import_rotas(administrator, rotas=rotas, from_on=ON, until_on=ON + 6 * DAY, source=RotaSource.CSV)
    assert {row.person_id for row in db.session.scalars(select(RotaImport))} == {cast.trainee, cast.trainee_b}
    assert {row.role for row in db.session.scalars(select(RotaImport))} == {Role.ADMINISTRATOR}
    chains = db.session.scalars(select(LedgerEntry.chain).where(LedgerEntry.event == "rota.imported"))
    assert set(chains) == {cast.trainee, cast.trainee_b}
    notices = db.session.scalars(select(Notice).where(Notice.url == "/rota")).all()
    assert {notice.person_id for notice in notices} == {cast.trainee, cast.trainee_b}
    assert notices[0].text == "Your main rota of 16 November 2026 to 22 November 2026 was imported. Check it."


@pytest.mark.both_databases
def test_nobody_outside_the_scope_gets_a_rota_and_nothing_is_half_kept(cast, context):
    administrator = viewer_for(cast.administrator)
    for rotas in ({cast.trainee: WEEK, cast.assessor: WEEK}, {UUID(int=1): WEEK}):
        with pytest.raises(NotFound):
            services.import_rotas(administrator, rotas=rotas, from_on=ON, until_on=ON + 6 * DAY, source=RotaSource.CSV)
    with pytest.raises(RuleViolation):
        services.import_rotas(
            administrator,
            rotas={cast.trainee: WEEK, cast.trainee_b: [Span(MONDAY, MONDAY)]},
            from_on=ON,
            until_on=ON + 6 * DAY,
            source=RotaSource.CSV,
        )
    assert rows(RotaImport) == rows(RotaShift) == 0


@pytest.mark.both_databases
def test_ones_own_page_takes_four_statements_however_much_was_imported(cast, context, statements):
    for number in range(3):
        add_rota(cast.trainee, WEEK, from_on=ON, until_on=ON + (6 + number) * DAY)
    db.session.rollback()
    statements.clear()
    queries.get_own_rota(viewer_for(cast.trainee))
    assert len(statements) <= 5
