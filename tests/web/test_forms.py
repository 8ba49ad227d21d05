import enum
import io
from datetime import date, time
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import ChoiceLoader, DictLoader
from werkzeug.datastructures import FileStorage, MultiDict

from lms.core.errors import RuleViolation, Stale
from lms.web.forms import (
    BooleanField,
    CheckboxesField,
    ConfirmedForm,
    EmailAddress,
    EmailField,
    FileField,
    InputRequired,
    IntegerField,
    NHSDateField,
    NHSForm,
    NHSTimeField,
    PasswordField,
    RadioField,
    RequiredWhen,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    VersionField,
    YesNoField,
    form_page,
)
from tests.web.test_macros import BAD, tokens


class Outcome(enum.StrEnum):
    ACHIEVED = "achieved"
    NOT_YET = "not-yet"


SITE = UUID(int=7)


class Form(NHSForm):
    class Meta:
        csrf = False

    outcome = RadioField(
        "What did you observe?",
        [InputRequired("Select what you observed")],
        choices=[SelectChoice(Outcome.ACHIEVED, "Achieved"), SelectChoice(Outcome.NOT_YET, "Not yet achieved")],
        coerce=Outcome,
        hints={Outcome.ACHIEVED: "Without prompting"},
    )
    site = SelectField("Where?", choices=[SelectChoice(SITE, "Riverside")], coerce=UUID, blank="Choose a site")
    domains = CheckboxesField("Which domains?", choices=[SelectChoice("1", "One"), SelectChoice("2", "Two")])
    own = YesNoField("Did you see it?")
    sure = BooleanField("I saw this myself")
    title = StringField("Title")
    email = EmailField("Email", [EmailAddress()])
    password = PasswordField("Password")
    note = TextAreaField("Note", max_characters=20)
    essay = TextAreaField("Essay", max_words=3)
    minutes = IntegerField("Minutes", suffix="minutes")
    seen_on = NHSDateField("When?", [InputRequired("Enter the date")])
    starts = NHSTimeField("From?")
    evidence = FileField("Evidence", accept=".pdf")
    version = VersionField(default=3)


GOOD = {
    "outcome": "achieved",
    "site": str(SITE),
    "domains": ["2"],
    "own": "no",
    "sure": "y",
    "title": "  On scene ",
    "email": "ann@example.com",
    "password": " secret ",
    "note": "One\r\ntwo",
    "essay": "one two three",
    "minutes": "1,200",
    "seen_on-day": "4",
    "seen_on-month": "4",
    "seen_on-year": "2025",
    "starts": "7:30",
    "version": "5",
    "request_id": str(UUID(int=9)),
}


def sent(**changes):
    data = MultiDict()
    for name, value in {**GOOD, **changes}.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                data.add(name, one)
    return Form(formdata=data)


def refused(page, **changes):
    form = sent(**changes)
    assert not form.validate()
    return form


def test_a_complete_form_becomes_values_for_a_service(page):
    form = sent()
    assert form.validate(), form.errors
    assert form.answers == {
        "outcome": Outcome.ACHIEVED,
        "site": SITE,
        "domains": ["2"],
        "own": False,
        "sure": True,
        "title": "On scene",
        "email": "ann@example.com",
        "password": " secret ",
        "note": "One\ntwo",
        "essay": "one two three",
        "minutes": 1200,
        "seen_on": date(2025, 4, 4),
        "starts": time(7, 30),
        "evidence": None,
    }
    assert form.version.data == 5
    assert form.multipart


@pytest.mark.parametrize(
    ("changes", "field", "sentence", "still_there"),
    [
        pytest.param(
            {"outcome": None}, "outcome", "Select what you observed", 'value="achieved"', id="radios, nothing"
        ),
        pytest.param(
            {"outcome": "superb"}, "outcome", "Select one of the options", 'value="not-yet"', id="radios, unknown"
        ),
        pytest.param({"site": "x"}, "site", "Select one of the options", "Riverside", id="select, unknown"),
        pytest.param(
            {"domains": ["2", "9"]}, "domains", "Select from the options shown", "checked", id="checkboxes, unknown"
        ),
        pytest.param({"own": "maybe"}, "own", "Select one of the options", "Yes", id="yes or no, unknown"),
        pytest.param({"email": "ann"}, "email", "Enter an email address", 'value="ann"', id="email"),
        pytest.param(
            {"email": "ann@b.c."}, "email", "Enter an email address", 'value="ann@b.c."', id="a dot at the end"
        ),
        pytest.param({"email": '"a"@b.c'}, "email", "Enter an email address", '@b.c"', id="a quoted name"),
        pytest.param({"email": "a(b)@b.c"}, "email", "Enter an email address", '@b.c"', id="a comment in it"),
        pytest.param({"note": "x" * 21}, "note", "Use 20 characters or fewer", "x" * 21, id="too many characters"),
        pytest.param(
            {"essay": "a b c d"}, "essay", "Use 3 words or fewer. You have used 4", "a b c d", id="too many words"
        ),
        pytest.param({"minutes": "half"}, "minutes", "Enter a whole number", 'value="half"', id="whole number"),
        pytest.param({"minutes": "9" * 40}, "minutes", "Enter a whole number", "9" * 40, id="huge number"),
        pytest.param(
            {"seen_on-day": "31", "seen_on-month": "2"}, "seen_on", "Enter a real date", 'value="31"', id="no such day"
        ),
        pytest.param({"seen_on-day": ""}, "seen_on", "The date must include a day", 'value="2025"', id="no day"),
        pytest.param({"seen_on-year": "25"}, "seen_on", "The year must have 4 numbers", 'value="25"', id="short year"),
        pytest.param({"seen_on-year": "9999"}, "seen_on", "Check the year", 'value="9999"', id="year far ahead"),
        pytest.param({"seen_on-year": "1899"}, "seen_on", "Check the year", 'value="1899"', id="year long ago"),
        pytest.param({"seen_on-month": "foo"}, "seen_on", "Enter a real date", 'value="foo"', id="no such month"),
        pytest.param(
            {"seen_on-day": "", "seen_on-month": " ", "seen_on-year": ""},
            "seen_on",
            "Enter the date",
            "Day",
            id="no date",
        ),
        pytest.param(
            {"starts": "25:00"}, "starts", "Enter a time on the 24-hour clock", 'value="25:00"', id="no such time"
        ),
        pytest.param(
            {"starts": "noon"}, "starts", "Enter a time on the 24-hour clock", 'value="noon"', id="time in words"
        ),
    ],
)
def test_a_refused_field_says_why_and_keeps_what_was_typed(page, changes, field, sentence, still_there):
    form = refused(page, **changes)
    assert set(form.errors) == {field}
    drawn = str(form[field])
    assert sentence in drawn
    assert still_there in drawn
    assert "nhsuk-form-group--error" in drawn
    text, target = form.problems[0]
    assert text.startswith(sentence)
    assert f'id="{target}"' in drawn


def test_the_rest_of_a_refused_form_keeps_what_was_typed(page):
    form = refused(page, outcome=None)
    assert 'value="On scene"' in str(form.title)
    assert "One\ntwo" in str(form.note)
    assert 'value="1,200"' in str(form.minutes)
    assert 'value="7:30"' in str(form.starts)
    assert "selected" in str(form.site)
    assert str(form.domains).count("checked") == 1
    assert 'value="no" checked' in str(form.own)
    assert "checked" in str(form.sure)
    assert " secret " not in str(form.password)


def test_spaces_alone_are_no_answer(page):
    class Ask(Form):
        title = StringField("Title", [InputRequired("Enter a title")])

    form = Ask(formdata=MultiDict({**GOOD, "title": " \t "}))
    assert not form.validate()
    assert form.errors["title"] == ["Enter a title"]


def test_control_characters_never_reach_the_database(page):
    assert sent(title="a\x00b\x1bc").answers["title"] == "abc"


def test_half_a_character_never_reaches_the_database(page):
    assert sent(title="a\ud800b", note="c\udfffd").answers["title"] == "ab"


def test_one_line_stays_one_line_and_a_note_keeps_its_lines(page):
    form = sent(title=" On\r\n scene\t now ", note="One\r\ntwo")
    assert form.answers["title"] == "On scene now"
    assert form.answers["note"] == "One\ntwo"


@pytest.mark.parametrize("typed", ["7:30", "07:30", "0730", "730", "07.30"])
def test_a_time_may_be_typed_in_several_ways(page, typed):
    assert sent(starts=typed).answers["starts"] == time(7, 30)


@pytest.mark.parametrize("typed", ["4", "04", "apr", "April", "APRIL", "Apr."])
def test_a_month_may_be_typed_as_a_word(page, typed):
    assert sent(**{"seen_on-month": typed}).answers["seen_on"] == date(2025, 4, 4)


@given(day=st.text(max_size=4), month=st.text(max_size=9), year=st.text(max_size=5))
def test_no_text_in_a_date_is_an_accident(day, month, year):
    data = MultiDict({"when-day": day, "when-month": month, "when-year": year})

    class Ask(NHSForm):
        class Meta:
            csrf = False

        when = NHSDateField("When?")

    with Flask("bare").test_request_context("/"):
        form = Ask(formdata=data)
        assert form.validate() is not bool(form.errors)


def test_options_may_be_set_after_the_form_was_made(page):
    class Late(NHSForm):
        class Meta:
            csrf = False

        site = SelectField("Where?", coerce=UUID, choices=[])

    form = Late(formdata=MultiDict({"site": str(SITE)}))
    form.site.choices = [SelectChoice(SITE, "Riverside")]
    assert form.validate()
    assert form.site.data == SITE


def test_a_form_starts_from_what_is_stored(page):
    stored = {
        "outcome": Outcome.NOT_YET,
        "site": SITE,
        "domains": ["1"],
        "own": True,
        "minutes": 30,
        "seen_on": date(2025, 4, 4),
        "starts": time(19, 5),
        "note": "Stored",
    }
    form = Form(formdata=None, data=stored)
    assert 'value="not-yet" checked' in str(form.outcome)
    assert f'value="{SITE}" selected' in str(form.site)
    assert 'value="1" checked' in str(form.domains)
    assert 'value="yes" checked' in str(form.own)
    assert 'value="30"' in str(form.minutes)
    assert 'value="2025"' in str(form.seen_on)
    assert 'value="19:05"' in str(form.starts)
    assert "Stored</textarea>" in str(form.note)


def test_a_page_gets_a_new_once_only_key_and_a_refused_form_keeps_its_own(page):
    assert Form(formdata=None).request_id.data != Form(formdata=None).request_id.data
    assert refused(page, outcome=None).request_id.data == GOOD["request_id"]
    assert str(UUID(sent(request_id="<b>").request_id.data)) != "<b>"


def test_hidden_inputs_have_no_ids_so_that_forms_may_share_a_page(page):
    hidden = str(sent().hidden_tag())
    assert "id=" not in hidden.replace("request_id=", "")
    assert 'name="version" value="5"' in hidden


@pytest.mark.parametrize("version", ["x", "", None, "-1", "9" * 5_000])
def test_a_page_without_its_version_is_refused_at_the_top(page, version):
    form = refused(page, version=version)
    assert form.version.data is None
    assert form.problems == [("This page is out of date. Open it again before you save.", None)]


def test_a_rule_speaks_beside_its_field_or_at_the_top(page):
    form = sent()
    form.validate()
    form.reject(RuleViolation("Not your own sign-off"))
    form.reject(RuleViolation("Choose an earlier day", "seen_on"))
    assert form.problems == [("Not your own sign-off", None), ("Choose an earlier day", "seen_on-day")]
    assert "Choose an earlier day" in str(form.seen_on)


def test_a_field_may_show_another_one_with_an_option(page):
    form = sent()
    drawn = str(form.outcome(conditional={Outcome.NOT_YET: form.title, Outcome.ACHIEVED: BAD}))
    assert 'data-aria-controls="conditional-outcome-2"' in drawn
    assert 'value="On scene"' in drawn
    assert "<img" not in drawn


def test_what_a_field_does_not_know_becomes_an_attribute(page):
    assert 'data-autosave="/draft"' in str(sent().note(data_autosave="/draft"))


def test_a_field_about_care_asks_to_leave_out_who_it_was(page):
    class Care(NHSForm):
        note = TextAreaField("Note", description="What did you do?", about_care=True)

    drawn = str(Care(formdata=None).note)
    assert "What did you do? Leave out names" in drawn


def test_a_file_is_read_and_named(page):
    data = MultiDict({**GOOD, "evidence": FileStorage(io.BytesIO(b"x"), filename="letter.pdf")})
    form = Form(formdata=data)
    assert form.validate()
    assert form.answers["evidence"].filename == "letter.pdf"
    assert 'accept=".pdf"' in str(form.evidence)


VISIBLE = sorted(
    name
    for name, field in vars(Form).items()
    if hasattr(field, "field_class") and field.field_class is not VersionField
)


@pytest.mark.parametrize("name", VISIBLE)
def test_hostile_text_stays_text_in_every_field(page, name):
    form = sent(**{name: BAD, f"{name}-day": BAD, f"{name}-month": BAD, f"{name}-year": BAD})
    form.validate()
    field = form[name]
    field.label.text, field.description = BAD, BAD
    field.errors = [BAD]
    if hasattr(field, "choices"):
        field.choices = [SelectChoice(BAD, BAD)]
        field.hints = {BAD: BAD}
    for token in tokens(field()):
        if isinstance(token, tuple):
            assert token[0] != "img"
            assert "onerror" not in dict(token[1])


# --- Pages ---

PAGE = """{% extends "layouts/form.html" %}{% set page_title = "Sign off" %}
{% block form %}{{ form.outcome }}{{ form.note }}{% endblock %}"""


@pytest.fixture
def form_template(kit):
    kit.jinja_loader = ChoiceLoader([DictLoader({"ask.html": PAGE}), kit.jinja_loader])


def test_a_form_that_is_asked_for_is_an_ordinary_page(form_template, page):
    html, status = form_page("ask.html", Form(formdata=None))
    assert status == 200
    assert "<title>Sign off - " in html
    assert "There is a problem" not in html
    assert 'enctype="multipart/form-data"' in html


def test_a_refused_form_says_so_first(form_template, page):
    html, status = form_page("ask.html", refused(page, outcome=None))
    assert status == 422
    assert "<title>Error: Sign off - " in html
    assert '<a href="#outcome">Select what you observed</a>' in html
    assert html.index("There is a problem") < html.index("<h1")


def test_a_stale_form_shows_both_texts_and_saves_against_the_new_version(form_template, page):
    form = sent(note="Mine <b>")
    form.validate()
    form.conflict(Stale({"note": "Theirs <i>", "outcome": "Not yet achieved", "saved_by": "Tom Okafor"}, 8))
    html, status = form_page("ask.html", form)
    assert status == 409
    assert "Mine &lt;b&gt;" in html
    assert "Theirs &lt;i&gt;" in html
    assert "Saved by" in html
    assert 'name="version" value="8"' in html
    assert [found.label for found in form.differences] == ["Note", "What did you observe?", "Saved by"]


def test_texts_that_agree_are_not_shown_twice(page):
    form = sent(note="Same")
    form.conflict(Stale({"note": "Same"}, 8))
    assert form.differences == []


class CareForm(ConfirmedForm):
    class Meta:
        csrf = False

    way = RadioField("How?", choices=[SelectChoice("post", "By post"), SelectChoice("here", "Here")])
    address = StringField("Address", [RequiredWhen("way", "post", "Enter an address")])
    note = TextAreaField("Note", [InputRequired("Say what you saw")], about_care=True)
    plan = TextAreaField("Plan", about_care=True)


def care(**said):
    return CareForm(formdata=MultiDict({"way": "here", "note": "Calm.", **said}))


def test_an_answer_is_needed_only_where_another_question_asks_for_it(page):
    assert care().validate()
    assert care(way="post", address="Riverside").validate()
    form = care(way="post", address=" ")
    assert not form.validate()
    assert form.address.errors == ["Enter an address"]


def test_the_box_that_confirms_a_text_stays_away_until_one_is_refused(page):
    form = care(note="")
    assert not form.validate()
    assert "no_identifiers" not in form.note() + form.no_identifiers()


def test_every_text_that_may_identify_somebody_is_named_at_once_with_one_box_beside_the_first(page):
    form = care(way="post", note="Rang 07700 900123.", plan="See Mrs Green.")
    assert not form.validate()
    assert "a phone number" in form.note.errors[0]
    assert form.plan.errors[0].endswith("Found: a title and surname “Mrs Green”.")
    assert form.address.errors
    shown = form.note()
    assert shown.index("a phone number") < shown.index('name="no_identifiers"')
    assert "no_identifiers" not in form.plan() + form.no_identifiers()


def test_a_box_that_was_ticked_stays_when_the_form_comes_back(page):
    form = care(way="post", note="Rang 07700 900123.", no_identifiers="y")
    assert not form.validate()
    assert not form.note.errors
    assert "no_identifiers" not in form.note()
    assert "checked" in form.no_identifiers()


def test_an_nhs_number_is_not_for_confirming(page):
    form = care(note="A calm talk.\nThen 943 476 5919.")
    assert not form.validate()
    assert form.note.errors[0].endswith("Found: an NHS number “943 476 5919” in line 2.")
    assert "no_identifiers" not in form.note() + form.no_identifiers()
