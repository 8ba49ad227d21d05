"""The links of the header, by the role the viewer acts in."""

from flask import request, url_for

from lms.competencies import queries as competencies
from lms.grading import queries as grading
from lms.placements import queries as placements
from lms.placements.queries.deciding import count_to_decide
from lms.placements.queries.safeguarding import count_reports_to_take_up
from lms.policy import Role, Viewer
from lms.signing import queries as signing
from lms.web.access import current
from lms.web.jinja import NavigationLink

LINKS: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.TRAINEE: (
        ("Modules", "curriculum.list_modules"),
        ("Cases", "cases.list_cases"),
        ("Capabilities", "competencies.list_capabilities"),
        ("Placements", "placements.list_placements"),
        ("Hours", "placements.show_own_hours"),
        ("Readiness", "readiness.show_trainee"),
        ("Supervision", "competencies.show_supervision"),
        ("Feedback", "grading.list_feedback"),
        ("Notes and concerns", "competencies.list_own_concerns"),
    ),
    Role.SUPERVISOR: (
        ("Hours waiting", "placements.list_waiting"),
        ("Who comes to you", "placements.list_coming"),
        ("Clearances", "placements.list_clearances"),
        ("Time pulled", "placements.show_pulled"),
        ("Assessments", "competencies.list_waiting"),
        ("Supervision", "competencies.list_supervision"),
        ("Feedback about trainees", "competencies.list_collected_feedback"),
        ("What trainees say", "placements.list_own_sites"),
        ("Concerns", "competencies.list_concerns"),
    ),
    Role.ASSESSOR: (
        ("Requests", "competencies.list_waiting"),
        ("Sign-offs", "competencies.list_sign_off_work"),
        ("Concerns", "competencies.list_concerns"),
    ),
    Role.EDUCATOR: (
        ("Marking", "grading.show_queue"),
        ("Bookings", "placements.list_bookings_to_decide"),
        ("Cohorts", "curriculum.list_cohorts"),
        ("Cases", "cases.list_reviews"),
        ("Modules", "curriculum.list_modules"),
        ("Assessments", "competencies.list_waiting"),
        ("Concerns", "competencies.list_concerns"),
        ("Supervision", "competencies.list_supervision"),
        ("Sampling", "competencies.show_sampling"),
        ("Time pulled", "placements.show_pulled"),
        ("Evaluations", "placements.list_evaluations"),
    ),
    Role.EXTERNAL_EXAMINER: (("Sample", "grading.show_sample"), ("Modules", "curriculum.list_modules")),
    Role.CONSULTANT_NURSE: (
        ("Readiness", "readiness.show_board"),
        ("Bookings", "placements.list_bookings_to_decide"),
        ("Reports of a risk", "placements.list_reports"),
        ("Cohorts", "curriculum.list_cohorts"),
        ("Slots", "placements.list_slots"),
        ("Assessments", "competencies.list_waiting"),
        ("Feedback about trainees", "competencies.list_collected_feedback"),
        ("Concerns", "competencies.list_concerns"),
        ("Evaluations", "placements.list_evaluations"),
        ("Sign-offs", "competencies.list_sign_off_work"),
        ("Supervision", "competencies.list_supervision"),
        ("Sampling", "competencies.show_sampling"),
        ("Time pulled", "placements.show_pulled"),
        ("Modules", "curriculum.list_modules"),
        ("Framework", "competencies.list_frameworks"),
        ("Signatures", "signing.list_suspensions"),
        ("Redactions", "home.list_redactions"),
    ),
    Role.ADMINISTRATOR: (
        ("People", "identity.list_people"),
        ("Guests", "signing.list_guests"),
        ("Cohorts", "curriculum.list_cohorts"),
        ("Sites", "placements.list_sites"),
        ("Slots", "placements.list_slots"),
        ("Clearances", "placements.list_clearances"),
        ("Rotas", "interop.import_rotas"),
        ("Jobs", "home.list_jobs"),
        ("Redactions", "home.list_redactions"),
    ),
}
ASKED = frozenset({Role.ASSESSOR, Role.SUPERVISOR})  # Nobody asks the others: they begin by themselves.
OWN_RECORD = frozenset({"competencies.list_capabilities", "competencies.show_supervision", "readiness.show_trainee"})


def navigation() -> list[NavigationLink]:
    """The links for the viewer's acting role; the one thing that waits for them carries its count."""
    found = current()
    if found is None:
        return []
    viewer = found.viewer
    links = [NavigationLink("Home", url_for("home.show_home"), request.endpoint == "home.show_home")]
    for label, endpoint in LINKS[viewer.acting]:
        href = url_for(endpoint, trainee_id=viewer.id) if endpoint in OWN_RECORD else url_for(endpoint)
        links.append(NavigationLink(label, href, request.path == href, _count(viewer, endpoint)))
    return links


def _count(viewer: Viewer, endpoint: str) -> int:
    if endpoint == "placements.list_waiting":
        return placements.count_waiting(viewer)
    if endpoint == "placements.list_bookings_to_decide":
        return count_to_decide(viewer)
    if endpoint == "placements.list_clearances":
        return placements.count_clearance_work(viewer)
    if endpoint == "placements.list_reports":
        return count_reports_to_take_up(viewer)
    if endpoint == "competencies.list_waiting" and viewer.acting in ASKED:
        return competencies.count_waiting(viewer)
    if endpoint == "grading.show_queue":
        return grading.count_to_mark(viewer)
    if endpoint == "signing.list_guests":
        return signing.count_to_check(viewer)
    if endpoint == "signing.list_suspensions":
        return signing.count_suspensions(viewer)
    return 0
