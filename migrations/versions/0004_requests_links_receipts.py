"""Requests that are passed on and prepared, links, form-only sessions, receipts and suspended records."""

import sqlalchemy as sa
from alembic import op

from lms.core.protection import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('form_session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.Enum('assessment', 'patient-feedback', name='purpose', native_enum=False, length=40), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('channel', sa.Enum('sent', 'shown', 'handed-over', name='channel', native_enum=False, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('record_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_form_session_person_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_form_session_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_form_session')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_form_session_token_digest'))
    )
    with op.batch_alter_table('form_session') as batch:
        batch.create_index(batch.f('ix_form_session_subject_id'), ['subject_id'])

    op.create_table('refused_signature',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.Enum('assessment', 'patient-feedback', name='purpose', native_enum=False, length=40), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('refusal', sa.Enum('own-session', 'own-address', 'used-link', 'ended-link', 'unknown-link', 'wrong-pin', 'wrong-passkey', 'not-allowed-here', 'closed-request', 'wrong-date', 'wrong-role', 'own-signature', 'record-in-doubt', name='refusal', native_enum=False, length=40), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_refused_signature_by_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_refused_signature_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refused_signature'))
    )
    with op.batch_alter_table('refused_signature') as batch:
        batch.create_index(batch.f('ix_refused_signature_subject_id'), ['subject_id'])
        batch.create_index(batch.f('ix_refused_signature_trainee_id'), ['trainee_id'])

    op.create_table('signing_link',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.Enum('assessment', 'patient-feedback', name='purpose', native_enum=False, length=40), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('channel', sa.Enum('sent', 'shown', 'handed-over', name='channel', native_enum=False, length=40), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_signing_link_person_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_signing_link_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_link')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_signing_link_token_digest'))
    )
    with op.batch_alter_table('signing_link') as batch:
        batch.create_index(batch.f('ix_signing_link_subject_id'), ['subject_id'])

    op.create_table('signing_receipt',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.Enum('assessment', 'patient-feedback', name='purpose', native_enum=False, length=40), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_signing_receipt_person_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_signing_receipt_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_receipt')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_signing_receipt_token_digest'))
    )
    with op.batch_alter_table('signing_receipt') as batch:
        batch.create_index(batch.f('ix_signing_receipt_record_id'), ['record_id'])

    op.create_table('suspension',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.Enum('assessment', 'patient-feedback', name='purpose', native_enum=False, length=40), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=True),
    sa.Column('words_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_suspension_by_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_suspension_trainee_id')),
    sa.ForeignKeyConstraint(['words_id'], ['text_body.id'], name=op.f('fk_suspension_words_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suspension'))
    )
    with op.batch_alter_table('suspension') as batch:
        batch.create_index(batch.f('ix_suspension_record_id'), ['record_id'])
        batch.create_index(batch.f('ix_suspension_trainee_id'), ['trainee_id'])

    op.create_table('suspension_end',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('suspension_id', sa.Uuid(), nullable=False),
    sa.Column('verdict', sa.Enum('stands', 'struck-out', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_suspension_end_by_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_suspension_end_reason_id')),
    sa.ForeignKeyConstraint(['suspension_id'], ['suspension.id'], name=op.f('fk_suspension_end_suspension_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suspension_end')),
    sa.UniqueConstraint('suspension_id', name=op.f('uq_suspension_end_suspension_id'))
    )
    op.create_table('request_draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['assessment_request.id'], name=op.f('fk_request_draft_request_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_request_draft_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_draft'))
    )
    with op.batch_alter_table('request_draft') as batch:
        batch.create_index(batch.f('ix_request_draft_trainee_id'), ['trainee_id'])

    op.create_table('assessment_addition',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('text_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assessment_addition_assessment_id')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_assessment_addition_by_id')),
    sa.ForeignKeyConstraint(['text_id'], ['text_body.id'], name=op.f('fk_assessment_addition_text_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_addition'))
    )
    with op.batch_alter_table('assessment_addition') as batch:
        batch.create_index(batch.f('ix_assessment_addition_assessment_id'), ['assessment_id'])

    op.create_table('assessment_reply',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('action_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['text_body.id'], name=op.f('fk_assessment_reply_action_id')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assessment_reply_assessment_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_assessment_reply_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_reply')),
    sa.UniqueConstraint('assessment_id', name=op.f('uq_assessment_reply_assessment_id'))
    )
    with op.batch_alter_table('assessment') as batch:
        batch.add_column(sa.Column('profession', sa.String(length=100), nullable=False, server_default=''))
        batch.add_column(sa.Column('signature_id', sa.Uuid(), nullable=True))
        batch.add_column(sa.Column('is_unsafe', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.alter_column('role', existing_type=sa.String(40), nullable=True)
        batch.create_foreign_key(batch.f('fk_assessment_signature_id'), 'stored_file', ['signature_id'], ['id'])
        batch.create_check_constraint(batch.f('ck_assessment_guest_has_no_role'), "(role IS NULL) = (identity_grade IN ('typed-signature', 'drawn-signature', 'email-link'))")

    with op.batch_alter_table('assessment_request') as batch:
        batch.add_column(sa.Column('way', sa.Enum('account', 'email', 'here', name='way', native_enum=False, length=40), nullable=False, server_default='account'))
        batch.add_column(sa.Column('is_unasked', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False, server_default='trainee'))
        batch.add_column(sa.Column('self_levels', sa.JSON(), nullable=False, server_default='{}'))
        batch.add_column(sa.Column('encounter_id', sa.Uuid(), nullable=True))
        batch.alter_column('assessor_id',
               existing_type=sa.Uuid(),
               nullable=True)
        batch.create_foreign_key(batch.f('fk_assessment_request_encounter_id'), 'encounter', ['encounter_id'], ['id'])

    with op.batch_alter_table('assessment_request_step') as batch:
        batch.add_column(sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=True))
        batch.add_column(sa.Column('to_id', sa.Uuid(), nullable=True))
        batch.alter_column('by_id',
               existing_type=sa.Uuid(),
               nullable=True)
        batch.drop_constraint(batch.f('uq_assessment_request_step_request_id_step'), type_='unique')
        batch.create_index(batch.f('ix_assessment_request_step_request_id'), ['request_id'])
        batch.create_index(batch.f('ix_assessment_request_step_to_id'), ['to_id'])
        batch.create_index('uq_assessment_request_step_once', ['request_id', 'step'], unique=True, sqlite_where=sa.text("step IN ('reset', 'declined', 'cancelled')"), postgresql_where=sa.text("step IN ('reset', 'declined', 'cancelled')"))
        batch.create_foreign_key(batch.f('fk_assessment_request_step_to_id'), 'person', ['to_id'], ['id'])
        batch.create_check_constraint(batch.f('ck_assessment_request_step_passed_on_to'), "(step = 'passed-on') = (to_id IS NOT NULL)")
    with op.batch_alter_table('assessment') as batch:
        batch.alter_column('profession', existing_type=sa.String(100), server_default=None)
        batch.alter_column('is_unsafe', existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table('assessment_request') as batch:
        batch.alter_column('way', existing_type=sa.String(40), server_default=None)
        batch.alter_column('is_unasked', existing_type=sa.Boolean(), server_default=None)
        batch.alter_column('role', existing_type=sa.String(40), server_default=None)
        batch.alter_column('self_levels', existing_type=sa.JSON(), server_default=None)
    protect(op.get_bind(), "assessment", "assessment_addition", "assessment_reply", "assessment_request", "assessment_request_step", "refused_signature", "suspension", "suspension_end")



def downgrade():
    with op.batch_alter_table('assessment_request_step') as batch:
        batch.drop_constraint(batch.f('fk_assessment_request_step_to_id'), type_='foreignkey')
        batch.drop_constraint(batch.f('ck_assessment_request_step_passed_on_to'), type_='check')
        batch.drop_index('uq_assessment_request_step_once', sqlite_where=sa.text("step IN ('reset', 'declined', 'cancelled')"), postgresql_where=sa.text("step IN ('reset', 'declined', 'cancelled')"))
        batch.drop_index(batch.f('ix_assessment_request_step_to_id'))
        batch.drop_index(batch.f('ix_assessment_request_step_request_id'))
        batch.create_unique_constraint(batch.f('uq_assessment_request_step_request_id_step'), ['request_id', 'step'])
        batch.alter_column('by_id',
               existing_type=sa.Uuid(),
               nullable=False)
        batch.drop_column('to_id')
        batch.drop_column('role')

    with op.batch_alter_table('assessment_request') as batch:
        batch.drop_constraint(batch.f('fk_assessment_request_encounter_id'), type_='foreignkey')
        batch.alter_column('assessor_id',
               existing_type=sa.Uuid(),
               nullable=False)
        batch.drop_column('encounter_id')
        batch.drop_column('self_levels')
        batch.drop_column('role')
        batch.drop_column('is_unasked')
        batch.drop_column('way')

    with op.batch_alter_table('assessment') as batch:
        batch.drop_constraint(batch.f('ck_assessment_guest_has_no_role'), type_='check')
        batch.drop_constraint(batch.f('fk_assessment_signature_id'), type_='foreignkey')
        batch.alter_column('role', existing_type=sa.String(40), nullable=False)
        batch.drop_column('is_unsafe')
        batch.drop_column('signature_id')
        batch.drop_column('profession')

    op.drop_table('assessment_reply')
    with op.batch_alter_table('assessment_addition') as batch:
        batch.drop_index(batch.f('ix_assessment_addition_assessment_id'))

    op.drop_table('assessment_addition')
    with op.batch_alter_table('request_draft') as batch:
        batch.drop_index(batch.f('ix_request_draft_trainee_id'))

    op.drop_table('request_draft')
    op.drop_table('suspension_end')
    with op.batch_alter_table('suspension') as batch:
        batch.drop_index(batch.f('ix_suspension_trainee_id'))
        batch.drop_index(batch.f('ix_suspension_record_id'))

    op.drop_table('suspension')
    with op.batch_alter_table('signing_receipt') as batch:
        batch.drop_index(batch.f('ix_signing_receipt_record_id'))

    op.drop_table('signing_receipt')
    with op.batch_alter_table('signing_link') as batch:
        batch.drop_index(batch.f('ix_signing_link_subject_id'))

    op.drop_table('signing_link')
    with op.batch_alter_table('refused_signature') as batch:
        batch.drop_index(batch.f('ix_refused_signature_trainee_id'))
        batch.drop_index(batch.f('ix_refused_signature_subject_id'))

    op.drop_table('refused_signature')
    with op.batch_alter_table('form_session') as batch:
        batch.drop_index(batch.f('ix_form_session_subject_id'))

    op.drop_table('form_session')
    protect(op.get_bind(), "assessment", "assessment_request", "assessment_request_step")
