"""Lines about supervision and meetings for the trainee's home."""

from collections.abc import Iterator

from flask import url_for

from lms.competencies.queries import SupervisionTasks
from lms.core.words import day, number_of
from lms.home.rules import Line, Urgency


def supervision_lines(tasks: SupervisionTasks) -> Iterator[Line]:
    """What a trainee should confirm, and which meeting to arrange: one line for all that are due."""
    for row in tasks.entries:
        yield Line(
            "Confirm supervision",
            url_for("competencies.show_supervision", trainee_id=row.fact.trainee_id),
            f"{day(row.fact.held_on)}, logged by {row.supervisor_name}",
            Urgency.UNFINISHED,
        )
    for meeting in tasks.meetings:
        yield Line(
            "Confirm a meeting",
            url_for("competencies.show_meeting", meeting_id=meeting.fact.id),
            f"{meeting.fact.kind.label}, {day(meeting.fact.held_on)}, recorded by {meeting.supervisor_name}",
            Urgency.UNFINISHED,
        )
    for due, others in tasks.first_due():
        planned = due.planned
        more = f", and {number_of(others, 'more meeting')}" if others else ""
        yield Line(
            "Arrange a meeting with your supervisor",
            url_for("competencies.show_meetings", trainee_id=due.trainee_id),
            f"{planned.kind.label} at {planned.placement.site}, {planned.due_words}{more}",
            Urgency.NEW,
        )
