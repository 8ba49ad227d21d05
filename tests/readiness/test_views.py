import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from lms.core.clock import now, today
from lms.readiness import queries, services
from lms.readiness.rules import Decision, Supervision
from tests.factories import grading
from tests.factories import readiness as make
from tests.factories.pdfs import pdf

UNTIL = {"valid_until-day": "1", "valid_until-month": "5", "valid_until-year": "2027"}


@pytest.fixture
def service(app, cast):
    """The small set is loaded; Amina has everything, Ben nothing."""
    with app.app_context():
        make.load_content()
        make.make_ready(cast.trainee, cast, make.make_site())
    return cast


def seen_in(page):
    return re.search(r'name="seen" value="([0-9a-f]{64})"', page.text)[1]


def test_the_board_says_who_is_ready_what_blocks_and_what_to_decide(service, sign_in):
    page = sign_in("consultant_nurse").get("/readiness").text
    assert "To decide today: 1" in page
    assert "Ready: may be authorised, alone with advice on call and review after" in page
    assert "0 of 2 people may be deployed in this setting on 18 November 2026." in page
    assert "Not ready: 4 of 6 requirements missing" in page
    assert "Administrator: Professional registration and 1 more" in page
    assert "0 h of 10 h" in page


def test_the_board_sorts_filters_and_looks_back(service, sign_in):
    client = sign_in("consultant_nurse")
    page = client.get("/readiness?sort=hours&order=descending&cohort=nonsense&setting=nonsense").text
    assert 'aria-sort="descending"' in page
    rows = page[page.index("Readiness for Joint response car") :]
    assert rows.index(">Amina Yusuf</a>") < rows.index(">Ben Carter</a>")
    past = client.get("/readiness?as_of=2026-01-01").text
    assert "As it was known on 1 January 2026" in past
    assert "/decide" not in past


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2026-11-19", "The date must be today or in the past"),
        ("1999-01-01", "The date must be in or after the year 2000"),
        ("abc", "The date must be a real date"),
        ("2026-02-31", "The date must be a real date"),
    ],
)
def test_a_day_that_cannot_be_looked_at_is_refused_beside_its_field_and_today_is_shown(service, sign_in, day, sentence):
    client = sign_in("consultant_nurse")
    page = client.get(f"/readiness?as_of={day}", status=422).text
    assert page.count(sentence) == 2, "in the summary and beside the field"
    assert 'aria-describedby="as_of-error"' in page
    assert "<title>Error: Readiness board" in page
    assert "To decide today: 1" in page
    assert "As it was known" not in page
    for path in ("readiness", "readiness/joint-response-car"):
        page = client.get(f"/trainees/{service.trainee}/{path}?as_of={day}", status=422).text
        assert page.count(sentence) == 2
        assert "was known at the end of" not in page
    client.get("/readiness?as_of=")
    client.get("/readiness?as_of=2026-11-18")


def test_a_past_view_offers_no_decision(service, sign_in, clock):
    day = today().isoformat()
    clock.set(now() + timedelta(days=1))
    client = sign_in("consultant_nurse")
    page = client.get(f"/readiness?as_of={day}").text
    assert "To decide then: 1" in page
    assert "/decide" not in page
    assert f"/trainees/{service.trainee}/readiness?as_of={day}" in page
    for path in ("readiness", "readiness/joint-response-car"):
        assert "/decide" not in client.get(f"/trainees/{service.trainee}/{path}?as_of={day}").text


def test_a_ready_row_says_that_the_consultant_nurse_decides(service, sign_in):
    page = sign_in("consultant_nurse").get("/readiness").text
    row = page[page.index("Readiness for Joint response car") :]
    assert "Consultant nurse: decide" in row[row.index(">Amina Yusuf</a>") : row.index(">Ben Carter</a>")]
    assert "Consultant nurse: decide" not in row[row.index(">Ben Carter</a>") :]


def test_a_printed_board_says_what_it_shows_and_holds_no_addresses(app, service, sign_in):
    page = sign_in("consultant_nurse").get("/readiness?sort=hours&order=descending").text
    said = re.search(r'<p class="app-printed">(.*?)</p>', page)[1]
    assert said == (
        "All cohorts. Sorted by hours, last to first. As of 18 November 2026. "
        "Printed from the page of 18 November 2026, 10:30."
    )
    assert page.count("app-not-printed") == 2
    sheet = (Path(app.static_folder) / "app.css").read_text()
    printed = sheet[sheet.index("@media print") :]
    assert "main a::after { content: none !important; }" in printed
    assert ".app-not-printed, .app-about { display: none; }" in printed


@pytest.mark.parametrize("enrolled", [True, False])
def test_the_consultant_nurse_finds_the_rest_of_the_record_and_the_trainee_sees_no_links(
    app, service, sign_in, enrolled
):
    if enrolled:
        with app.app_context():
            grading.teach()
            grading.enrol(service.trainee, service.university_a)
    nurse = sign_in("consultant_nurse")
    page = nurse.get(f"/trainees/{service.trainee}/readiness").text
    links = re.search(r'<nav class="app-about".*?</nav>', page, re.S)[0]
    assert re.findall(">([^<>]+)</a>", links) == [
        "Capabilities",
        "Contacts",
        "Hours",
        "Supervision",
        *(["Module outcomes"] if enrolled else []),
        "Raise a concern",
        "Write a positive note",
        "Positive notes",
    ]
    for address in re.findall('href="([^"]+)"', links):
        nurse.get(address)
    assert "app-about" not in sign_in("trainee").get(f"/trainees/{service.trainee}/readiness").text


def test_the_form_and_the_decision_say_what_ends_first(service, sign_in):
    nurse = sign_in("consultant_nurse")
    url = f"/trainees/{service.trainee}/readiness/joint-response-car/decide"
    page = nurse.get(url)
    words = "Professional registration ends on 22 May 2027: from the day after, the authorisation is restricted"
    assert words in page.text
    answers = {"decision": "authorise", "supervision": "accompanied", "reason": "Seen.", "seen": seen_in(page)}
    later = {"valid_until-day": "1", "valid_until-month": "6", "valid_until-year": "2027"}
    assert f"{words}, unless it is renewed." in nurse.follow(nurse.post(url, answers | later)).text
    answers["seen"] = seen_in(nurse.get(url))
    assert words not in nurse.follow(nurse.post(url, answers | UNTIL)).text


def test_an_empty_service_has_an_empty_board(sign_in):
    page = sign_in("consultant_nurse").get("/readiness").text
    assert "Nobody to decide about yet" in page


def test_one_trainee_sees_each_setting_with_the_next_step(service, sign_in):
    client = sign_in("trainee_b")
    page = client.get(f"/trainees/{service.trainee_b}/readiness").text
    assert "Not ready: 4 of 6 requirements missing" in page
    assert "Log 10 h more." in page
    assert "No decision has been made yet." in page
    assert "/decide" not in page


def test_every_number_opens_its_rule_and_its_records(service, sign_in):
    page = sign_in("trainee").get(f"/trainees/{service.trainee}/readiness/joint-response-car").text
    assert "At least 10 h of approved attended time. Breaks are not taken off." in page
    assert "Joint response car: 10 h</a> (Sam Okoro)" in page
    assert "example content, not yet clinically approved" in page
    assert "Nothing is missing." in page


def test_an_earlier_day_is_shown_as_it_was_known(service, sign_in):
    client = sign_in("trainee")
    page = client.get(f"/trainees/{service.trainee}/readiness?as_of=2026-02-01").text
    assert "No requirement set was in force on 1 February 2026." in page
    client.get(f"/trainees/{service.trainee}/readiness/joint-response-car?as_of=2026-02-01", status=404)
    client.get(f"/trainees/{service.trainee}/readiness/somewhere-else", status=404)


@pytest.mark.parametrize("path", ["readiness", "readiness/joint-response-car"])
@pytest.mark.parametrize("name", ["trainee_b", "consultant_nurse"])
def test_a_stranger_finds_nothing(service, sign_in, path, name):
    status = 200 if name == "consultant_nurse" else 404
    sign_in(name).get(f"/trainees/{service.trainee}/{path}", status=status)


def test_the_decision_is_made_below_the_evidence_and_frozen_with_it(app, service, sign_in):
    nurse = sign_in("consultant_nurse")
    url = f"/trainees/{service.trainee}/readiness/joint-response-car/decide"
    page = nurse.get(url)
    assert "What you see here is frozen with your decision." in page.text
    assert not re.search('name="decision"[^>]*checked', page.text), "nobody decides by pressing a button once"
    answers = {
        "decision": "authorise",
        "supervision": "accompanied",
        "reason": "<script>alert(1)</script> Seen at work.",
        "seen": seen_in(page),
    }
    shown = nurse.follow(nurse.post(url, answers | UNTIL)).text
    assert "Decision recorded" in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Seen at work." in shown
    assert "Accompanied" in shown
    assert "Ready: all 6 requirements met. Before it: Not decided." in shown
    assert re.search(r"[0-9a-f]{64}", shown)
    trainee = sign_in("trainee")
    own = trainee.get(f"/trainees/{service.trainee}/readiness").text
    assert "Authorised, accompanied" in own
    where = re.search(r"/authorisations/[0-9a-f-]+", own)[0]
    assert "Seen at work." in trainee.get(where).text
    sign_in("trainee_b").get(where, status=404)
    assert "1 of 2 people may be deployed" in nurse.get("/readiness").text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"decision": ""}, "Select what you decide"),
        ({"reason": ""}, "Enter the reason for your decision"),
        ({"valid_until-year": "27"}, "The year must have 4 numbers"),
        ({"valid_until-year": "2020"}, "The date must be in the future"),
        ({"supervision": "none"}, "Select the supervision this authorisation is for"),
        ({"supervision": "alone-and-supervises"}, "Select one of the options"),
        ({"decision": "restrict"}, "There is no authorisation to restrict: defer instead"),
        ({"decision": "defer"}, "To defer, select “Does not apply”"),
        ({"seen": "0" * 64}, "changed after you opened this page"),
    ],
)
def test_a_refused_decision_keeps_what_was_typed(service, sign_in, change, sentence):
    nurse = sign_in("consultant_nurse")
    url = f"/trainees/{service.trainee}/readiness/joint-response-car/decide"
    seen = seen_in(nurse.get(url))
    answers = {"decision": "authorise", "supervision": "accompanied", "reason": "Typed with care.", "seen": seen}
    page = nurse.post(url, answers | UNTIL | change, status=422).text
    assert sentence in page
    assert "Typed with care." in page or change.get("reason") == ""
    assert 'value="1"' in page


def test_somebody_who_is_not_ready_cannot_be_authorised(service, sign_in):
    nurse = sign_in("consultant_nurse")
    url = f"/trainees/{service.trainee_b}/readiness/joint-response-car/decide"
    answers = {"decision": "authorise", "supervision": "accompanied", "reason": "x", "seen": seen_in(nurse.get(url))}
    page = nurse.post(url, answers | UNTIL, status=422).text
    assert "This person is not ready for this setting. Missing:" in page
    nurse.follow(nurse.post(url, answers | UNTIL | {"decision": "defer", "supervision": "none"}))


@pytest.mark.parametrize(
    "name", ["assessor", "educator", "supervisor", "administrator", "external_examiner", "stranger"]
)
def test_other_roles_do_not_reach_readiness(service, sign_in, name):
    client = sign_in(name)
    client.get("/readiness", status=403)
    client.get(f"/trainees/{service.trainee}/readiness", status=403)
    client.get(f"/trainees/{service.trainee}/readiness/joint-response-car/decide", status=403)


def test_an_expired_authorisation_says_since_when(app, service, sign_in, clock):
    with app.app_context():
        services.decide(
            make.viewer(service.consultant_nurse),
            service.trainee,
            make.SETTING,
            decision=Decision.AUTHORISE,
            supervision=Supervision.ACCOMPANIED,
            reason="For ten days.",
            valid_until=today() + timedelta(days=10),
        )
    clock.set(now() + timedelta(days=20))
    page = sign_in("consultant_nurse").get("/readiness").text
    assert "Expired on 28 November 2026" in page
    assert "Expired on 28 November 2026" in sign_in("trainee").get(f"/trainees/{service.trainee}/readiness").text


CHECK = {
    "check_kind": "occupational-health",
    "issued_on-day": "1",
    "issued_on-month": "September",
    "issued_on-year": "2026",
    "valid_until-day": "31",
    "valid_until-month": "8",
    "valid_until-year": "2027",
    "reference": "<img src=x onerror=alert(1)>",
}


def test_an_administrator_records_and_corrects_a_check(service, sign_in):
    client = sign_in("administrator")
    base = f"/people/{service.trainee_b}/checks"
    assert "No check is recorded yet." in client.get(base).text
    page = client.follow(client.post(f"{base}/record", CHECK)).text
    assert "Check recorded" in page
    assert "Occupational health clearance" in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    correct = re.search(rf"{base}/[0-9a-f-]+/correct", page)[0]
    assert 'value="31"' in client.get(correct).text
    refused = client.post(correct, CHECK | {"reason": ""}, status=422).text
    assert "Say why you correct this check" in refused
    page = client.follow(client.post(correct, CHECK | {"reason": "Wrong reference."})).text
    assert "Replaced" in page
    assert "Wrong reference." in page
    client.get(correct, status=404)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"check_kind": ""}, "Select which check it is"),
        ({"issued_on-year": "2027"}, "The date of issue cannot be in the future"),
        ({"valid_until-year": "2025"}, "The end date must be on or after the date of issue"),
        ({"valid_until-month": "13"}, "Enter a real date"),
        ({"reference": "x" * 121}, "Use 120 characters or fewer"),
    ],
)
def test_a_refused_check_keeps_what_was_typed(service, sign_in, change, sentence):
    page = sign_in("administrator").post(f"/people/{service.trainee_b}/checks/record", CHECK | change, status=422).text
    assert sentence in page
    assert 'value="31"' in page


def test_nobody_records_their_own_checks(service, sign_in):
    page = sign_in("administrator").post(f"/people/{service.administrator}/checks/record", CHECK, status=422).text
    assert "Nobody records their own checks." in page


def test_the_command_prints_the_result_the_page_shows(app, service):
    with app.app_context():
        found = queries.explain(make.viewer(service.trainee), service.trainee, make.SETTING, on=today(), known_at=now())
    assert found["words"] == "Ready: all 6 requirements met"
    shown = app.test_cli_runner().invoke(
        args=["readiness", "show", "amina.yusuf@example.org", "--setting", make.SETTING, "--format", "json"]
    )
    assert shown.exit_code == 0, shown.output
    assert '"words": "Ready: all 6 requirements met"' in shown.output


def test_a_certificate_is_kept_with_its_check_and_offered_as_a_download(cast, sign_in):
    client = sign_in("administrator")
    url = f"/people/{cast.trainee}/checks"
    fields = {
        "check_kind": "registration",
        "issued_on-day": "1",
        "issued_on-month": "10",
        "issued_on-year": "2026",
        "valid_until-day": "30",
        "valid_until-month": "9",
        "valid_until-year": "2028",
    }
    page = client.post(f"{url}/record", {**fields, "proof": (BytesIO(b"<html>hello"), "scan.pdf")}, status=422)
    assert "The file must be one of: JPEG, PDF, PNG" in page.text
    number = pdf("Mary Jones", "Seen as 943 476 5919")
    page = client.post(f"{url}/record", {**fields, "proof": (BytesIO(number), "scan.pdf")}, status=422)
    assert "The file holds an NHS number on page 2." in page.text
    scan = pdf("Mary Jones, 07700 900123, jones@thameside.example")
    client.post(f"{url}/record", {**fields, "proof": (BytesIO(scan), "Mary Jones, ill.pdf")})
    link = re.search(r'href="([^"]+/proof)"', client.get(url).text)
    assert link is not None
    answer = client.get(link[1])
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Disposition"].endswith("filename=registration-2026-10-01.pdf")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data == scan
