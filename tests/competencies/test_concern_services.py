from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from lms.audit.models import LedgerEntry
from lms.competencies import queries, services
from lms.competencies.models import Concern, ConcernReply, ConcernReplySeen
from lms.competencies.rules import ConcernActionOutcome, OpinionView, Rung
from lms.core.clock import now, today
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.identity.models import Person
from lms.identity.services import give_role, viewer_for
from lms.notifications.models import Notice
from lms.policy import Permission, Role
from tests.factories import competencies as make
from tests.factories import concerns

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]

WHY = "It happened twice."


@pytest.fixture
def deputy(cast):
    return concerns.deputy(cast.trust)


@pytest.fixture
def people(cast, deputy):
    """Everybody by name, among them a supervisor and an assessor who see the trainee."""
    concerns.let_see(cast.supervisor, cast.trainee, Role.SUPERVISOR)
    concerns.let_see(cast.assessor, cast.trainee, Role.ASSESSOR)
    names = [name for name in cast.__dataclass_fields__ if name not in ("trust", "university_a", "university_b")]
    return {name: getattr(cast, name) for name in names} | {"deputy": deputy}


def told(people):
    """Who has a notice, then forget all notices."""
    found = dict(db.session.execute(select(Notice.person_id, Notice.url)).all())
    with transaction() as session:
        session.execute(delete(Notice))
    return {name: found[person_id] for name, person_id in people.items() if person_id in found}


def entries(event):
    return db.session.scalar(select(func.count(LedgerEntry.id)).where(LedgerEntry.event == event))


def move(person_id, concern_id, rung, **changes):
    return services.move_concern(concerns.manager(person_id), concern_id, **{"rung": rung, "reason": WHY, **changes})


def close(person_id, concern_id, **changes):
    return services.close_concern(concerns.manager(person_id), concern_id, **{"reason": WHY, **changes})


def reply(cast, concern_id, text="I had handed over to the nurse."):
    return services.reply_to_concern(concerns.answering(cast.trainee), concern_id, text=text)


def ask(cast, concern_id):
    return services.ask_second_opinion(concerns.answering(cast.trainee), concern_id, text="Is one visit enough?")


def advise(person_id, concern_id, **changes):
    given = {"view": OpinionView.AGREES, "text": "I would do the same.", **changes}
    return services.give_second_opinion(concerns.adviser(person_id), concern_id, **given)


def page_of(cast, concern_id):
    return queries.get_concern(concerns.manager(cast.consultant_nurse), concern_id)


# --- Who is told ---


@pytest.mark.parametrize(
    ("rung", "names"),
    [
        (Rung.HEADS_UP, {"trainee", "deputy"}),
        (Rung.RECORDED, {"trainee", "deputy"}),
        (Rung.ACTION_PLAN, {"trainee", "deputy", "educator"}),
        (Rung.FORMAL_REVIEW, {"trainee", "deputy", "educator"}),
    ],
)
def test_who_is_told_of_a_concern_on_each_rung(cast, people, rung, names):
    concern = concerns.raise_concern(cast.consultant_nurse, cast.trainee, rung)
    found = told(people)
    assert set(found) == names
    assert found.pop("trainee") == f"/concerns/about-me/{concern.id}"
    assert set(found.values()) == {f"/concerns/{concern.id}"}


@pytest.mark.parametrize(
    ("before", "to", "names"),
    [
        (Rung.HEADS_UP, None, {"trainee", "deputy"}),
        (Rung.HEADS_UP, Rung.RECORDED, {"trainee", "deputy", "supervisor"}),
        (Rung.RECORDED, None, {"trainee", "deputy", "supervisor"}),
        (Rung.RECORDED, Rung.ACTION_PLAN, {"trainee", "deputy", "supervisor", "educator"}),
        (Rung.RECORDED, Rung.FORMAL_REVIEW, {"trainee", "deputy", "supervisor", "educator"}),
    ],
)
def test_who_is_told_of_a_step_on_each_rung(cast, people, before, to, names):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee, before)
    told(people)
    close(cast.consultant_nurse, concern.id) if to is None else move(cast.consultant_nurse, concern.id, to)
    assert set(told(people)) == names


@pytest.mark.parametrize("to", [Rung.RECORDED, None])
def test_the_university_learns_how_a_plan_ended(cast, people, to):
    concern = concerns.raise_concern(cast.consultant_nurse, cast.trainee, Rung.ACTION_PLAN)
    told(people)
    close(cast.consultant_nurse, concern.id) if to is None else move(cast.consultant_nurse, concern.id, to)
    assert told(people)["educator"] == (f"/concerns/{concern.id}" if to is None else "/concerns")


def test_a_notice_says_nothing_of_the_concern(cast, people):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee, Rung.RECORDED, text="Shouted at a patient.")
    reply(cast, concern.id, "I was afraid.")
    ask(cast, concern.id)
    advise(people["deputy"], concern.id, text="He was afraid.")
    newest = page_of(cast, concern.id).process.newest_reply_id
    move(cast.consultant_nurse, concern.id, Rung.ACTION_PLAN, seen_reply_id=newest, reason="Shouted twice.")
    words = " ".join(db.session.scalars(select(Notice.text)))
    for detail in ("Shouted", "afraid", "Amina", "action plan", "recorded-concern"):
        assert detail not in words


# --- Who sees ---


def who_sees(people, concern_id):
    found = set()
    for name, person_id in people.items():
        viewer = viewer_for(person_id)
        listed = {row.fact.id for row in queries.list_concerns(viewer)}
        own = {row.fact.id for row in queries.list_own_concerns(viewer)}
        for rows, get in ((listed, queries.get_concern), (own, queries.get_own_concern)):
            try:
                get(viewer, concern_id)
            except NotFound:
                assert concern_id not in rows
            else:
                assert concern_id in rows
                found.add(name)
    return found


@pytest.mark.parametrize("rung", Rung)
def test_who_sees_a_concern_on_each_rung(cast, people, rung):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee, Rung.HEADS_UP)
    if rung is not Rung.HEADS_UP:
        move(cast.consultant_nurse, concern.id, rung)
    always = {"trainee", "consultant_nurse", "deputy", "supervisor"}
    assert who_sees(people, concern.id) == (always | {"educator"} if rung.blocks else always)


def test_a_shared_concern_is_seen_by_the_university_and_the_trainee_is_told(cast, people):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee)
    told(people)
    nurse = concerns.manager(cast.consultant_nurse)
    with pytest.raises(RuleViolation, match="Say why"):
        services.share_concern(nurse, concern.id, reason=" ")
    services.share_concern(nurse, concern.id, reason="Study days are part of it.")
    assert set(told(people)) == {"trainee", "deputy", "supervisor", "educator"}
    assert "educator" in who_sees(people, concern.id)
    assert "educator_b" not in who_sees(people, concern.id)
    assert page_of(cast, concern.id).process.share.reason == "Study days are part of it."
    with pytest.raises(RuleViolation, match="already"):
        services.share_concern(nurse, concern.id, reason="Again.")
    close(cast.consultant_nurse, concern.id)
    assert "educator" in told(people)
    assert entries("concern.shared") == 1


@pytest.mark.parametrize("name", ["supervisor", "educator", "administrator", "trainee", "assessor"])
def test_only_who_manages_concerns_shares_one(cast, people, name):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee)
    with pytest.raises(NotFound):
        services.share_concern(viewer_for(people[name]), concern.id, reason="I think so.")


# --- Replies ---


def test_a_reply_is_read_before_a_step_and_the_step_says_which(cast, people):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee)
    told(people)
    first, second = reply(cast, concern.id), reply(cast, concern.id, "And I rang back.")
    assert set(told(people)) == {"consultant_nurse", "deputy"}
    for seen in (None, first.id):
        with pytest.raises(RuleViolation, match="has replied"):
            move(cast.consultant_nurse, concern.id, Rung.ACTION_PLAN, seen_reply_id=seen)
    (row,) = queries.list_concerns(concerns.manager(cast.consultant_nurse))
    assert row.waits.reply
    step = move(cast.consultant_nurse, concern.id, Rung.ACTION_PLAN, seen_reply_id=second.id)
    pairs = set(db.session.execute(select(ConcernReplySeen.step_id, ConcernReplySeen.reply_id)))
    assert pairs == {(step.id, first.id), (step.id, second.id)}
    (row,) = queries.list_concerns(concerns.manager(cast.consultant_nurse))
    assert not row.waits.reply
    (shown,) = page_of(cast, concern.id).steps
    assert shown.replies_seen == 2


def test_nobody_replies_for_the_trainee_and_a_closed_concern_may_be_answered(cast, people):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee)
    close(cast.consultant_nurse, concern.id)
    for name in ("trainee_b", "supervisor", "consultant_nurse", "administrator", "stranger"):
        with pytest.raises(NotFound):
            services.reply_to_concern(viewer_for(people[name]), concern.id, text="For them.")
    reply(cast, concern.id)
    assert entries("concern.replied") == 1
    assert not page_of(cast, concern.id).row.is_open


def test_a_reply_names_no_patient(cast):
    concern = concerns.raise_concern(cast.consultant_nurse, cast.trainee)
    with pytest.raises(RuleViolation):
        reply(cast, concern.id, "It was NHS number 943 476 5919.")
    assert db.session.scalar(select(func.count(ConcernReply.id))) == 0


# --- Second opinions ---


def test_a_second_opinion_is_asked_of_those_not_involved_and_given_once(cast, people):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee)
    move(cast.consultant_nurse, concern.id, Rung.ACTION_PLAN)
    told(people)
    ask(cast, concern.id)
    assert set(told(people)) == {"consultant_nurse", "deputy", "educator"}
    nurse = concerns.manager(cast.consultant_nurse)
    assert not queries.may_give_opinion(nurse, page_of(cast, concern.id))
    for name in ("deputy", "educator"):
        assert queries.may_give_opinion(concerns.adviser(people[name]), page_of(cast, concern.id))
    with pytest.raises(RuleViolation, match="already"):
        ask(cast, concern.id)
    with pytest.raises(RuleViolation, match="neither raised"):
        advise(cast.consultant_nurse, concern.id)
    given = advise(cast.educator, concern.id, view=OpinionView.DIFFERS, text="A recorded concern is enough.")
    assert given.role is Role.EDUCATOR
    assert set(told(people)) == {"trainee", "consultant_nurse", "deputy"}
    with pytest.raises(RuleViolation, match="No second opinion"):
        advise(people["deputy"], concern.id)
    (shown,) = queries.get_own_concern(concerns.answering(cast.trainee), concern.id).process.opinions
    assert (shown.given.view, shown.given.by_name) == (OpinionView.DIFFERS, "Edith Lowe")


@pytest.mark.parametrize("name", ["educator", "educator_b", "supervisor", "assessor", "administrator", "trainee"])
def test_a_second_opinion_on_a_recorded_concern_is_the_trusts_to_give(cast, people, name):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee)
    ask(cast, concern.id)
    with pytest.raises(NotFound):
        services.give_second_opinion(
            viewer_for(people[name]), concern.id, view=OpinionView.AGREES, text="I would do the same."
        )


def test_who_gave_a_second_opinion_decides_no_more(cast, people):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee, Rung.RECORDED)
    ask(cast, concern.id)
    advise(people["deputy"], concern.id)
    with pytest.raises(RuleViolation, match="somebody else decides"):
        close(people["deputy"], concern.id)
    with pytest.raises(RuleViolation, match="somebody else decides"):
        services.share_concern(concerns.manager(people["deputy"]), concern.id, reason=WHY)
    close(cast.consultant_nurse, concern.id)


def test_sharing_makes_a_hand_in_the_concern(cast, people):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee)
    services.share_concern(concerns.manager(people["deputy"]), concern.id, reason=WHY)
    ask(cast, concern.id)
    with pytest.raises(RuleViolation, match="neither raised"):
        advise(people["deputy"], concern.id)
    advise(cast.educator, concern.id)


# --- Actions ---


@pytest.fixture
def plan(cast, people):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee)
    move(cast.consultant_nurse, concern.id, Rung.ACTION_PLAN)
    told(people)
    return concern.id


def set_action(cast, concern_id, **changes):
    usual = {"what": "Four handovers.", "judged": "All complete.", "due_on": today() + timedelta(days=20)}
    return services.set_action(concerns.manager(cast.consultant_nurse), concern_id, **{**usual, **changes})


def test_a_plan_is_set_followed_and_ended_by_a_decision(cast, people, plan):
    action = set_action(cast, plan)
    assert set(told(people)) == {"trainee", "deputy", "supervisor", "educator"}
    trainee, nurse = concerns.answering(cast.trainee), concerns.manager(cast.consultant_nurse)
    services.note_own_progress(trainee, plan, action_id=action.id, text="Two of four.")
    assert set(told(people)) == {"consultant_nurse", "deputy"}
    services.note_progress(nurse, plan, action_id=action.id, text="Saw the third.")
    assert set(told(people)) == {"trainee"}
    with pytest.raises(RuleViolation, match="1 action is still open"):
        close(cast.consultant_nurse, plan)
    services.end_action(nurse, plan, action_id=action.id, outcome=ConcernActionOutcome.MET, text="All four complete.")
    assert set(told(people)) == {"trainee", "deputy", "supervisor", "educator"}
    with pytest.raises(RuleViolation, match="already"):
        services.end_action(
            nurse, plan, action_id=action.id, outcome=ConcernActionOutcome.NOT_MET, text="On reflection."
        )
    with pytest.raises(RuleViolation, match="already"):
        services.note_own_progress(trainee, plan, action_id=action.id, text="And one more.")
    (shown,) = page_of(cast, plan).process.actions
    assert [(each.by_name, each.outcome) for each in shown.entries] == [
        ("Amina Yusuf", None),
        ("Connie Njoroge", None),
        ("Connie Njoroge", ConcernActionOutcome.MET),
    ]
    close(cast.consultant_nurse, plan)


def test_an_action_belongs_to_the_concern_it_was_set_for(cast, people, plan):
    other = concerns.raise_concern(cast.consultant_nurse, cast.trainee, Rung.ACTION_PLAN).id
    action = set_action(cast, other)
    with pytest.raises(RuleViolation, match="Select an action"):
        services.note_own_progress(concerns.answering(cast.trainee), plan, action_id=action.id, text="Done.")


def test_a_recorded_concern_carries_no_actions(cast, people):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee)
    with pytest.raises(RuleViolation, match="action plan"):
        set_action(cast, concern.id)


@pytest.mark.parametrize("name", ["educator", "supervisor", "assessor", "administrator", "trainee", "trainee_b"])
def test_nobody_else_sets_or_ends_an_action(cast, people, plan, name):
    action, who = set_action(cast, plan), viewer_for(people[name])
    for work in (
        lambda: services.set_action(who, plan, what="More.", judged="Seen.", due_on=today()),
        lambda: services.note_progress(who, plan, action_id=action.id, text="Going well."),
        lambda: services.end_action(who, plan, action_id=action.id, outcome=ConcernActionOutcome.MET, text="Done."),
    ):
        with pytest.raises(NotFound):
            work()


# --- Oneself ---


def test_who_manages_concerns_does_not_manage_those_about_themselves(cast, people):
    give_role(
        None, person_id=cast.trainee, role=Role.CONSULTANT_NURSE, scope_id=cast.trust, from_on=today(), cause="Test"
    )
    concern = concerns.raise_concern(cast.consultant_nurse, cast.trainee, Rung.ACTION_PLAN)
    assert told(people)["trainee"] == f"/concerns/about-me/{concern.id}"
    both = concerns.manager(cast.trainee)
    ask(cast, concern.id)
    for work in (
        lambda: services.close_concern(both, concern.id, reason=WHY),
        lambda: services.share_concern(both, concern.id, reason=WHY),
        lambda: services.set_action(both, concern.id, what="More.", judged="Seen.", due_on=today()),
        lambda: services.give_second_opinion(both, concern.id, view=OpinionView.DIFFERS, text="All is well."),
    ):
        with pytest.raises(NotFound):
            work()
    assert told(people).keys() == {"deputy", "educator", "consultant_nurse"}


# --- What was known when ---


def test_a_share_and_a_reply_are_known_from_when_they_were_recorded(cast, people, clock):
    concern = concerns.raise_concern(cast.supervisor, cast.trainee)
    before = now()
    clock.set(before + timedelta(hours=2))
    services.share_concern(concerns.manager(cast.consultant_nurse), concern.id, reason=WHY)
    everybody = select(Person.id)
    (then,) = queries.load_concerns(everybody, known_at=before)[cast.trainee]
    (later,) = queries.load_concerns(everybody, known_at=now())[cast.trainee]
    assert (then.university_sees(today()), later.university_sees(today())) == (False, True)
    move(cast.consultant_nurse, concern.id, Rung.FORMAL_REVIEW)
    (again,) = queries.load_concerns(everybody, known_at=before)[cast.trainee]
    assert again == then


# --- An unsafe moment ---


def test_an_unsafe_moment_becomes_a_recorded_concern_with_what_it_stands_beside(cast, people):
    make.load_framework()
    told(people)
    with transaction():
        concern = services.open_unsafe_moment(
            viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE),
            cast.trainee,
            by_id=cast.assessor,
            text=concerns.TEXT,
        )
    assert (concern.rung, concern.role, concern.raised_by_id) == (Rung.RECORDED, Role.ASSESSOR, cast.assessor)
    assert set(told(people)) == {"trainee", "consultant_nurse", "deputy"}
    assert entries("concern.raised") == 1


def test_an_unsafe_moment_is_not_kept_without_the_assessment(cast, people):
    actor = viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE)

    def complete_an_assessment_that_is_refused():
        with transaction():
            services.open_unsafe_moment(actor, cast.trainee, by_id=actor.id, text=concerns.TEXT)
            raise RuleViolation("Rate at least one capability")

    with pytest.raises(RuleViolation, match="Rate"):
        complete_an_assessment_that_is_refused()
    assert db.session.scalar(select(func.count(Concern.id))) == 0
    assert told(people) == {}


def test_an_unsafe_moment_needs_words_and_somebody_else(cast, people):
    actor = viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE)
    with pytest.raises(RuleViolation) as problem:
        services.open_unsafe_moment(actor, cast.trainee, by_id=actor.id, text=" ")
    assert problem.value.field == "text"
    with pytest.raises(RuleViolation):
        services.open_unsafe_moment(actor, cast.trainee, by_id=actor.id, text="Born 04/04/1975.")
    services.open_unsafe_moment(actor, cast.trainee, by_id=actor.id, text="Born 04/04/1975.", no_identifiers=True)
    with pytest.raises(RuleViolation):
        services.open_unsafe_moment(None, cast.trainee, by_id=cast.trainee, text=concerns.TEXT)
