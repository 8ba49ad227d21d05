from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from lms.competencies import services as competencies
from lms.competencies.queries import get_framework, list_reviews, load_wordings
from lms.competencies.rules.wordings import MappingFact, Wordings
from lms.core.clock import now, today
from lms.core.content import parse
from lms.core.errors import RuleViolation
from lms.curriculum.queries import list_content
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.curriculum.services import sync_content
from lms.identity.services import viewer_for
from lms.policy import Permission
from lms.readiness import queries
from lms.readiness.rules import Decision, Overall, RequirementSet, assess, first_end, is_ready
from tests.factories import frameworks
from tests.factories import readiness as make
from tests.factories.sign_offs import decider
from tests.readiness.test_rules import ASKED, FRAMEWORK, READY, TODAY, item
from tests.readiness.test_separation import add_sign_off, decide

OLD, NEW = UUID(int=41), UUID(int=42)
OLDER = replace(
    FRAMEWORK,
    domains=tuple(
        replace(
            domain,
            capabilities=tuple(
                replace(each, title="Other words") if each.code == "D3.1" else each for each in domain.capabilities
            ),
        )
        for domain in FRAMEWORK.domains
    ),
)


def made_under(version, wordings):
    """The trainee with everything, assessed under one version of the framework."""
    return replace(
        READY,
        assessments=tuple(replace(each, framework_id=version) for each in READY.assessments),
        wordings=wordings,
    )


ASKED_NEW = replace(ASKED, framework_id=NEW)
UNMAPPED = Wordings({OLD: OLDER, NEW: FRAMEWORK})
MAPPED = Wordings(UNMAPPED.frameworks, (MappingFact(OLD, NEW, {"D3.1": ("D3.1",)}, READY.assessments[0].recorded_at),))


def test_what_was_assessed_under_other_words_does_not_count_and_the_result_says_so():
    facts = made_under(OLD, UNMAPPED)
    result = assess(facts, ASKED_NEW, TODAY)
    assert result.overall is Overall.NOT_READY
    assert not is_ready(facts, ASKED_NEW, TODAY)
    assert [each.key for each in result.requirements if not each.met] == ["D3.1"]
    assert {each.why for each in item(result, "D3.1").not_counted} == {
        "It was recorded under an earlier wording, and no reviewed mapping says what it is read as."
    }
    assert len(item(result, "D1.1").counted) == 2
    assert item(result, "absence").met


def test_with_a_reviewed_mapping_it_counts_as_before():
    facts = made_under(OLD, MAPPED)
    assert assess(facts, ASKED_NEW, TODAY).overall is Overall.READY
    assert is_ready(facts, ASKED_NEW, TODAY)
    assert first_end(facts, ASKED_NEW, TODAY) == first_end(READY, ASKED, TODAY)


@pytest.mark.both_databases
def test_a_page_reads_records_under_the_framework_its_set_was_published_with(cast, context, clock):
    make.load_content()
    make.make_ready(cast.trainee, cast, make.make_site())
    viewer, before = make.viewer(cast.consultant_nurse), get_framework().id

    def overall():
        found = queries.get_readiness(viewer, cast.trainee, on=today(), known_at=now())
        return found.setting(make.SETTING).result.overall

    assert overall() is Overall.READY
    clock.set(clock.moment + timedelta(minutes=5))
    body = frameworks.changed(frameworks.reworded("D2.5", title="Other words"))
    others = [
        ContentItem(kind, each.slug, each.body)
        for kind in (ContentKind.SETTINGS, ContentKind.REQUIREMENT_SET)
        for each in list_content(kind)
    ]
    sync_content(None, [ContentItem(ContentKind.FRAMEWORK, body["slug"], body), *others])
    assert get_framework().id != before
    assert overall() is Overall.NOT_READY


@pytest.fixture
def ready(cast, context):
    make.load_content()
    make.make_ready(cast.trainee, cast, make.make_site())


def rename(cast, clock):
    """D2.5 becomes D2.6, in the framework and in what the setting asks for; a reviewed mapping says so."""
    older = get_framework().id
    clock.set(clock.moment + timedelta(minutes=5))
    body = frameworks.changed(frameworks.with_copy("D2.5", "D2.6", title="Body and mind"), frameworks.without("D2.5"))
    asked = parse(make.BODY.replace("D2.5", "D2.6"), RequirementSet, "requirements/test.yaml")
    settings = [ContentItem(ContentKind.SETTINGS, each.slug, each.body) for each in list_content(ContentKind.SETTINGS)]
    framework = ContentItem(ContentKind.FRAMEWORK, body["slug"], body)
    sync_content(None, [framework, *settings, ContentItem(ContentKind.REQUIREMENT_SET, asked.model.slug, asked.body)])
    mapping = competencies.propose_mapping(
        viewer_for(cast.consultant_nurse, Permission.FRAMEWORK_MANAGE),
        older,
        get_framework().id,
        lines={"D2.5": ["D2.6"]},
        reason="Only the words changed.",
    )
    competencies.review_mapping(viewer_for(cast.educator, Permission.FRAMEWORK_REVIEW), mapping.id, approved=True)


@pytest.mark.both_databases
def test_whoever_signed_off_a_capability_under_its_earlier_name_does_not_authorise(cast, ready, clock):
    add_sign_off(cast.trainee, cast.consultant_nurse, days_ago=20)
    rename(cast, clock)
    with pytest.raises(RuleViolation, match=r"You signed off D2\.6 Body and mind of this person"):
        decide(cast)
    assert decide(cast, Decision.DEFER).decision is Decision.DEFER


@pytest.mark.both_databases
def test_the_board_and_the_signers_list_name_the_same_reviews(cast, ready, clock):
    add_sign_off(cast.trainee, cast.assessor, days_ago=20)
    make.add_assessment(cast.trainee, cast.stranger, on=today() - timedelta(days=2), level=1)
    rename(cast, clock)
    (listed,) = list_reviews(decider(cast.consultant_nurse))
    (shown,) = queries.board(make.viewer(cast.consultant_nurse), on=today(), known_at=now()).reviews
    assert shown.review == listed.review
    assert shown.review.capability.name == "D2.6 Body and mind"


def test_nothing_more_is_asked_of_the_database_where_all_is_of_one_version():
    assert load_wordings([], [], [OLD, NEW], known_at=READY.assessments[0].recorded_at) == Wordings()
