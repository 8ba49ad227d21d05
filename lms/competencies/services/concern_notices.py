"""Telling the people a concern has to do with. A notice says that there is something to read, never what."""

from collections.abc import Collection, Mapping
from uuid import UUID

from lms.competencies import queries
from lms.competencies.rules import ConcernFact, Party
from lms.notifications.services import tell

RAISED: Mapping[Party, str] = {
    Party.TRAINEE: "A concern about you was recorded. Read it and say how you see it",
    Party.TRUST: "A concern was raised",
    Party.UNIVERSITY: "A concern about a trainee of your university was raised",
}
DECIDED: Mapping[Party, str] = {
    Party.TRAINEE: "Something was decided about a concern about you",
    Party.TRUST: "A concern was decided on",
    Party.RAISER: "A concern you raised was decided on",
    Party.UNIVERSITY: "A concern about a trainee of your university was decided on",
}
NO_LONGER = "A concern about a trainee of your university went to a rung the university does not see"


def own_page(concern_id: UUID) -> str:
    """Where the trainee reads it."""
    return f"/concerns/about-me/{concern_id}"


def page_of(concern_id: UUID) -> str:
    """Where everybody else reads it."""
    return f"/concerns/{concern_id}"


def tell_parties(
    concern: ConcernFact,
    parties: Collection[Party],
    words: Mapping[Party, str],
    *,
    but: UUID | None,
    university_sees: bool = True,
) -> None:
    """Put a notice for each person of these parties, once each, and none for who acted.

    Educators who can no longer read the concern are led to their list.
    """
    told = {but}
    for party in Party:  # In the order of the table: the trainee is never told as somebody else.
        if party not in parties:
            continue
        text, url = words[party], own_page(concern.id) if party is Party.TRAINEE else page_of(concern.id)
        if party is Party.UNIVERSITY and not university_sees:
            text, url = NO_LONGER, "/concerns"
        for person_id in _people(concern, party):
            if person_id not in told and (person_id != concern.trainee_id or party is Party.TRAINEE):
                told.add(person_id)
                tell(person_id, text, url)


def _people(concern: ConcernFact, party: Party) -> Collection[UUID]:
    if party is Party.TRAINEE:
        return (concern.trainee_id,)
    if party is Party.RAISER:
        return (concern.raised_by_id,)
    if party is Party.TRUST:
        return queries.list_managers(concern.trainee_id)
    return queries.list_educators(concern.trainee_id)
