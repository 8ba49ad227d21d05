"""A result as plain JSON values: what the command prints and what a decision freezes."""

from typing import Any

from lms.competencies.rules import RULES_VERSION as COMPETENCIES_VERSION
from lms.readiness.rules.assess import RULES_VERSION
from lms.readiness.rules.result import GroupResult, Record, RequirementResult, Result


def describe(result: Result) -> dict[str, Any]:
    """Everything the result says, in text, whole numbers and lists; equal results give equal descriptions."""
    return {
        "format": 1,
        "rules": [RULES_VERSION, COMPETENCIES_VERSION],
        "trainee": str(result.trainee_id),
        "requirement_set": result.requirement_set,
        "title": result.title,
        "setting": result.setting,
        "supervision": result.supervision.value,
        "on": result.on.isoformat(),
        "overall": result.overall.value,
        "words": result.words,
        "valid_days": result.valid_days,
        "restricted_from": result.restricted_from.isoformat() if result.restricted_from else None,
        "lapses": [{"from": lapse.from_on.isoformat(), "words": lapse.words} for lapse in result.lapses],
        "met": result.met_count,
        "total": result.total,
        "groups": [_group(group) for group in result.groups],
    }


def _group(group: GroupResult) -> dict[str, Any]:
    return {
        "key": group.key,
        "title": group.title,
        "state": group.state,
        "words": group.words,
        "requirements": [_requirement(item) for item in group.requirements],
    }


def _requirement(item: RequirementResult) -> dict[str, Any]:
    return {
        "key": item.key,
        "title": item.title,
        "rule": item.rule,
        "state": item.state,
        "met": item.met,
        "words": item.words,
        "counted": [_record(record) for record in item.counted],
        "not_counted": [_record(record) for record in item.not_counted],
        "owner": item.owner.value if item.owner else None,
        "next_step": item.next_step,
        "restricts_from": item.restricts_from.isoformat() if item.restricts_from else None,
    }


def _record(record: Record) -> dict[str, Any]:
    found = {"id": str(record.id), "kind": record.kind, "text": record.text}
    if record.why:
        found["why"] = record.why
    if record.by_id:
        found["by"] = str(record.by_id)
    return found
