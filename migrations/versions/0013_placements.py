"""Slots, bookings, activities of shifts, approval requests, encounters in full, rotas, evaluations and taught days."""

import sqlalchemy as sa
from alembic import op

from lms.core.protection import protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('approval_request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('supervisor_id', sa.Uuid(), nullable=True),
    sa.Column('way', sa.Enum('email', 'here', 'offline', name='approvalway', native_enum=False, length=40), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('supervisor_id <> trainee_id', name=op.f('ck_approval_request_not_own')),
    sa.ForeignKeyConstraint(['supervisor_id'], ['person.id'], name=op.f('fk_approval_request_supervisor_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_approval_request_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approval_request'))
    )
    with op.batch_alter_table('approval_request') as batch:
        batch.create_index(batch.f('ix_approval_request_supervisor_id'), ['supervisor_id'])
        batch.create_index(batch.f('ix_approval_request_trainee_id'), ['trainee_id'])

    op.create_table('calendar_feed',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_calendar_feed_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_calendar_feed_token_digest'))
    )
    with op.batch_alter_table('calendar_feed') as batch:
        batch.create_index(batch.f('ix_calendar_feed_person_id'), ['person_id'])

    op.create_table('debrief_request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('asked_of_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('asked_of_id <> trainee_id', name=op.f('ck_debrief_request_not_own')),
    sa.ForeignKeyConstraint(['asked_of_id'], ['person.id'], name=op.f('fk_debrief_request_asked_of_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_debrief_request_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_debrief_request'))
    )
    with op.batch_alter_table('debrief_request') as batch:
        batch.create_index(batch.f('ix_debrief_request_asked_of_id'), ['asked_of_id'])
        batch.create_index(batch.f('ix_debrief_request_trainee_id'), ['trainee_id'])

    op.create_table('evaluation_summary',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('text_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('until_on >= from_on', name=op.f('ck_evaluation_summary_in_order')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_evaluation_summary_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_evaluation_summary_site_id')),
    sa.ForeignKeyConstraint(['text_id'], ['text_body.id'], name=op.f('fk_evaluation_summary_text_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation_summary'))
    )
    with op.batch_alter_table('evaluation_summary') as batch:
        batch.create_index(batch.f('ix_evaluation_summary_site_id'), ['site_id'])

    op.create_table('late_entry_unlock',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('open_until', sa.Date(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('by_id <> trainee_id', name=op.f('ck_late_entry_unlock_not_own')),
    sa.CheckConstraint('until_on >= from_on', name=op.f('ck_late_entry_unlock_in_order')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_late_entry_unlock_by_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_late_entry_unlock_reason_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_late_entry_unlock_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_late_entry_unlock'))
    )
    with op.batch_alter_table('late_entry_unlock') as batch:
        batch.create_index(batch.f('ix_late_entry_unlock_trainee_id'), ['trainee_id'])

    op.create_table('placement_evaluation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('ratings', sa.JSON(), nullable=False),
    sa.Column('went_well_id', sa.Uuid(), nullable=True),
    sa.Column('could_change_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['could_change_id'], ['text_body.id'], name=op.f('fk_placement_evaluation_could_change_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_placement_evaluation_site_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_placement_evaluation_trainee_id')),
    sa.ForeignKeyConstraint(['went_well_id'], ['text_body.id'], name=op.f('fk_placement_evaluation_went_well_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_placement_evaluation'))
    )
    with op.batch_alter_table('placement_evaluation') as batch:
        batch.create_index(batch.f('ix_placement_evaluation_site_id'), ['site_id'])
        batch.create_index(batch.f('ix_placement_evaluation_trainee_id'), ['trainee_id'])

    op.create_table('rota_import',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('source', sa.Enum('csv', 'ics', name='rotasource', native_enum=False, length=40), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('until_on >= from_on', name=op.f('ck_rota_import_in_order')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_rota_import_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_rota_import_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rota_import'))
    )
    with op.batch_alter_table('rota_import') as batch:
        batch.create_index(batch.f('ix_rota_import_person_id'), ['person_id'])

    op.create_table('safeguarding_report',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('text_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_safeguarding_report_site_id')),
    sa.ForeignKeyConstraint(['text_id'], ['text_body.id'], name=op.f('fk_safeguarding_report_text_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_safeguarding_report_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_safeguarding_report'))
    )
    with op.batch_alter_table('safeguarding_report') as batch:
        batch.create_index(batch.f('ix_safeguarding_report_site_id'), ['site_id'])
        batch.create_index(batch.f('ix_safeguarding_report_trainee_id'), ['trainee_id'])

    op.create_table('site_requirement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('valid_days', sa.Integer(), nullable=True),
    sa.Column('cleared_by', sa.Enum('site', 'trust', name='clearedby', native_enum=False, length=40), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('valid_days >= 1', name=op.f('ck_site_requirement_valid_days')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_site_requirement_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_requirement'))
    )
    with op.batch_alter_table('site_requirement') as batch:
        batch.create_index(batch.f('ix_site_requirement_site_id'), ['site_id'])

    op.create_table('slot',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('supervisor_id', sa.Uuid(), nullable=True),
    sa.Column('sign_up', sa.Enum('first-come', 'on-request', 'assigned', name='signup', native_enum=False, length=40), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('series_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('capacity >= 1', name=op.f('ck_slot_capacity')),
    sa.CheckConstraint('closes_at > opens_at', name=op.f('ck_slot_window')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_slot_in_order')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_slot_site_id')),
    sa.ForeignKeyConstraint(['supervisor_id'], ['person.id'], name=op.f('fk_slot_supervisor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slot'))
    )
    with op.batch_alter_table('slot') as batch:
        batch.create_index(batch.f('ix_slot_series_id'), ['series_id'])
        batch.create_index(batch.f('ix_slot_site_id_starts_at'), ['site_id', 'starts_at'])
        batch.create_index(batch.f('ix_slot_starts_at'), ['starts_at'])
        batch.create_index(batch.f('ix_slot_supervisor_id_starts_at'), ['supervisor_id', 'starts_at'])

    op.create_table('taught_day',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('cohort_id', sa.Uuid(), nullable=False),
    sa.Column('module', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_taught_day_in_order')),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_taught_day_cohort_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_taught_day'))
    )
    with op.batch_alter_table('taught_day') as batch:
        batch.create_index(batch.f('ix_taught_day_cohort_id_starts_at'), ['cohort_id', 'starts_at'])

    op.create_table('booking',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('slot_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('replaces_id', sa.Uuid(), nullable=True),
    sa.Column('note_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('rank BETWEEN 1 AND 20', name=op.f('ck_booking_rank')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_booking_by_id')),
    sa.ForeignKeyConstraint(['note_id'], ['text_body.id'], name=op.f('fk_booking_note_id')),
    sa.ForeignKeyConstraint(['replaces_id'], ['booking.id'], name=op.f('fk_booking_replaces_id')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_booking_slot_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_booking_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking'))
    )
    with op.batch_alter_table('booking') as batch:
        batch.create_index(batch.f('ix_booking_slot_id'), ['slot_id'])
        batch.create_index(batch.f('ix_booking_trainee_id'), ['trainee_id'])

    op.create_table('clearance',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('requirement_id', sa.Uuid(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(supersedes_id IS NULL) = (reason_id IS NULL)', name=op.f('ck_clearance_correction_says_why')),
    sa.CheckConstraint('recorded_by_id <> trainee_id', name=op.f('ck_clearance_not_own')),
    sa.CheckConstraint('valid_until >= issued_on', name=op.f('ck_clearance_in_order')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_clearance_reason_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_clearance_recorded_by_id')),
    sa.ForeignKeyConstraint(['requirement_id'], ['site_requirement.id'], name=op.f('fk_clearance_requirement_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['clearance.id'], name=op.f('fk_clearance_supersedes_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_clearance_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clearance')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_clearance_supersedes_id'))
    )
    with op.batch_alter_table('clearance') as batch:
        batch.create_index(batch.f('ix_clearance_trainee_id'), ['trainee_id'])

    op.create_table('debrief_end',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('outcome', sa.Enum('held', 'passed-on', 'no-longer-wanted', name='debriefoutcome', native_enum=False, length=40), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_debrief_end_by_id')),
    sa.ForeignKeyConstraint(['request_id'], ['debrief_request.id'], name=op.f('fk_debrief_end_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_debrief_end')),
    sa.UniqueConstraint('request_id', name=op.f('uq_debrief_end_request_id'))
    )
    op.create_table('rota_shift',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('import_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_rota_shift_in_order')),
    sa.ForeignKeyConstraint(['import_id'], ['rota_import.id'], name=op.f('fk_rota_shift_import_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_rota_shift_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rota_shift'))
    )
    with op.batch_alter_table('rota_shift') as batch:
        batch.create_index(batch.f('ix_rota_shift_import_id'), ['import_id'])
        batch.create_index(batch.f('ix_rota_shift_person_id_starts_at'), ['person_id', 'starts_at'])

    op.create_table('safeguarding_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('outcome', sa.Enum('taken-up', 'passed-on', 'closed', name='safeguardingoutcome', native_enum=False, length=40), nullable=False),
    sa.Column('words_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('by_id <> trainee_id', name=op.f('ck_safeguarding_step_not_own')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_safeguarding_step_by_id')),
    sa.ForeignKeyConstraint(['report_id'], ['safeguarding_report.id'], name=op.f('fk_safeguarding_step_report_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_safeguarding_step_trainee_id')),
    sa.ForeignKeyConstraint(['words_id'], ['text_body.id'], name=op.f('fk_safeguarding_step_words_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_safeguarding_step'))
    )
    with op.batch_alter_table('safeguarding_step') as batch:
        batch.create_index(batch.f('ix_safeguarding_step_report_id'), ['report_id'])

    op.create_table('slot_cancellation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('slot_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_slot_cancellation_by_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_slot_cancellation_reason_id')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_slot_cancellation_slot_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slot_cancellation')),
    sa.UniqueConstraint('slot_id', name=op.f('uq_slot_cancellation_slot_id'))
    )
    op.create_table('booking_decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('booking_id', sa.Uuid(), nullable=False),
    sa.Column('verdict', sa.Enum('booked', 'waiting-list', 'declined', 'cancelled', 'swapped', name='bookingverdict', native_enum=False, length=40), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=True),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('overrides', sa.Boolean(), nullable=False),
    sa.Column('seen', sa.JSON(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("verdict NOT IN ('declined', 'cancelled') OR reason_id IS NOT NULL", name=op.f('ck_booking_decision_says_why')),
    sa.CheckConstraint('NOT overrides OR reason_id IS NOT NULL', name=op.f('ck_booking_decision_override_says_why')),
    sa.ForeignKeyConstraint(['booking_id'], ['booking.id'], name=op.f('fk_booking_decision_booking_id')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_booking_decision_by_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_booking_decision_reason_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_decision'))
    )
    with op.batch_alter_table('booking_decision') as batch:
        batch.create_index(batch.f('ix_booking_decision_booking_id'), ['booking_id'])

    op.create_table('booking_swap',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('offered_id', sa.Uuid(), nullable=False),
    sa.Column('wanted_id', sa.Uuid(), nullable=False),
    sa.Column('asked_by_id', sa.Uuid(), nullable=False),
    sa.Column('asked_of_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('asked_by_id <> asked_of_id', name=op.f('ck_booking_swap_two_people')),
    sa.CheckConstraint('offered_id <> wanted_id', name=op.f('ck_booking_swap_two_bookings')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_booking_swap_asked_by_id')),
    sa.ForeignKeyConstraint(['asked_of_id'], ['person.id'], name=op.f('fk_booking_swap_asked_of_id')),
    sa.ForeignKeyConstraint(['offered_id'], ['booking.id'], name=op.f('fk_booking_swap_offered_id')),
    sa.ForeignKeyConstraint(['wanted_id'], ['booking.id'], name=op.f('fk_booking_swap_wanted_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_swap'))
    )
    with op.batch_alter_table('booking_swap') as batch:
        batch.create_index(batch.f('ix_booking_swap_offered_id'), ['offered_id'])
        batch.create_index(batch.f('ix_booking_swap_wanted_id'), ['wanted_id'])

    op.create_table('shift_draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('booking_id', sa.Uuid(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['booking_id'], ['booking.id'], name=op.f('fk_shift_draft_booking_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_shift_draft_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift_draft'))
    )
    with op.batch_alter_table('shift_draft') as batch:
        batch.create_index(batch.f('ix_shift_draft_trainee_id'), ['trainee_id'])

    op.create_table('approval_request_shift',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('shift_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['approval_request.id'], name=op.f('fk_approval_request_shift_request_id')),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_approval_request_shift_shift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approval_request_shift')),
    sa.UniqueConstraint('request_id', 'shift_id', name=op.f('uq_approval_request_shift_request_id_shift_id'))
    )
    with op.batch_alter_table('approval_request_shift') as batch:
        batch.create_index(batch.f('ix_approval_request_shift_shift_id'), ['shift_id'])

    op.create_table('booking_swap_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('swap_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.Enum('agreed', 'refused', 'approved', 'declined', 'taken-back', name='swapstepkind', native_enum=False, length=40), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("step <> 'declined' OR reason_id IS NOT NULL", name=op.f('ck_booking_swap_step_declined_with_reason')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_booking_swap_step_by_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_booking_swap_step_reason_id')),
    sa.ForeignKeyConstraint(['swap_id'], ['booking_swap.id'], name=op.f('fk_booking_swap_step_swap_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_swap_step'))
    )
    with op.batch_alter_table('booking_swap_step') as batch:
        batch.create_index(batch.f('ix_booking_swap_step_swap_id'), ['swap_id'])

    op.create_table('shift_activity',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('shift_id', sa.Uuid(), nullable=False),
    sa.Column('activity', sa.Enum('patient-contact', 'standby', 'hospital-wait', 'debrief', 'teaching', 'break', 'operational-duty', name='activity', native_enum=False, length=40), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('minutes >= 1', name=op.f('ck_shift_activity_minutes')),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_shift_activity_shift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift_activity')),
    sa.UniqueConstraint('shift_id', 'activity', name=op.f('uq_shift_activity_shift_id_activity'))
    )
    op.create_table('encounter_withdrawal',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('encounter_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['encounter_id'], ['encounter.id'], name=op.f('fk_encounter_withdrawal_encounter_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_encounter_withdrawal_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_encounter_withdrawal')),
    sa.UniqueConstraint('encounter_id', name=op.f('uq_encounter_withdrawal_encounter_id'))
    )
    with op.batch_alter_table('encounter_withdrawal') as batch:
        batch.create_index(batch.f('ix_encounter_withdrawal_trainee_id'), ['trainee_id'])

    with op.batch_alter_table('encounter') as batch:
        batch.add_column(sa.Column('outcome', sa.Enum('left-with-plan', 'referred', 'conveyed', 'other', name='outcome', native_enum=False, length=40), nullable=True))
        batch.add_column(sa.Column('age_band', sa.Enum('under-18', '18-to-64', '65-and-over', 'not-known', name='ageband', native_enum=False, length=40), nullable=True))
        batch.add_column(sa.Column('frameworks', sa.JSON(), nullable=False, server_default='[]'))
        batch.add_column(sa.Column('safety_plan_made', sa.Boolean(), nullable=True))

    with op.batch_alter_table('shift') as batch:
        batch.add_column(sa.Column('booking_id', sa.Uuid(), nullable=True))
        batch.add_column(sa.Column('is_supernumerary', sa.Boolean(), nullable=True))
        batch.create_index(batch.f('ix_shift_booking_id'), ['booking_id'])
        batch.create_index(batch.f('ix_shift_site_id_started_at'), ['site_id', 'started_at'])
        batch.create_foreign_key(batch.f('fk_shift_booking_id'), 'booking', ['booking_id'], ['id'])

    with op.batch_alter_table('shift_decision') as batch:
        batch.add_column(sa.Column('profession', sa.String(length=100), nullable=False, server_default=''))
        batch.add_column(sa.Column('identity_grade', sa.Enum('typed-signature', 'drawn-signature', 'email-link', 'verified-link', 'pin', 'passkey', 'account', name='identitygrade', native_enum=False, length=40), nullable=True))
        batch.add_column(sa.Column('signature_id', sa.Uuid(), nullable=True))
        batch.add_column(sa.Column('request_id', sa.Uuid(), nullable=True))
        batch.alter_column('role',
               existing_type=sa.VARCHAR(length=40),
               nullable=True)
        batch.create_foreign_key(batch.f('fk_shift_decision_request_id'), 'approval_request', ['request_id'], ['id'])
        batch.create_foreign_key(batch.f('fk_shift_decision_signature_id'), 'stored_file', ['signature_id'], ['id'])
        batch.create_check_constraint(batch.f('ck_shift_decision_guest_has_no_role'), "role IS NOT NULL OR identity_grade IN ('typed-signature', 'drawn-signature', 'email-link')")

    with op.batch_alter_table('site') as batch:
        batch.add_column(sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('encounter') as batch:
        batch.alter_column('frameworks', existing_type=sa.JSON(), server_default=None)
    with op.batch_alter_table('shift_decision') as batch:
        batch.alter_column('profession', existing_type=sa.String(100), server_default=None)
    op.create_index(op.f('ix_redaction_request_text_id'), 'redaction_request', ['text_id'], unique=False)
    op.create_table('redaction_decline',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('declined_by_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['redaction_request.id'], name=op.f('fk_redaction_decline_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redaction_decline')),
    sa.UniqueConstraint('request_id', name=op.f('uq_redaction_decline_request_id'))
    )
    protect(op.get_bind(), "redaction_decline")

    protect(
        op.get_bind(),
        "approval_request",
        "approval_request_shift",
        "booking",
        "booking_decision",
        "booking_swap",
        "booking_swap_step",
        "clearance",
        "debrief_end",
        "debrief_request",
        "encounter",
        "encounter_withdrawal",
        "evaluation_summary",
        "late_entry_unlock",
        "placement_evaluation",
        "rota_import",
        "rota_shift",
        "safeguarding_report",
        "safeguarding_step",
        "shift",
        "shift_activity",
        "shift_decision",
        "slot_cancellation",
    )



def downgrade():
    op.drop_table('redaction_decline')
    op.drop_index(op.f('ix_redaction_request_text_id'), table_name='redaction_request')
    with op.batch_alter_table('site') as batch:
        batch.drop_column('closed_at')

    with op.batch_alter_table('shift_decision') as batch:
        batch.drop_constraint(batch.f('ck_shift_decision_guest_has_no_role'), type_='check')
        batch.drop_constraint(batch.f('fk_shift_decision_signature_id'), type_='foreignkey')
        batch.drop_constraint(batch.f('fk_shift_decision_request_id'), type_='foreignkey')
        batch.alter_column('role',
               existing_type=sa.VARCHAR(length=40),
               nullable=False)
        batch.drop_column('request_id')
        batch.drop_column('signature_id')
        batch.drop_column('identity_grade')
        batch.drop_column('profession')

    with op.batch_alter_table('shift') as batch:
        batch.drop_constraint(batch.f('fk_shift_booking_id'), type_='foreignkey')
        batch.drop_index(batch.f('ix_shift_site_id_started_at'))
        batch.drop_index(batch.f('ix_shift_booking_id'))
        batch.drop_column('is_supernumerary')
        batch.drop_column('booking_id')

    with op.batch_alter_table('encounter') as batch:
        batch.drop_column('safety_plan_made')
        batch.drop_column('frameworks')
        batch.drop_column('age_band')
        batch.drop_column('outcome')

    with op.batch_alter_table('encounter_withdrawal') as batch:
        batch.drop_index(batch.f('ix_encounter_withdrawal_trainee_id'))

    op.drop_table('encounter_withdrawal')
    op.drop_table('shift_activity')
    with op.batch_alter_table('booking_swap_step') as batch:
        batch.drop_index(batch.f('ix_booking_swap_step_swap_id'))

    op.drop_table('booking_swap_step')
    with op.batch_alter_table('approval_request_shift') as batch:
        batch.drop_index(batch.f('ix_approval_request_shift_shift_id'))

    op.drop_table('approval_request_shift')
    with op.batch_alter_table('shift_draft') as batch:
        batch.drop_index(batch.f('ix_shift_draft_trainee_id'))

    op.drop_table('shift_draft')
    with op.batch_alter_table('booking_swap') as batch:
        batch.drop_index(batch.f('ix_booking_swap_wanted_id'))
        batch.drop_index(batch.f('ix_booking_swap_offered_id'))

    op.drop_table('booking_swap')
    with op.batch_alter_table('booking_decision') as batch:
        batch.drop_index(batch.f('ix_booking_decision_booking_id'))

    op.drop_table('booking_decision')
    op.drop_table('slot_cancellation')
    with op.batch_alter_table('safeguarding_step') as batch:
        batch.drop_index(batch.f('ix_safeguarding_step_report_id'))

    op.drop_table('safeguarding_step')
    with op.batch_alter_table('rota_shift') as batch:
        batch.drop_index(batch.f('ix_rota_shift_person_id_starts_at'))
        batch.drop_index(batch.f('ix_rota_shift_import_id'))

    op.drop_table('rota_shift')
    op.drop_table('debrief_end')
    with op.batch_alter_table('clearance') as batch:
        batch.drop_index(batch.f('ix_clearance_trainee_id'))

    op.drop_table('clearance')
    with op.batch_alter_table('booking') as batch:
        batch.drop_index(batch.f('ix_booking_trainee_id'))
        batch.drop_index(batch.f('ix_booking_slot_id'))

    op.drop_table('booking')
    with op.batch_alter_table('taught_day') as batch:
        batch.drop_index(batch.f('ix_taught_day_cohort_id_starts_at'))

    op.drop_table('taught_day')
    with op.batch_alter_table('slot') as batch:
        batch.drop_index(batch.f('ix_slot_supervisor_id_starts_at'))
        batch.drop_index(batch.f('ix_slot_starts_at'))
        batch.drop_index(batch.f('ix_slot_site_id_starts_at'))
        batch.drop_index(batch.f('ix_slot_series_id'))

    op.drop_table('slot')
    with op.batch_alter_table('site_requirement') as batch:
        batch.drop_index(batch.f('ix_site_requirement_site_id'))

    op.drop_table('site_requirement')
    with op.batch_alter_table('safeguarding_report') as batch:
        batch.drop_index(batch.f('ix_safeguarding_report_trainee_id'))
        batch.drop_index(batch.f('ix_safeguarding_report_site_id'))

    op.drop_table('safeguarding_report')
    with op.batch_alter_table('rota_import') as batch:
        batch.drop_index(batch.f('ix_rota_import_person_id'))

    op.drop_table('rota_import')
    with op.batch_alter_table('placement_evaluation') as batch:
        batch.drop_index(batch.f('ix_placement_evaluation_trainee_id'))
        batch.drop_index(batch.f('ix_placement_evaluation_site_id'))

    op.drop_table('placement_evaluation')
    with op.batch_alter_table('late_entry_unlock') as batch:
        batch.drop_index(batch.f('ix_late_entry_unlock_trainee_id'))

    op.drop_table('late_entry_unlock')
    with op.batch_alter_table('evaluation_summary') as batch:
        batch.drop_index(batch.f('ix_evaluation_summary_site_id'))

    op.drop_table('evaluation_summary')
    with op.batch_alter_table('debrief_request') as batch:
        batch.drop_index(batch.f('ix_debrief_request_trainee_id'))
        batch.drop_index(batch.f('ix_debrief_request_asked_of_id'))

    op.drop_table('debrief_request')
    with op.batch_alter_table('calendar_feed') as batch:
        batch.drop_index(batch.f('ix_calendar_feed_person_id'))

    op.drop_table('calendar_feed')
    with op.batch_alter_table('approval_request') as batch:
        batch.drop_index(batch.f('ix_approval_request_trainee_id'))
        batch.drop_index(batch.f('ix_approval_request_supervisor_id'))

    op.drop_table('approval_request')
