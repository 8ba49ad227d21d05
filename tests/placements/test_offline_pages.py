"""The page that needs no signal, and what it and the service say to each other."""

import json
import re

import pytest
from sqlalchemy import func, select

from lms.audit.models import WriteReceipt
from lms.core.db import db
from lms.core.ids import new_id
from lms.identity.services import viewer_for
from lms.placements import queries
from lms.placements.models import Encounter, Shift
from lms.placements.rules.sealing import Place, lock_for
from tests.factories.offline import seal
from tests.factories.placements import DAY, log, prepare

CONTACT = [
    ("presentation", "overdose"),
    ("part", "led"),
    ("outcome", "referred"),
    ("frameworks", "consent"),
    ("frameworks", "mca-5-6"),
    ("age_band", "not-known"),
]
END = {
    "worked_on-day": str(DAY.day),
    "worked_on-month": str(DAY.month),
    "worked_on-year": str(DAY.year),
    "starts": "19:00",
    "ends": "0700",
    "main_activity": "patient-contact",
    "break_minutes": "30",
    "is_supernumerary": "yes",
    "note": "A long night in the rain.",
    "agreed": "no",
    "agreed_name": "",
    "agreed_email": "",
}


@pytest.fixture
def site_id(app, cast):
    with app.app_context():
        site_id = prepare()
        log(cast.trainee, site_id, cast.supervisor)
        return site_id


@pytest.fixture
def trainee(sign_in):
    return sign_in("trainee")


@pytest.fixture
def entered(app, cast, site_id):
    """A shift with one contact as the device of somebody sends it."""

    def make(who=cast.trainee, *, shift_id=None, contact=CONTACT, **changes):
        shift_id, lock = shift_id or new_id(), lock_for(app.config["OFFLINE_KEY"], who)

        def entry(answers, use):
            found = new_id()
            return {"id": str(found), "sealed": seal(answers, lock, Place(who, shift_id, found, use))}

        end = [*{"site_id": str(site_id), **END, **changes}.items()]
        return {"id": str(shift_id), "contacts": [entry(contact, "contact")], "end": entry(end, "end")}

    return make


def send(client, bundle):
    answer = client.client.post("/offline/bundles", json=bundle, headers={"Accept": "application/json"})
    return answer.status_code, answer.get_json()


def count(app, *models):
    with app.app_context():
        return [db.session.scalar(select(func.count()).select_from(model)) for model in models]


def test_the_page_is_the_same_whoever_asks(client, trainee, sign_in):
    pages = {each.get("/offline").text for each in (client, trainee, sign_in("administrator"))}
    assert len(pages) == 1
    page = pages.pop()
    assert "Amina" not in page
    assert "csrf" not in page


def test_the_service_worker_keeps_the_page_and_every_file_it_names(client):
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    files = json.loads(re.search(r"FILES = (\[.*?\]);", answer.text)[1].replace("\\u0026", "&"))
    assert files[0] == "/offline"
    assert {file.partition("?")[0].rpartition("/")[2] for file in files} >= {
        "app.css",
        "app.js",
        "guard.js",
        "identifiers.js",
        "nhsuk-frontend.min.css",
        "offline-forms.js",
        "offline-page.js",
        "offline-seal.js",
        "offline-store.js",
        "offline-sync.js",
    }
    for file in files:
        client.get(file)


def test_the_service_can_be_installed(client):
    answer = client.get("/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    manifest = json.loads(answer.text)
    assert (manifest["name"], manifest["start_url"]) == ("Thameside Ambulance Service", "/offline")
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).mimetype == icon["type"]
    assert '<link rel="manifest" href="/manifest.webmanifest">' in client.get("/sign-in").text


def test_a_device_is_told_whose_session_it_holds(app, client, trainee, sign_in, cast, site_id):
    said = trainee.get("/offline/session").get_json()
    assert said["owner"] == {
        "person": str(cast.trainee),
        "initials": "AY",
        "lock": lock_for(app.config["OFFLINE_KEY"], cast.trainee),
        "sites": [{"id": str(site_id), "name": "Riverside crisis team (Crisis resolution and home treatment team)"}],
        "site": str(site_id),
    }
    assert said["token"]
    asked = {"headers": {"Accept": "application/json"}}
    assert client.client.get("/offline/session", **asked).status_code == 401
    assert sign_in("supervisor").client.get("/offline/session", **asked).status_code == 403
    assert trainee.get("/offline/session").headers["Cache-Control"] == "no-store"


def test_a_shift_is_logged_once_however_often_it_is_sent(app, trainee, entered, cast):
    bundle = entered()
    before = count(app, Shift, Encounter)
    status, said = send(trainee, bundle)
    assert status == 200
    assert said["words"] == "Shift of 16 November 2026 with 1 contact"
    assert "A long night in the rain." in trainee.get(said["url"]).text
    assert send(trainee, bundle) == (200, {"url": "/hours", "words": "This shift was sent before"})
    assert count(app, Shift, Encounter) == [before[0] + 1, before[1] + 1]
    with app.app_context():
        (row, _) = queries.list_shifts(viewer_for(cast.trainee), cast.trainee)
        assert (row.fact.minutes, row.fact.break_minutes, row.supervisor_name) == (720, 30, "Sam Okoro")


def test_something_else_under_the_same_id_is_refused_and_comes_back(app, trainee, entered):
    first = entered()
    assert send(trainee, first)[0] == 200
    after = count(app, Shift, Encounter)
    changed = entered(shift_id=first["id"], note="It rained until six.")
    status, said = send(trainee, changed)
    assert status == 409
    assert "already sent" in said["problems"][0]["message"]
    assert "correct the shift in your hours" in said["problems"][0]["message"]
    assert said["url"] == "/hours"
    assert ["note", "It rained until six."] in said["opened"][changed["end"]["id"]]
    assert said["opened"][changed["contacts"][0]["id"]] == [list(pair) for pair in CONTACT]
    assert count(app, Shift, Encounter) == after


def test_the_text_of_somebody_else_does_not_come_back_under_an_id_of_ones_own(trainee, entered, cast):
    first = entered()
    assert send(trainee, first)[0] == 200
    status, said = send(trainee, entered(cast.trainee_b, shift_id=first["id"]))
    assert (status, said["opened"]) == (422, {})


def test_what_is_refused_comes_back_opened_and_can_be_put_right_under_its_id(app, trainee, entered):
    before = count(app, Shift, WriteReceipt)
    bundle = entered(starts="25:00", note="Written at night.")
    status, said = send(trainee, bundle)
    assert status == 422
    assert said["problems"] == [
        {
            "entry": bundle["end"]["id"],
            "field": "starts",
            "message": "Enter a time on the 24-hour clock, for example 07:30 or 19:30",
        }
    ]
    assert ["note", "Written at night."] in said["opened"][bundle["end"]["id"]]
    assert said["opened"][bundle["contacts"][0]["id"]] == [list(pair) for pair in CONTACT]
    assert count(app, Shift, WriteReceipt) == before
    assert send(trainee, entered(shift_id=bundle["id"]))[0] == 200


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        pytest.param({"starts": "08:00", "ends": "09:00"}, "starts", "overlaps", id="a rule"),
        pytest.param({"note": "NHS 943 476 5919"}, "note", "never stored here", id="an NHS number"),
        pytest.param({"note": "Saw Mrs Jones"}, "note", "title and surname", id="a name that was not confirmed"),
        pytest.param({"agreed": "yes", "agreed_name": "Nell"}, "agreed_email", "both", id="half of a supervisor"),
        pytest.param(
            {"agreed": "yes", "agreed_name": "Asha", "agreed_email": "asha.patel@example.org"},
            "agreed_email",
            "does not supervise",
            id="somebody who supervises nobody",
        ),
        pytest.param({"contact": [("part", "led")]}, "presentation", "what the contact was about", id="a contact"),
    ],
)
def test_each_refusal_names_its_field(trainee, entered, changes, field, words):
    status, said = send(trainee, entered(**changes))
    assert status == 422
    assert field in {problem["field"] for problem in said["problems"]}
    assert words in " ".join(problem["message"] for problem in said["problems"])
    assert said["opened"]


def test_nobody_sends_the_entries_of_somebody_else(app, sign_in, trainee, entered, cast):
    before = count(app, Shift, Encounter)
    theirs = entered(cast.trainee_b)
    for client, bundle in ((trainee, theirs), (sign_in("trainee_b"), entered())):
        status, said = send(client, bundle)
        assert status == 422
        assert "cannot be opened" in said["problems"][0]["message"]
        assert said["opened"] == {}
    mixed = {**entered(), "contacts": theirs["contacts"]}
    assert send(trainee, mixed)[0] == 422
    assert count(app, Shift, Encounter) == before


@pytest.mark.parametrize("sent", [None, [], {"id": 7}, {"id": str(new_id()), "contacts": [], "end": None}, "shift"])
def test_what_is_no_shift_is_refused(trainee, sent):
    assert send(trainee, sent)[0] == 422


def test_what_is_nested_without_end_is_refused(trainee):
    answer = trainee.client.post("/offline/bundles", data="[" * 100_000, content_type="application/json")
    assert answer.status_code == 422


def test_a_draft_says_what_it_holds(app, trainee, sign_in, entered, cast):
    status, said = send(sign_in("trainee_b"), entered(cast.trainee_b, agreed="yes"))
    assert status == 200
    assert said["words"] == "Shift of 16 November 2026 with 1 contact: choose who supervised it"
    page = sign_in("trainee_b").get(said["url"]).text
    assert "sent with this shift: 1 contact and that your supervisor agreed." in page
    assert "A long night in the rain." in page


def test_what_was_agreed_without_a_signal_reads_as_not_confirmed_until_it_is(trainee, sign_in, entered):
    words = "Approved without a signal, not confirmed yet"
    supervisor = sign_in("supervisor")
    url = send(trainee, entered(agreed="yes"))[1]["url"]
    pages = [(trainee, "/hours"), (trainee, url), (supervisor, "/hours/waiting"), (supervisor, url)]
    assert [each.get(address).text.count(words) for each, address in pages] == [1, 1, 1, 1]
    supervisor.post("/hours/waiting", {"shifts": url.rpartition("/")[2]}, 303)
    assert [each.get(address).text.count(words) for each, address in pages] == [0, 0, 0, 0]


def test_pages_tell_the_device_whose_they_are(trainee, sign_in, client, cast, site_id):
    for address in ("/", "/hours"):
        page = trainee.get(address).text
        assert f'<meta name="offline-person" content="{cast.trainee}" data-trainee data-prepare>' in page
    assert 'href="/offline"' in trainee.get("/hours").text
    assert f'content="{cast.trainee}" data-trainee>' in trainee.get("/modules").text
    assert f'content="{cast.supervisor}">' in sign_in("supervisor").get("/").text
    assert "offline-person" not in client.get("/sign-in").text
