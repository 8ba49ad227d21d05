import ast
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lms.competencies
import lms.readiness
from lms.placements.rules.encounters import EncounterFact
from lms.placements.rules.hours import Placements, Setting
from lms.placements.rules.states import Part, Presentation, Status
from lms.readiness.rules.contacts import encounters_result
from lms.readiness.rules.exposure import OpenSlot, cell, exposure_gaps, exposures, next_offer, seen_where
from lms.readiness.rules.format import Encounters

ON = date(2026, 11, 18)


def setting(slug, *often):
    return Setting(slug, slug.capitalize(), None, 0, "Somebody", (), often)


PLACES = Placements(
    "Placements",
    "example",
    (
        setting("crisis-team", Presentation.LOW_MOOD),
        setting("perinatal", Presentation.PERINATAL, Presentation.LOW_MOOD),
    ),
    (),
)


def fact(number=1, presentation=Presentation.LOW_MOOD, part=Part.LED, **changes):
    usual = {"setting": "crisis-team", "on": ON, "shift_status": Status.APPROVED}
    return EncounterFact(
        id=UUID(int=number), shift_id=UUID(int=9), presentation=presentation, part=part, **{**usual, **changes}
    )


def asked(**changes):
    return Encounters(kind="encounters", key="k", title="Contacts", count=2, **changes)


def test_the_grid_counts_what_stands_by_the_day():
    found = [
        fact(1),
        fact(2, part=Part.OBSERVED, shift_status=Status.SUBMITTED),
        fact(3, taken_back=True),
        fact(4, shift_status=Status.WITHDRAWN),
        fact(5, on=date(2026, 11, 19)),
    ]
    row = next(each for each in exposures(found, PLACES, ON) if each.presentation is Presentation.LOW_MOOD)
    assert row.counts == {Part.OBSERVED: 1, Part.ASSISTED: 0, Part.LED: 1}
    assert row.settings == ("crisis-team", "perinatal")
    assert {each.id.int for each in cell(found, Presentation.LOW_MOOD, Part.LED, ON)} == {1, 3, 4}


def test_what_was_never_seen_comes_before_what_was_never_led_and_other_is_no_gap():
    gaps = [
        each.presentation
        for each in exposure_gaps([fact(), fact(2, Presentation.PERINATAL, Part.ASSISTED)], PLACES, ON)
    ]
    assert Presentation.LOW_MOOD not in gaps
    assert Presentation.OTHER not in gaps
    assert gaps[-1] is Presentation.PERINATAL
    assert len(gaps) == len(Presentation) - 2


def test_the_next_slot_is_the_first_in_a_setting_where_it_is_met():
    (gap,) = (each for each in exposure_gaps([], PLACES, ON) if each.presentation is Presentation.PERINATAL)
    late, soon = (OpenSlot(UUID(int=day), "perinatal", "Mill", datetime(2026, 12, day, tzinfo=UTC)) for day in (9, 2))
    elsewhere = OpenSlot(UUID(int=1), "crisis-team", "Quay", datetime(2026, 12, 1, tzinfo=UTC))
    assert next_offer(gap, [late, elsewhere, soon]) is soon
    assert next_offer(gap, [elsewhere]) is None


months = st.sampled_from([date(2026, 9, 3), date(2026, 10, 9), ON])


@given(st.lists(st.builds(fact, st.integers(1, 999), on=months, setting=st.sampled_from(["crisis-team", "perinatal"]))))
def test_months_and_settings_of_few_contacts_are_put_together(found):
    rows = seen_where(found)
    assert sum(row.count for row in rows) == len(found)
    assert all(row.count >= 5 or (row.month is None and row.setting is None) for row in rows)
    assert all(row.month is None or row.month.day == 1 for row in rows)


@pytest.mark.parametrize(
    ("item", "facts", "words", "reasons"),
    [
        pytest.param(asked(), [fact(1), fact(2)], "2 of 2", [], id="contacts of approved shifts count"),
        pytest.param(
            asked(), [fact(1, shift_status=Status.SUBMITTED)], "0 of 2", ["Its shift is not approved yet."], id="waits"
        ),
        pytest.param(asked(), [fact(1, taken_back=True)], "0 of 2", ["The trainee took it back."], id="taken back"),
        pytest.param(
            asked(), [fact(1, shift_status=Status.WITHDRAWN)], "0 of 2", ["Its shift: withdrawn."], id="withdrawn shift"
        ),
        pytest.param(
            asked(parts=[Part.ASSISTED, Part.LED]),
            [fact(1, part=Part.OBSERVED), fact(2, part=Part.ASSISTED)],
            "1 of 2",
            ["It was observed, and this asks for assisted or led."],
            id="only the parts that are asked",
        ),
        pytest.param(
            asked(presentations=[Presentation.PERINATAL]),
            [fact(1)],
            "0 of 2",
            [],
            id="another presentation is left out",
        ),
        pytest.param(asked(settings=["control-room"]), [fact(1)], "0 of 2", [], id="another setting is left out"),
        pytest.param(
            asked(safety_plan_made=True),
            [fact(1, safety_plan_made=True), fact(2)],
            "1 of 2",
            ["No safety plan is recorded."],
            id="safety plans",
        ),
        pytest.param(asked(), [fact(1, on=date(2026, 12, 1))], "0 of 2", [], id="later contacts are left out"),
    ],
)
def test_a_requirement_says_which_contacts_count_and_why_not(item, facts, words, reasons):
    result = encounters_result(item, facts, {"crisis-team": "Crisis team"}, ON)
    assert result.words == words
    assert [record.why for record in result.not_counted] == reasons
    assert result.met is words.startswith("2")


def test_a_requirement_is_told_in_words_and_names_no_day():
    item = asked(
        settings=["crisis-team"],
        presentations=[Presentation.LOW_MOOD, Presentation.SELF_HARM],
        parts=[Part.LED],
        safety_plan_made=True,
    )
    result = encounters_result(item, [fact(1, safety_plan_made=True)], {"crisis-team": "Crisis team"}, ON)
    assert result.rule == (
        "At least 2 contacts logged in approved shifts (Crisis team), about low mood or self-harm, led, "
        "with a safety plan made."
    )
    assert [record.text for record in result.counted] == ["November 2026, Crisis team: led"]


def test_nothing_that_is_decided_reads_what_came_of_a_contact():
    """No rule rests on conveyance: where somebody is judged, the outcome of a contact is not even a name."""
    assert "outcome" not in EncounterFact.__dataclass_fields__
    read = []
    for package in (lms.readiness, lms.competencies):
        for path in Path(package.__path__[0]).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module == "lms.placements.rules.encounters":
                    read += [f"{path.name} imports {each.name}" for each in node.names if each.name != "EncounterFact"]
                if isinstance(node, ast.ImportFrom) and node.module == "lms.placements.models":
                    read += [f"{path.name} imports {each.name}" for each in node.names if each.name == "Encounter"]
    assert read == []
    assert set(Encounters.model_fields) == {
        "kind", "key", "title", "count", "settings", "presentations", "parts", "safety_plan_made"
    }  # fmt: skip
