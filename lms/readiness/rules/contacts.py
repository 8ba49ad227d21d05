"""What logged contacts amount to against one requirement. What came of a contact plays no part."""

from collections.abc import Mapping, Sequence
from datetime import date

from lms.core.words import join_words, month
from lms.placements.rules.encounters import EncounterFact
from lms.placements.rules.states import Status
from lms.placements.rules.waiting import WaitsOn, turn_of
from lms.readiness.rules.evidence import share_of
from lms.readiness.rules.format import Encounters
from lms.readiness.rules.result import Owner, Record, RequirementResult


def encounters_result(
    item: Encounters, encounters: Sequence[EncounterFact], titles: Mapping[str, str], on: date
) -> RequirementResult:
    """Count the contacts of approved shifts that are asked for, by the day.

    Others than the trainee read this, so a record says the month and the setting and not the day.
    """
    counted, not_counted, turns = [], [], list[WaitsOn | None]()
    for fact in sorted(encounters, key=lambda each: (each.on, each.id)):
        if fact.on > on or not _is_about(item, fact):
            continue
        text = f"{month(fact.on)}, {titles.get(fact.setting, fact.setting)}: {fact.part.label.lower()}"
        why = _why_not(item, fact)
        if why:
            not_counted.append(Record(fact.id, "encounter", text, why))
        elif fact.shift_status is Status.APPROVED:
            counted.append(Record(fact.id, "encounter", text))
        else:
            turns.append(turn_of(fact.shift_status, fact.shift_doubt))
            not_counted.append(Record(fact.id, "encounter", text, "Its shift is not approved yet."))
    missing = item.count - len(counted)
    owner, next_step = (None, "") if missing <= 0 else _next_contacts(missing, turns)
    return RequirementResult(
        key=item.key,
        title=item.title,
        rule=_rule(item, titles),
        met=missing <= 0,
        words=f"{len(counted)} of {item.count}",
        share=share_of(len(counted), item.count),
        counted=tuple(counted),
        not_counted=tuple(not_counted),
        owner=owner,
        next_step=next_step,
    )


def _next_contacts(missing: int, turns: Sequence[WaitsOn | None]) -> tuple[Owner, str]:
    """Whose turn it is where the contacts that wait are enough; else there is more to log."""
    theirs, to_check = turns.count(WaitsOn.SUPERVISOR), turns.count(WaitsOn.ADMINISTRATOR)
    if theirs >= missing:
        return Owner.SUPERVISOR, f"Approve the shifts with the {theirs} that wait."
    if theirs + to_check >= missing:
        return Owner.ADMINISTRATOR, f"Check who signed for the shifts with {to_check} of them."
    waiting = len(turns)
    if waiting >= missing:
        return Owner.TRAINEE, "Answer the supervisor's question about a shift."
    return Owner.TRAINEE, f"Log {missing - waiting} more." + (f" {waiting} wait for approval." if waiting else "")


def _is_about(item: Encounters, fact: EncounterFact) -> bool:
    """Whether a contact is of the settings and presentations that are asked; others are not spoken of."""
    return (not item.settings or fact.setting in item.settings) and (
        not item.presentations or fact.presentation in item.presentations
    )


def _why_not(item: Encounters, fact: EncounterFact) -> str:
    """Why a contact cannot count, whatever becomes of its shift; empty where it can."""
    if fact.taken_back:
        return "The trainee took it back."
    if fact.shift_status is not Status.APPROVED and not fact.shift_status.waits:
        return f"Its shift: {fact.shift_status.label.lower()}."
    if item.parts and fact.part not in item.parts:
        return f"It was {fact.part.label.lower()}, and this asks for {_parts(item)}."
    if item.safety_plan_made and not fact.safety_plan_made:
        return "No safety plan is recorded."
    return ""


def _rule(item: Encounters, titles: Mapping[str, str]) -> str:
    places = ", ".join(titles.get(slug, slug) for slug in item.settings) or "any setting"
    sentence = f"At least {item.count} contacts logged in approved shifts ({places})"
    if item.presentations:
        sentence += f", about {join_words([each.label.lower() for each in item.presentations], 'or')}"
    if item.parts:
        sentence += f", {_parts(item)}"
    return sentence + (", with a safety plan made." if item.safety_plan_made else ".")


def _parts(item: Encounters) -> str:
    return join_words([part.label.lower() for part in item.parts], "or")
