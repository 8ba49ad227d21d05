"""The one table of who may do what. Scope (to whom) is decided by access grants in `identity`."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID


class Role(enum.StrEnum):
    """What a person is in this service; one person may hold several."""

    TRAINEE = "trainee"
    SUPERVISOR = "supervisor"
    ASSESSOR = "assessor"
    EDUCATOR = "educator"
    EXTERNAL_EXAMINER = "external-examiner"
    CONSULTANT_NURSE = "consultant-nurse"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The role in words."""
        return self.value.replace("-", " ").capitalize()


SECOND_FACTOR_ROLES = frozenset({Role.ADMINISTRATOR, Role.ASSESSOR, Role.CONSULTANT_NURSE, Role.EDUCATOR})


class Permission(enum.StrEnum):
    """One kind of thing a kind of person may do."""

    ACCOUNT_MANAGE = "account:manage"
    ASSESSMENT_ASK = "assessment:ask"
    ASSESSMENT_COMPLETE = "assessment:complete"
    ASSESSMENT_OPEN = "assessment:open"
    ASSESSMENT_READ = "assessment:read"
    ASSESSMENT_SAMPLE = "assessment:sample"
    AUTHORISATION_DECIDE = "authorisation:decide"
    BOOKING_ASK = "booking:ask"
    BOOKING_DECIDE = "booking:decide"
    CAPABILITY_READ = "capability:read"
    CAPABILITY_SIGN_OFF = "capability:sign-off"
    CASE_PLAY = "case:play"
    CASE_REVIEW = "case:review"
    CHECK_MANAGE = "check:manage"
    CLEARANCE_RECORD = "clearance:record"
    CONCERN_ADVISE = "concern:advise"
    CONCERN_ANSWER = "concern:answer"
    CONCERN_MANAGE = "concern:manage"
    CONCERN_RAISE = "concern:raise"
    CURRICULUM_READ = "curriculum:read"
    DEBRIEF_ANSWER = "debrief:answer"
    ENCOUNTER_EXPORT = "encounter:export"
    ENROLMENT_MANAGE = "enrolment:manage"
    ENROLMENT_READ = "enrolment:read"
    EVALUATION_GIVE = "evaluation:give"
    EVALUATION_READ = "evaluation:read"
    EVALUATION_SITE_READ = "evaluation:site-read"
    EVALUATION_SUMMARISE = "evaluation:summarise"
    FEEDBACK_COLLECT = "feedback:collect"
    FEEDBACK_GIVE = "feedback:give"
    FRAMEWORK_MANAGE = "framework:manage"
    FRAMEWORK_REVIEW = "framework:review"
    GUEST_CHECK = "guest:check"
    HOURS_APPROVE = "hours:approve"
    HOURS_LOG = "hours:log"
    HOURS_READ = "hours:read"
    HOURS_SITE_READ = "hours:site-read"
    HOURS_UNLOCK = "hours:unlock"
    JOB_MANAGE = "job:manage"
    MODULE_OUTCOME_READ = "module-outcome:read"
    MODULE_OUTCOME_RECORD = "module-outcome:record"
    POSITIVE_NOTE_READ = "positive-note:read"
    READINESS_BOARD = "readiness:board"
    READINESS_READ = "readiness:read"
    ROTA_IMPORT = "rota:import"
    ROTA_MANAGE = "rota:manage"
    SAFEGUARDING_READ = "safeguarding:read"
    SAMPLING_SET = "sampling:set"
    SIGNATURE_DECIDE = "signature:decide"
    SIGN_OFF_WITHDRAW = "sign-off:withdraw"
    SLOT_MANAGE = "slot:manage"
    SUBMISSION_MARK = "submission:mark"
    SUBMISSION_SAMPLE = "submission:sample"
    SUBMISSION_WRITE = "submission:write"
    SUPERVISION_APPOINT = "supervision:appoint"
    SUPERVISION_READ = "supervision:read"
    SUPERVISION_RECORD = "supervision:record"
    TAUGHT_DAY_MANAGE = "taught-day:manage"
    TEXT_REDACT = "text:redact"


GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.TRAINEE: frozenset(
        {
            Permission.ASSESSMENT_ASK,
            Permission.ASSESSMENT_OPEN,
            Permission.ASSESSMENT_READ,
            Permission.BOOKING_ASK,
            Permission.CAPABILITY_READ,
            Permission.CASE_PLAY,
            Permission.CONCERN_ANSWER,
            Permission.CURRICULUM_READ,
            Permission.ENROLMENT_READ,
            Permission.EVALUATION_GIVE,
            Permission.FEEDBACK_GIVE,
            Permission.HOURS_LOG,
            Permission.HOURS_READ,
            Permission.MODULE_OUTCOME_READ,
            Permission.POSITIVE_NOTE_READ,
            Permission.READINESS_READ,
            Permission.ROTA_IMPORT,
            Permission.SUBMISSION_WRITE,
            Permission.SUPERVISION_READ,
            Permission.SUPERVISION_RECORD,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            Permission.ASSESSMENT_COMPLETE,
            Permission.ASSESSMENT_OPEN,
            Permission.CLEARANCE_RECORD,
            Permission.CONCERN_RAISE,
            Permission.DEBRIEF_ANSWER,
            Permission.EVALUATION_SITE_READ,
            Permission.FEEDBACK_COLLECT,
            Permission.FEEDBACK_GIVE,
            Permission.HOURS_APPROVE,
            Permission.HOURS_READ,
            Permission.HOURS_SITE_READ,
            Permission.SUPERVISION_READ,
            Permission.SUPERVISION_RECORD,
        }
    ),
    Role.ASSESSOR: frozenset(
        {
            Permission.ASSESSMENT_COMPLETE,
            Permission.ASSESSMENT_OPEN,
            Permission.ASSESSMENT_READ,
            Permission.CAPABILITY_READ,
            Permission.CAPABILITY_SIGN_OFF,
            Permission.CONCERN_RAISE,
            Permission.FEEDBACK_GIVE,
            Permission.SIGN_OFF_WITHDRAW,
        }
    ),
    Role.EDUCATOR: frozenset(
        {
            Permission.ASSESSMENT_COMPLETE,
            Permission.ASSESSMENT_OPEN,
            Permission.ASSESSMENT_READ,
            Permission.ASSESSMENT_SAMPLE,
            Permission.BOOKING_DECIDE,
            Permission.CAPABILITY_READ,
            Permission.CASE_REVIEW,
            Permission.CONCERN_ADVISE,
            Permission.CONCERN_RAISE,
            Permission.CURRICULUM_READ,
            Permission.ENCOUNTER_EXPORT,
            Permission.ENROLMENT_READ,
            Permission.EVALUATION_READ,
            Permission.EVALUATION_SUMMARISE,
            Permission.FEEDBACK_GIVE,
            Permission.FRAMEWORK_REVIEW,
            Permission.HOURS_READ,
            Permission.HOURS_SITE_READ,
            Permission.HOURS_UNLOCK,
            Permission.MODULE_OUTCOME_READ,
            Permission.MODULE_OUTCOME_RECORD,
            Permission.SUBMISSION_MARK,
            Permission.SUPERVISION_READ,
            Permission.TAUGHT_DAY_MANAGE,
        }
    ),
    Role.EXTERNAL_EXAMINER: frozenset(
        {Permission.CURRICULUM_READ, Permission.FEEDBACK_GIVE, Permission.SUBMISSION_SAMPLE}
    ),
    Role.CONSULTANT_NURSE: frozenset(
        {
            Permission.ASSESSMENT_COMPLETE,
            Permission.ASSESSMENT_OPEN,
            Permission.ASSESSMENT_READ,
            Permission.ASSESSMENT_SAMPLE,
            Permission.AUTHORISATION_DECIDE,
            Permission.BOOKING_DECIDE,
            Permission.CAPABILITY_READ,
            Permission.CONCERN_ADVISE,
            Permission.CONCERN_MANAGE,
            Permission.CONCERN_RAISE,
            Permission.CURRICULUM_READ,
            Permission.DEBRIEF_ANSWER,
            Permission.ENCOUNTER_EXPORT,
            Permission.ENROLMENT_READ,
            Permission.EVALUATION_READ,
            Permission.FEEDBACK_COLLECT,
            Permission.FEEDBACK_GIVE,
            Permission.FRAMEWORK_MANAGE,
            Permission.FRAMEWORK_REVIEW,
            Permission.HOURS_READ,
            Permission.HOURS_SITE_READ,
            Permission.HOURS_UNLOCK,
            Permission.MODULE_OUTCOME_READ,
            Permission.POSITIVE_NOTE_READ,
            Permission.READINESS_BOARD,
            Permission.READINESS_READ,
            Permission.SAFEGUARDING_READ,
            Permission.SAMPLING_SET,
            Permission.SIGNATURE_DECIDE,
            Permission.SIGN_OFF_WITHDRAW,
            Permission.SLOT_MANAGE,
            Permission.SUPERVISION_APPOINT,
            Permission.SUPERVISION_READ,
            Permission.TEXT_REDACT,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.ACCOUNT_MANAGE,
            Permission.CHECK_MANAGE,
            Permission.CLEARANCE_RECORD,
            Permission.ENROLMENT_MANAGE,
            Permission.ENROLMENT_READ,
            Permission.FEEDBACK_GIVE,
            Permission.GUEST_CHECK,
            Permission.JOB_MANAGE,
            Permission.ROTA_MANAGE,
            Permission.SLOT_MANAGE,
            Permission.TEXT_REDACT,
        }
    ),
}


def allows(roles: Iterable[Role], permission: Permission) -> bool:
    """Say whether any of these roles carries the permission."""
    return any(permission in GRANTS[role] for role in roles)


def roles_with(permission: Permission) -> frozenset[Role]:
    """The roles that carry the permission."""
    return frozenset(role for role, granted in GRANTS.items() if permission in granted)


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person who asks or acts: who they are, the roles they hold today and the one they act in."""

    id: UUID
    name: str
    roles: frozenset[Role]
    acting: Role

    def may(self, permission: Permission) -> bool:
        """Say whether one of the viewer's roles carries the permission."""
        return allows(self.roles, permission)

    def role_for(self, permission: Permission) -> Role:
        """The role the permission is used under: the acting role if it carries it, else the first that does."""
        if permission in GRANTS[self.acting]:
            return self.acting
        return min(role for role in self.roles if permission in GRANTS[role])
