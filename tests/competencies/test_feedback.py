from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry, WriteReceipt
from lms.audit.services import ask_redaction, confirm_redaction
from lms.competencies import queries, services
from lms.competencies.models import (
    Assessment,
    FeedbackAnswer,
    FeedbackBooking,
    FeedbackRater,
    FeedbackSheet,
    FeedbackTicket,
    PatientFeedbackStart,
)
from lms.competencies.rules import RoundState, SeenAs, Status
from lms.core.clock import now, today
from lms.core.db import Kind, Model, db
from lms.core.errors import NotFound, RuleViolation
from lms.core.ids import new_id
from lms.core.requests import RequestKey, current_request
from lms.identity.queries import visible_trainees
from lms.identity.services import create_guest, deactivate, reactivate, viewer_for
from lms.notifications.models import Notice
from lms.policy import Permission, Role
from lms.signing.models import FormSession
from lms.signing.services import join_people
from tests.factories import competencies as make
from tests.factories import feedback, save

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture
def content(cast, context):
    make.load_framework()
    feedback.let_supervise(cast.supervisor, cast.trainee)


@pytest.fixture
def people(cast, content):
    return feedback.colleagues(cast.trust)


def notices(person_id):
    return list(db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id)))


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def assessments(cast):
    scope = visible_trainees(viewer_for(cast.trainee), Permission.CAPABILITY_READ)
    return queries.load_assessments(scope, known_at=now()).get(cast.trainee, [])


def standing(cast, code):
    return queries.get_matrix(viewer_for(cast.trainee), cast.trainee).standings[code]


def test_a_round_goes_from_opening_to_one_piece_of_evidence(cast, people):
    made = feedback.open_round(cast.trainee, cast.supervisor, people)
    assert notices(cast.trainee) == ["Colleagues will be asked about your work. Give your own view first"]
    assert notices(people[0]) == []
    feedback.own_view(made)
    assert notices(people[0]) == ["You are asked how it is to work with a colleague"]
    for number, person_id in enumerate(people):
        feedback.answer(person_id, feedback.PROFESSIONS[number])
    assert notices(cast.supervisor)[-1] == "Enough people have answered about Amina Yusuf: book the conversation"
    assert len([each for each in notices(cast.supervisor) if each.startswith("Enough")]) == 1
    released = feedback.release(made, cast.supervisor)
    assert notices(cast.trainee)[-2:] == [
        "You and Sam Okoro talk about your feedback on 18 November 2026",
        "Sam Okoro released your feedback",
    ]
    (piece,) = assessments(cast)
    assert (piece.id, piece.ratings, piece.seen_as) == (released.id, feedback.LEVELS, SeenAs.REPORTED)
    assert (released.role, released.assessor_id) == (Role.SUPERVISOR, cast.supervisor)
    for code in ("D7.1", "D8.3"):
        assert [each.assessment.id for each in standing(cast, code).result.counted] == [released.id]


def test_a_released_round_and_the_other_part_meet_the_rule(cast, people):
    make.assess(
        cast.trainee, cast.assessor, {"D7.1": 3}, form_kind=make.FormKind.CASE_BASED_DISCUSSION, seen_as=SeenAs.ACCOUNT
    )
    assert standing(cast, "D7.1").status is Status.IN_PROGRESS
    feedback.release(feedback.answered_round(cast.trainee, cast.supervisor, people), cast.supervisor)
    assert standing(cast, "D7.1").status is Status.MET


def test_the_consultant_nurse_opens_a_round_too_and_others_do_not(cast, people):
    assert feedback.open_round(cast.trainee_b, cast.consultant_nurse).role is Role.CONSULTANT_NURSE
    for person_id in (cast.assessor, cast.educator, cast.trainee):
        with pytest.raises(NotFound):
            services.open_round(viewer_for(person_id), cast.trainee, setting="crisis-team")


def test_only_people_who_could_answer_are_offered(cast, people):
    made = feedback.open_round(cast.trainee, cast.supervisor)
    create_guest(None, name="Greta Holm", profession="Nurse", registration_number="", email="greta@example.org")
    administrator = viewer_for(cast.administrator)
    deactivate(administrator, people[0])
    join_people(administrator, people[0], people[1], reason="The same person.")
    reactivate(administrator, people[0])
    viewer = feedback.collector(cast.supervisor)
    offered = {person.id: person.name for person in queries.list_to_invite(viewer, queries.get_round(viewer, made.id))}
    assert people[1] in offered
    assert people[0] not in offered
    assert "Greta Holm" not in offered.values()


def test_one_round_at_a_time(cast, people):
    made = feedback.answered_round(cast.trainee, cast.supervisor, people)
    with pytest.raises(RuleViolation, match="is open"):
        feedback.open_round(cast.trainee, cast.consultant_nurse)
    feedback.release(made, cast.supervisor)
    feedback.open_round(cast.trainee, cast.consultant_nurse)


def test_seven_answers_are_read_by_nobody_and_released_by_nobody(cast, people):
    made = feedback.answered_round(cast.trainee, cast.supervisor, people[:7])
    row = queries.get_round(feedback.collector(cast.supervisor), made.id)
    assert (row.state, row.lacking) == (
        RoundState.ANSWERING,
        ("1 more answer (now 7)", "1 more profession among those who answer (now 2)"),
    )
    assert queries.find_summary(row) == []
    with pytest.raises(RuleViolation, match="Nobody reads an answer yet"):
        feedback.release(made, cast.supervisor)
    assert (count(FeedbackBooking), count(Assessment)) == (0, 0)


def test_answers_are_read_only_once_nobody_can_add_one(cast, people):
    made = feedback.answered_round(cast.trainee, cast.supervisor, people)
    viewer = feedback.collector(cast.supervisor)
    assert queries.find_summary(queries.get_round(viewer, made.id)) == []
    services.invite_raters(viewer, made.id, people=[cast.educator])
    services.book_conversation(viewer, made.id, conversation_on=today() + timedelta(days=3))
    assert queries.find_summary(queries.get_round(viewer, made.id))
    with pytest.raises(IndexError):  # It no longer waits for anybody.
        feedback.answer(cast.educator)
    with pytest.raises(RuleViolation, match="closed"):
        services.invite_raters(viewer, made.id, people=[cast.educator_b])


def test_a_round_is_not_released_before_its_day_and_a_moved_day_counts(cast, people, clock):
    made = feedback.answered_round(cast.trainee, cast.supervisor, people)
    viewer = feedback.collector(cast.supervisor)
    services.book_conversation(viewer, made.id, conversation_on=today() + timedelta(days=3))
    facts = {"ratings": feedback.LEVELS, "answers": {}, **feedback.AGREED}
    with pytest.raises(RuleViolation, match="21 November 2026 or later"):
        services.release_round(viewer, made.id, **facts)
    services.book_conversation(viewer, made.id, conversation_on=today() + timedelta(days=5))
    clock.set(clock() + timedelta(days=3))
    with pytest.raises(RuleViolation, match="23 November 2026 or later"):
        services.release_round(viewer, made.id, **facts)
    clock.set(clock() + timedelta(days=2))
    assert services.release_round(viewer, made.id, **facts).observed_on == today()
    with pytest.raises(RuleViolation, match="released already"):
        services.release_round(viewer, made.id, **facts)


def test_an_answer_says_nothing_of_who_gave_it(cast, people):
    made = feedback.open_round(cast.trainee, cast.supervisor, people)
    feedback.own_view(made)
    before = {name: rows(name) for name in ("write_receipt", "ledger_entry")}
    token = current_request.set(RequestKey(people[0], new_id(), "x"))
    try:
        feedback.answer(people[0], keep="Only I would say this.")
    finally:
        current_request.reset(token)
    assert rows("write_receipt") == before["write_receipt"]
    (entry,) = db.session.scalars(select(LedgerEntry).where(LedgerEntry.event == "feedback.answered"))
    assert (entry.actor_id, entry.role, entry.chain) == (None, None, cast.trainee)
    assert count(WriteReceipt) == 0
    person = people[0]
    rater = db.session.scalars(select(FeedbackRater.id).where(FeedbackRater.person_id == person)).one()
    for row in (entry, *db.session.scalars(select(FeedbackSheet)), *db.session.scalars(select(FeedbackAnswer))):
        values = repr({column.key: getattr(row, column.key) for column in type(row).__table__.columns})
        assert person.hex not in values.replace("-", "")
        assert rater.hex not in values.replace("-", "")
    assert FeedbackTicket.kind is Kind.OPERATIONAL
    assert set(FeedbackTicket.__table__.columns.keys()) == {"id", "rater_id", "profession", "is_used"}
    assert {"profession", "person_id", "rater_id"}.isdisjoint(FeedbackSheet.__table__.columns.keys())


def rows(name):
    table = Model.metadata.tables[name]
    return db.session.scalar(select(func.count()).select_from(table))


def test_a_rater_answers_once_in_their_own_name_and_after_the_own_view(cast, people):
    made = feedback.open_round(cast.trainee, cast.supervisor, people)
    with pytest.raises(RuleViolation, match="own view first"):
        feedback.answer(people[0])
    feedback.own_view(made)
    feedback.answer(people[0])
    with pytest.raises(RuleViolation, match="answered already"):
        feedback.answer(people[0])
    other = queries.list_invitations(viewer_for(people[1]))[0]
    with pytest.raises(NotFound):
        services.answer_round(viewer_for(people[2]), other.id, profession="nurse", answers=feedback.SAID)
    assert count(FeedbackSheet) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"keep": ""}, "answer_keep"),
        ({"listens": None}, "answer_listens"),
        ({"listens": "sometimes"}, "answer_listens"),
        ({"keep": "NHS number 943 476 5919"}, "answer_keep"),
    ],
)
def test_a_sheet_that_cannot_stand_is_refused_and_leaves_nothing(cast, people, changes, field):
    made = feedback.open_round(cast.trainee, cast.supervisor, people)
    feedback.own_view(made)
    with pytest.raises(RuleViolation) as problem:
        feedback.answer(people[0], **changes)
    assert problem.value.field == field
    assert (count(FeedbackSheet), db.session.scalar(select(func.count()).where(FeedbackTicket.is_used))) == (1, 0)


def test_the_trainee_is_no_rater_and_nobody_is_invited_twice(cast, people):
    made = feedback.open_round(cast.trainee, cast.supervisor, people[:2])
    viewer = feedback.collector(cast.supervisor)
    for who in ([cast.trainee], [cast.trainee_b], [people[0]], [], [new_id()]):
        with pytest.raises(RuleViolation) as problem:
            services.invite_raters(viewer, made.id, people=who)
        assert problem.value.field == "people"


def test_the_trainee_reads_answers_only_after_the_release(cast, people):
    made = feedback.answered_round(cast.trainee, cast.supervisor, people)
    with pytest.raises(NotFound):
        queries.get_round(viewer_for(cast.trainee), made.id)
    own = queries.get_own_round(viewer_for(cast.trainee), made.id)
    assert {each.texts for each in queries.find_own_view(own)} == {()}
    with pytest.raises(NotFound):
        queries.get_own_round(viewer_for(cast.trainee_b), made.id)


def test_a_text_of_a_rater_can_be_redacted(cast, people):
    made = feedback.answered_round(cast.trainee, cast.supervisor, people)
    feedback.release(made, cast.supervisor)
    text_id = db.session.scalars(select(FeedbackAnswer.text_id).where(FeedbackAnswer.text_id.is_not(None))).first()
    asked = ask_redaction(viewer_for(cast.consultant_nurse), text_id, reason="Names somebody.", where_found="Feedback")
    confirm_redaction(viewer_for(cast.administrator), asked.id)
    db.session.expire_all()
    row = queries.get_round(feedback.collector(cast.supervisor), made.id)
    texts = [(each.text_id, each.text) for question in queries.find_summary(row) for each in question.texts]
    owns = [each.own_text for each in queries.find_summary(row) if each.own_text]
    assert (text_id, None) in [*texts, *((each.text_id, each.text) for each in owns)]


def test_patients_are_asked_by_the_supervisor_alone(cast, content):
    with pytest.raises(RuleViolation, match="supervisor"):
        services.ask_patients(viewer_for(cast.consultant_nurse), cast.trainee, setting="crisis-team")
    for person_id in (cast.trainee, cast.assessor, cast.educator):
        with pytest.raises(NotFound):
            services.ask_patients(viewer_for(person_id), cast.trainee, setting="crisis-team")
    start = services.ask_patients(feedback.collector(cast.supervisor), cast.trainee, setting="crisis-team")
    assert (start.by_id, start.role) == (cast.supervisor, Role.SUPERVISOR)
    with pytest.raises(RuleViolation, match="already"):
        services.ask_patients(feedback.collector(cast.supervisor), cast.trainee, setting="crisis-team")


def test_a_no_and_a_crisis_leave_no_trace(cast, content):
    services.ask_patients(feedback.collector(cast.supervisor), cast.trainee, setting="crisis-team")
    before = {table: rows(table) for table in Model.metadata.tables}
    with pytest.raises(RuleViolation, match="crisis"):
        feedback.patient_answer(cast.trainee, cast.supervisor, token="none", is_settled=False)
    assert feedback.patient_answer(cast.trainee, cast.supervisor, agrees=False) is None
    assert {table: rows(table) for table in Model.metadata.tables} == before


def test_a_device_that_was_handed_over_takes_one_answer_and_is_forgotten(cast, content):
    services.ask_patients(feedback.collector(cast.supervisor), cast.trainee, setting="crisis-team")
    token = feedback.hand_to_patient(cast.trainee, cast.supervisor)
    assert feedback.patient_answer(cast.trainee, cast.supervisor, token=token) is not None
    assert feedback.patient_answer(cast.trainee, cast.supervisor, token=token) is None
    assert (count(Assessment), count(FormSession)) == (1, 0)


def test_a_patients_answer_about_a_trainee_whose_account_is_closed_is_refused(cast, content):
    services.ask_patients(feedback.collector(cast.supervisor), cast.trainee, setting="crisis-team")
    token = feedback.hand_to_patient(cast.trainee, cast.supervisor)
    deactivate(viewer_for(cast.administrator), cast.trainee)
    with pytest.raises(RuleViolation, match="account of this trainee is closed"):
        feedback.patient_answer(cast.trainee, cast.supervisor, token=token)
    assert (count(Assessment), count(FormSession)) == (0, 1)


def test_what_a_patient_says_informs_gives_no_level_and_enters_no_rule(cast, content):
    def page(code):
        return queries.get_capability_page(viewer_for(cast.trainee), cast.trainee, code)

    assert page("D1.1").voice.words.startswith("Not asked yet")
    services.ask_patients(feedback.collector(cast.supervisor), cast.trainee, setting="crisis-team")
    assert page("D1.1").voice.words.startswith("Asked, none received")
    without = page("D1.1").standing
    made = feedback.patient_answer(cast.trainee, cast.supervisor, went_well="Kind.")
    assert page("D1.1").voice.words.startswith("1 answer received")
    assert page("D3.1").voice is None
    after = page("D1.1").standing
    assert (after.status, after.result.missing, after.result.reached) == (
        without.status,
        without.result.missing,
        without.result.reached,
    )
    (piece,) = assessments(cast)
    assert piece.ratings == {"D1.1": None, "D3.3": None}
    assert made.observed_on == today().replace(day=1)
    assert notices(cast.trainee) == []
    shown = queries.get_assessment(viewer_for(cast.trainee), made.id)
    assert ("Did they listen to you?", "Yes") in shown.chosen
    assert shown.effects["D1.1"].words == "It informs and gives no level. It never blocks."


def test_an_answer_that_was_corrected_is_counted_once_everywhere(cast, content):
    supervisor = feedback.collector(cast.supervisor)
    services.ask_patients(supervisor, cast.trainee, setting="crisis-team")
    made = feedback.patient_answer(cast.trainee, cast.supervisor, went_well="Kind.")
    same = {column.name: getattr(made, column.name) for column in Assessment.__table__.columns}
    save(Assessment(**{**same, "id": new_id(), "supersedes_id": made.id, "reason_id": made.went_well_id}))
    assert queries.get_patient_page(supervisor, cast.trainee).received == 1
    assert [each.voice.received for each in queries.list_collected(supervisor) if each.voice] == [1]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"answers": {**feedback.EASY, "listened": None}}, id="an answer is missing"),
        pytest.param({"setting": "control-room"}, id="nobody said that patients are asked there"),
        pytest.param({"went_well": "My number is 943 476 5919"}, id="NHS number"),
    ],
)
def test_a_patients_answer_that_cannot_stand_is_refused(cast, content, changes):
    services.ask_patients(feedback.collector(cast.supervisor), cast.trainee, setting="crisis-team")
    with pytest.raises(RuleViolation):
        feedback.patient_answer(cast.trainee, cast.supervisor, **changes)
    assert (count(Assessment), count(PatientFeedbackStart)) == (0, 1)
