from datetime import date

from lms.interop.rules.contacts_csv import write_contacts
from lms.placements.rules.hours import Placements, Setting
from lms.placements.rules.sharing import Detail, Sort
from lms.placements.rules.states import Presentation

PLACES = Placements("Placements", "example", (Setting("crisis-team", "=Crisis", None, 0, "Somebody", ()),), ())


def test_rows_stand_by_month_and_nothing_is_a_formula():
    found = {
        Sort(date(2026, 11, 1), "crisis-team", Presentation.LOW_MOOD, "Led"): 7,
        Sort(date(2026, 10, 1), None, Presentation.OTHER, "Led"): 6,
        Sort(None, None, Presentation.OTHER, "Other"): 2,
    }
    assert write_contacts(found, Detail.PART, PLACES).split("\r\n") == [
        "Month,Setting,What it was about,Part,Contacts",
        "Other months,Other setting,Other,Other,2",
        "October 2026,Other setting,Other,Led,6",
        "November 2026,'=Crisis,Low mood,Led,7",
        "",
    ]


def test_outcomes_stand_over_everything_together():
    text = write_contacts({Sort(None, None, None, "Referred"): 9}, Detail.OUTCOME, PLACES)
    assert text.split("\r\n")[1] == "All months,All settings,All,Referred,9"
