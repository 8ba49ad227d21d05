"""Calibration answers, the sampling policy and looks at samples, and the pace of the digest."""

import sqlalchemy as sa
from alembic import op

from lms.core.protection import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('calibration_answer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assessor_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('framework_version_id', sa.Uuid(), nullable=False),
    sa.Column('vignette_version_id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('level BETWEEN 1 AND 5', name=op.f('ck_calibration_answer_level')),
    sa.ForeignKeyConstraint(['assessor_id'], ['person.id'], name=op.f('fk_calibration_answer_assessor_id')),
    sa.ForeignKeyConstraint(['framework_version_id'], ['content_version.id'], name=op.f('fk_calibration_answer_framework_version_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_calibration_answer_reason_id')),
    sa.ForeignKeyConstraint(['vignette_version_id'], ['content_version.id'], name=op.f('fk_calibration_answer_vignette_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration_answer')),
    sa.UniqueConstraint('assessor_id', 'framework_version_id', 'slug', name=op.f('uq_calibration_answer_assessor_id_framework_version_id_slug'))
    )
    op.create_table('digest_setting',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('pace', sa.Enum('weekly', 'daily', 'none', name='digestpace', native_enum=False, length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_digest_setting_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_digest_setting')),
    sa.UniqueConstraint('person_id', name=op.f('uq_digest_setting_person_id'))
    )
    op.create_table('sampling_policy',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('set_by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('assessors_share', sa.Integer(), nullable=False),
    sa.Column('trainees_share', sa.Integer(), nullable=False),
    sa.Column('forms_share', sa.Integer(), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('assessors_share BETWEEN 1 AND 100', name=op.f('ck_sampling_policy_assessors_share')),
    sa.CheckConstraint('forms_share BETWEEN 1 AND 100', name=op.f('ck_sampling_policy_forms_share')),
    sa.CheckConstraint('trainees_share BETWEEN 1 AND 100', name=op.f('ck_sampling_policy_trainees_share')),
    sa.ForeignKeyConstraint(['reason_id'], ['text_body.id'], name=op.f('fk_sampling_policy_reason_id')),
    sa.ForeignKeyConstraint(['set_by_id'], ['person.id'], name=op.f('fk_sampling_policy_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sampling_policy'))
    )
    op.create_table('sample_look',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('trainee_id', sa.Uuid(), nullable=False),
    sa.Column('assessor_id', sa.Uuid(), nullable=False),
    sa.Column('policy_id', sa.Uuid(), nullable=False),
    sa.Column('quarter', sa.String(length=7), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('trainee', 'supervisor', 'assessor', 'educator', 'external-examiner', 'consultant-nurse', 'administrator', name='role', native_enum=False, length=40), nullable=False),
    sa.Column('outcome', sa.Enum('accepted', 'talk', name='lookoutcome', native_enum=False, length=40), nullable=False),
    sa.Column('note_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("outcome <> 'talk' OR note_id IS NOT NULL", name=op.f('ck_sample_look_talk_says_about_what')),
    sa.CheckConstraint('by_id <> assessor_id', name=op.f('ck_sample_look_second_person')),
    sa.CheckConstraint('by_id <> trainee_id', name=op.f('ck_sample_look_not_own')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_sample_look_assessment_id')),
    sa.ForeignKeyConstraint(['assessor_id'], ['person.id'], name=op.f('fk_sample_look_assessor_id')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_sample_look_by_id')),
    sa.ForeignKeyConstraint(['note_id'], ['text_body.id'], name=op.f('fk_sample_look_note_id')),
    sa.ForeignKeyConstraint(['policy_id'], ['sampling_policy.id'], name=op.f('fk_sample_look_policy_id')),
    sa.ForeignKeyConstraint(['trainee_id'], ['person.id'], name=op.f('fk_sample_look_trainee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sample_look')),
    sa.UniqueConstraint('assessment_id', name=op.f('uq_sample_look_assessment_id'))
    )
    op.create_index(op.f("ix_sample_look_assessor_id_recorded_at"), "sample_look", ["assessor_id", "recorded_at"])
    op.create_index(op.f("ix_sample_look_trainee_id"), "sample_look", ["trainee_id"])
    protect(op.get_bind(), "calibration_answer", "sample_look", "sampling_policy")



def downgrade():
    op.drop_index(op.f("ix_sample_look_trainee_id"), table_name="sample_look")
    op.drop_index(op.f("ix_sample_look_assessor_id_recorded_at"), table_name="sample_look")
    op.drop_table('sample_look')
    op.drop_table('sampling_policy')
    op.drop_table('digest_setting')
    op.drop_table('calibration_answer')
