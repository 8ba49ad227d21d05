from pathlib import Path

import pytest

from lms.competencies.rules.format import check_form, check_framework, form_from

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
    ],
)
def test_a_wrong_framework_is_refused_with_its_field(tmp_path, old, new, field, words):
    path = changed(tmp_path, "frameworks/specialist-paramedic-mh.yaml", old, new)
    _, problems = check_framework(path, tmp_path)
    found = {(problem.field, words in problem.message) for problem in problems}
    assert (field, True) in found, [str(problem) for problem in problems]
    assert all(problem.line > 0 for problem in problems)


def test_every_shipped_form_is_in_order():
    for path in sorted((ROOT / "content/forms").glob("*.yaml")):
        body, problems = check_form(path, ROOT)
        assert problems == []
        assert form_from(body).rates_at_most == 5


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("key: went_well", "key: what_seen", "stands here twice"),
        ("kind: choice", "kind: text", "other fields none"),
        ("slug: mini-cex", "slug: cbd", "name of the file"),
        ("source: PROPOSAL", "source: S99", "no source"),
    ],
)
def test_a_wrong_form_is_refused(tmp_path, old, new, words):
    _, problems = check_form(changed(tmp_path, "forms/mini-cex.yaml", old, new), tmp_path)
    assert any(words in problem.message for problem in problems), problems
