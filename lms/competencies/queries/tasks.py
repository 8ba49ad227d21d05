"""What of supervision and meetings waits for somebody: confirmations, and meetings to arrange."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from lms.competencies.queries.meetings import DueMeeting, MeetingRow, list_meetings_due, list_meetings_waiting
from lms.competencies.queries.supervision import EntryRow, list_entries_waiting
from lms.policy import Viewer


@dataclass(frozen=True, slots=True)
class SupervisionTasks:
    """Entries and meetings the viewer has to confirm, and the meetings to arrange."""

    entries: Sequence[EntryRow]
    meetings: Sequence[MeetingRow]
    due: Sequence[DueMeeting]

    def __bool__(self) -> bool:
        """Say whether anything waits."""
        return bool(self.entries or self.meetings or self.due)

    def first_due(self) -> Iterator[tuple[DueMeeting, int]]:
        """For each trainee the meeting that is due longest, with how many more there are."""
        found: dict[UUID, list[DueMeeting]] = {}
        for each in self.due:
            found.setdefault(each.trainee_id, []).append(each)
        for meetings in found.values():
            yield meetings[0], len(meetings) - 1


def list_supervision_tasks(viewer: Viewer) -> SupervisionTasks:
    """What waits for the viewer, as a trainee or as a supervisor; a few statements for all trainees."""
    return SupervisionTasks(list_entries_waiting(viewer), list_meetings_waiting(viewer), list_meetings_due(viewer))
