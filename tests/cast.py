"""The fixed people of the tests."""

from dataclasses import dataclass
from uuid import UUID

from lms.core.db import transaction
from lms.identity import services
from lms.identity.rules import OrganisationKind
from lms.policy import Role


@dataclass(frozen=True)
class Cast:
    """Ids of people and organisations. `_b` are of the second university; the stranger has a role but no grants."""

    trust: UUID
    university_a: UUID
    university_b: UUID
    trainee: UUID
    trainee_b: UUID
    supervisor: UUID
    assessor: UUID
    educator: UUID
    educator_b: UUID
    external_examiner: UUID
    consultant_nurse: UUID
    administrator: UUID
    second_administrator: UUID
    stranger: UUID


def make_cast() -> Cast:
    """Create the organisations and people, with roles and scopes as the service would give them."""
    with transaction():
        trust = services.create_organisation(
            None, slug="thameside", name="Thameside Ambulance Service", kind=OrganisationKind.TRUST
        ).id
        uni_a = services.create_organisation(
            None, slug="northmere", name="University of Northmere", kind=OrganisationKind.UNIVERSITY
        ).id
        uni_b = services.create_organisation(
            None, slug="wexcombe", name="Wexcombe University", kind=OrganisationKind.UNIVERSITY
        ).id

        def person(name: str, role: Role, scope: UUID, organisation: UUID = trust) -> UUID:
            email = f"{name.lower().replace(' ', '.')}@example.org"
            found = services.create_person(None, name=name, email=email, organisation_id=organisation)
            services.give_role(None, person_id=found.id, role=role, scope_id=scope, cause="Test cast")
            return found.id

        def trainee(name: str, university: UUID) -> UUID:
            found = person(name, Role.TRAINEE, trust)
            for scope in (found, university, trust):
                services.add_to_scope(None, trainee_id=found, scope_id=scope, cause="Test cast")
            services.open_grant(
                None, person_id=found, scope_id=found, role=Role.TRAINEE, cause="Own record", about=found
            )
            return found

        return Cast(
            trust=trust,
            university_a=uni_a,
            university_b=uni_b,
            trainee=trainee("Amina Yusuf", uni_a),
            trainee_b=trainee("Ben Carter", uni_b),
            supervisor=person("Sam Okoro", Role.SUPERVISOR, trust),
            assessor=person("Asha Patel", Role.ASSESSOR, trust),
            educator=person("Edith Lowe", Role.EDUCATOR, uni_a, uni_a),
            educator_b=person("Elin Bevan", Role.EDUCATOR, uni_b, uni_b),
            external_examiner=person("Xavier Holt", Role.EXTERNAL_EXAMINER, uni_a, uni_a),
            consultant_nurse=person("Connie Njoroge", Role.CONSULTANT_NURSE, trust),
            administrator=person("Adam Reed", Role.ADMINISTRATOR, trust),
            second_administrator=person("Ada Flint", Role.ADMINISTRATOR, trust),
            stranger=person("Stan Grey", Role.ASSESSOR, trust),
        )
