import pytest
from sqlalchemy import func, select

from lms.audit.services import ask_redaction, confirm_redaction
from lms.competencies import queries, services
from lms.competencies.models import Assessment, AssessmentAnswer
from lms.competencies.rules import FormKind, roles_completing
from lms.core.clock import today
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.curriculum.rules.versions import ContentItem
from lms.curriculum.services import sync_content
from lms.identity.services import viewer_for
from lms.policy import Permission, Role
from tests.factories import competencies as make
from tests.factories.feedback import let_supervise
from tests.statements import count_statements

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]
TOLD = {"relationship": "same-team", "period": "April to June 2026", "agrees": True}


@pytest.fixture
def content(cast, context):
    make.load_framework()


def colleague_says(cast, ratings=None, **changes):
    facts = {"what_seen": "Many shifts.", "complexity": "", "answers": TOLD, **changes}
    return make.assess(cast.trainee, cast.assessor, ratings or {"D5.3": 3}, form_kind=FormKind.TESTIMONY, **facts)


def page_of(cast, made):
    return queries.get_assessment(viewer_for(cast.trainee), made.id)


def publish(name, **changes):
    """Another version of one shipped form; every other content stays."""
    items = [
        ContentItem(item.kind, item.slug, {**item.body, **changes} if item.slug == name else item.body)
        for item in make.framework_items()
    ]
    sync_content(None, items)


def test_answers_to_free_questions_are_kept_and_shown_in_the_order_of_the_form(cast, content):
    made = colleague_says(cast)
    assert [(each.label, each.words or each.text) for each in page_of(cast, made).answers] == [
        ("How do you work with the trainee?", "In the same team"),
        ("From when to when?", "April to June 2026"),
        ("How do you know their work?", "Many shifts."),
        ("What did you see them do?", "Asked directly and listened."),
        ("One action for next time", "Say the plan back before you leave."),
        ("Do you agree that the trainee reads this under your name?", "Yes"),
    ]


def test_an_assessment_keeps_the_labels_of_its_own_version(cast, content):
    made = colleague_says(cast)
    form = next(item.body for item in make.framework_items() if item.slug == "testimony")
    fields = [{**form["fields"][0], "label": "Which team?"}, *form["fields"][2:]]
    publish("testimony", fields=fields)
    assert page_of(cast, made).answers[0].label == "How do you work with the trainee?"
    later = colleague_says(cast, {"D5.5": 3}, answers={"relationship": "partner", "agrees": True})
    assert [each.label for each in page_of(cast, later).answers][0] == "Which team?"
    with pytest.raises(RuleViolation, match="does not ask"):
        colleague_says(cast, {"D7.2": 3}, answers=TOLD)


def test_a_free_text_can_be_redacted_and_the_page_says_so(cast, content):
    made = colleague_says(cast)
    row = db.session.scalars(select(AssessmentAnswer).where(AssessmentAnswer.key == "period")).one()
    nurse = viewer_for(cast.consultant_nurse)
    asked = ask_redaction(nurse, row.text_id, reason="Names a ward.", where_found="Testimony")
    confirm_redaction(viewer_for(cast.administrator), asked.id)
    db.session.expire_all()
    answer = page_of(cast, made).answers[1]
    assert (answer.text_id, answer.text) == (row.text_id, None)


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({**TOLD, "relationship": "enemy"}, id="not offered"),
        pytest.param({**TOLD, "period": "x" * 200}, id="too long"),
        pytest.param({**TOLD, "period": "Call me on 943 476 5919"}, id="NHS number"),
        pytest.param({**TOLD, "mood": "good"}, id="not asked"),
    ],
)
def test_an_answer_that_cannot_stand_leaves_nothing(cast, content, answers):
    with pytest.raises(RuleViolation):
        colleague_says(cast, answers=answers)
    assert db.session.scalar(select(func.count(Assessment.id))) == 0


def test_an_answer_saved_elsewhere_is_not_written_over(cast, content):
    request = make.ask(cast.trainee, cast.assessor, codes=["D5.3"], form_kind=FormKind.TESTIMONY)
    actor = viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE)
    kept = {"answer_relationship": "partner", "extra_code_2": "D5.5"}
    version = services.save_draft(actor, request.id, version=0, body=kept)
    with pytest.raises(Stale):
        make.complete(request, {"D5.3": 3}, answers=TOLD, version=0)
    make.complete(request, {"D5.3": 3}, answers=TOLD, version=version)


def test_the_trainee_cannot_ask_for_a_form_that_is_not_theirs_to_ask_for(cast, content):
    for kind in (FormKind.MULTI_SOURCE_FEEDBACK, FormKind.PATIENT_FEEDBACK):
        with pytest.raises(RuleViolation) as problem:
            make.ask(cast.trainee, cast.assessor, codes=["D1.1"], form_kind=kind)
        assert problem.value.field == "form_kind"


def test_what_a_form_does_not_rate_is_refused_when_asked_and_when_answered(cast, content):
    publish("mini-cex", rates=["D3", "D4.1"], levels=[1, 2, 3], rates_at_most=2)
    with pytest.raises(RuleViolation, match="does not rate D1.1 Engagement and de-escalation") as problem:
        make.ask(cast.trainee, cast.assessor, codes=["D3.1", "D1.1"])
    assert problem.value.field == "codes"
    request = make.ask(cast.trainee, cast.assessor)
    for ratings, words in (
        ({"D3.1": 3, "D1.1": 3}, "does not rate"),
        ({"D3.1": 4}, "level 1, 2 or 3, and not 4"),
        ({"D3.1": 3, "D3.2": 3, "D4.1": 3}, "2 capabilities at most"),
    ):
        with pytest.raises(RuleViolation, match=words):
            make.complete(request, ratings)
    make.complete(request, {"D3.1": 3, "D4.1": None})


def test_a_form_is_not_completed_by_a_role_it_does_not_name(cast, content):
    request = make.ask(cast.trainee, cast.assessor)
    publish("mini-cex", completed_by=["consultant-nurse"])
    make.complete(request, {"D3.1": 3})  # The form version stays with the request.
    with pytest.raises(RuleViolation, match="not yours to ask for"):
        make.ask(cast.trainee, cast.assessor, codes=["D4.1"])


def test_one_observed_job_moves_four_capabilities_and_says_what_each_still_lacks(cast, content):
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, days_ago=3, setting="crisis-team")
    made = make.assess(cast.trainee, cast.assessor, {"D1.1": 4, "D2.1": 3, "D2.4": 3, "D3.1": 4, "D5.4": None})
    effects = page_of(cast, made).effects
    assert {code: effect.words for code, effect in effects.items()} == {
        "D1.1": "It counts at level 4.",
        "D2.1": "It does not count at level 4. Rated level 3: level 4 or above is asked for.",
        "D2.4": "It counts at level 3.",
        "D3.1": "It counts at level 4.",
        "D5.4": "Not observed: this is no fail, and changes nothing.",
    }
    assert effects["D1.1"].missing == (
        "1 more of: 2 mini-CEX (now 1)",
        "1 more assessor (now 1)",
        "1 more setting (now 1)",
    )
    assert effects["D3.1"].missing == ("1 more of: 3 mini-CEX (now 2)", "1 more assessor (now 1)")
    assert effects["D2.4"].missing == ("1 more of: 2 mini-CEX (now 1)",)


def test_the_page_of_an_assessment_asks_no_more_when_there_is_more(app, cast, content):
    def statements():
        with count_statements(app) as sent:
            page_of(cast, made)
        return len(sent)

    made = make.assess(cast.trainee, cast.assessor, {"D1.1": 4})
    page_of(cast, made)
    before = statements()
    for days_ago in range(1, 6):
        make.assess(cast.trainee, cast.assessor, {"D1.1": 4, "D2.1": 3, "D3.1": 4}, days_ago=days_ago)
    made = make.assess(cast.trainee, cast.assessor, {"D1.2": 4, "D2.2": 3, "D3.2": 4, "D4.1": 2, "D5.4": 3})
    assert statements() == before


def known_to_all(cast):
    """The assessor was asked and the supervisor has worked a shift with the trainee."""
    make.ask(cast.trainee, cast.assessor)
    let_supervise(cast.supervisor, cast.trainee)


@pytest.mark.parametrize(
    ("by", "kind"),
    [
        ("supervisor", "mini-cex"),
        ("educator", "mini-cex"),
        ("consultant_nurse", "cbd"),
        ("assessor", "patient-feedback"),
        ("assessor", "msf"),
        ("consultant_nurse", "msf"),
    ],
)
def test_nobody_begins_a_form_unasked_that_is_not_theirs_to_complete(cast, content, by, kind):
    known_to_all(cast)
    with pytest.raises(RuleViolation, match="is not yours to begin unasked"):
        services.start_assessment(
            viewer_for(getattr(cast, by), Permission.ASSESSMENT_COMPLETE),
            cast.trainee,
            codes=["D1.1"],
            setting="crisis-team",
            seen_on=today(),
            form_kind=FormKind(kind),
        )


@pytest.mark.parametrize(
    ("by", "kinds"),
    [
        ("supervisor", ["do", "testimony"]),
        ("educator", ["cbd", "reflective-account", "testimony", "project"]),
        ("consultant_nurse", ["mini-cex", "do", "project"]),
    ],
)
def test_whoever_a_form_names_begins_and_completes_it(cast, content, by, kinds):
    known_to_all(cast)
    actor = viewer_for(getattr(cast, by), Permission.ASSESSMENT_COMPLETE)
    assert sorted(each.slug for each in queries.list_startable(actor, cast.trainee)) == sorted(kinds)
    request = services.start_assessment(
        actor, cast.trainee, codes=["D5.3"], setting="crisis-team", seen_on=today(), form_kind=FormKind(kinds[0])
    )
    facts = {"what_seen": "A whole shift.", "went_well": "Clear and kind.", "next_time": "Say the plan back."}
    made = make.complete(request, {"D5.3": 3}, **facts)
    assert (made.role, made.assessor_id) == (actor.acting, actor.id)


def test_an_academic_of_another_university_begins_nothing(cast, content):
    actor = viewer_for(cast.educator_b, Permission.ASSESSMENT_COMPLETE)
    with pytest.raises(NotFound):
        services.start_assessment(
            actor, cast.trainee, codes=["D5.3"], setting="crisis-team", seen_on=today(), form_kind=FormKind("cbd")
        )


@pytest.mark.parametrize(
    ("kind", "roles"),
    [("mini-cex", {Role.ASSESSOR, Role.CONSULTANT_NURSE}), ("cbd", {Role.ASSESSOR, Role.EDUCATOR})],
)
def test_a_form_is_signed_with_the_pin_of_whoever_completes_it(context, content, kind, roles):
    assert roles_completing(queries.get_form(FormKind(kind)).form) == roles
