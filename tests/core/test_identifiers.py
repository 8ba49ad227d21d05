import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import RuleViolation
from lms.core.identifiers import IdentifierKind as Kind
from lms.core.identifiers import check_free_text, describe_finds, find_identifiers, holds_nhs_number, is_nhs_number

HOLDS = [
    ("943 476 5919", Kind.NHS_NUMBER, "943 476 5919"),
    ("seen today, 9434765919, at home", Kind.NHS_NUMBER, "9434765919"),
    ("NHS no. 943-476-5919", Kind.NHS_NUMBER, "943-476-5919"),
    ("9 4 3 4 7 6 5 9 1 9", Kind.NHS_NUMBER, "9 4 3 4 7 6 5 9 1 9"),
    ("94.34.76.59.19", Kind.NHS_NUMBER, "94.34.76.59.19"),
    ("aged 52 943 476 5919 in flat 3", Kind.NHS_NUMBER, "943 476 5919"),
    ("943\u00a0476\u20095919", Kind.NHS_NUMBER, "943\u00a0476\u20095919"),
    ("943\n476 5919", Kind.NHS_NUMBER, "943\n476 5919"),
    ("943\u200e476\u200e5919", Kind.NHS_NUMBER, "943\u200e476\u200e5919"),
    ("943 / 476 / 5919", Kind.NHS_NUMBER, "943 / 476 / 5919"),
    ("943, 476, 5919", Kind.NHS_NUMBER, "943, 476, 5919"),
    ("(943) 476 (5919)", Kind.NHS_NUMBER, "943) 476 (5919"),
    ("943\n\n\n476\n\n\n5919", Kind.NHS_NUMBER, "943\n\n\n476\n\n\n5919"),
    ("9/4/3/4/7/6/5/9/1/9", Kind.NHS_NUMBER, "9/4/3/4/7/6/5/9/1/9"),
    ("94,34,76,59,19", Kind.NHS_NUMBER, "94,34,76,59,19"),
    ("+449434765919", Kind.NHS_NUMBER, "9434765919"),
    ("+44 943 476 5919", Kind.NHS_NUMBER, "943 476 5919"),
    ("00449434765919", Kind.NHS_NUMBER, "9434765919"),
    ("0044 943 476 5919", Kind.NHS_NUMBER, "943 476 5919"),
    ("test number 999 000 0018", Kind.NHS_NUMBER, "999 000 0018"),
    ("999 000 0026", Kind.NHS_NUMBER, "999 000 0026"),
    ("call 07700 900123", Kind.PHONE, "07700 900123"),
    ("+44 7700 900123", Kind.PHONE, "+44 7700 900123"),
    ("0044 7700 900 123", Kind.PHONE, "0044 7700 900 123"),
    ("+44 (0)20 7946 0000", Kind.PHONE, "+44 (0)20 7946 0000"),
    ("(020) 7946 0000", Kind.PHONE, "(020) 7946 0000"),
    ("0161 496 0000 after six", Kind.PHONE, "0161 496 0000"),
    ("jo.smith+x@example.co.uk", Kind.EMAIL, "jo.smith+x@example.co.uk"),
    ("DOB 12/3/85", Kind.DATE_OF_BIRTH, "DOB 12/3/85"),
    ("D.O.B. 04.12.1985", Kind.DATE_OF_BIRTH, "D.O.B. 04.12.1985"),
    ("she was born on 4 December 1985", Kind.DATE_OF_BIRTH, "born on 4 December 1985"),
    ("date of birth: 1985-12-04", Kind.DATE_OF_BIRTH, "date of birth: 1985-12-04"),
    ("12/03/1985", Kind.DATE_OF_BIRTH, "12/03/1985"),
    ("CAD 4512", Kind.INCIDENT_NUMBER, "CAD 4512"),
    ("incident number 2024-000123", Kind.INCIDENT_NUMBER, "incident number 2024-000123"),
    ("Incident no. E1234567", Kind.INCIDENT_NUMBER, "Incident no. E1234567"),
    ("job #4512", Kind.INCIDENT_NUMBER, "job #4512"),
    ("ref: AB12345", Kind.INCIDENT_NUMBER, "ref: AB12345"),
    ("near SW1A 1AA", Kind.POSTCODE, "SW1A 1AA"),
    ("m1 1ae", Kind.POSTCODE, "m1 1ae"),
    ("EC1A1BB", Kind.POSTCODE, "EC1A1BB"),
    ("Mr Smith was upset", Kind.NAME, "Mr Smith"),
    ("mr smith was upset", Kind.NAME, "mr smith"),
    ("Mr and Mrs Jones", Kind.NAME, "Mrs Jones"),
    ("Mr A. Patel", Kind.NAME, "Mr A. Patel"),
    ("Dr. O'Brien", Kind.NAME, "Dr. O'Brien"),
    ("MRS HALE", Kind.NAME, "MRS HALE"),
    ("Ms M\u00fcller", Kind.NAME, "Ms M\u00fcller"),
    ("Mr van der Berg", Kind.NAME, "Mr van der Berg"),
    ("PC Jones arrived", Kind.NAME, "PC Jones"),
]


@pytest.mark.parametrize(("text", "kind", "part"), HOLDS)
def test_an_identifier_is_found_where_it_stands(text, kind, part):
    assert [(found.kind, text[found.start : found.end]) for found in find_identifiers(text)] == [(kind, part)]


@pytest.mark.parametrize(
    "text",
    [
        "943 476 5918",
        "SpO2 97, HR 88, BP 142/88, RR 16, temp 36.7",
        "NEWS2 of 3 at 10:30 and 1 at 11:15",
        "NHS 111 option 2, then 999",
        "We met on 4 April 2026",
        "The shift of 12/03/2026 was long",
        "Section 136 under the Mental Health Act 1983",
        "MCA S5 and S6 applied",
        "D1 2nd attempt, S4 2nd, then E4 2hr",
        "took 16 tablets of 500 mg over 3 hours",
        "log 120 hours over ten shifts",
        "the incident 2024 report",
        "I miss the old rota",
        "Dr on call gave advice",
        "20 ms delay on the trace",
        "MR scan was clear",
        "MS patients on the ward",
        "Nurse Practitioner led the talk",
        "the paramedic listened",
        "Mr said he would wait",
        "a woman in her forties with her sister",
        "Job 2 of 3, then standby",
        "SpO2 94, 34% scale 2; 76/59, 19",
        "94, 34, 76, 59, 19",
        "94/34, 76, 59, 19",
    ],
)
def test_ordinary_notes_hold_no_identifier(text):
    assert find_identifiers(text) == []


@pytest.mark.parametrize(
    ("digits", "valid"),
    [("9434765919", True), ("9990000018", True), ("9434765918", False), ("943476591", False), ("94347659190", False)],
)
def test_the_check_digit_decides(digits, valid):
    assert is_nhs_number(digits) is valid


@given(
    nine=st.text(alphabet="0123456789", min_size=9, max_size=9),
    gaps=st.lists(st.sampled_from(["", " ", "-", ". "]), max_size=9),
)
def test_a_valid_number_is_found_in_any_spacing(nine, gaps):
    whole = next((nine + str(last) for last in range(10) if is_nhs_number(nine + str(last))), None)
    if whole is None:
        return
    spaced = "".join(digit + gap for digit, gap in zip(whole, [*gaps, *[""] * 10], strict=False))
    found = find_identifiers(f"seen: {spaced} at home")
    assert Kind.NHS_NUMBER in {each.kind for each in found}


@pytest.mark.parametrize("char", ["a", "1", "0", " ", "\n", "-", ".", "@", "_", "1 ", "0 ", "a.", "a@", "ref ", "no #"])
@pytest.mark.parametrize("start", ["", "CAD", "incident no", "ref", "born", "dob 1", "1 may", "mr", "+44", "0", "a@b"])
def test_long_runs_of_one_character_are_read_to_their_end(start, char):
    find_identifiers(f"{start}{char * 20_000} and")


@pytest.mark.parametrize("char", ["a", "1", "0", " "])
def test_a_text_longer_than_anything_kept_is_refused_unread(monkeypatch, char):
    monkeypatch.setattr("lms.core.identifiers.find_identifiers", lambda text: pytest.fail("was looked at"))
    with pytest.raises(RuleViolation, match="Use 25,000 characters or fewer") as refusal:
        check_free_text(char * 200_000, no_identifiers=True, field="note")
    assert refusal.value.field == "note"


def test_only_the_first_characters_are_looked_at():
    assert find_identifiers(" " * 24_990 + "9434765919")
    assert find_identifiers(" " * 25_000 + "9434765919") == []


@given(st.text())
def test_any_text_is_read_without_overlaps(text):
    found = find_identifiers(text)
    assert all(0 <= item.start < item.end <= len(text) for item in found)
    assert all(first.end <= second.start for first, second in zip(found, found[1:], strict=False))


def test_an_nhs_number_is_refused_whatever_is_confirmed_and_never_repeated():
    with pytest.raises(RuleViolation, match="Remove the NHS number") as refusal:
        check_free_text("943 476 5919", no_identifiers=True, field="note")
    assert "943" not in refusal.value.message
    assert refusal.value.field == "note"


def test_a_writer_is_told_what_was_found_and_where():
    assert describe_finds("A calm talk about sleep.") == ""
    assert describe_finds("Calm.\nMr  Smith of SE29 4XQ") == (
        "Found: a title and surname “Mr Smith” in line 2 and a postcode “SE29 4XQ” in line 2."
    )
    assert describe_finds("DOB 1/2/85. " * 7).endswith("and 2 more.")


@pytest.mark.parametrize(("text", "holds"), [("at 9434765919", True), ("at 943 476 5918", False), ("Mr Smith", False)])
def test_only_an_nhs_number_is_never_stored(text, holds):
    assert holds_nhs_number(text) is holds


def test_other_finds_are_named_until_confirmed():
    text = "Mr Smith, 07700 900123"
    with pytest.raises(RuleViolation, match="a title and surname and a phone number") as refusal:
        check_free_text(text, no_identifiers=False, field="note")
    assert "Smith" not in refusal.value.message
    check_free_text(text, no_identifiers=True, field="note")
    check_free_text("A calm talk about sleep.", no_identifiers=False, field="note")
