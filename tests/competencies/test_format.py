from pathlib import Path

import pytest

from lms.competencies.rules import FormKind, Profession, ProfessionNeed
from lms.competencies.rules.form_checks import check_form
from lms.competencies.rules.form_files import form_from
from lms.competencies.rules.format import capability_codes, check_framework, framework_from

ROOT = Path(__file__).parents[2]
FRAMEWORK = ROOT / "content/frameworks/specialist-paramedic-mh.yaml"


def changed(tmp_path, name, old, new):
    text = (ROOT / "content" / name).read_text()
    assert text.count(old) >= 1
    path = tmp_path / Path(name).name
    path.write_text(text.replace(old, new, 1))
    return path


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("critical: true\n", "crucial: true\n", "domains.0.capabilities.0.crucial", "no field of this name"),
        ("code: D1.2", "code: D1.1", "domains.0.capabilities.1.code", "stands here twice"),
        ("code: D1.2", "code: D2.9", "domains.0.capabilities.1.code", "begins with it"),
        ("maps: [MPF, HCPC]", "maps: [MPX]", "domains.0.capabilities.0.maps.0", "no map MPX"),
        ("source: PROPOSAL", "source: S99", "source", "no source S99"),
        ("{level: 2,", "{level: 3,", "scale", "1 to 5"),
        (", informs_only: true", "", "domains.0.capabilities.0.evidence.1.forms", "never blocks"),
        ("forms: [reflective-account]", "forms: [mini-cex]", "domains.0.capabilities.1.evidence.1.forms", "two parts"),
        ("most: 1}", "most: 3}", "domains.2.capabilities.3.evidence.0.simulated_at_most", "more than"),
        ("slug: specialist-paramedic-mh", "slug: other", "slug", "name of the file"),
        ("critical: true\n", "critical: true\n        latest: 3\n", "domains.0.capabilities.0.latest", "more than"),
        (
            "critical: true\n",
            "critical: true\n        professions: [{of: [nurse], other_than: [paramedic]}]\n",
            "domains.0.capabilities.0.professions.0",
            "either which",
        ),
        (
            "critical: true\n",
            "critical: true\n        professions: [{other_than: [other]}]\n",
            "domains.0.capabilities.0.professions.0",
            "Name professions",
        ),
        (
            "critical: true\n",
            "critical: true\n        professions: [{at_least: 3, of: [nurse]}]\n",
            "domains.0.capabilities.0.professions.0.at_least",
            "more than the assessors",
        ),
        (
            "critical: true\n",
            "critical: true\n        refresher: {at_least: 1, forms: [project]}\n",
            "domains.0.capabilities.0.refresher.forms",
            "None of these forms",
        ),
    ],
)
def test_a_wrong_framework_is_refused_with_its_field(tmp_path, old, new, field, words):
    path = changed(tmp_path, "frameworks/specialist-paramedic-mh.yaml", old, new)
    _, problems = check_framework(path, tmp_path)
    found = {(problem.field, words in problem.message) for problem in problems}
    assert (field, True) in found, [str(problem) for problem in problems]
    assert all(problem.line > 0 for problem in problems)


def test_what_a_capability_asks_for_is_read_as_it_is_written(tmp_path):
    more = "critical: true\n        latest: 2\n        professions: [{other_than: [paramedic]}]\n"
    path = changed(tmp_path, "frameworks/specialist-paramedic-mh.yaml", "critical: true\n", more)
    body, problems = check_framework(path, tmp_path)
    assert problems == []
    rule = framework_from(body).capabilities["D1.1"].rule
    assert rule.latest == 2
    assert rule.professions == (ProfessionNeed(1, (Profession.PARAMEDIC,), other_than=True),)
    assert rule.to_refresh is not None
    assert "of whom at least 1 is not a paramedic" in rule.sentence(4)


def test_every_shipped_refresher_asks_for_no_less_than_it_was_seen_by():
    body, _ = check_framework(FRAMEWORK, ROOT)
    for capability in framework_from(body).capabilities.values():
        refresher = capability.rule.refresher
        assert (refresher is not None) is capability.is_critical, capability.code
        if refresher is not None:
            assert refresher.seen_as == capability.rule.observed_as
            assert {*refresher.kinds} <= {kind for part in capability.rule.needed for kind in part.kinds}


CODES = capability_codes(check_framework(FRAMEWORK, ROOT)[0])


def test_every_shipped_form_is_in_order():
    found = {}
    for path in sorted((ROOT / "content/forms").glob("*.yaml")):
        body, problems = check_form(path, ROOT, capabilities=CODES)
        assert problems == []
        found[path.stem] = form_from(body)
    assert set(found) == {kind.value for kind in FormKind}
    assert all(form.rates_at_most == 5 for form in found.values())
    assert {name for name, form in found.items() if not form.levels} == {"patient-feedback"}
    assert {name for name, form in found.items() if not form.is_for_trainees} == {"patient-feedback", "msf"}


@pytest.mark.parametrize(
    ("name", "old", "new", "field", "words"),
    [
        ("mini-cex", "key: went_well", "key: what_seen", "fields.2.key", "stands here twice"),
        ("mini-cex", "key: trainee_said", "key: what_seen", "fields.4.key", "stands here twice"),
        ("mini-cex", "key: went_well", "key: praise", "fields", "asks for went_well"),
        ("mini-cex", "key: trainee_said", "key: Said", "fields.4.key", "pattern"),
        ("mini-cex", "kind: number", "kind: text", "fields.5.kind", "kept as number"),
        ("mini-cex", "kind: number", "kind: date", "fields.5.kind", "yes-no"),
        ("mini-cex", "kind: choice", "kind: yes-no", "fields.0.choices", "other fields none"),
        ("mini-cex", "value: average", "value: complex", "fields.0.choices", "stands here twice"),
        ("mini-cex", "most: 600", "most: 600000", "fields.5.most", "numbers up to"),
        ("mini-cex", "most: 1000", "most: 5000", "fields.4.most", "4,000 characters"),
        ("mini-cex", "most: 600", "about_care: true", "fields.5.about_care", "Only a text"),
        (
            "do",
            "    required: true\n  - key: stopped_at",
            "    most: 3\n  - key: stopped_at",
            "fields.1.most",
            "has a most",
        ),
        ("mini-cex", "slug: mini-cex", "slug: cbd", "slug", "name of the file"),
        ("mini-cex", "source: PROPOSAL", "source: S99", "source", "no source"),
        ("mini-cex", "format: 2", "format: 1", "format", "must be 2"),
        ("mini-cex", "asked_by: [trainee]", "asked_by: [assessor]", "asked_by.0", "supervisor"),
        ("mini-cex", "asked_by: [trainee]", "asked_by: []", "asked_by", "too short"),
        ("mini-cex", "asked_by: [trainee]", "asked_by: [trainee, trainee]", "asked_by.1", "trainee stands here twice"),
        (
            "mini-cex",
            "[assessor, consultant-nurse, guest]",
            "[assessor, assessor]",
            "completed_by.1",
            "stands here twice",
        ),
        (
            "mini-cex",
            "[assessor, consultant-nurse, guest]",
            "[supervisor]",
            "asked_by.0",
            "only an assessor or a guest",
        ),
        ("mini-cex", "[assessor, consultant-nurse, guest]", "[practice assessor]", "completed_by.0", "guest"),
        ("mini-cex", "rates: [all]", "rates: [all, D1]", "rates", "nothing else does"),
        ("mini-cex", "rates: [all]", "rates: [D9.9]", "rates.0", "no capability or domain D9.9"),
        ("mini-cex", "rates: [all]", "rates: [D9]", "rates.0", "no capability or domain D9"),
        ("mini-cex", "rates: [all]", "rates: [D1, D2.1, D1]", "rates.2", "D1 stands here twice"),
        ("mini-cex", "rates: [all]", "rates: [everything]", "rates.0", "pattern"),
        ("mini-cex", "levels: [1, 2, 3, 4, 5]", "levels: []", "levels", "gives a level"),
        ("mini-cex", "levels: [1, 2, 3, 4, 5]", "levels: [3, 2]", "levels", "the lowest first"),
        ("mini-cex", "levels: [1, 2, 3, 4, 5]", "levels: [1, 6]", "levels.1", "less than or equal to 5"),
        ("patient-feedback", "levels: []", "levels: [1, 2]", "levels", "gives no level"),
        ("patient-feedback", "asked_by: [supervisor]", "asked_by: [trainee]", "asked_by.0", "never asks a patient"),
        ("msf", "at_least: 8", "at_least: 7", "raters.at_least", "greater than or equal to 8"),
        ("msf", "professions_at_least: 3", "professions_at_least: 2", "raters.professions_at_least", "equal to 3"),
        ("msf", "value: nurse", "value: paramedic", "raters.professions.1", "stands here twice"),
        ("msf", "key: keep", "key: went_well", "raters.fields.5.key", "belongs to the assessment"),
        ("msf", "key: coordinates", "key: listens", "raters.fields.1.key", "stands here twice"),
        ("msf", "asked_by: [supervisor", "asked_by: [trainee", "asked_by.0", "does not open a round"),
        ("mini-cex", "fields:", "raters: {}\nfields:", "raters.at_least", "missing"),
    ],
)
def test_a_wrong_form_is_refused_at_its_line_and_field(tmp_path, name, old, new, field, words):
    path = changed(tmp_path, f"forms/{name}.yaml", old, new)
    _, problems = check_form(path, tmp_path, capabilities=CODES)
    found = {(problem.field, words in problem.message) for problem in problems}
    assert (field, True) in found, [str(problem) for problem in problems]
    line = next(problem.line for problem in problems if problem.field == field)
    last = [part for part in field.split(".") if not part.isdecimal()][-1]
    if f"{last}:" in path.read_text():
        there = path.read_text().splitlines()[line - 1]
        assert f"{last}:" in there or "{value:" in there


def test_multi_source_feedback_says_what_its_raters_are_asked(tmp_path):
    text = (ROOT / "content/forms/msf.yaml").read_text()
    path = tmp_path / "msf.yaml"
    path.write_text(text[: text.index("raters:")])
    _, problems = check_form(path, tmp_path)
    assert [(problem.field, problem.line) for problem in problems] == [("raters", 1)]


OLD = {
    "format": 1,
    "slug": "testimony",
    "title": "Testimony of a colleague",
    "summary": "What a colleague saw.",
    "review": {"status": "example", "by": "2027-05-01"},
    "sources": {"PROPOSAL": "Proposal"},
    "source": "PROPOSAL",
    "completed_by": ["colleague", "practice assessor"],
    "rates_at_most": 4,
    "fields": [
        {"key": "went_well", "kind": "text", "label": "What did you see them do?", "required": True},
        {"key": "complexity", "kind": "choice", "label": "How?", "choices": [{"value": "a", "text": "A"}]},
    ],
}


def test_a_form_stored_in_the_first_format_means_what_it_meant():
    form = form_from(OLD)
    assert (form.completed_by_words, form.rates_at_most, form.levels) == (
        "Colleague, practice assessor",
        4,
        [1, 2, 3, 4, 5],
    )
    assert form.is_for_trainees
    assert form.covers("D1.1")
    assert [field.key for field in form.fields] == ["went_well", "complexity"]
    assert form.fields[1].in_words("a") == "A"
    assert form.raters is None
    assert form_from({**OLD, "slug": "patient-feedback"}).levels == []
