from datetime import UTC, date, datetime
from html import unescape
from io import BytesIO

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.core.db import db
from lms.identity.models import Person
from lms.interop.rules.rota import pack
from lms.placements.models import RotaImport, RotaShift
from lms.placements.rules.rota import RotaSource
from tests.factories.duties import add_booking, hours_long
from tests.factories.placements import prepare

OWN, MANY = "/rota/import", "/rotas/import"
ROTA = b"Date,Starts,Ends,Base\n16/11/2026,07:00,19:00,Station 5\n17/11/2026,19:00,07:00,Station 5\n"
MOVED = b"Date,Starts,Ends\n16/11/2026,07:00,19:00\n17/11/2026,20:00,08:00\n"


def send(client, data, name="rota.csv", status=200, url=OWN, **days):
    fields = {"file": (BytesIO(data), name)}
    for day, (number, month, year) in days.items():
        fields |= {f"{day}-day": number, f"{day}-month": month, f"{day}-year": year}
    return client.post(url, fields, status=status).text


def rows_on(page):
    """What the page carries until it is confirmed."""
    return unescape(page.split('name="rows" value="')[1].split('"')[0])


def stored(app):
    with app.app_context():
        return [
            db.session.scalar(select(func.count()).select_from(model)) for model in (RotaImport, RotaShift, LedgerEntry)
        ]


@pytest.fixture
def trainee(cast, sign_in):
    return sign_in("trainee")


def test_without_a_rota_the_page_says_what_to_do(trainee):
    page = trainee.get("/rota").text
    assert "Your main rota is not here yet. Until it is, checks of your rest say “not known”." in page
    assert f'href="{OWN}"' in page


def test_a_file_is_seen_first_and_kept_once_it_is_confirmed(app, trainee):
    before = stored(app)
    page = send(trainee, ROTA)
    assert stored(app) == before
    assert "2 shifts added, 0 taken out, 0 as before" in page
    assert "Only times are kept: 1 other column will be left out." in page
    assert "Station 5" not in page
    assert "from <strong>16 November 2026</strong> to <strong>17 November 2026</strong>" in page
    shown = trainee.follow(trainee.post(f"{OWN}/confirmation", {"rows": rows_on(page)}, 303)).text
    assert "Your main rota is kept: 2 shifts" in shown
    assert stored(app)[:2] == [1, 2]
    assert "Your main rota is not known today" in shown  # The clock stands on 18 November.
    assert "16 November 2026 to 17 November 2026" in shown
    again = send(trainee, MOVED, until_on=("30", "11", "2026"))
    assert "1 shift added, 1 taken out, 1 as before" in again
    assert "Taken out" in again
    shown = trainee.follow(trainee.post(f"{OWN}/confirmation", {"rows": rows_on(again)}, 303)).text
    assert "Your main rota is known until 30 November 2026." in shown
    assert "It runs out soon." in shown


def test_booked_shifts_are_held_against_what_is_known(app, cast, trainee):
    with app.app_context():
        site_id = prepare()
        for day, begins in ((24, 18), (27, 9)):
            add_booking(
                cast.trainee, site_id, cast.educator, hours_long(datetime(2026, 11, day, begins, tzinfo=UTC), 5)
            )
    page = trainee.get("/rota").text
    assert page.count("Not all known") == 2
    assert "There is no main rota here." in page
    data = b"Date,Starts,Ends\n2026-11-24,07:00,17:00\n"
    rows = rows_on(send(trainee, data, from_on=("1", "7", "2026"), until_on=("29", "11", "2026")))
    page = trainee.follow(trainee.post(f"{OWN}/confirmation", {"rows": rows}, 303)).text
    assert "1 h between 17:00 on 24 November 2026 and 18:00 on 24 November 2026: the rule asks for 11 h." in page
    assert page.count("1 warning") + page.count("2 warnings") == 1
    assert "24 November 2026, 18:00 to 23:00" in page
    assert '<strong class="nhsuk-tag nhsuk-tag--green">Fine</strong>' in page


def test_a_calendar_file_keeps_no_title(app, trainee):
    data = (
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Riverside\nDTSTART;TZID=Europe/London:20261124T190000\n"
        b"DTEND;TZID=Europe/London:20261125T070000\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    page = send(trainee, data, "work.ics")
    assert "1 shift added" in page
    assert "Riverside" not in page
    shown = trainee.follow(trainee.post(f"{OWN}/confirmation", {"rows": rows_on(page)}, 303)).text
    assert "24 November 2026" in shown
    assert "A calendar file (.ics)" in shown


def test_a_wrong_file_is_refused_whole_with_row_and_column(app, trainee):
    page = send(trainee, ROTA + b"29/3/2026,01:30,09:00,x\n", status=422)
    assert "The file is refused: nothing in it can be used until it is right" in page
    assert "Row 4, column B (Starts)" in page
    assert "The clocks go forward on 29 March 2026: there is no 01:30." in page
    assert "1 problem. Nothing has been kept." in page
    assert 'name="rows"' not in page
    page = send(trainee, b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR", "a.ics", 422)
    assert "Line 2 (DTSTART)" in page


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"x", "rota.xlsx", "The name of the file must end in .csv or .ics"),
        (b"Date,Starts,Ends\n", "rota.csv", "There is no shift in this file."),
        (b"", "rota.csv", "This file is empty."),
    ],
)
def test_what_is_no_rota_is_refused_in_a_sentence(trainee, data, name, told):
    assert told in send(trainee, data, name, 422)


def test_rows_that_did_not_come_back_whole_ask_for_the_file_again(app, trainee):
    for rows in ("", "{}", rows_on(send(trainee, ROTA)).replace("720", "0")):
        page = trainee.post(f"{OWN}/confirmation", {"rows": rows}, 422).text
        assert "Import your main rota" in page
        assert 'class="nhsuk-error-summary' in page
    assert stored(app)[0] == 0


def test_nobody_keeps_a_rota_for_somebody_else_by_changing_the_rows(app, cast, trainee):
    rows = rows_on(send(trainee, ROTA)).replace(str(cast.trainee), str(cast.trainee_b))
    assert "These rows are of somebody else" in trainee.post(f"{OWN}/confirmation", {"rows": rows}, 422).text
    assert stored(app)[:2] == [0, 0]


def test_an_administrator_imports_for_many_people_by_email(app, cast, sign_in):
    administrator = sign_in("administrator")
    emails = people(app, cast.trainee, cast.trainee_b)
    lines = [f"{emails[0].upper()},2026-11-16,07:00,19:00", f"{emails[1]},2026-11-17,19:00,07:00"]
    data = "\n".join(["Email,Date,Starts,Ends", *lines]).encode()
    page = send(administrator, data, url=MANY)
    assert "2 trainees" in page
    assert "16 November 2026, 07:00 to 19:00" in page  # A swapped day and month would be seen.
    assert "16 November 2026 to 16 November 2026" in page
    shown = administrator.follow(administrator.post(f"{MANY}/confirmation", {"rows": rows_on(page)}, 303)).text
    assert "The main rota of 2 people is kept. They have been told." in shown
    assert stored(app)[:2] == [2, 2]


def people(app, *ids):
    with app.app_context():
        return [db.session.get(Person, each).email for each in ids]


def test_an_address_of_no_trainee_is_told_with_its_row(app, cast, sign_in):
    administrator = sign_in("administrator")
    emails = people(app, cast.trainee, cast.assessor)
    lines = [f"{emails[0]},2026-11-16,07:00,19:00", f"{emails[1]},2026-11-17,19:00,07:00"]
    page = send(administrator, "\n".join(["Email,Date,Starts,Ends", *lines]).encode(), url=MANY, status=422)
    assert "Row 3, column A (Email)" in page
    assert "There is no trainee with this email address." in page
    refused = send(administrator, b"x", "a.ics", 422, MANY)
    assert "The name of the file must end in .csv. A trainee imports a calendar file" in refused


def test_everything_wrong_in_a_file_is_told_in_one_round(app, cast, sign_in):
    emails = people(app, cast.trainee, cast.assessor)
    lines = [f"{emails[0]},31/31/2026,7am,19:00", f"{emails[1]},2026-11-17,19:00,07:00", "nobody@example.org,x,,"]
    page = send(sign_in("administrator"), "\n".join(["Email,Date,Starts,Ends", *lines]).encode(), "r.csv", 422, MANY)
    for said in (
        "Row 2, column B (Date)",
        "Row 2, column C (Starts)",
        "Row 3, column A",
        "Row 4, column A",
        "Row 4, column B",
    ):
        assert said in page
    assert "5 problems" in page


def test_somebody_out_of_scope_is_not_found(cast, sign_in):
    administrator = sign_in("administrator")
    rows = pack({cast.assessor: []}, date(2026, 11, 16), date(2026, 11, 17), RotaSource.CSV)
    administrator.post(f"{MANY}/confirmation", {"rows": rows}, 404)


def test_the_home_page_asks_for_a_rota_that_runs_out(trainee):
    assert "Import your main rota" not in trainee.get("/").text  # Nobody who is not enrolled yet is asked.
    rows = rows_on(send(trainee, MOVED, until_on=("25", "11", "2026")))
    trainee.post(f"{OWN}/confirmation", {"rows": rows}, 303)
    assert "It is known until 25 November 2026" in trainee.get("/").text
    rows = rows_on(send(trainee, MOVED, until_on=("2", "12", "2026")))
    trainee.post(f"{OWN}/confirmation", {"rows": rows}, 303)
    assert "Import your main rota" not in trainee.get("/").text


@pytest.mark.parametrize("role", ["supervisor", "assessor", "educator", "consultant_nurse"])
def test_others_import_no_rotas(cast, sign_in, role):
    client = sign_in(role)
    client.get(OWN, 403)
    client.get(MANY, 403)
    client.get("/rota", 403)
