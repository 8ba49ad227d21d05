import pytest
from hypothesis import given, settings

from lms.competencies.rules.differences import Change, difference
from tests.factories import frameworks as make


def between(*changes):
    return difference(make.as_framework(make.shipped()), make.as_framework(make.changed(*changes)))


@settings(max_examples=30)
@given(make.bodies())
def test_a_framework_does_not_differ_from_itself(body):
    found = difference(make.as_framework(body), make.as_framework(body))
    assert found.is_none
    assert found.lines == ["The two say the same."]


@settings(max_examples=30)
@given(make.bodies(), make.bodies())
def test_what_is_added_one_way_is_removed_the_other(one, other):
    there = difference(make.as_framework(one), make.as_framework(other))
    back = difference(make.as_framework(other), make.as_framework(one))
    assert (there.added, there.removed) == (back.removed, back.added)
    assert {each.after.code for each in there.changed} == {each.after.code for each in back.changed}


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({"title": "Calming"}, [Change("Title", "Engagement and de-escalation", "Calming")]),
        ({"indicator": "Calms"}, None),
        ({"critical": False}, None),
        ({"review_months": 6}, None),
        ({"pillars": ["research"]}, [Change("Pillars", "clinical", "research")]),
        ({"maps": ["MPF"]}, [Change("Maps to", "MPF, HCPC", "MPF")]),
    ],
)
def test_a_changed_field_is_told_with_both_texts(fields, changes):
    found = between(make.reworded("D1.1", **fields))
    assert (found.whole, found.added, found.removed) == ((), (), ())
    (changed,) = found.changed
    assert changed.after.code == "D1.1"
    if changes is not None:
        assert list(changed.changes) == changes


def test_a_rule_is_compared_as_the_sentence_people_read():
    found = between(make.reworded("D1.3", evidence=[{"at_least": 2, "forms": ["cbd"]}]))
    (change,) = found.changed[0].changes
    assert change.field == "Evidence rule"
    assert change.before.startswith("At least 1 case-based discussion at level 3 or above")
    assert change.after.startswith("At least 2 case-based discussions at level 3 or above")


def test_a_default_that_changes_is_told_for_each_capability_it_changes():
    found = between(lambda body: body["critical"].update(review_months=18))
    critical = [each for each in make.as_framework(make.shipped()).capabilities.values() if each.is_critical]
    assert {each.after.code for each in found.changed} == {each.code for each in critical}
    assert {change.field for each in found.changed for change in each.changes} == {"Evidence rule", "Signed off again"}


def test_what_is_added_and_removed_is_told_with_its_indicator():
    found = between(make.without("D1.4"), make.with_copy("D1.5", "D1.6", title="New", indicator="Does it"))
    assert [each.code for each in found.added] == ["D1.6"]
    assert [each.code for each in found.removed] == ["D1.4"]
    assert found.summary == "1 capability added and 1 capability removed."
    assert "Added: D1.6 New. Does it" in found.lines


def test_the_framework_as_a_whole_is_compared_too():
    def change(body):
        body["title"] = "Another title"
        body["scale"][0]["text"] = "Looks on."
        body["domains"][0]["title"] = "Engagement"

    assert [change.field for change in between(change).whole] == ["Title", "Level 1", "Domain D1"]
