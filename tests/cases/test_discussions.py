from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.audit.models import LedgerEntry, TextBody
from lms.audit.services import keep_text, record
from lms.cases import queries, services
from lms.cases.models import CaseDiscussion, DiscussionOutcome
from lms.cases.rules.discussions import Ended
from lms.cases.rules.engine import Mode
from lms.core.clock import now, today
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.curriculum.models import ContentRetirement
from lms.curriculum.rules.versions import ContentKind
from lms.identity import services as identity
from lms.identity.models import Person
from lms.identity.queries import find_viewer
from lms.notifications.models import Notice
from lms.policy import Role
from tests.factories import save
from tests.factories.cases import GOOD_CASE, publish_case
from tests.factories.discussions import ask, correct, hold

pytestmark = pytest.mark.both_databases

EVERYBODY = select(Person.id)
OUTSIDERS = ("trainee", "trainee_b", "educator_b", "external_examiner", "assessor", "supervisor", "consultant_nurse")


@pytest.fixture
def trainee(cast, context):
    publish_case()
    return find_viewer(cast.trainee)


@pytest.fixture
def educator(cast, context):
    return find_viewer(cast.educator)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def events(about):
    rows = db.session.scalars(select(LedgerEntry).where(LedgerEntry.chain == about).order_by(LedgerEntry.seq))
    return [(row.event, row.actor_id, row.role) for row in rows if row.event.startswith("case.discussion")]


def retire():
    save(ContentRetirement(content_kind=ContentKind.CASE, slug="small-case"))


# --- Asking ---


def test_asking_keeps_who_what_and_when_and_nothing_else(trainee):
    asked = services.ask_discussion(trainee, "small-case")
    row = db.session.get_one(CaseDiscussion, asked)
    assert (row.trainee_id, row.recorded_at) == (trainee.id, now())
    assert {column.name for column in CaseDiscussion.__table__.columns} == {
        "id",
        "trainee_id",
        "content_version_id",
        "recorded_at",
    }
    assert count(TextBody) == 0
    assert events(trainee.id) == [("case.discussion-asked", trainee.id, "trainee")]


def test_asking_again_while_one_is_open_changes_nothing(trainee):
    first = services.ask_discussion(trainee, "small-case")
    assert services.ask_discussion(trainee, "small-case") == first
    assert count(CaseDiscussion) == 1
    assert len(events(trainee.id)) == 1


def test_a_new_version_of_the_case_is_still_the_same_open_discussion(trainee):
    first = ask(trainee.id)
    publish_case(GOOD_CASE.replace("He nods.", "He shrugs."))
    assert ask(trainee.id) == first


def test_a_case_nobody_teaches_cannot_be_discussed(trainee):
    with pytest.raises(NotFound):
        services.ask_discussion(trainee, "no-such-case")
    retire()
    with pytest.raises(NotFound):
        services.ask_discussion(trainee, "small-case")


def test_who_was_in_the_middle_of_a_case_may_discuss_it_after_it_was_retired(trainee):
    services.start_attempt(trainee, "small-case", mode=Mode.GRADED)
    retire()
    services.ask_discussion(trainee, "small-case")
    found = queries.get_discussable(trainee, "small-case")
    assert (found.is_taught, found.open_discussion is not None) == (False, True)


@pytest.mark.parametrize("name", ["educator", "consultant_nurse", "stranger"])
def test_only_a_trainee_asks(trainee, cast, name):
    with pytest.raises(NotFound):
        services.ask_discussion(find_viewer(getattr(cast, name)), "small-case")


# --- Withdrawing ---


def test_a_request_is_withdrawn_without_a_reason_and_can_be_made_again(trainee):
    first = ask(trainee.id)
    services.withdraw_discussion(trainee, first)
    services.withdraw_discussion(trainee, first)
    row = db.session.scalars(select(DiscussionOutcome)).one()
    assert (row.ended, row.held_on, row.note_id, row.recorded_by_id) == (Ended.WITHDRAWN, None, None, trainee.id)
    assert row.role is Role.TRAINEE
    assert [event for event, *_ in events(trainee.id)] == ["case.discussion-asked", "case.discussion-ended"]
    assert ask(trainee.id) != first


@pytest.mark.parametrize("ended", [Ended.COVERED, Ended.NOT_YET])
def test_what_was_held_cannot_be_withdrawn(trainee, cast, ended):
    asked = ask(trainee.id)
    hold(asked, cast.educator, ended=ended)
    with pytest.raises(RuleViolation, match="has been held"):
        services.withdraw_discussion(trainee, asked)
    assert count(DiscussionOutcome) == 1


@pytest.mark.parametrize("name", ["trainee_b", "educator", "consultant_nurse"])
def test_nobody_withdraws_for_somebody_else(trainee, cast, name):
    asked = ask(trainee.id)
    with pytest.raises(NotFound):
        services.withdraw_discussion(find_viewer(getattr(cast, name)), asked)
    assert count(DiscussionOutcome) == 0


# --- Recording ---


def test_recording_keeps_who_held_it_in_which_role_and_tells_the_trainee(trainee, educator):
    asked = ask(trainee.id)
    outcome = services.record_discussion(
        educator, asked, ended=Ended.COVERED, held_on=today(), note="  You named what he feared.  "
    )
    assert (outcome.recorded_by_id, outcome.role, outcome.held_on) == (educator.id, Role.EDUCATOR, today())
    assert db.session.get_one(TextBody, outcome.note_id).text == "You named what he feared."
    assert events(trainee.id)[-1] == ("case.discussion-ended", educator.id, "educator")
    notice = db.session.scalars(select(Notice)).one()
    assert (notice.person_id, notice.url) == (trainee.id, "/cases/small-case/discussion")
    assert "feared" not in notice.text


def test_a_note_is_not_needed(trainee, cast):
    hold(ask(trainee.id), cast.educator)
    assert db.session.scalars(select(DiscussionOutcome)).one().note_id is None
    assert count(TextBody) == 0


def test_after_not_yet_the_trainee_may_ask_again_or_play(trainee, cast):
    first = ask(trainee.id)
    hold(first, cast.educator, ended=Ended.NOT_YET)
    assert ask(trainee.id) != first
    assert services.start_attempt(trainee, "small-case", mode=Mode.GRADED)


@pytest.mark.parametrize("first", [Ended.COVERED, Ended.NOT_YET])
def test_nothing_is_recorded_twice(trainee, cast, first):
    asked = ask(trainee.id)
    hold(asked, cast.educator, ended=first)
    with pytest.raises(RuleViolation):
        hold(asked, cast.educator, note="A second thought.")
    assert [row.ended for row in db.session.scalars(select(DiscussionOutcome))] == [first]
    assert count(TextBody) == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"held_on": date(2026, 11, 19)}, "held_on"),
        ({"held_on": date(2026, 11, 17)}, "held_on"),
        ({"ended": Ended.WITHDRAWN}, "ended"),
        ({"note": "Ring 07700 900123 about Mrs Hale"}, "note"),
        ({"note": "943 476 5919", "no_identifiers": True}, "note"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_what_is_refused_leaves_nothing(trainee, educator, change, field):
    asked = ask(trainee.id)
    facts = {"ended": Ended.COVERED, "held_on": today(), "note": "Clear.", **change}
    with pytest.raises(RuleViolation) as refused:
        services.record_discussion(educator, asked, **facts)
    assert refused.value.field == field
    assert (count(DiscussionOutcome), count(TextBody), count(Notice)) == (0, 0, 0)


def test_a_find_can_be_confirmed_to_name_nobody(trainee, educator):
    asked = ask(trainee.id)
    facts = {"ended": Ended.COVERED, "held_on": today(), "note": "You quoted Mr Hale of the case."}
    services.record_discussion(educator, asked, **facts, no_identifiers=True)
    assert count(DiscussionOutcome) == 1


def test_the_day_is_the_day_in_london(trainee, educator, clock):
    clock.set(now().replace(year=2027, month=7, hour=23, minute=30))
    asked = ask(trainee.id)
    held_on = today()
    assert held_on != now().date()
    with pytest.raises(RuleViolation):
        services.record_discussion(educator, asked, ended=Ended.COVERED, held_on=now().date())
    services.record_discussion(educator, asked, ended=Ended.COVERED, held_on=held_on)


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nobody_but_the_educators_of_the_university_sees_or_records_one(trainee, cast, name):
    asked = ask(trainee.id)
    other = find_viewer(getattr(cast, name))
    with pytest.raises(NotFound):
        queries.get_discussion(other, asked)
    with pytest.raises(NotFound):
        services.record_discussion(other, asked, ended=Ended.COVERED, held_on=today())
    assert queries.list_discussions(other) == queries.Discussions((), ())


def test_nobody_records_their_own_even_as_an_educator(trainee, cast):
    identity.give_role(
        None, person_id=cast.trainee, role=Role.EDUCATOR, scope_id=cast.university_a, cause="Teaches as well"
    )
    both = find_viewer(cast.trainee)
    asked = ask(cast.trainee)
    with pytest.raises(RuleViolation, match="their own"):
        services.record_discussion(both, asked, ended=Ended.COVERED, held_on=today())
    assert queries.list_discussions(both).to_arrange == ()


# --- Correcting ---


def outcomes():
    return db.session.scalars(select(DiscussionOutcome).order_by(DiscussionOutcome.recorded_at)).all()


def test_a_correction_supersedes_says_why_and_tells_the_trainee(trainee, educator, clock):
    asked = ask(trainee.id)
    hold(asked, educator.id, note="Clear.")
    clock.set(now() + timedelta(days=1))
    made = correct(asked, educator.id, note="Clear.", on=today(), reason="  It was half of it. ")
    first, second = outcomes()
    assert second.id == made.id
    assert (first.supersedes_id, second.supersedes_id) == (None, first.id)
    assert (first.ended, second.ended, second.held_on) == (Ended.COVERED, Ended.NOT_YET, today())
    assert second.note_id == first.note_id
    assert db.session.get_one(TextBody, second.reason_id).text == "It was half of it."
    assert events(trainee.id)[1:] == [("case.discussion-ended", educator.id, "educator")] * 2
    notice = db.session.scalars(select(Notice).order_by(Notice.created_at.desc())).first()
    assert (notice.person_id, notice.url) == (trainee.id, "/cases/small-case/discussion")
    assert "is corrected" in notice.text
    assert "half" not in notice.text


def test_a_note_that_changes_is_a_text_of_its_own(trainee, educator):
    asked = ask(trainee.id)
    hold(asked, educator.id, note="Clear.")
    correct(asked, educator.id, ended=Ended.COVERED, note="Clear, and kind.")
    assert len({row.note_id for row in outcomes()}) == 2


def test_a_correction_can_be_corrected_and_the_last_is_in_force(trainee, educator, cast, clock):
    asked = ask(trainee.id)
    hold(asked, cast.educator)
    for ended in (Ended.NOT_YET, Ended.COVERED):
        clock.set(now() + timedelta(hours=1))
        correct(asked, cast.educator, ended=ended, reason=f"It was {ended.value}.")
    row = queries.get_discussion(educator, asked)
    assert (row.ended, row.reason, row.is_corrected) == (Ended.COVERED, "It was covered.", True)
    earlier = queries.list_earlier_outcomes(educator, asked)
    assert [(past.ended, past.reason) for past in earlier] == [
        (Ended.NOT_YET, "It was not-yet."),
        (Ended.COVERED, None),
    ]
    assert [found.id for found in queries.list_discussions(educator).held] == [asked]
    [own] = queries.list_own_discussions(trainee)["small-case"]
    assert (own.ended, own.reason) == (Ended.COVERED, "It was covered.")
    with pytest.raises(RuleViolation, match="has been held"):
        services.withdraw_discussion(trainee, asked)


def test_whoever_held_it_is_still_named_when_somebody_else_corrects_it(trainee, cast):
    asked = ask(trainee.id)
    hold(asked, cast.educator)
    other = identity.create_person(None, name="Olga Reed", email="o@example.org", organisation_id=cast.university_a).id
    identity.give_role(None, person_id=other, role=Role.EDUCATOR, scope_id=cast.university_a, cause="Test")
    correct(asked, other)
    [row] = queries.list_own_discussions(trainee)["small-case"]
    assert (row.educator, row.recorded_by) == ("Edith Lowe", "Olga Reed")


def refused_correction(actor, asked, seen_id, error=RuleViolation, **change):
    facts = {"ended": Ended.NOT_YET, "held_on": today(), "note": "", "reason": "Mixed up.", **change}
    before = [count(model) for model in (DiscussionOutcome, TextBody, Notice)]
    with pytest.raises(error) as refused:
        services.correct_discussion(actor, asked, seen_id=seen_id, **facts)
    assert [count(model) for model in (DiscussionOutcome, TextBody, Notice)] == before
    return refused.value


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "Ring 07700 900123"}, "reason"),
        ({"note": "Ring 07700 900123"}, "note"),
        ({"held_on": date(2026, 11, 19)}, "held_on"),
        ({"ended": Ended.WITHDRAWN}, "ended"),
        ({"ended": Ended.COVERED}, "ended"),
    ],
)
def test_a_refused_correction_leaves_nothing(trainee, educator, change, field):
    asked = ask(trainee.id)
    hold(asked, educator.id)
    seen_id = queries.get_discussion(educator, asked).outcome_id
    assert refused_correction(educator, asked, seen_id, **change).field == field


def test_what_somebody_else_corrected_meanwhile_is_stale(trainee, educator):
    asked = ask(trainee.id)
    hold(asked, educator.id)
    seen_id = queries.get_discussion(educator, asked).outcome_id
    correct(asked, educator.id, note="Go on.")
    stale = refused_correction(educator, asked, seen_id, error=Stale)
    assert stale.theirs == {"held_on": "18 11 2026", "ended": "Not yet", "note": "Go on."}
    refused_correction(educator, asked, None, error=Stale)


def test_what_was_not_held_cannot_be_corrected(trainee, educator):
    asked = ask(trainee.id)
    assert "not recorded yet" in refused_correction(educator, asked, None).message


def test_what_was_withdrawn_is_gone_for_educators(trainee, educator, cast):
    asked = ask(trainee.id)
    services.withdraw_discussion(trainee, asked)
    with pytest.raises(NotFound):
        queries.get_discussion(educator, asked)
    with pytest.raises(NotFound):
        hold(asked, cast.educator)
    outcome = db.session.scalar(select(DiscussionOutcome))
    refused_correction(educator, asked, outcome.id, error=NotFound, ended=Ended.COVERED)
    found = queries.list_discussions(educator)
    assert (found.to_arrange, found.held) == ((), ())
    assert db.session.scalars(select(DiscussionOutcome)).all() == [outcome]


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nobody_but_the_educators_of_the_university_corrects_one(trainee, educator, cast, name):
    asked = ask(trainee.id)
    hold(asked, cast.educator)
    correct(asked, cast.educator)
    seen_id = queries.get_discussion(educator, asked).outcome_id
    other = find_viewer(getattr(cast, name))
    refused_correction(other, asked, seen_id, error=NotFound, ended=Ended.COVERED)
    assert queries.list_earlier_outcomes(other, asked) == []


def test_nobody_corrects_their_own_even_as_an_educator(trainee, educator, cast):
    asked = ask(trainee.id)
    hold(asked, cast.educator)
    identity.give_role(
        None, person_id=cast.trainee, role=Role.EDUCATOR, scope_id=cast.university_a, cause="Teaches as well"
    )
    seen_id = queries.get_discussion(educator, asked).outcome_id
    assert "their own" in refused_correction(find_viewer(cast.trainee), asked, seen_id).message


def test_a_correction_hides_what_it_supersedes_only_from_its_own_moment(trainee, cast, clock):
    asked = ask(trainee.id)
    hold(asked, cast.educator)
    before, day = now(), today()
    clock.set(before + timedelta(days=2))
    correct(asked, cast.educator, on=day)
    moments = (before, now() - timedelta(seconds=1), now())
    known = [queries.load_discussions(EVERYBODY, known_at=moment)[cast.trainee] for moment in moments]
    assert [[fact.covered for fact in facts] for facts in known] == [[True], [True], [False]]


def test_the_latest_of_many_held_are_listed_and_home_loads_none(trainee, educator, cast, clock, monkeypatch):
    monkeypatch.setattr("lms.cases.queries.discussions.HELD_SHOWN", 2)
    held = []
    for _ in range(3):
        held.append(ask(trainee.id))
        hold(held[-1], cast.educator, ended=Ended.NOT_YET)
        clock.set(now() + timedelta(days=1))
    waits = ask(trainee.id)
    found = queries.list_discussions(educator)
    assert ([row.id for row in found.held], found.is_cut) == (held[:0:-1], True)
    assert [row.id for row in queries.list_to_arrange(educator)] == [waits]


# --- Reading ---


def test_a_trainee_sees_their_own_newest_first_without_what_was_withdrawn(trainee, cast, clock):
    hold(ask(trainee.id), cast.educator, ended=Ended.NOT_YET, note="Say more about the plan.")
    clock.set(now() + timedelta(days=1))
    services.withdraw_discussion(trainee, ask(trainee.id))
    clock.set(now() + timedelta(days=1))
    ask(trainee.id)
    [last, first] = queries.list_own_discussions(trainee)["small-case"]
    assert (last.is_open, last.asked_on) == (True, today())
    assert (first.ended, first.educator, first.note) == (Ended.NOT_YET, "Edith Lowe", "Say more about the plan.")
    assert queries.get_discussable(trainee, "small-case").discussions == (last, first)
    assert queries.list_own_discussions(find_viewer(cast.trainee_b)) == {}
    assert queries.get_discussable(find_viewer(cast.trainee_b), "small-case").discussions == ()


def test_an_educator_sees_what_waits_longest_first_and_what_was_held(trainee, educator, cast, clock):
    held = ask(trainee.id)
    hold(held, cast.educator)
    waits = []
    for name in ("Wanda Early", "Lars Late"):
        clock.set(now() + timedelta(days=1))
        person_id = another_trainee(cast, name)
        waits.append(ask(person_id))
    found = queries.list_discussions(educator)
    assert [row.id for row in found.to_arrange] == waits
    assert [row.trainee for row in found.to_arrange] == ["Wanda Early", "Lars Late"]
    assert [row.id for row in found.held] == [held]
    services.withdraw_discussion(find_viewer(found.to_arrange[0].trainee_id), waits[0])
    assert [row.id for row in queries.list_discussions(educator).to_arrange] == waits[1:]


def another_trainee(cast, name):
    email = f"{name.lower().replace(' ', '.')}@example.org"
    person_id = identity.create_person(None, name=name, email=email, organisation_id=cast.trust).id
    identity.give_role(None, person_id=person_id, role=Role.TRAINEE, scope_id=person_id, cause="Test")
    for scope in (person_id, cast.university_a):
        identity.add_to_scope(None, trainee_id=person_id, scope_id=scope, cause="Test")
    identity.open_grant(None, person_id=person_id, scope_id=person_id, role=Role.TRAINEE, cause="Own record")
    return person_id


def test_a_redacted_note_is_none_and_keeps_its_id(trainee, educator, cast):
    asked = ask(trainee.id)
    hold(asked, cast.educator, note="Clear and kind.")
    row = queries.get_discussion(educator, asked)
    with transaction() as session:
        body = session.get_one(TextBody, row.note_id)
        body.stored = body.salt = None
        record(None, "text.redacted", body)
    row = queries.get_discussion(educator, asked)
    assert (row.note, row.note_id is None) == (None, False)


def test_what_was_held_reaches_readiness_and_nothing_else_does(trainee, cast):
    withdrawn = ask(trainee.id)
    services.withdraw_discussion(trainee, withdrawn)
    not_yet = ask(trainee.id)
    hold(not_yet, cast.educator, ended=Ended.NOT_YET, note="Mine and the educators' alone.")
    covered = ask(trainee.id)
    hold(covered, cast.educator)
    ask(trainee.id)
    facts = queries.load_discussions(EVERYBODY, known_at=now())
    assert list(facts) == [cast.trainee]
    assert {(fact.id, fact.case, fact.held_on, fact.covered) for fact in facts[cast.trainee]} == {
        (not_yet, "small-case", today(), False),
        (covered, "small-case", today(), True),
    }
    assert queries.load_discussions(select(Person.id).where(Person.id == cast.trainee_b), known_at=now()) == {}


def test_an_outcome_recorded_later_was_not_known_before(trainee, cast, clock):
    asked, before = ask(trainee.id), now()
    day = today()
    clock.set(before + timedelta(days=2))
    hold(asked, cast.educator, on=day)
    assert queries.load_discussions(EVERYBODY, known_at=before) == {}
    [fact] = queries.load_discussions(EVERYBODY, known_at=now())[cast.trainee]
    assert fact.held_on == day


# --- What the database holds ---


def end(cast, asked, ended, held_on, note=None, *, supersedes_id=None, reason=None):
    with transaction() as session:
        body = keep_text(note) if note else None
        why = keep_text(reason) if reason else None
        session.flush()
        row = DiscussionOutcome(
            discussion_id=asked,
            ended=ended,
            held_on=held_on,
            recorded_by_id=cast.educator,
            role=Role.EDUCATOR,
            note_id=body.id if body else None,
            supersedes_id=supersedes_id,
            reason_id=why.id if why else None,
        )
        session.add(row)
        record(None, "case.discussion-ended", row, about=cast.trainee)


@pytest.mark.parametrize(
    ("ended", "held_on", "note"),
    [
        pytest.param(Ended.COVERED, None, None, id="held on no day"),
        pytest.param(Ended.NOT_YET, None, None, id="not yet on no day"),
        pytest.param(Ended.WITHDRAWN, date(2026, 11, 18), None, id="withdrawn and held"),
        pytest.param(Ended.WITHDRAWN, None, "Because", id="withdrawn with a reason"),
    ],
)
def test_the_database_refuses_what_contradicts_itself(trainee, cast, ended, held_on, note):
    asked = ask(trainee.id)
    with pytest.raises(IntegrityError):
        end(cast, asked, ended, held_on, note)


def test_a_discussion_ends_once(trainee, cast):
    asked = ask(trainee.id)
    hold(asked, cast.educator)
    with pytest.raises(IntegrityError):
        end(cast, asked, Ended.NOT_YET, today())


@pytest.mark.parametrize(
    ("ended", "held_on", "supersedes", "reason"),
    [
        pytest.param(Ended.NOT_YET, date(2026, 11, 18), True, None, id="corrected without a reason"),
        pytest.param(Ended.NOT_YET, date(2026, 11, 18), False, "Because", id="a reason that corrects nothing"),
        pytest.param(Ended.WITHDRAWN, None, True, "Because", id="withdrawn by a correction"),
    ],
)
def test_the_database_refuses_a_correction_that_contradicts_itself(trainee, cast, ended, held_on, supersedes, reason):
    asked = ask(trainee.id)
    hold(asked, cast.educator)
    supersedes_id = outcomes()[0].id if supersedes else None
    with pytest.raises(IntegrityError):
        end(cast, asked, ended, held_on, supersedes_id=supersedes_id, reason=reason)


def test_an_outcome_is_superseded_once(trainee, cast):
    asked = ask(trainee.id)
    hold(asked, cast.educator)
    first_id = outcomes()[0].id
    correct(asked, cast.educator)
    with pytest.raises(IntegrityError):
        end(cast, asked, Ended.NOT_YET, today(), supersedes_id=first_id, reason="Because")


@pytest.mark.parametrize("verb", ["update", "delete"])
@pytest.mark.parametrize("model", [CaseDiscussion, DiscussionOutcome])
def test_the_database_refuses_to_change_a_fact(trainee, cast, model, verb):
    hold(ask(trainee.id), cast.educator)
    statement = delete(model) if verb == "delete" else update(model).values(recorded_at=now() - timedelta(days=1))
    with pytest.raises(DBAPIError, match="never changed"), transaction() as session:
        session.execute(statement)
