from playwright.sync_api import Browser

from tests.journeys.counting import Thumb
from tests.journeys.service import LiveService
from tests.journeys.test_accessibility import faults

HEADING = "Date,Starts,Ends,Base\n"
NIGHTS = "27/03/2027,19:00,07:00,Eastgate\n29/03/2027,07:00,19:00,Eastgate\n"
NEVER = "28/03/2027,01:30,09:00,Eastgate\n"


def test_a_trainee_imports_the_main_rota_on_a_small_phone(browser: Browser, example_on_sqlite: LiveService) -> None:
    example_on_sqlite.start_again()
    phone = Thumb(browser, example_on_sqlite.url).sign_in_as("Amina Yusuf")
    phone.took()

    # Given a table with a time that never was, when it is checked, then it is refused whole and the cell is named.
    phone.at("/rota").sees("Your main rota is known until")
    phone.follow("Import your main rota")
    phone.attach("rota.csv", (HEADING + NEVER).encode())
    phone.press("Check the file")
    phone.sees("The file is refused: nothing in it can be used until it is right")
    phone.sees("The clocks go forward on 28 March 2027: there is no 01:30.")
    assert phone.took() == 3

    # Given the cell put right, when it is checked, then the real lengths are seen before anything is kept.
    phone.attach("rota.csv", (HEADING + NIGHTS).encode())
    phone.press("Check the file")
    phone.sees("Nothing has been kept yet.")
    phone.sees("2 shifts added, 0 taken out, 0 as before")
    phone.sees("11 h")
    assert not faults(phone.page)
    phone.press("Keep this rota")
    phone.sees("Your main rota is kept: 2 shifts")
    phone.sees("27 March 2027 to 29 March 2027")
    assert phone.took() == 3
    assert "Eastgate" not in phone.page.content()
    phone.leave()


def test_an_administrator_imports_rotas_on_a_small_phone(browser: Browser, example_on_sqlite: LiveService) -> None:
    example_on_sqlite.start_again()
    phone = Thumb(browser, example_on_sqlite.url).sign_in_as("Adam Reed").at("/rotas/import")
    phone.took()
    lines = [f"{key}@thameside.example,2027-03-27,19:00,07:00\n" for key in ("amina.yusuf", "daniel.okafor")]
    phone.attach("rotas.csv", "".join(["Email,Date,Starts,Ends\n", *lines]).encode())
    phone.press("Check the file")
    phone.sees("2 trainees")
    assert not faults(phone.page)
    phone.press("Keep these rotas")
    phone.sees("The main rota of 2 people is kept. They have been told.")
    assert phone.took() == 3
    phone.leave()
