"""Opening the accounts of the example service, and acting as its people."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from functools import partial
from uuid import UUID

from lms.core.clock import now, today
from lms.core.db import transaction
from lms.curriculum import services as curriculum
from lms.demo.people import DEPUTY, GROUPS, ORGANISATIONS, PLACES, STAFF, TRUST, Group, Staff, email_of
from lms.demo.stories import STORIES, Story
from lms.demo.timeline import Timeline
from lms.identity import services as identity
from lms.identity.models import Credential
from lms.identity.rules import CredentialKind, OrganisationKind
from lms.placements import services as placements
from lms.policy import Role, Viewer

OPENED = 420
PROGRAMME = "pgcert-spp-mh"
ADMINISTRATOR, CONSULTANT_NURSE = "reed", "njoroge"


@dataclass(slots=True)
class Cast:
    """The ids of everybody and everything by the keys of the stories."""

    password_hash: str
    people: dict[str, UUID] = field(default_factory=dict)
    organisations: dict[str, UUID] = field(default_factory=dict)
    sites: dict[str, list[tuple[UUID, str]]] = field(default_factory=dict)
    cohorts: dict[str, UUID] = field(default_factory=dict)
    readings: dict[str, UUID] = field(default_factory=dict)
    _viewers: dict[str, Viewer] = field(default_factory=dict)

    def viewer(self, key: str) -> Viewer:
        """The person as somebody who acts."""
        if key not in self._viewers:
            self._viewers[key] = identity.viewer_for(self.people[key])
        return self._viewers[key]

    def open_service(self) -> None:
        """The trust, its universities, and everybody who is not a trainee."""
        for slug, name in ORGANISATIONS.items():
            kind = OrganisationKind.TRUST if slug == TRUST else OrganisationKind.UNIVERSITY
            self.organisations[slug] = identity.create_organisation(None, slug=slug, name=name, kind=kind).id
        for staff in STAFF:
            self._hire(staff)

    def open_places(self) -> None:
        """The sites and who supervises there."""
        actor = self.viewer(ADMINISTRATOR)
        for place in PLACES:
            site = placements.add_site(actor, name=place.name, setting=place.setting)
            self.sites.setdefault(place.setting, []).append((site.id, place.supervisor))
            identity.give_role(
                actor,
                person_id=self.people[place.supervisor],
                role=Role.SUPERVISOR,
                scope_id=site.id,
                cause=f"Supervises at {place.name}",
            )

    def appoint_deputy(self) -> None:
        """A deputy of the consultant nurse for two months."""
        identity.give_role(
            self.viewer(ADMINISTRATOR),
            person_id=self.people[DEPUTY],
            role=Role.CONSULTANT_NURSE,
            scope_id=self.organisations[TRUST],
            from_on=today(),
            until_on=today() + timedelta(days=60),
            cause="Deputy of the consultant nurse during her leave",
        )

    def open_cohort(self, group: Group) -> None:
        """A cohort for a year, with the trainees who belong to it."""
        actor = self.viewer(ADMINISTRATOR)
        starts_on = today() + timedelta(days=14)
        cohort = curriculum.create_cohort(
            actor,
            name=f"{starts_on:%B %Y}",
            programme=PROGRAMME,
            university_id=self.organisations[group.university],
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=364),
        )
        self.cohorts[group.key] = cohort.id
        for number, story in enumerate(STORIES):
            if story.group == group.key:
                self._enrol(story, number)

    def pause(self, story: Story, line: Timeline) -> None:
        """Stop the clock of a trainee; the day back is not known yet."""
        assert story.pause is not None
        from_on = line.day(story.pause[0])
        curriculum.pause(self.viewer(ADMINISTRATOR), self.people[story.key], from_on=from_on, until_on=None)

    def resume(self, story: Story) -> None:
        """A trainee is back today."""
        curriculum.resume(self.viewer(ADMINISTRATOR), self.people[story.key], back_on=today())

    def _hire(self, staff: Staff) -> None:
        self._person(staff.key, staff.name, staff.organisation, staff.profession)
        for role, scope in staff.roles:
            identity.give_role(
                None,
                person_id=self.people[staff.key],
                role=role,
                scope_id=self.organisations[scope],
                cause=f"{staff.profession} at {ORGANISATIONS[staff.organisation]}",
            )

    def _enrol(self, story: Story, number: int) -> None:
        self._person(story.key, story.name, TRUST, "Paramedic", f"PA-EX{number + 1:03}")
        curriculum.enrol(
            self.viewer(ADMINISTRATOR),
            self.cohorts[story.group],
            trainee_id=self.people[story.key],
            percent=story.percent,
        )

    def _person(self, key: str, name: str, organisation: str, profession: str, registration: str = "") -> None:
        person = identity.create_person(
            None,
            name=name,
            email=email_of(name, organisation),
            organisation_id=self.organisations[organisation],
            profession=profession,
            registration_number=registration,
            is_example=True,
        )
        with transaction() as session:
            session.flush()
            session.add(
                Credential(
                    person_id=person.id,
                    credential_kind=CredentialKind.PASSWORD,
                    secret=self.password_hash,
                    confirmed_at=now(),
                )
            )
        self.people[key] = person.id


def plan_cast(line: Timeline, cast: Cast) -> None:
    """The service opens before the first cohort; the deputy is appointed a month ago."""
    line.on(line.day(OPENED), time(8), partial(curriculum.republish, None))
    line.on(line.day(OPENED), time(9), cast.open_service)
    line.on(line.day(OPENED - 1), time(9), cast.open_places)
    line.on(line.day(31), time(9), cast.appoint_deputy)
    for group in GROUPS:
        line.on(line.day(group.began_days_ago + 14), time(10), partial(cast.open_cohort, group))
    for story in STORIES:
        if story.pause is not None:
            away, back = story.pause
            line.on(line.day(away + 3), time(11), partial(cast.pause, story, line))
            line.on(line.day(back), time(9, 30), partial(cast.resume, story))
