from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.competencies import rules
from lms.competencies.rules import Asker, Completer
from lms.competencies.rules.form_checks import check_form
from lms.competencies.rules.form_files import form_from
from lms.core.errors import RuleViolation

ROOT = Path(__file__).parents[2]
FORMS = {path.stem: form_from(check_form(path, ROOT)[0]) for path in sorted((ROOT / "content/forms").glob("*.yaml"))}
KNOWN = {code: SimpleNamespace(name=f"{code} Something") for code in ("D1.1", "D1.2", "D3.3", "D7.1", "D8.3", "D2.1")}


def narrow(**changes):
    return FORMS["mini-cex"].model_copy(update=changes)


@pytest.mark.parametrize(
    ("form", "by", "codes", "field", "words"),
    [
        ("msf", Asker.TRAINEE, ["D7.1"], "form_kind", "not yours to ask for"),
        ("patient-feedback", Asker.TRAINEE, ["D1.1"], "form_kind", "the supervisor asks for it"),
        ("patient-feedback", Asker.CONSULTANT_NURSE, ["D1.1"], "form_kind", "not yours"),
        ("mini-cex", Asker.SUPERVISOR, ["D1.1"], "form_kind", "the trainee asks for it"),
        ("msf", Asker.SUPERVISOR, ["D1.1"], "codes", "does not rate D1.1 Something"),
    ],
)
def test_a_form_is_asked_for_by_those_it_names_about_what_it_rates(form, by, codes, field, words):
    with pytest.raises(RuleViolation, match=words) as problem:
        rules.check_asking(FORMS[form], by=by, codes=codes, known=KNOWN)
    assert problem.value.field == field


@pytest.mark.parametrize(
    ("form", "by", "ratings", "words"),
    [
        pytest.param(FORMS["mini-cex"], Completer.SUPERVISOR, {"D1.1": 3}, "completed by", id="another role"),
        pytest.param(FORMS["mini-cex"], None, {"D1.1": 3}, "completed by", id="no role of a form"),
        pytest.param(FORMS["project"], Completer.GUEST, {"D1.1": 3}, "completed by", id="no guests"),
        pytest.param(narrow(rates=["D3", "D7.1"]), Completer.ASSESSOR, {"D3.3": 3, "D1.1": 3}, "D1.1", id="one off"),
        pytest.param(narrow(levels=[1, 2, 3]), Completer.ASSESSOR, {"D1.1": 4}, "1, 2 or 3, and not 4", id="level"),
        pytest.param(narrow(rates_at_most=1), Completer.ASSESSOR, {"D1.1": 3, "D1.2": 3}, "1 capability at", id="two"),
        pytest.param(
            FORMS["patient-feedback"], Completer.PATIENT_OR_CARER, {"D1.1": 3}, "gives no level", id="no level"
        ),
    ],
)
def test_a_form_is_completed_by_those_it_names_at_the_levels_it_gives(form, by, ratings, words):
    with pytest.raises(RuleViolation, match=words):
        rules.check_completing(form, by=by, ratings=ratings, known=KNOWN)


@given(st.sampled_from(sorted(FORMS)), st.sampled_from(sorted(KNOWN)))
def test_not_observed_is_taken_by_every_form_that_covers_the_capability(name, code):
    form = FORMS[name]
    if form.covers(code):
        rules.check_completing(form, by=form.completed_by[0], ratings={code: None}, known=KNOWN)


FIELDS = FORMS["testimony"].free_fields
GIVEN = {"relationship": "same-team", "period": "April to June", "agrees": True}


def test_answers_are_kept_as_plain_words_in_the_order_of_the_form():
    assert rules.kept_answers(FIELDS, {**GIVEN, "agrees": False}) == {
        "relationship": "same-team",
        "period": "April to June",
        "agrees": "no",
    }
    assert rules.kept_answers(FIELDS, {"period": "", "agrees": None}) == {}


@pytest.mark.parametrize(
    ("key", "answer", "words"),
    [
        ("relationship", "enemy", "one of the options"),
        ("relationship", 3, "one of the options"),
        ("period", "x" * 101, "100 characters"),
        ("agrees", "maybe", "yes or no"),
        ("mood", "good", "does not ask"),
    ],
)
def test_an_answer_that_was_not_asked_for_is_refused(key, answer, words):
    with pytest.raises(RuleViolation, match=words):
        rules.kept_answers(FIELDS, {**GIVEN, key: answer})


@pytest.mark.parametrize("number", [-1, 601, True, "7"])
def test_a_number_stays_within_what_the_form_says(number):
    field = FORMS["mini-cex"].field("minutes")
    with pytest.raises(RuleViolation, match="0 to 600"):
        rules.kept_answers([field], {"minutes": number})
