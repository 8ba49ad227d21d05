"""Whose record: a permission opens nothing about a trainee without a grant on them in a role that carries it."""

from uuid import UUID

import pytest
from flask import Flask

from lms.core.ids import new_id
from lms.policy import GRANTS, Permission, Role, allows
from tests.client import PageClient
from tests.guards.addresses import RECORD, Way, record_of, trainee_ways, ways
from tests.guards.demo_service import UNIVERSITY_OF, Demo

TRAINEES = list(UNIVERSITY_OF)
BESIDE = {"yusuf": "okafor", "morgan": "lin"}  # Somebody of the same cohort.
OTHER = {"yusuf": "morgan", "morgan": "yusuf"}
NOWHERE = UUID(int=3)  # A scope that no trainee belongs to.

ENDINGS = {
    "home.decide_redaction",
    "identity.deactivate",
}  # After these there is less to find.

UNASKED = {"competencies.start"}  # Whoever sees the trainee as an assessor may assess what they saw.

# Views that answer for everybody who holds the permission, and why.
WITHOUT_SCOPE = {
    "home.ask_redaction": "shows nothing of the text, and a text may stand anywhere in the record",
    "home.decide_redaction": "shows the text to those who read it where it stands, see tests/home/test_redactions.py",
    "home.pass_on_redaction": "shows nothing of the text, and tells those who may read it",
    **{
        f"identity.{name}": "the administrator keeps all accounts of the trust"
        for name in (
            "show_person",
            "edit_person",
            "give_role",
            "end_role",
            "invite",
            "remove_second_factor",
            "deactivate",
            "reactivate",
        )
    },
    **{
        f"placements.{name}": "the administrator records the checks of everybody with an account"
        for name in ("list_checks", "record_check", "correct_check", "download_proof")
    },
}


@pytest.fixture(scope="module")
def records(kept_service: Demo) -> dict[str, dict[str, UUID]]:
    """The ids of one record of each university."""
    return {trainee: record_of(kept_service, trainee) for trainee in TRAINEES}


def scoped(app: Flask) -> list[Way]:
    return [way for way in trainee_ways(app) if way.endpoint not in WITHOUT_SCOPE]


def leaks(
    service: Demo, person_id: UUID, record: dict[str, UUID], roles: set[Role], seen_as: frozenset[Role] = frozenset()
) -> list[str]:
    """What does not answer 404 to somebody whose roles carry the permission but who sees the trainee in `seen_as` only.

    Nothing is said about views whose permission a role in `seen_as` carries, nor where no role does: the hook refuses.
    """
    client = service.sign_in(person_id)
    asked = [
        way
        for way in scoped(service.app)
        if isinstance(way.access, Permission) and allows(roles, way.access) and not allows(seen_as, way.access)
    ]
    answers = [(way, way.go(client, way.url(service.app, record)).status_code) for way in asked]
    return [f"{way}: {answer}" for way, answer in answers if answer != 404]


def test_every_argument_of_an_address_is_known(kept_service: Demo) -> None:
    unknown = {str(way.rule.rule): way.unknown for way in ways(kept_service.app) if way.unknown}
    assert not unknown, f"say what these arguments name, in RECORD or WORDS of tests/guards/addresses.py: {unknown}"


def test_every_view_about_a_trainee_asks_for_a_permission(kept_service: Demo) -> None:
    for way in ways(kept_service.app):
        assert not way.names or isinstance(way.access, Permission), f"{way} names {list(way.names.values())}"


def test_the_exceptions_are_views_about_trainees(kept_service: Demo) -> None:
    assert set(WITHOUT_SCOPE) <= {way.endpoint for way in trainee_ways(kept_service.app)}


@pytest.mark.parametrize("role", Role)
def test_a_stranger_with_the_permission_finds_nothing(
    kept_service: Demo, records: dict[str, dict[str, UUID]], role: Role
) -> None:
    stranger = kept_service.add_person(f"Stranger {role.value}", (role, NOWHERE))
    for trainee in TRAINEES:
        assert leaks(kept_service, stranger, records[trainee], {role}) == []


def test_a_stranger_with_every_role_finds_nothing_and_leaves_nothing(
    kept_service: Demo, records: dict[str, dict[str, UUID]]
) -> None:
    stranger = kept_service.add_person("Stranger of all trades", *((role, NOWHERE) for role in Role))
    before = kept_service.digests()
    for trainee in TRAINEES:
        assert leaks(kept_service, stranger, records[trainee], set(Role)) == []
    assert kept_service.digests() == before


@pytest.mark.parametrize("trainee", TRAINEES)
def test_another_trainee_finds_nothing(kept_service: Demo, records: dict[str, dict[str, UUID]], trainee: str) -> None:
    for other in (BESIDE[trainee], OTHER[trainee]):
        assert leaks(kept_service, kept_service.people[other], records[trainee], {Role.TRAINEE}) == []


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (Role.EXTERNAL_EXAMINER, Role.EDUCATOR),
        (Role.EDUCATOR, Role.EXTERNAL_EXAMINER),
        (Role.CONSULTANT_NURSE, Role.EDUCATOR),
        (Role.EDUCATOR, Role.ADMINISTRATOR),
        (Role.ADMINISTRATOR, Role.CONSULTANT_NURSE),
    ],
)
@pytest.mark.parametrize("trainee", TRAINEES)
def test_two_roles_at_two_universities_never_add_up(
    kept_service: Demo, records: dict[str, dict[str, UUID]], here: Role, there: Role, trainee: str
) -> None:
    university = kept_service.organisations[UNIVERSITY_OF[trainee]]
    elsewhere = kept_service.organisations[UNIVERSITY_OF[OTHER[trainee]]]
    name = f"{here.value} here {there.value} there {trainee}"
    both = kept_service.add_person(name, (here, university), (there, elsewhere))
    assert leaks(kept_service, both, records[trainee], {here, there}, frozenset({here})) == []


@pytest.mark.parametrize(("here", "there"), [(Role.ASSESSOR, Role.SUPERVISOR), (Role.SUPERVISOR, Role.ASSESSOR)])
@pytest.mark.parametrize("trainee", TRAINEES)
def test_assessing_one_trainee_and_supervising_another_never_add_up(
    kept_service: Demo, records: dict[str, dict[str, UUID]], here: Role, there: Role, trainee: str
) -> None:
    both = kept_service.add_person(f"{here.value} and {there.value} {trainee}", (here, NOWHERE), (there, NOWHERE))
    kept_service.let_see(both, trainee, here)
    kept_service.let_see(both, OTHER[trainee], there)
    assert leaks(kept_service, both, records[trainee], {here, there}, frozenset({here})) == []


@pytest.mark.parametrize(
    ("role", "permission", "endpoints"),
    [
        (
            Role.ASSESSOR,
            Permission.ASSESSMENT_COMPLETE,
            {
                f"competencies.{name}"
                for name in (
                    "add_words",
                    "complete",
                    "correct",
                    "decline_request",
                    "not_mine",
                    "open_request",
                    "pass_on",
                    "save_draft",
                    "throw_away",
                )
            },
        ),
        (Role.SUPERVISOR, Permission.HOURS_APPROVE, {"placements.approve_shift", "placements.query_shift"}),
    ],
)
@pytest.mark.parametrize("trainee", TRAINEES)
def test_what_was_asked_of_one_person_is_not_answered_by_another_who_sees_the_trainee(
    kept_service: Demo,
    records: dict[str, dict[str, UUID]],
    role: Role,
    permission: Permission,
    endpoints: set[str],
    trainee: str,
) -> None:
    named = [way for way in scoped(kept_service.app) if way.access is permission and way.endpoint not in UNASKED]
    assert {way.endpoint for way in named} == endpoints, "say here who is named"
    person = kept_service.add_person(f"Not the {role.value} {trainee}", (role, NOWHERE))
    kept_service.let_see(person, trainee, role)
    client = kept_service.sign_in(person)
    for way in named:
        assert way.go(client, way.url(kept_service.app, records[trainee])).status_code == 404, str(way)


def test_whoever_raised_a_concern_does_not_manage_it_with_a_role_held_elsewhere(service: Demo) -> None:
    both = service.add_person("Raises here", (Role.ASSESSOR, NOWHERE), (Role.CONSULTANT_NURSE, NOWHERE))
    service.let_see(both, "yusuf", Role.ASSESSOR)
    client = service.sign_in(both, Role.ASSESSOR)
    form = f"/trainees/{service.people['yusuf']}/concerns/raise"
    assert "action-plan" not in client.get(form).text
    client.post(form, {"rung": "action-plan", "text": "Something to look at."}, 422)
    client.post(form, {"rung": "recorded-concern", "text": "Something to look at."})
    raised = UUID(str(service.sql("SELECT id FROM concern WHERE raised_by_id = ?", both.hex)[0][0]))
    page = client.get(f"/concerns/{raised}").text
    assert f"/concerns/{raised}/" not in page
    for step in ("move", "close"):
        client.get(f"/concerns/{raised}/{step}", 404)
        client.post(f"/concerns/{raised}/{step}", {"rung": "heads-up", "reason": "Done."}, 404)


def test_an_id_nobody_has_is_not_found(kept_service: Demo) -> None:
    """Even by somebody with every role and a grant on everything."""
    trust, *universities = (kept_service.organisations[slug] for slug in ("thameside", "northmere", "wexcombe"))
    taught = {Role.EDUCATOR, Role.EXTERNAL_EXAMINER}
    places = [(role, at) for role in Role for at in (universities if role in taught else [trust])]
    everybody = kept_service.add_person("All roles everywhere", *places)
    client = kept_service.sign_in(everybody)
    nobody = {name: new_id() for name in RECORD}
    found = {
        str(way): answer
        for way in trainee_ways(kept_service.app)
        if (answer := way.go(client, way.url(kept_service.app, nobody)).status_code) != 404
    }
    assert found == {}


@pytest.mark.parametrize("argument", ["check_id", "assignment_id"])
def test_a_row_of_one_person_is_not_found_under_another(
    kept_service: Demo, records: dict[str, dict[str, UUID]], argument: str
) -> None:
    client = kept_service.sign_in(kept_service.people["reed"])
    mixed = records["yusuf"] | {argument: records["morgan"][argument]}
    both = [way for way in ways(kept_service.app) if {"person_id", argument} <= set(way.names)]
    assert both
    for way in both:
        assert way.go(client, way.url(kept_service.app, mixed)).status_code == 404, str(way)
        assert way.go(client, way.url(kept_service.app, records["yusuf"])).status_code != 404, str(way)


def test_ids_inside_a_form_are_held_to_the_same_scope(kept_service: Demo) -> None:
    marks = {
        trainee: UUID(str(kept_service.sql("SELECT id FROM mark WHERE trainee_id = ?", person_id.hex)[0][0]))
        for trainee in TRAINEES
        for person_id in [kept_service.people[trainee]]
    }
    for educator, trainee in (("lowe", "morgan"), ("bevan", "yusuf")):
        kept_service.sign_in(kept_service.people[educator]).post("/marking/release", {"marks": marks[trainee]}, 404)
    shift = kept_service.sql("SELECT id FROM shift WHERE trainee_id = ?", kept_service.people["morgan"].hex)[0][0]
    stranger = kept_service.add_person("Supervisor of nobody", (Role.SUPERVISOR, NOWHERE))
    kept_service.sign_in(stranger).post("/hours/waiting", {"shifts": UUID(str(shift))}, 422)


def test_whoever_the_record_belongs_to_gets_through(service: Demo, records: dict[str, dict[str, UUID]]) -> None:
    """The other side: each address leads somebody somewhere, so that a 404 above says something about scope."""
    for trainee in TRAINEES:
        clients = _rightful(service, trainee, records[trainee])
        lost = []
        for way in sorted(trainee_ways(service.app), key=lambda each: (each.method, each.endpoint in ENDINGS)):
            url = way.url(service.app, records[trainee])
            answers = (way.go(client, url).status_code for role, client in clients if way.access in GRANTS[role])
            if all(answer in (403, 404, 500) for answer in answers):
                lost.append(str(way))
        assert lost == []


def _rightful(service: Demo, trainee: str, record: dict[str, UUID]) -> list[tuple[Role, PageClient]]:
    """Those of the example service who have to do with this trainee, by role."""
    university = UNIVERSITY_OF[trainee]
    examiner = service.add_person(f"Of {university}", (Role.EXTERNAL_EXAMINER, service.organisations[university]))
    asked, booked, rater = (
        UUID(str(service.sql(statement, record[name].hex)[0][0]))
        for name, statement in (
            ("request_id", "SELECT assessor_id FROM assessment_request WHERE id = ?"),
            ("shift_id", "SELECT supervisor_id FROM shift WHERE id = ?"),
            ("rater_id", "SELECT person_id FROM feedback_rater WHERE id = ?"),
        )
    )
    people = {
        Role.TRAINEE: service.people[trainee],
        Role.CONSULTANT_NURSE: service.people["doyle"],
        Role.ADMINISTRATOR: service.people["akhtar"],
        Role.EDUCATOR: service.people["lowe" if university == "northmere" else "bevan"],
        Role.EXTERNAL_EXAMINER: examiner,
        Role.ASSESSOR: asked,
        Role.SUPERVISOR: booked,
    }
    found = [(role, service.sign_in(person_id)) for role, person_id in people.items()]
    return [*found, (Role.ASSESSOR, service.sign_in(rater))]
