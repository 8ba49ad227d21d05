"""Keeping answers to the questions of a form that have no column of their own."""

from collections.abc import Collection, Mapping
from uuid import UUID

from lms.audit.services import keep_text
from lms.competencies.models import AssessmentAnswer, FeedbackAnswer
from lms.competencies.rules import answer_name
from lms.competencies.rules.form_files import FieldFile
from lms.core.identifiers import check_free_text


def check_answers(fields: Collection[FieldFile], said: Mapping[str, str], *, no_identifiers: bool) -> None:
    """Refuse texts that may identify somebody.

    Raises RuleViolation.
    """
    for field in fields:
        if field.kind == "text" and field.key in said:
            check_free_text(said[field.key], no_identifiers=no_identifiers, field=answer_name(field.key))


def answer_rows(assessment_id: UUID, fields: Collection[FieldFile], said: Mapping[str, str]) -> list[AssessmentAnswer]:
    """The rows that keep what an assessment says; a text can be redacted later."""
    return [
        AssessmentAnswer(assessment_id=assessment_id, key=field.key, text=keep_text(said[field.key]))
        if field.kind == "text"
        else AssessmentAnswer(assessment_id=assessment_id, key=field.key, value=said[field.key])
        for field in fields
        if field.key in said
    ]


def sheet_rows(sheet_id: UUID, fields: Collection[FieldFile], said: Mapping[str, str]) -> list[FeedbackAnswer]:
    """The rows that keep what a sheet of a round says; a text can be redacted later."""
    return [
        FeedbackAnswer(sheet_id=sheet_id, key=field.key, text=keep_text(said[field.key]))
        if field.kind == "text"
        else FeedbackAnswer(sheet_id=sheet_id, key=field.key, value=said[field.key])
        for field in fields
        if field.key in said
    ]
