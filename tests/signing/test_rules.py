from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import RuleViolation
from lms.signing.rules.guests import (
    Entry,
    GuestVerdict,
    check_account,
    check_join,
    check_verdict,
    checked_people,
    final_entries,
    first_checked,
    is_regulated,
    look_alikes,
    mail_domain,
    organisation_at,
)

ADMIN, PLACE, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
GUEST = Entry(UUID(int=10), "Greta Holm", "Nurse", "77A1234E", "greta@northmere-general.example", is_guest=True)
ACCOUNT = Entry(UUID(int=11), "Asha Patel", "Paramedic", "PA000002", "asha@thameside.example", is_guest=False)
ACCEPTED, REFUSED = GuestVerdict.ACCEPTED, GuestVerdict.REFUSED
IDS = st.integers(0, 8).map(lambda number: UUID(int=number))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("northmere-general.example", "northmere-general.example"),
        (" @Northmere-General.Example ", "northmere-general.example"),
        ("a.b.c.example", "a.b.c.example"),
    ],
)
def test_a_mail_domain_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert mail_domain(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "example", "greta@northmere.example", "north mere.example", "-a.example", "a..example", "a.example."]
)
def test_what_is_no_mail_domain_is_refused(typed: str) -> None:
    with pytest.raises(RuleViolation, match="after the @"):
        mail_domain(typed)


def test_a_domain_where_anybody_gets_an_address_is_refused() -> None:
    with pytest.raises(RuleViolation, match="Anybody"):
        mail_domain("GMail.com")


@pytest.mark.parametrize(
    ("email", "found"),
    [
        ("greta@northmere.example", PLACE),
        ("greta@ward.northmere.example", PLACE),
        ("greta@lab.northmere.example", OTHER),
        ("greta@evil-northmere.example", None),
        ("greta@northmere.example.evil.example", None),
        ("greta@example", None),
        ("northmere.example@evil.example", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_belongs_to_the_organisation_of_its_domain(email: str | None, found: UUID | None) -> None:
    assert organisation_at(email, {"northmere.example": PLACE, "lab.northmere.example": OTHER}) == found


@pytest.mark.parametrize(
    ("profession", "expected"),
    [
        ("Mental health nurse", True),
        ("Consultant psychiatrist", True),
        ("Social worker, approved mental health professional", True),
        ("Specialist Paramedic", True),
        ("GP", True),
        ("Recovery lead", False),
        ("Peer worker", False),
        ("", False),
    ],
)
def test_a_profession_with_a_register_is_known_by_its_name(profession: str, expected: bool) -> None:
    assert is_regulated(profession) is expected


def verdict(guest: Entry = GUEST, given: GuestVerdict = ACCEPTED, **changes: object) -> None:
    values = {
        "actor_id": ADMIN,
        "joined": False,
        "organisation_id": PLACE,
        "registration_checked": True,
        "reason": "",
        **changes,
    }
    check_verdict(guest, given, **values)  # type: ignore[arg-type]


def test_a_guest_is_accepted_when_everything_was_checked() -> None:
    verdict()
    verdict(replace(GUEST, profession="Peer worker", registration_number=""), registration_checked=False)
    verdict(given=REFUSED, reason="Nobody at the ward knows her", organisation_id=None, registration_checked=False)


@pytest.mark.parametrize(
    ("guest", "changes", "words"),
    [
        (GUEST, {"actor_id": GUEST.id}, "Another administrator"),
        (GUEST, {"joined": True}, "already has an account"),
        (replace(GUEST, is_guest=False), {}, "already has an account"),
        (replace(GUEST, email=None), {"organisation_id": None}, "no address"),
        (GUEST, {"organisation_id": None}, "not at a known organisation"),
        (replace(GUEST, registration_number=" "), {}, "no registration number"),
        (GUEST, {"registration_checked": False}, "Look the registration up"),
        (replace(GUEST, profession="Peer worker"), {"registration_checked": False}, "Look the registration up"),
        (GUEST, {"given": REFUSED}, "Say why"),
        (GUEST, {"given": REFUSED, "reason": "No", "actor_id": GUEST.id}, "Another administrator"),
    ],
)
def test_what_was_not_checked_is_not_accepted(guest: Entry, changes: dict[str, object], words: str) -> None:
    with pytest.raises(RuleViolation, match=words):
        verdict(guest, **changes)  # type: ignore[arg-type]


def join(source: Entry = GUEST, into: Entry = ACCOUNT, **changes: object) -> None:
    check_join(source, into, **{"actor_id": ADMIN, "joined": frozenset(), "reason": "Same number", **changes})  # type: ignore[arg-type]


def test_a_guest_is_joined_with_a_guest_or_an_account_and_a_closed_account_with_an_account() -> None:
    join()
    join(into=replace(GUEST, id=OTHER))
    join(replace(ACCOUNT, id=OTHER, is_in_use=False))


@pytest.mark.parametrize(
    ("source", "into", "changes", "words"),
    [
        (GUEST, GUEST, {}, "another entry"),
        (GUEST, ACCOUNT, {"actor_id": GUEST.id}, "Another administrator"),
        (GUEST, ACCOUNT, {"actor_id": ACCOUNT.id}, "Another administrator"),
        (GUEST, ACCOUNT, {"joined": {GUEST.id}}, "already joined"),
        (GUEST, ACCOUNT, {"joined": {ACCOUNT.id}}, "itself joined"),
        (ACCOUNT, GUEST, {}, "not joined with a guest"),
        (ACCOUNT, replace(ACCOUNT, id=OTHER), {}, "Deactivate"),
        (GUEST, ACCOUNT, {"reason": " "}, "how you know"),
    ],
)
def test_entries_that_cannot_be_one_person_are_not_joined(
    source: Entry, into: Entry, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(RuleViolation, match=words):
        join(source, into, **changes)


@pytest.mark.parametrize(
    ("guest", "changes", "words"),
    [
        (GUEST, {"actor_id": GUEST.id}, "Another administrator"),
        (GUEST, {"joined": True}, "already has an account, or was joined"),
        (replace(GUEST, is_guest=False), {}, "already has an account"),
        (GUEST, {"accepted": False}, "Accept the guest"),
    ],
)
def test_only_an_accepted_guest_gets_an_account(guest: Entry, changes: dict[str, object], words: str) -> None:
    check_account(GUEST, actor_id=ADMIN, joined=False, accepted=True)
    with pytest.raises(RuleViolation, match=words):
        check_account(guest, **{"actor_id": ADMIN, "joined": False, "accepted": True, **changes})  # type: ignore[arg-type]


@given(st.lists(st.tuples(IDS, IDS)))
def test_every_chain_of_joined_entries_ends_at_one_that_stands(tries: list[tuple[UUID, UUID]]) -> None:
    pairs: dict[UUID, UUID] = {}
    for source, into in tries:
        if source != into and source not in pairs and into not in pairs:  # What check_join lets through.
            pairs[source] = into
    found = final_entries(pairs)
    assert set(found) == set(pairs)
    assert not set(found.values()) & set(pairs)
    assert all(found[source] == found.get(into, into) for source, into in pairs.items())


@given(st.dictionaries(IDS, st.sampled_from(GuestVerdict)), st.dictionaries(IDS, IDS), st.frozensets(IDS), IDS)
def test_accepting_somebody_more_never_makes_anybody_count_less(
    verdicts: dict[UUID, GuestVerdict], joins: dict[UUID, UUID], accounts: frozenset[UUID], more: UUID
) -> None:
    before = checked_people(verdicts, joins, accounts)
    assert before <= checked_people({**verdicts, more: ACCEPTED}, joins, accounts)
    assert before <= {*verdicts, *joins}, "nobody counts of whom nothing was decided"


def test_who_is_joined_with_somebody_who_counts_counts_as_well() -> None:
    one, two, three, account = (UUID(int=number) for number in range(20, 24))
    verdicts = {two: ACCEPTED, three: REFUSED}
    assert checked_people(verdicts, {one: two}, ()) == {one, two}
    assert checked_people(verdicts, {one: three}, ()) == {two}
    assert checked_people(verdicts, {one: account, three: account}, {account}) == {one, two, three}


def test_entries_with_one_number_or_name_look_alike() -> None:
    twin = replace(GUEST, id=OTHER, name="G. Holm", registration_number="77a 1234 e")
    namesake = replace(GUEST, id=PLACE, name="greta  holm", registration_number="")
    others = [GUEST, twin, namesake, ACCOUNT, replace(ACCOUNT, id=ADMIN, registration_number="")]
    assert look_alikes(GUEST, others) == [twin, namesake]
    assert look_alikes(replace(GUEST, registration_number="", name="Nobody"), others) == []


def test_a_guest_counts_since_they_were_first_found_to_be_somebody_known() -> None:
    one, two, three, account = (UUID(int=number) for number in range(1, 5))
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in range(1, 6)]
    assert first_checked({one: days[2]}, {}, ()) == {one: days[2]}
    assert first_checked({}, {one: (two, days[0])}, ()) == {}
    assert first_checked({two: days[2]}, {one: (two, days[0])}, ()) == {one: days[2], two: days[2]}
    assert first_checked({two: days[0]}, {one: (two, days[2])}, ()) == {one: days[2], two: days[0]}
    assert first_checked({}, {one: (account, days[1])}, {account}) == {one: days[1]}
    joins = {one: (two, days[0]), two: (three, days[3])}
    assert first_checked({two: days[1], three: days[4]}, joins, ()) == {one: days[1], two: days[1], three: days[4]}
    assert first_checked({}, {one: (two, days[0]), two: (one, days[1])}, ()) == {}
