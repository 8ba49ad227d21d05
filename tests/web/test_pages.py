import re
from datetime import UTC, date, datetime
from importlib.metadata import version

import pytest
from flask import flash, render_template, render_template_string, session
from jinja2 import ChoiceLoader, DictLoader, UndefinedError

from lms.config import ROOT
from lms.policy import Role
from lms.web import jinja
from tests.web.test_macros import BAD, tokens

VENDOR = ROOT / "lms" / "static" / "vendor" / "nhsuk"
PAGE = """{% extends "layouts/page.html" %}{% set page_title = title %}{% set back = ("/all", "Back to all") %}
{% block content %}<p>Content</p>{% endblock %}"""


@pytest.fixture(autouse=True)
def templates(kit):
    kit.jinja_loader = ChoiceLoader([DictLoader({"page.html": PAGE, "typo.html": "{{ titel }}"}), kit.jinja_loader])


def show(title="Requests"):
    return render_template("page.html", title=title)


def test_a_page_has_no_inline_script_or_style(signed_in_page):
    html = show()
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r'\s(?:style|on\w+)="', html)


def test_a_page_names_itself_the_service_and_the_way_back(page):
    html = show()
    assert "<title>Requests - Thameside Ambulance Service</title>" in html
    assert html.count("<h1") == 1
    assert '<a class="nhsuk-back-link" href="/all">Back to all</a>' in html
    assert "Not for live dispatch" in html
    assert "Who may see what" in html


@pytest.mark.parametrize(
    ("sets", "title", "caption"),
    [
        ("", "Hours", None),
        ("{% set page_caption = 'Placements & more' %}", "Hours - Placements &amp; more", "Placements &amp; more"),
        ("{% set page_about = 'Amina Yusuf' %}", "Hours", "Amina Yusuf"),
        ("{% set page_about = 'Amina Yusuf' %}{% set page_caption = none %}", "Hours", "Amina Yusuf"),
        ("{% set page_about = 'Amina Yusuf' %}{% set page_caption = 'Case' %}", "Hours - Case", "Amina Yusuf, Case"),
    ],
)
def test_the_window_tells_the_caption_and_leaves_out_whom_the_page_is_about(page, sets, title, caption):
    frame = '{% extends "layouts/page.html" %}{% set page_title = "Hours" %}'
    html = render_template_string(frame + sets)
    assert f"<title>{title} - Thameside Ambulance Service</title>" in html
    shown = re.search(r'nhsuk-caption-l">(.*?)<', html)
    assert (shown and shown[1]) == caption


def test_a_stranger_sees_no_menu_and_no_account(page):
    html = show()
    assert "Sign out" not in html
    assert "Capabilities" not in html
    assert "Requests <span" not in html


def test_a_signed_in_person_sees_their_name_role_menu_and_what_waits(signed_in_page):
    html = show()
    assert "Ann Other" in html
    assert "Switch to supervisor" in html
    assert f'name="role" value="{Role.SUPERVISOR}"' in html
    assert "Sign out" in html
    assert 'aria-current="page"' in html
    assert '<span class="app-count">3<span class="nhsuk-u-visually-hidden"> waiting</span></span>' in html


def test_demo_mode_says_that_everybody_is_fictional(kit, page):
    assert "Everybody here is fictional" in show()
    kit.config["DEMO"] = False
    assert "fictional" not in show()


def test_a_message_is_announced(page):
    flash("Hours approved")
    html = show()
    assert 'role="alert"' in html
    assert "Hours approved" in html


def test_hostile_text_stays_text_in_the_frame(page):
    flash(BAD)
    for token in tokens(show(BAD)):
        if isinstance(token, tuple):
            assert "onerror" not in dict(token[1])


@pytest.mark.parametrize("code", [400, 403, 404, 409, 413, 422, 429, 500])
def test_an_error_page_speaks_plainly_and_shows_a_message_as_text(page, code):
    html = render_template(f"errors/{code}.html", message="<b>Why</b>")
    assert html.count("<h1") == 1
    assert "<b>Why</b>" not in html
    assert "Traceback" not in html


def test_the_page_of_a_broken_service_asks_the_database_nothing(kit, page, monkeypatch):
    def broken():
        raise RuntimeError("no database")

    monkeypatch.setitem(kit.jinja_env.globals, "signed_in", broken)
    monkeypatch.setitem(kit.jinja_env.globals, "navigation", broken)
    session["token"] = "any"
    assert "problem with the service" in render_template("errors/500.html", message="")


def test_a_misspelt_name_in_a_template_is_an_error(page):
    with pytest.raises(UndefinedError):
        render_template("typo.html", title="x")


def test_the_address_of_a_static_file_changes_with_its_content(page, tmp_path):
    file = tmp_path / "a.css"
    file.write_text("one")
    address = jinja.StaticUrls(tmp_path)
    first = address("a.css")
    file.write_text("two, longer")
    assert address("a.css") != first
    assert first.startswith("/static/a.css?v=")


# --- Filters ---

SUMMER = datetime(2025, 7, 4, 13, 32, tzinfo=UTC)
NIGHT = datetime(2025, 7, 4, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        pytest.param(jinja.day(date(2025, 4, 4)), "4 April 2025", id="day"),
        pytest.param(jinja.day(NIGHT), "5 July 2025", id="the London day of a moment"),
        pytest.param(jinja.month(date(2025, 4, 4)), "April 2025", id="month"),
        pytest.param(jinja.moment(SUMMER), "4 July 2025, 14:32", id="moment in summer time"),
        pytest.param(jinja.clock(SUMMER), "14:32", id="clock"),
        pytest.param(jinja.hours(450), "7 h 30 min", id="hours and minutes"),
        pytest.param(jinja.hours(60), "1 h", id="whole hours"),
        pytest.param(jinja.hours(0), "0 h", id="no time"),
        pytest.param(jinja.hours(-30), "minus 30 min", id="less than nothing"),
        pytest.param(jinja.label(Role.CONSULTANT_NURSE), "Consultant nurse", id="enum"),
        pytest.param(jinja.label("joint-response_car"), "Joint response car", id="slug"),
        pytest.param(jinja.plural(1, "hour"), "1 hour", id="one"),
        pytest.param(jinja.plural(1200, "capability", "capabilities"), "1,200 capabilities", id="many"),
        pytest.param(jinja.day(None), "", id="no day"),
    ],
)
def test_values_are_shown_the_way_people_write_them(shown, expected):
    assert shown == expected


def test_markdown_of_content_is_made_safe(page):
    assert "<script" not in jinja.markdown("Read **this**<script>alert(1)</script>")
    assert "<strong>this</strong>" in jinja.markdown("Read **this**")


# --- The vendored kit ---


def test_the_vendored_kit_is_the_version_the_reference_port_was_made_for():
    assert (VENDOR / "VERSION").read_text().strip() == "10.6.1"
    assert version("nhsuk-frontend-jinja") == "0.10.2"
    assert "Permission is hereby granted" in (VENDOR / "LICENCE").read_text()


def test_the_vendored_style_asks_no_other_host_and_carries_no_font():
    css = (VENDOR / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
    assert "@font-face" not in css
    for address in re.findall(r"url\(([^)]*)\)", css):
        assert (VENDOR / address).is_file(), address


def test_our_own_files_ask_no_other_host():
    for path in (ROOT / "lms" / "static").glob("*.*"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text.replace("https://", "http://").replace("http-equiv", ""), path.name
