"""Reading contacts as they leave: added up, and naming nobody."""

from lms.core.clock import today
from lms.interop.queries.frameworks import Download
from lms.interop.rules.contacts_csv import write_contacts
from lms.placements.queries import get_placements, list_shared
from lms.placements.rules.sharing import Detail, shared
from lms.policy import Viewer


def export_contacts(viewer: Viewer, detail: Detail) -> Download:
    """The contacts of every trainee the viewer may see, as a file that names nobody.

    Raises RuleViolation where they are of fewer than five trainees.
    """
    text = write_contacts(shared(list_shared(viewer), detail), detail, get_placements())
    return Download(f"contacts-by-{detail.value}-{today():%Y-%m-%d}.csv", text)
