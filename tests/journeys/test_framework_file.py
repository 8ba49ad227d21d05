import csv
import io
from pathlib import Path

from playwright.sync_api import Browser

from tests.journeys.people import Person
from tests.journeys.places import NURSE
from tests.journeys.service import LiveService
from tests.journeys.widths import overflow

PHONE = 375
D1_1 = 3  # The row of the first capability, counted from the row of headings.


class Counted:
    """A person whose taps and fields are counted."""

    def __init__(self, person: Person) -> None:
        self.page, self.done = person.page, 0

    def tap(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]
        self.done += 1

    def choose_file(self, path: Path) -> None:
        self.page.locator("input[type=file]").set_input_files(path)
        self.done += 1

    def sees(self, *texts: str) -> None:
        page = " ".join(self.page.locator("body").inner_text().split())
        assert not [text for text in texts if text not in page], page[:3000]
        assert not overflow(self.page, PHONE)


def changed(exported: Path, path: Path, heading: str, value: str) -> Path:
    """A copy of the exported file with one cell of the first capability changed, as a spreadsheet would save it."""
    rows = list(csv.reader(io.StringIO(exported.read_text(encoding="utf-8"), newline="")))
    rows[D1_1][rows[0].index(heading)] = value
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    return path


def test_the_consultant_nurse_checks_a_file_before_handing_it_in(
    browser: Browser, example_on_sqlite: LiveService, tmp_path: Path
) -> None:
    example_on_sqlite.start_again()
    person = Person(browser, example_on_sqlite.url, width=PHONE)
    person.context.add_cookies([example_on_sqlite.session_of(example_on_sqlite.person(NURSE))])  # type: ignore[list-item]
    nurse, exported = Counted(person), tmp_path / "framework.csv"

    person.page.goto("/frameworks")
    nurse.sees("Versions of the competency framework", "In force")
    versions = person.page.locator("th[scope=row]").count()
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="CSV").first.click()
    download.value.save_as(exported)

    # Given a file with a wrong cell, when it is checked, then it is refused whole and the cell is named.
    nurse.tap("button", "Check a framework file")
    nurse.choose_file(changed(exported, tmp_path / "wrong.csv", "Parent ID number", "D11"))
    nurse.tap("button", "Check the file")
    nurse.sees(
        "The whole file is refused.",
        "Row 4, column A (Parent ID number)",
        "No other row is a domain with the ID number D11.",
    )
    assert nurse.done == 3

    # Given the cell put right and a title changed, when it is checked, then the change is shown and nothing is stored.
    nurse.choose_file(changed(exported, tmp_path / "right.csv", "Short name", "Calming and de-escalation"))
    nurse.tap("button", "Check the file")
    nurse.sees("right.csv can be used", "1 capability changed.", "Calming and de-escalation", "Nothing was stored.")
    assert nurse.done == 5

    person.page.goto("/frameworks")
    assert person.page.locator("th[scope=row]").count() == versions
    assert "Calming" not in person.page.content()
    person.leave()
