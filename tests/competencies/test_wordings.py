from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.competencies.rules import Assessment, FormKind, SeenAs, SignOffFact
from lms.competencies.rules.mappings import Fate, check_lines, fate_of, to_map
from lms.competencies.rules.wordings import MappingFact, Wordings, foreign_versions, read_under
from lms.core.errors import RuleViolation
from lms.signing.rules import IdentityGrade
from tests.factories import frameworks as make

OLD, NEW, NEWEST, ELSEWHERE = (UUID(int=number) for number in range(1, 5))
TRAINEE, ASSESSOR = UUID(int=20), UUID(int=21)
MOMENT = datetime(2026, 11, 1, 9, tzinfo=UTC)
DAY = date(2026, 10, 1)

RENAMED = make.changed(make.reworded("D1.1", title="Calming"))
SPLIT = make.changed(
    make.without("D1.1"),
    make.with_copy("D1.2", "D1.6", title="Engagement"),
    make.with_copy("D1.2", "D1.7", title="De-escalation"),
)
MERGED = make.changed(make.without("D1.3"), make.without("D1.4"), make.with_copy("D1.5", "D1.6", title="Networks"))


def wordings(new, lines=None, *others):
    mappings = () if lines is None else (MappingFact(OLD, NEW, lines, MOMENT),)
    frameworks = {OLD: make.shipped(), NEW: new}
    return Wordings({key: make.as_framework(body) for key, body in frameworks.items()}, (*mappings, *others))


def signed(code, *, under=OLD, level=4, on=DAY, number=1, withdrawn_on=None):
    return SignOffFact(
        UUID(int=100 + number),
        TRAINEE,
        code,
        level,
        ASSESSOR,
        on,
        MOMENT,
        withdrawn_on=withdrawn_on,
        framework_id=under,
    )


def assessed(ratings, *, under=OLD, number=1):
    return Assessment(
        id=UUID(int=200 + number),
        trainee_id=TRAINEE,
        assessor_id=ASSESSOR,
        kind=FormKind.MINI_CEX,
        setting="crisis-team",
        observed_on=DAY,
        is_simulated=False,
        seen_as=SeenAs.LIVE,
        identity_grade=IdentityGrade.ACCOUNT,
        ratings=ratings,
        recorded_at=MOMENT,
        framework_id=under,
    )


def codes(records):
    return [each.code for each in records.sign_offs]


def test_what_was_made_with_the_version_asked_stays_as_it_is():
    facts = [assessed({"D1.1": 4}, under=NEW)], [signed("D1.1", under=NEW), signed("D1.2", under=None)]
    found = read_under(NEW, *facts, wordings(RENAMED))
    assert (found.assessments, found.sign_offs, found.set_aside) == (*facts, ())


def test_a_wording_that_did_not_change_is_read_as_itself():
    found = read_under(NEW, [assessed({"D1.2": 4})], [signed("D1.2")], wordings(RENAMED))
    assert codes(found) == ["D1.2"]
    assert found.assessments[0].ratings == {"D1.2": 4}
    assert found.set_aside == ()


@pytest.mark.parametrize("field", ["title", "indicator"])
def test_an_equal_code_with_other_words_counts_for_nothing_until_somebody_says_so(field):
    new = make.changed(make.reworded("D1.1", **{field: "Other words"}))
    found = read_under(NEW, [assessed({"D1.1": 4, "D1.2": 3})], [signed("D1.1")], wordings(new))
    assert codes(found) == []
    assert found.assessments[0].ratings == {"D1.2": 3}
    assert [(each.kind, each.wording.title) for each in found.set_aside_of("D1.1")] == [
        ("assessment", "Engagement and de-escalation"),
        ("sign-off", "Engagement and de-escalation"),
    ]


@pytest.mark.parametrize("fields", [{"critical": False}, {"review_months": 3}, {"maps": ["MPF"]}])
def test_a_changed_rule_leaves_the_wording_as_it_is(fields):
    new = make.changed(make.reworded("D1.1", **fields))
    assert codes(read_under(NEW, [], [signed("D1.1")], wordings(new))) == ["D1.1"]


def test_a_renamed_capability_is_read_under_its_new_words_and_back():
    known = wordings(RENAMED, {"D1.1": ("D1.1",)})
    assert codes(read_under(NEW, [], [signed("D1.1")], known)) == ["D1.1"]
    assert codes(read_under(OLD, [], [signed("D1.1", under=NEW)], known)) == ["D1.1"]


def test_a_split_capability_is_read_under_each_part():
    known = wordings(SPLIT, {"D1.1": ("D1.6", "D1.7")})
    found = read_under(NEW, [assessed({"D1.1": 3})], [signed("D1.1")], known)
    assert codes(found) == ["D1.6", "D1.7"]
    assert found.assessments[0].ratings == {"D1.6": 3, "D1.7": 3}


def test_a_part_of_a_split_says_nothing_about_the_whole():
    known = wordings(SPLIT, {"D1.1": ("D1.6", "D1.7")})
    found = read_under(OLD, [], [signed("D1.6", under=NEW)], known)
    assert codes(found) == []
    assert len(found.set_aside) == 1


MERGE = {"D1.3": ("D1.6",), "D1.4": ("D1.6",)}


def test_merged_capabilities_are_signed_off_once_each_of_them_is():
    known = wordings(MERGED, MERGE)
    assert codes(read_under(NEW, [], [signed("D1.3")], known)) == []
    later = signed("D1.4", level=3, on=DAY + timedelta(days=9), number=2)
    found = read_under(NEW, [], [signed("D1.3", level=3), later], known)
    assert [(each.code, each.level, each.decided_on) for each in found.sign_offs] == [("D1.6", 3, DAY)]


def test_a_withdrawn_part_takes_the_merged_sign_off_with_it():
    both = [signed("D1.3"), signed("D1.4", number=2, withdrawn_on=DAY)]
    found = read_under(NEW, [], both, wordings(MERGED, MERGE))
    assert [each for each in found.sign_offs if each.stands(DAY + timedelta(days=1))] == []


def test_the_lower_level_speaks_for_merged_capabilities():
    made = [assessed({"D1.3": 4, "D1.4": 2}), assessed({"D1.3": 3, "D1.4": None}, number=2)]
    found = read_under(NEW, made, [], wordings(MERGED, MERGE))
    assert [each.ratings for each in found.assessments] == [{"D1.6": 2}, {"D1.6": 3}]


def test_what_was_dropped_counts_for_nothing_and_waits_for_nobody():
    known = wordings(make.changed(make.without("D1.1")), {"D1.1": ()})
    found = read_under(NEW, [assessed({"D1.1": 4})], [signed("D1.1")], known)
    assert (codes(found), found.assessments[0].ratings, found.set_aside) == ([], {}, ())


def test_the_last_approval_between_two_versions_is_the_one_that_is_used():
    later = MappingFact(OLD, NEW, {"D1.1": ("D1.7",)}, MOMENT + timedelta(days=1))
    known = wordings(SPLIT, {"D1.1": ("D1.6",)}, later)
    assert codes(read_under(NEW, [], [signed("D1.1")], known)) == ["D1.7"]


def test_mappings_follow_one_another():
    newest = make.changed(make.reworded("D1.1", title="Calming down"))
    frameworks = {OLD: make.shipped(), NEW: RENAMED, NEWEST: newest}
    steps = (
        MappingFact(OLD, NEW, {"D1.1": ("D1.1",)}, MOMENT),
        MappingFact(NEW, NEWEST, {"D1.1": ("D1.1",)}, MOMENT),
    )
    known = Wordings({key: make.as_framework(body) for key, body in frameworks.items()}, steps)
    assert codes(read_under(NEWEST, [], [signed("D1.1")], known)) == ["D1.1"]
    alone = Wordings(known.frameworks, steps[:1])
    assert codes(read_under(NEWEST, [], [signed("D1.1")], alone)) == []


def test_a_version_nobody_knows_is_read_as_nothing():
    found = read_under(NEW, [], [signed("D1.2", under=ELSEWHERE)], wordings(RENAMED))
    assert codes(found) == []
    assert len(found.set_aside) == 1


def test_nothing_is_loaded_where_everything_is_of_one_version():
    assert foreign_versions([assessed({}, under=NEW)], [signed("D1.1", under=NEW)], [NEW]) == set()
    assert foreign_versions([], [], [OLD, NEW]) == set()
    assert foreign_versions([], [signed("D1.1", under=NEW)], [OLD, NEW]) == {OLD, NEW}
    assert foreign_versions([assessed({})], [], [NEW]) == {OLD, NEW}


@given(st.permutations([signed("D1.3"), signed("D1.4", number=2), signed("D1.1", number=3), signed("D2.1", number=4)]))
def test_the_order_of_records_means_nothing(facts):
    found = read_under(NEW, [], facts, wordings(MERGED, MERGE))
    assert {(each.code, each.id) for each in found.sign_offs} == {
        ("D1.6", signed("D1.3").id),
        ("D1.6", signed("D1.4", number=2).id),
        ("D1.1", signed("D1.1", number=3).id),
        ("D2.1", signed("D2.1", number=4).id),
    }


# --- What a mapping must say ---


@pytest.mark.parametrize(
    ("body", "lines", "fates"),
    [
        (RENAMED, {"D1.1": ["D1.1"]}, {"D1.1": Fate.RENAMED, "D1.2": Fate.UNCHANGED}),
        (SPLIT, {"D1.1": ["D1.6", "D1.7"]}, {"D1.1": Fate.SPLIT}),
        (MERGED, MERGE, {"D1.3": Fate.MERGED, "D1.4": Fate.MERGED}),
        (make.changed(make.without("D1.1")), {"D1.1": []}, {"D1.1": Fate.DROPPED}),
        (make.changed(make.without("D1.1")), {"D1.1": ["D1.2"]}, {"D1.1": Fate.MERGED}),
    ],
)
def test_a_mapping_says_what_became_of_each_capability(body, lines, fates):
    older, newer = make.as_framework(make.shipped()), make.as_framework(body)
    check_lines(lines, older, newer)
    assert {code: fate_of(code, lines, older, newer) for code in fates} == fates


@pytest.mark.parametrize(
    ("body", "lines", "field"),
    [
        pytest.param(RENAMED, {}, "map_D1_1", id="left out"),
        pytest.param(RENAMED, {"D1.1": ["D1.1"], "D1.2": ["D1.1"]}, None, id="needs none"),
        pytest.param(RENAMED, {"D1.1": ["D9.9"]}, "map_D1_1", id="leads nowhere"),
        pytest.param(RENAMED, {"D1.1": ["D1.1", "D1.2", "D1.3", "D1.4"]}, "map_D1_1", id="too many parts"),
        pytest.param(make.shipped(), {}, None, id="nothing changed"),
    ],
)
def test_a_mapping_that_is_not_whole_is_refused(body, lines, field):
    with pytest.raises(RuleViolation) as problem:
        check_lines(lines, make.as_framework(make.shipped()), make.as_framework(body))
    assert problem.value.field == field


def test_only_new_words_have_to_be_mapped():
    body = make.changed(make.reworded("D1.1", critical=False, review_months=2), make.reworded("D1.2", title="Other"))
    assert [each.code for each in to_map(make.as_framework(make.shipped()), make.as_framework(body))] == ["D1.2"]
