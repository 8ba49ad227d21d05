"""First tables."""

import sqlalchemy as sa
from alembic import op

from lms.core.protection import protect, protect_texts

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FACTS = (
    "access_grant",
    "access_grant_end",
    "assessment",
    "assessment_rating",
    "assessment_request",
    "assessment_request_step",
    "authorisation",
    "case_attempt",
    "case_finish",
    "case_step",
    "cohort",
    "cohort_requirement_set",
    "concern",
    "concern_step",
    "content_publication",
    "content_retirement",
    "content_version",
    "debrief_done",
    "encounter",
    "enrolment",
    "enrolment_end",
    "ledger_entry",
    "mark",
    "mark_comment",
    "mark_release",
    "module_outcome",
    "pause",
    "person_check",
    "redaction",
    "redaction_request",
    "role_assignment",
    "role_end",
    "scope_member",
    "scope_member_end",
    "shift",
    "shift_decision",
    "sign_off",
    "sign_off_withdrawal",
    "stored_file",
    "working_share",
)


def upgrade():
    op.create_table('content_retirement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('content_kind', sa.Enum('programme', 'module', 'reading', 'case', 'assignment', 'framework', 'form', 'requirement-set', 'settings', name='contentkind', native_enum=False, length=40), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content_retirement'))
    )
    op.create_index(op.f('ix_content_retirement_content_kind_slug'), 'content_retirement', ['content_kind', 'slug'], unique=False)
    op.create_table('content_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('content_kind', sa.Enum('programme', 'module', 'reading', 'case', 'assignment', 'framework', 'form', 'requirement-set', 'settings', name='contentkind', native_enum=False, length=40), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('refers_to', sa.JSON(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content_version')),
    sa.UniqueConstraint('content_kind', 'slug', 'digest', name=op.f('uq_content_version_content_kind_slug_digest'))
    )
    op.create_table('job',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('task', sa.String(length=60), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('run_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('ready', 'running', 'done', 'failed', name='jobstate', native_enum=False, length=40), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('key', name=op.f('uq_job_key'))
    )
    op.create_index(op.f('ix_job_state_run_at'), 'job', ['state', 'run_at'], unique=False)
    op.create_table('ledger_entry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('chain', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('event', sa.String(length=40), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('role', sa.String(length=40), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_entry')),
    sa.UniqueConstraint('chain', 'seq', name=op.f('uq_ledger_entry_chain_seq'))
    )
    op.create_table('ledger_head',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_head'))
    )
    op.create_table('mail',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('template', sa.String(length=60), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail'))
    )
    op.create_table('notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.String(length=300), nullable=False),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    op.create_index(op.f('ix_notice_person_id_read_at'), 'notice', ['person_id', 'read_at'], unique=False)
    op.create_table('organisation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('organisation_kind', sa.Enum('trust', 'university', name='organisationkind', native_enum=False, length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation')),
    sa.UniqueConstraint('slug', name=op.f('uq_organisation_slug'))
    )
    op.create_table('rate_limit',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('hits', sa.Integer(), nullable=False),
    sa.Column('expires', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rate_limit')),
    sa.UniqueConstraint('key', name=op.f('uq_rate_limit_key'))
    )
    op.create_table('read_entry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('reader_id', sa.Uuid(), nullable=False),
    sa.Column('about_id', sa.Uuid(), nullable=False),
    sa.Column('what', sa.String(length=40), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_read_entry'))
    )
    op.create_table('sign_in_attempts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('address_digest', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_failure_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempts')),
    sa.UniqueConstraint('address_digest', name=op.f('uq_sign_in_attempts_address_digest'))
    )
    op.create_table('stored_file',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('media_type', sa.String(length=60), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('scan_state', sa.Enum('not-scanned', 'clean', 'refused', name='scanstate', native_enum=False, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_file'))
    )
    op.create_table('text_body',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('mac', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_text_body'))
    )
    op.create_table('write_receipt',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('payload_digest', sa.String(length=64), nullable=False),
    sa.Column('location', sa.String(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_write_receipt')),
    sa.UniqueConstraint('person_id', 'request_id', name=op.f('uq_write_receipt_person_id_request_id'))
    )
    op.create_table('cohort',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('programme', sa.String(length=80), nullable=False),
    sa.Column('programme_version_id', sa.Uuid(), nullable=False),
    sa.Column('university_id', sa.Uuid(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends_on > starts_on', name=op.f('ck_cohort_in_order')),
    sa.ForeignKeyConstraint(['programme_version_id'], ['content_version.id'], name=op.f('fk_cohort_programme_version_id')),
    sa.ForeignKeyConstraint(['university_id'], ['organisation.id'], name=op.f('fk_cohort_university_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cohort')),
    sa.UniqueConstraint('university_id', 'name', name=op.f('uq_cohort_university_id_name'))
    )
    op.create_table('content_publication',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('content_kind', sa.Enum('programme', 'module', 'reading', 'case', 'assignment', 'framework', 'form', 'requirement-set', 'settings', name='contentkind', native_enum=False, length=40), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('content_version_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['content_version_id'], ['content_version.id'], name=op.f('fk_content_publication_content_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content_publication'))
    )
    op.create_index(op.f('ix_content_publication_content_kind_slug_recorded_at'), 'content_publication', ['content_kind', 'slug', 'recorded_at'], unique=False)
    op.create_table('person',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('profession', sa.String(length=100), nullable=False),
    sa.Column('registration_number', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('is_example', sa.Boolean(), nullable=False),
    sa.Column('deactivated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_person_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('email', name=op.f('uq_person_email'))
    )
    op.create_table('redaction_request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('text_id', sa.Uuid(), nullable=False),
    sa.Column('asked_by_id', sa.Uuid(), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('where_found_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_redaction_request_reason_id')),
    sa.ForeignKeyConstraint(['text_id'], ['text_body.id'], name=op.f('fk_redaction_request_text_id')),
    sa.ForeignKeyConstraint(['where_found_id'], ['text_body.id'], name=op.f('fk_redaction_request_where_found_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redaction_request'))
    )
    op.create_table('site',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('setting', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_site_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site')),
    sa.UniqueConstraint('name', name=op.f('uq_site_name'))
    )
    op.create_table('access_grant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('scope_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('cause', sa.String(length=300), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('until_on >= from_on', name=op.f('ck_access_grant_in_order')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_access_grant_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_grant'))
    )
    op.create_index(op.f('ix_access_grant_person_id_role'), 'access_grant', ['person_id', 'role'], unique=False)
    op.create_table('assessment_request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('assessor_id', sa.Uuid(), nullable=False),
    sa.Column('form_kind', sa.Enum('mini-cex', 'cbd', 'do', 'msf', 'reflective-account', 'testimony', 'patient-feedback', 'project', name='formkind', native_enum=False, length=40), nullable=False),
    sa.Column('form_version_id', sa.Uuid(), nullable=False),
    sa.Column('framework_version_id', sa.Uuid(), nullable=False),
    sa.Column('setting', sa.String(length=40), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=False),
    sa.Column('is_simulated', sa.Boolean(), nullable=False),
    sa.Column('codes', sa.JSON(), nullable=False),
    sa.Column('note_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('assessor_id <> trainee_id', name=op.f('ck_assessment_request_not_own')),
    sa.ForeignKeyConstraint(['assessor_id'], ['person.id'], name=op.f('fk_assessment_request_assessor_id')),
    sa.ForeignKeyConstraint(['form_version_id'], ['content_version.id'], name=op.f('fk_assessment_request_form_version_id')),
    sa.ForeignKeyConstraint(['framework_version_id'], ['content_version.id'], name=op.f('fk_assessment_request_framework_version_id')),
    sa.ForeignKeyConstraint(['note_id'], ['text_body.id'], name=op.f('fk_assessment_request_note_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_assessment_request_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_request'))
    )
    op.create_index(op.f('ix_assessment_request_assessor_id_recorded_at'), 'assessment_request', ['assessor_id', 'recorded_at'], unique=False)
    op.create_index(op.f('ix_assessment_request_trainee_id_recorded_at'), 'assessment_request', ['trainee_id', 'recorded_at'], unique=False)
    op.create_table('authorisation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('setting', sa.String(length=40), nullable=False),
    sa.Column('decision', sa.Enum('authorise', 'restrict', 'defer', name='decision', native_enum=False, length=40), nullable=False),
    sa.Column('supervision', sa.Enum('accompanied', 'alone-with-advice', 'alone-and-supervises', name='supervision', native_enum=False, length=40), nullable=True),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('requirement_set_version_id', sa.Uuid(), nullable=False),
    sa.Column('rules_version', sa.String(length=40), nullable=False),
    sa.Column('snapshot', sa.JSON(), nullable=False),
    sa.Column('snapshot_digest', sa.String(length=64), nullable=False),
    sa.Column('decided_by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("decision <> 'authorise' OR supervision IS NOT NULL", name=op.f('ck_authorisation_says_supervision')),
    sa.CheckConstraint("decision <> 'defer' OR supervision IS NULL", name=op.f('ck_authorisation_deferral_grants_nothing')),
    sa.CheckConstraint('decided_by_id <> trainee_id', name=op.f('ck_authorisation_not_own')),
    sa.CheckConstraint('valid_until >= valid_from', name=op.f('ck_authorisation_in_order')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_authorisation_decided_by_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_authorisation_reason_id')),
    sa.ForeignKeyConstraint(['requirement_set_version_id'], ['content_version.id'], name=op.f('fk_authorisation_requirement_set_version_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_authorisation_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authorisation'))
    )
    op.create_index(op.f('ix_authorisation_trainee_id_setting'), 'authorisation', ['trainee_id', 'setting'], unique=False)
    op.create_table('case_attempt',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('content_version_id', sa.Uuid(), nullable=False),
    sa.Column('mode', sa.Enum('practice', 'graded', name='mode', native_enum=False, length=40), nullable=False),
    sa.Column('draw', sa.JSON(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['content_version_id'], ['content_version.id'], name=op.f('fk_case_attempt_content_version_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_case_attempt_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_attempt'))
    )
    op.create_index(op.f('ix_case_attempt_trainee_id'), 'case_attempt', ['trainee_id'], unique=False)
    op.create_table('cohort_requirement_set',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('cohort_id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('content_version_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_cohort_requirement_set_cohort_id')),
    sa.ForeignKeyConstraint(['content_version_id'], ['content_version.id'], name=op.f('fk_cohort_requirement_set_content_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cohort_requirement_set'))
    )
    op.create_index(op.f('ix_cohort_requirement_set_cohort_id_slug'), 'cohort_requirement_set', ['cohort_id', 'slug'], unique=False)
    op.create_table('concern',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('raised_by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('rung', sa.Enum('heads-up', 'recorded-concern', 'action-plan', 'formal-review', name='rung', native_enum=False, length=40), nullable=False),
    sa.Column('raised_on', sa.Date(), nullable=False),
    sa.Column('capability_code', sa.String(length=10), nullable=True),
    sa.Column('text_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('raised_by_id <> trainee_id', name=op.f('ck_concern_not_own')),
    sa.ForeignKeyConstraint(['raised_by_id'], ['person.id'], name=op.f('fk_concern_raised_by_id')),
    sa.ForeignKeyConstraint(['text_id'], ['text_body.id'], name=op.f('fk_concern_text_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_concern_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concern'))
    )
    op.create_index(op.f('ix_concern_raised_by_id'), 'concern', ['raised_by_id'], unique=False)
    op.create_index(op.f('ix_concern_trainee_id'), 'concern', ['trainee_id'], unique=False)
    op.create_table('credential',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('credential_kind', sa.Enum('password', 'totp', 'recovery-code', name='credentialkind', native_enum=False, length=40), nullable=False),
    sa.Column('secret', sa.String(length=300), nullable=False),
    sa.Column('last_step', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_credential_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credential'))
    )
    op.create_index(op.f('ix_credential_person_id_credential_kind'), 'credential', ['person_id', 'credential_kind'], unique=False)
    op.create_table('enrolment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('cohort_id', sa.Uuid(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_enrolment_cohort_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_enrolment_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolment'))
    )
    op.create_index(op.f('ix_enrolment_cohort_id'), 'enrolment', ['cohort_id'], unique=False)
    op.create_index(op.f('ix_enrolment_trainee_id'), 'enrolment', ['trainee_id'], unique=False)
    op.create_table('mark',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('work_kind', sa.Enum('case-step', name='workkind', native_enum=False, length=40), nullable=False),
    sa.Column('work_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('marker_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('university_id', sa.Uuid(), nullable=True),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('calculation', sa.String(length=20), nullable=False),
    sa.Column('levels', sa.JSON(), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.Column('result', sa.Enum('pass', 'refer', name='result', native_enum=False, length=40), nullable=False),
    sa.Column('feedback_id', sa.Uuid(), nullable=False),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('marker_id <> trainee_id', name=op.f('ck_mark_not_own')),
    sa.CheckConstraint('percent BETWEEN 0 AND 100', name=op.f('ck_mark_percent')),
    sa.CheckConstraint('supersedes_id IS NULL OR reason_id IS NOT NULL', name=op.f('ck_mark_correction_says_why')),
    sa.ForeignKeyConstraint(['assignment_id'], ['content_version.id'], name=op.f('fk_mark_assignment_id')),
    sa.ForeignKeyConstraint(['feedback_id'], ['text_body.id'], name=op.f('fk_mark_feedback_id')),
    sa.ForeignKeyConstraint(['marker_id'], ['person.id'], name=op.f('fk_mark_marker_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_mark_reason_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['mark.id'], name=op.f('fk_mark_supersedes_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_mark_trainee_id')),
    sa.ForeignKeyConstraint(['university_id'], ['organisation.id'], name=op.f('fk_mark_university_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_mark_supersedes_id'))
    )
    op.create_index(op.f('ix_mark_trainee_id'), 'mark', ['trainee_id'], unique=False)
    op.create_index('uq_mark_first', 'mark', ['work_kind', 'work_id'], unique=True, sqlite_where=sa.text('supersedes_id IS NULL'), postgresql_where=sa.text('supersedes_id IS NULL'))
    op.create_table('mark_draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('work_kind', sa.Enum('case-step', name='workkind', native_enum=False, length=40), nullable=False),
    sa.Column('work_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('marker_id', sa.Uuid(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['content_version.id'], name=op.f('fk_mark_draft_assignment_id')),
    sa.ForeignKeyConstraint(['marker_id'], ['person.id'], name=op.f('fk_mark_draft_marker_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_mark_draft_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark_draft')),
    sa.UniqueConstraint('work_kind', 'work_id', name=op.f('uq_mark_draft_work_kind_work_id'))
    )
    op.create_index(op.f('ix_mark_draft_trainee_id'), 'mark_draft', ['trainee_id'], unique=False)
    op.create_table('module_outcome',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('module', sa.String(length=60), nullable=False),
    sa.Column('outcome', sa.Enum('pass', 'refer', 'defer', name='outcome', native_enum=False, length=40), nullable=False),
    sa.Column('standing', sa.Enum('provisional', 'ratified', name='standing', native_enum=False, length=40), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('university_id', sa.Uuid(), nullable=False),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('recorded_by_id <> trainee_id', name=op.f('ck_module_outcome_not_own')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_module_outcome_reason_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_module_outcome_recorded_by_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['module_outcome.id'], name=op.f('fk_module_outcome_supersedes_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_module_outcome_trainee_id')),
    sa.ForeignKeyConstraint(['university_id'], ['organisation.id'], name=op.f('fk_module_outcome_university_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_module_outcome')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_module_outcome_supersedes_id'))
    )
    op.create_index('uq_module_outcome_first', 'module_outcome', ['trainee_id', 'module'], unique=True, sqlite_where=sa.text('supersedes_id IS NULL'), postgresql_where=sa.text('supersedes_id IS NULL'))
    op.create_table('person_check',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('check_kind', sa.Enum('registration', 'criminal-record', 'statutory-training', 'occupational-health', 'response-driving', name='checkkind', native_enum=False, length=40), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('reference_id', sa.Uuid(), nullable=True),
    sa.Column('proof_id', sa.Uuid(), nullable=True),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(supersedes_id IS NULL) = (reason_id IS NULL)', name=op.f('ck_person_check_correction_says_why')),
    sa.CheckConstraint('recorded_by_id <> person_id', name=op.f('ck_person_check_not_own')),
    sa.CheckConstraint('valid_until >= issued_on', name=op.f('ck_person_check_in_order')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_check_person_id')),
    sa.ForeignKeyConstraint(['proof_id'], ['stored_file.id'], name=op.f('fk_person_check_proof_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_person_check_reason_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_person_check_recorded_by_id')),
    sa.ForeignKeyConstraint(['reference_id'], ['text_body.id'], name=op.f('fk_person_check_reference_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['person_check.id'], name=op.f('fk_person_check_supersedes_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_check')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_person_check_supersedes_id'))
    )
    op.create_index(op.f('ix_person_check_person_id'), 'person_check', ['person_id'], unique=False)
    op.create_table('reading_progress',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('content_version_id', sa.Uuid(), nullable=False),
    sa.Column('section', sa.Integer(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['content_version_id'], ['content_version.id'], name=op.f('fk_reading_progress_content_version_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reading_progress_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reading_progress')),
    sa.UniqueConstraint('person_id', 'slug', name=op.f('uq_reading_progress_person_id_slug'))
    )
    op.create_table('redaction',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('text_id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('asked_by_id', sa.Uuid(), nullable=False),
    sa.Column('confirmed_by_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['redaction_request.id'], name=op.f('fk_redaction_request_id')),
    sa.ForeignKeyConstraint(['text_id'], ['text_body.id'], name=op.f('fk_redaction_text_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redaction')),
    sa.UniqueConstraint('text_id', name=op.f('uq_redaction_text_id'))
    )
    op.create_table('role_assignment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('scope_id', sa.Uuid(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('cause', sa.String(length=300), nullable=False),
    sa.Column('given_by_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['given_by_id'], ['person.id'], name=op.f('fk_role_assignment_given_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_role_assignment_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_assignment'))
    )
    op.create_index(op.f('ix_role_assignment_person_id'), 'role_assignment', ['person_id'], unique=False)
    op.create_table('scope_member',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('scope_id', sa.Uuid(), nullable=False),
    sa.Column('cause', sa.String(length=300), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_scope_member_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scope_member'))
    )
    op.create_index(op.f('ix_scope_member_scope_id_trainee_id'), 'scope_member', ['scope_id', 'trainee_id'], unique=False)
    op.create_index(op.f('ix_scope_member_trainee_id'), 'scope_member', ['trainee_id'], unique=False)
    op.create_table('shift',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('setting', sa.String(length=40), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('break_minutes', sa.Integer(), nullable=False),
    sa.Column('supervisor_id', sa.Uuid(), nullable=False),
    sa.Column('note_id', sa.Uuid(), nullable=True),
    sa.Column('first_id', sa.Uuid(), nullable=False),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('break_minutes >= 0', name=op.f('ck_shift_break')),
    sa.CheckConstraint('ended_at > started_at', name=op.f('ck_shift_in_order')),
    sa.CheckConstraint('supersedes_id IS NULL OR reason_id IS NOT NULL', name=op.f('ck_shift_correction_says_why')),
    sa.CheckConstraint('supervisor_id <> trainee_id', name=op.f('ck_shift_not_own')),
    sa.ForeignKeyConstraint(['first_id'], ['shift.id'], name=op.f('fk_shift_first_id')),
    sa.ForeignKeyConstraint(['note_id'], ['text_body.id'], name=op.f('fk_shift_note_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_shift_reason_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_shift_site_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['shift.id'], name=op.f('fk_shift_supersedes_id')),
    sa.ForeignKeyConstraint(['supervisor_id'], ['person.id'], name=op.f('fk_shift_supervisor_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_shift_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_shift_supersedes_id'))
    )
    op.create_index(op.f('ix_shift_first_id'), 'shift', ['first_id'], unique=False)
    op.create_index(op.f('ix_shift_supervisor_id_started_at'), 'shift', ['supervisor_id', 'started_at'], unique=False)
    op.create_index(op.f('ix_shift_trainee_id_started_at'), 'shift', ['trainee_id', 'started_at'], unique=False)
    op.create_table('sign_in_session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('acting_role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=True),
    sa.Column('device', sa.String(length=200), nullable=False),
    sa.Column('second_factor_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sign_in_session_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_session')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_sign_in_session_token_digest'))
    )
    op.create_index(op.f('ix_sign_in_session_person_id'), 'sign_in_session', ['person_id'], unique=False)
    op.create_table('sign_off',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('capability_code', sa.String(length=10), nullable=False),
    sa.Column('framework_version_id', sa.Uuid(), nullable=False),
    sa.Column('assessor_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('identity_grade', sa.Enum('typed-signature', 'drawn-signature', 'email-link', 'verified-link', 'pin', 'passkey', 'account', name='identitygrade', native_enum=False, length=40), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('note_id', sa.Uuid(), nullable=True),
    sa.Column('rules_version', sa.String(length=40), nullable=False),
    sa.Column('snapshot', sa.JSON(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('assessor_id <> trainee_id', name=op.f('ck_sign_off_not_own')),
    sa.CheckConstraint('level BETWEEN 1 AND 5', name=op.f('ck_sign_off_level')),
    sa.ForeignKeyConstraint(['assessor_id'], ['person.id'], name=op.f('fk_sign_off_assessor_id')),
    sa.ForeignKeyConstraint(['framework_version_id'], ['content_version.id'], name=op.f('fk_sign_off_framework_version_id')),
    sa.ForeignKeyConstraint(['note_id'], ['text_body.id'], name=op.f('fk_sign_off_note_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_sign_off_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_off'))
    )
    op.create_index(op.f('ix_sign_off_trainee_id_capability_code'), 'sign_off', ['trainee_id', 'capability_code'], unique=False)
    op.create_table('single_use_token',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_kind', sa.Enum('invitation', 'password-reset', name='tokenkind', native_enum=False, length=40), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_single_use_token_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_single_use_token')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_single_use_token_token_digest'))
    )
    op.create_table('access_grant_end',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('grant_id', sa.Uuid(), nullable=False),
    sa.Column('cause', sa.String(length=300), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['grant_id'], ['access_grant.id'], name=op.f('fk_access_grant_end_grant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_grant_end')),
    sa.UniqueConstraint('grant_id', name=op.f('uq_access_grant_end_grant_id'))
    )
    op.create_table('assessment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('assessor_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('identity_grade', sa.Enum('typed-signature', 'drawn-signature', 'email-link', 'verified-link', 'pin', 'passkey', 'account', name='identitygrade', native_enum=False, length=40), nullable=False),
    sa.Column('form_kind', sa.Enum('mini-cex', 'cbd', 'do', 'msf', 'reflective-account', 'testimony', 'patient-feedback', 'project', name='formkind', native_enum=False, length=40), nullable=False),
    sa.Column('form_version_id', sa.Uuid(), nullable=False),
    sa.Column('framework_version_id', sa.Uuid(), nullable=False),
    sa.Column('setting', sa.String(length=40), nullable=False),
    sa.Column('observed_on', sa.Date(), nullable=False),
    sa.Column('is_simulated', sa.Boolean(), nullable=False),
    sa.Column('seen_as', sa.Enum('live', 'recording', 'records', 'account', name='seenas', native_enum=False, length=40), nullable=False),
    sa.Column('complexity', sa.String(length=40), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('what_seen_id', sa.Uuid(), nullable=True),
    sa.Column('went_well_id', sa.Uuid(), nullable=True),
    sa.Column('next_time_id', sa.Uuid(), nullable=True),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('assessor_id <> trainee_id', name=op.f('ck_assessment_not_own')),
    sa.CheckConstraint('minutes >= 0', name=op.f('ck_assessment_minutes')),
    sa.CheckConstraint('supersedes_id IS NULL OR reason_id IS NOT NULL', name=op.f('ck_assessment_correction_says_why')),
    sa.ForeignKeyConstraint(['assessor_id'], ['person.id'], name=op.f('fk_assessment_assessor_id')),
    sa.ForeignKeyConstraint(['form_version_id'], ['content_version.id'], name=op.f('fk_assessment_form_version_id')),
    sa.ForeignKeyConstraint(['framework_version_id'], ['content_version.id'], name=op.f('fk_assessment_framework_version_id')),
    sa.ForeignKeyConstraint(['next_time_id'], ['text_body.id'], name=op.f('fk_assessment_next_time_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_assessment_reason_id')),
    sa.ForeignKeyConstraint(['request_id'], ['assessment_request.id'], name=op.f('fk_assessment_request_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['assessment.id'], name=op.f('fk_assessment_supersedes_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_assessment_trainee_id')),
    sa.ForeignKeyConstraint(['went_well_id'], ['text_body.id'], name=op.f('fk_assessment_went_well_id')),
    sa.ForeignKeyConstraint(['what_seen_id'], ['text_body.id'], name=op.f('fk_assessment_what_seen_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_assessment_supersedes_id'))
    )
    op.create_index(op.f('ix_assessment_assessor_id_recorded_at'), 'assessment', ['assessor_id', 'recorded_at'], unique=False)
    op.create_index(op.f('ix_assessment_trainee_id_observed_on'), 'assessment', ['trainee_id', 'observed_on'], unique=False)
    op.create_index('uq_assessment_first', 'assessment', ['request_id'], unique=True, sqlite_where=sa.text('supersedes_id IS NULL'), postgresql_where=sa.text('supersedes_id IS NULL'))
    op.create_table('assessment_draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('assessor_id', sa.Uuid(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assessor_id'], ['person.id'], name=op.f('fk_assessment_draft_assessor_id')),
    sa.ForeignKeyConstraint(['request_id'], ['assessment_request.id'], name=op.f('fk_assessment_draft_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_draft')),
    sa.UniqueConstraint('request_id', name=op.f('uq_assessment_draft_request_id'))
    )
    op.create_table('assessment_request_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.Enum('opened', 'declined', 'cancelled', name='stepkind', native_enum=False, length=40), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_assessment_request_step_by_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_assessment_request_step_reason_id')),
    sa.ForeignKeyConstraint(['request_id'], ['assessment_request.id'], name=op.f('fk_assessment_request_step_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_request_step')),
    sa.UniqueConstraint('request_id', 'step', name=op.f('uq_assessment_request_step_request_id_step'))
    )
    op.create_table('case_draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('scene', sa.String(length=80), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['case_attempt.id'], name=op.f('fk_case_draft_attempt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_draft')),
    sa.UniqueConstraint('attempt_id', name=op.f('uq_case_draft_attempt_id'))
    )
    op.create_table('case_finish',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('points_available', sa.Integer(), nullable=False),
    sa.Column('facts_found', sa.Integer(), nullable=False),
    sa.Column('facts_available', sa.Integer(), nullable=False),
    sa.Column('critical_errors', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('points BETWEEN 0 AND points_available', name=op.f('ck_case_finish_in_bounds')),
    sa.ForeignKeyConstraint(['attempt_id'], ['case_attempt.id'], name=op.f('fk_case_finish_attempt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_finish')),
    sa.UniqueConstraint('attempt_id', name=op.f('uq_case_finish_attempt_id'))
    )
    op.create_table('case_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('scene', sa.String(length=80), nullable=False),
    sa.Column('choice', sa.JSON(), nullable=False),
    sa.Column('confidence', sa.Enum('not-sure', 'fairly-sure', 'certain', name='confidence', native_enum=False, length=40), nullable=True),
    sa.Column('text_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('seq >= 0', name=op.f('ck_case_step_counts_up')),
    sa.ForeignKeyConstraint(['attempt_id'], ['case_attempt.id'], name=op.f('fk_case_step_attempt_id')),
    sa.ForeignKeyConstraint(['text_id'], ['text_body.id'], name=op.f('fk_case_step_text_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_step')),
    sa.UniqueConstraint('attempt_id', 'seq', name=op.f('uq_case_step_attempt_id_seq'))
    )
    op.create_index(op.f('ix_case_step_text_id'), 'case_step', ['text_id'], unique=False)
    op.create_table('concern_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('concern_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('rung', sa.Enum('heads-up', 'recorded-concern', 'action-plan', 'formal-review', name='rung', native_enum=False, length=40), nullable=True),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_concern_step_by_id')),
    sa.ForeignKeyConstraint(['concern_id'], ['concern.id'], name=op.f('fk_concern_step_concern_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_concern_step_reason_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concern_step'))
    )
    op.create_index(op.f('ix_concern_step_concern_id'), 'concern_step', ['concern_id'], unique=False)
    op.create_table('debrief_done',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['case_attempt.id'], name=op.f('fk_debrief_done_attempt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_debrief_done')),
    sa.UniqueConstraint('attempt_id', name=op.f('uq_debrief_done_attempt_id'))
    )
    op.create_table('encounter',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('shift_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('presentation', sa.Enum('suicidal-thoughts', 'self-harm', 'overdose', 'psychosis', 'low-mood', 'anxiety-or-panic', 'trauma-response', 'alcohol-or-drugs', 'delirium-or-confusion', 'disturbed-behaviour', 'eating-disorder', 'perinatal', 'safeguarding', 'other', name='presentation', native_enum=False, length=40), nullable=False),
    sa.Column('part', sa.Enum('observed', 'assisted', 'led', name='part', native_enum=False, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_encounter_shift_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_encounter_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_encounter'))
    )
    op.create_index(op.f('ix_encounter_shift_id'), 'encounter', ['shift_id'], unique=False)
    op.create_index(op.f('ix_encounter_trainee_id'), 'encounter', ['trainee_id'], unique=False)
    op.create_table('enrolment_end',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('enrolment_id', sa.Uuid(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=False),
    sa.Column('outcome', sa.Enum('completed', 'moved', 'withdrawn', name='enrolmentoutcome', native_enum=False, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_enrolment_end_enrolment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolment_end')),
    sa.UniqueConstraint('enrolment_id', name=op.f('uq_enrolment_end_enrolment_id'))
    )
    op.create_table('mark_comment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('mark_id', sa.Uuid(), nullable=False),
    sa.Column('criterion', sa.String(length=60), nullable=False),
    sa.Column('text_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['mark_id'], ['mark.id'], name=op.f('fk_mark_comment_mark_id')),
    sa.ForeignKeyConstraint(['text_id'], ['text_body.id'], name=op.f('fk_mark_comment_text_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark_comment')),
    sa.UniqueConstraint('mark_id', 'criterion', name=op.f('uq_mark_comment_mark_id_criterion'))
    )
    op.create_table('mark_release',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('mark_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('released_by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['mark_id'], ['mark.id'], name=op.f('fk_mark_release_mark_id')),
    sa.ForeignKeyConstraint(['released_by_id'], ['person.id'], name=op.f('fk_mark_release_released_by_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_mark_release_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark_release')),
    sa.UniqueConstraint('mark_id', name=op.f('uq_mark_release_mark_id'))
    )
    op.create_index(op.f('ix_mark_release_trainee_id'), 'mark_release', ['trainee_id'], unique=False)
    op.create_table('pause',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('enrolment_id', sa.Uuid(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('until_on >= from_on', name=op.f('ck_pause_in_order')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_pause_enrolment_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['pause.id'], name=op.f('fk_pause_supersedes_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pause')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_pause_supersedes_id'))
    )
    op.create_index(op.f('ix_pause_enrolment_id'), 'pause', ['enrolment_id'], unique=False)
    op.create_table('role_end',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('cause', sa.String(length=300), nullable=False),
    sa.Column('ended_by_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['role_assignment.id'], name=op.f('fk_role_end_assignment_id')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['person.id'], name=op.f('fk_role_end_ended_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_end')),
    sa.UniqueConstraint('assignment_id', name=op.f('uq_role_end_assignment_id'))
    )
    op.create_table('scope_member_end',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('cause', sa.String(length=300), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['scope_member.id'], name=op.f('fk_scope_member_end_member_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scope_member_end')),
    sa.UniqueConstraint('member_id', name=op.f('uq_scope_member_end_member_id'))
    )
    op.create_table('shift_decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('shift_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('verdict', sa.Enum('approved', 'queried', 'withdrawn', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('comment_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("verdict <> 'queried' OR comment_id IS NOT NULL", name=op.f('ck_shift_decision_query_says_what')),
    sa.CheckConstraint("verdict = 'withdrawn' OR by_id <> trainee_id", name=op.f('ck_shift_decision_not_own')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_shift_decision_by_id')),
    sa.ForeignKeyConstraint(['comment_id'], ['text_body.id'], name=op.f('fk_shift_decision_comment_id')),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_shift_decision_shift_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_shift_decision_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift_decision'))
    )
    op.create_index(op.f('ix_shift_decision_shift_id'), 'shift_decision', ['shift_id'], unique=False)
    op.create_index(op.f('ix_shift_decision_trainee_id'), 'shift_decision', ['trainee_id'], unique=False)
    op.create_table('sign_off_withdrawal',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sign_off_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('withdrawn_on', sa.Date(), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_sign_off_withdrawal_by_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_sign_off_withdrawal_reason_id')),
    sa.ForeignKeyConstraint(['sign_off_id'], ['sign_off.id'], name=op.f('fk_sign_off_withdrawal_sign_off_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_off_withdrawal')),
    sa.UniqueConstraint('sign_off_id', name=op.f('uq_sign_off_withdrawal_sign_off_id'))
    )
    op.create_table('working_share',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('enrolment_id', sa.Uuid(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('percent BETWEEN 10 AND 100', name=op.f('ck_working_share_sensible')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_working_share_enrolment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_working_share'))
    )
    op.create_index(op.f('ix_working_share_enrolment_id'), 'working_share', ['enrolment_id'], unique=False)
    op.create_table('assessment_rating',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('capability_code', sa.String(length=10), nullable=False),
    sa.Column('level', sa.Integer(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('level BETWEEN 1 AND 5', name=op.f('ck_assessment_rating_level')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assessment_rating_assessment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_rating')),
    sa.UniqueConstraint('assessment_id', 'capability_code', name=op.f('uq_assessment_rating_assessment_id_capability_code'))
    )
    protect(op.get_bind(), *FACTS)
    protect_texts(op.get_bind())


def downgrade():
    op.drop_table('assessment_rating')
    op.drop_index(op.f('ix_working_share_enrolment_id'), table_name='working_share')
    op.drop_table('working_share')
    op.drop_table('sign_off_withdrawal')
    op.drop_index(op.f('ix_shift_decision_trainee_id'), table_name='shift_decision')
    op.drop_index(op.f('ix_shift_decision_shift_id'), table_name='shift_decision')
    op.drop_table('shift_decision')
    op.drop_table('scope_member_end')
    op.drop_table('role_end')
    op.drop_index(op.f('ix_pause_enrolment_id'), table_name='pause')
    op.drop_table('pause')
    op.drop_index(op.f('ix_mark_release_trainee_id'), table_name='mark_release')
    op.drop_table('mark_release')
    op.drop_table('mark_comment')
    op.drop_table('enrolment_end')
    op.drop_index(op.f('ix_encounter_trainee_id'), table_name='encounter')
    op.drop_index(op.f('ix_encounter_shift_id'), table_name='encounter')
    op.drop_table('encounter')
    op.drop_table('debrief_done')
    op.drop_index(op.f('ix_concern_step_concern_id'), table_name='concern_step')
    op.drop_table('concern_step')
    op.drop_index(op.f('ix_case_step_text_id'), table_name='case_step')
    op.drop_table('case_step')
    op.drop_table('case_finish')
    op.drop_table('case_draft')
    op.drop_table('assessment_request_step')
    op.drop_table('assessment_draft')
    op.drop_index('uq_assessment_first', table_name='assessment', sqlite_where=sa.text('supersedes_id IS NULL'), postgresql_where=sa.text('supersedes_id IS NULL'))
    op.drop_index(op.f('ix_assessment_trainee_id_observed_on'), table_name='assessment')
    op.drop_index(op.f('ix_assessment_assessor_id_recorded_at'), table_name='assessment')
    op.drop_table('assessment')
    op.drop_table('access_grant_end')
    op.drop_table('single_use_token')
    op.drop_index(op.f('ix_sign_off_trainee_id_capability_code'), table_name='sign_off')
    op.drop_table('sign_off')
    op.drop_index(op.f('ix_sign_in_session_person_id'), table_name='sign_in_session')
    op.drop_table('sign_in_session')
    op.drop_index(op.f('ix_shift_trainee_id_started_at'), table_name='shift')
    op.drop_index(op.f('ix_shift_supervisor_id_started_at'), table_name='shift')
    op.drop_index(op.f('ix_shift_first_id'), table_name='shift')
    op.drop_table('shift')
    op.drop_index(op.f('ix_scope_member_trainee_id'), table_name='scope_member')
    op.drop_index(op.f('ix_scope_member_scope_id_trainee_id'), table_name='scope_member')
    op.drop_table('scope_member')
    op.drop_index(op.f('ix_role_assignment_person_id'), table_name='role_assignment')
    op.drop_table('role_assignment')
    op.drop_table('redaction')
    op.drop_table('reading_progress')
    op.drop_index(op.f('ix_person_check_person_id'), table_name='person_check')
    op.drop_table('person_check')
    op.drop_index('uq_module_outcome_first', table_name='module_outcome', sqlite_where=sa.text('supersedes_id IS NULL'), postgresql_where=sa.text('supersedes_id IS NULL'))
    op.drop_table('module_outcome')
    op.drop_index(op.f('ix_mark_draft_trainee_id'), table_name='mark_draft')
    op.drop_table('mark_draft')
    op.drop_index('uq_mark_first', table_name='mark', sqlite_where=sa.text('supersedes_id IS NULL'), postgresql_where=sa.text('supersedes_id IS NULL'))
    op.drop_index(op.f('ix_mark_trainee_id'), table_name='mark')
    op.drop_table('mark')
    op.drop_index(op.f('ix_enrolment_trainee_id'), table_name='enrolment')
    op.drop_index(op.f('ix_enrolment_cohort_id'), table_name='enrolment')
    op.drop_table('enrolment')
    op.drop_index(op.f('ix_credential_person_id_credential_kind'), table_name='credential')
    op.drop_table('credential')
    op.drop_index(op.f('ix_concern_trainee_id'), table_name='concern')
    op.drop_index(op.f('ix_concern_raised_by_id'), table_name='concern')
    op.drop_table('concern')
    op.drop_index(op.f('ix_cohort_requirement_set_cohort_id_slug'), table_name='cohort_requirement_set')
    op.drop_table('cohort_requirement_set')
    op.drop_index(op.f('ix_case_attempt_trainee_id'), table_name='case_attempt')
    op.drop_table('case_attempt')
    op.drop_index(op.f('ix_authorisation_trainee_id_setting'), table_name='authorisation')
    op.drop_table('authorisation')
    op.drop_index(op.f('ix_assessment_request_trainee_id_recorded_at'), table_name='assessment_request')
    op.drop_index(op.f('ix_assessment_request_assessor_id_recorded_at'), table_name='assessment_request')
    op.drop_table('assessment_request')
    op.drop_index(op.f('ix_access_grant_person_id_role'), table_name='access_grant')
    op.drop_table('access_grant')
    op.drop_table('site')
    op.drop_table('redaction_request')
    op.drop_table('person')
    op.drop_index(op.f('ix_content_publication_content_kind_slug_recorded_at'), table_name='content_publication')
    op.drop_table('content_publication')
    op.drop_table('cohort')
    op.drop_table('write_receipt')
    op.drop_table('text_body')
    op.drop_table('stored_file')
    op.drop_table('sign_in_attempts')
    op.drop_table('read_entry')
    op.drop_table('rate_limit')
    op.drop_table('organisation')
    op.drop_index(op.f('ix_notice_person_id_read_at'), table_name='notice')
    op.drop_table('notice')
    op.drop_table('mail')
    op.drop_table('ledger_head')
    op.drop_table('ledger_entry')
    op.drop_index(op.f('ix_job_state_run_at'), table_name='job')
    op.drop_table('job')
    op.drop_table('content_version')
    op.drop_index(op.f('ix_content_retirement_content_kind_slug'), table_name='content_retirement')
    op.drop_table('content_retirement')
