from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import RuleViolation
from lms.placements.rules.encounters import AgeBand, LegalFramework, Outcome
from lms.placements.rules.sharing import FEWEST, Detail, SharedContact, Sort, shared, shared_until
from lms.placements.rules.states import Part, Presentation

MONTHS = (date(2026, 10, 1), date(2026, 11, 1))
SETTINGS = ("crisis-team", "control-room", "perinatal")


def made(trainee=1, presentation=Presentation.LOW_MOOD, *, month=MONTHS[0], setting=SETTINGS[0], **changes):
    usual = {
        "part": Part.LED,
        "outcome": Outcome.REFERRED,
        "age_band": AgeBand.NOT_KNOWN,
        "frameworks": (LegalFramework.CONSENT,),
        "safety_plan_made": False,
    }
    return SharedContact(trainee, month, setting, presentation, **{**usual, **changes})


contacts = st.builds(
    made,
    st.integers(1, 7),
    st.sampled_from([Presentation.LOW_MOOD, Presentation.PERINATAL, Presentation.OTHER]),
    month=st.sampled_from(MONTHS),
    setting=st.sampled_from(SETTINGS),
    part=st.sampled_from(Part),
    outcome=st.none() | st.sampled_from(Outcome),
    age_band=st.none() | st.sampled_from(AgeBand),
    safety_plan_made=st.none() | st.booleans(),
)
of_many = st.lists(contacts, max_size=80).map(lambda found: [made(number) for number in range(1, 6)] + found)


@given(of_many, st.sampled_from(Detail))
def test_nothing_rare_stands_by_itself_and_the_total_is_kept(found, detail):
    rows = shared(found, detail)
    assert sum(rows.values()) == len(found)
    for sort, count in rows.items():
        put_together = sort == Sort(None, None, Presentation.OTHER, "Other")
        if detail is Detail.OUTCOME:
            put_together = sort == Sort(None, None, None, "Other")
            assert (sort.month, sort.setting, sort.presentation) == (None, None, None)
        assert count >= FEWEST or put_together, (sort, count)


@given(of_many)
def test_what_is_common_stands_as_it_is(found):
    counts = Counter((each.month, each.setting, each.presentation, each.part.label) for each in found)
    rows = {(s.month, s.setting, s.presentation, s.detail): count for s, count in shared(found, Detail.PART).items()}
    for kind, count in counts.items():
        if count >= FEWEST:
            assert rows[kind] >= count


def test_a_rare_presentation_becomes_other_then_its_setting_then_its_month_and_last_its_detail():
    found = [
        *(made(number, Presentation.PSYCHOSIS) for number in range(1, 6)),
        *(made(number, Presentation.PERINATAL) for number in range(3)),
        *(made(number, Presentation.EATING_DISORDER) for number in range(2)),
        *(made(number, setting=setting) for number in range(3) for setting in ("control-room", "perinatal")),
        *(made(number, part=Part.ASSISTED, month=month) for number in range(3) for month in MONTHS),
        made(1, part=Part.OBSERVED, setting="perinatal", month=MONTHS[1]),
    ]
    october, led, other = MONTHS[0], Part.LED.label, Presentation.OTHER
    assert shared(found, Detail.PART) == {
        Sort(october, "crisis-team", Presentation.PSYCHOSIS, led): 5,
        Sort(october, "crisis-team", other, led): 5,
        Sort(october, None, other, led): 6,
        Sort(None, None, other, Part.ASSISTED.label): 6,
        Sort(None, None, other, "Other"): 1,
    }


def test_one_person_under_18_in_one_month_is_not_to_be_found():
    found = [
        *(made(number, age_band=AgeBand.FROM_18_TO_64) for number in range(1, 6)),
        made(1, age_band=AgeBand.UNDER_18),
    ]
    rows = shared(found, Detail.AGE_BAND)
    assert [(sort.month, sort.detail) for sort, count in rows.items() if count < FEWEST] == [(None, "Other")]


def test_fewer_than_five_trainees_make_no_file():
    with pytest.raises(RuleViolation, match="at least 5 trainees"):
        shared([made(number % 4) for number in range(40)], Detail.PART)
    with pytest.raises(RuleViolation):
        shared([], Detail.OUTCOME)


def test_a_contact_under_two_frameworks_stands_under_both():
    both = (LegalFramework.CONSENT, LegalFramework.SECTION_136)
    rows = shared([made(number, frameworks=both) for number in range(5)], Detail.FRAMEWORK)
    assert {each.detail: count for each, count in rows.items()} == {"Consent": 5, "Section 136, by police": 5}


JULY, AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in range(7, 11))


@pytest.mark.parametrize(
    ("noted", "until"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({JULY: 4}, None, id="four trainees"),
        pytest.param({JULY: 5}, AUGUST, id="five"),
        pytest.param({JULY: 2, AUGUST: 5}, SEPTEMBER, id="five in two months"),
        pytest.param({JULY: 5, AUGUST: 1, SEPTEMBER: 4}, AUGUST, id="too few have come in since"),
        pytest.param({JULY: 5, AUGUST: 1, SEPTEMBER: 5}, OCTOBER, id="those who waited come with enough others"),
        pytest.param({OCTOBER: 7}, None, id="a month that is not over"),
    ],
)
def test_files_grow_with_the_contacts_of_five_trainees_at_a_time(noted, until):
    rows = [(trainee, month) for month, count in noted.items() for trainee in range(count)]
    assert shared_until(rows, OCTOBER) == until


@given(st.sets(st.tuples(st.integers(1, 9), st.sampled_from([JULY, AUGUST, SEPTEMBER]))))
def test_what_one_trainee_notes_never_comes_into_files_by_itself(noted):
    seen = [shared_until({each for each in noted if each[1] < now}, now) for now in (AUGUST, SEPTEMBER, OCTOBER)]
    for before, after in zip([None, *seen], seen, strict=False):
        new = {who for who, at in noted if (before is None or at >= before) and after is not None and at < after}
        assert before == after or len(new) >= 5
