import json

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.competencies.queries import get_framework, list_versions
from lms.competencies.rules.format import FrameworkFile
from lms.core.content import load
from lms.core.db import db
from lms.core.errors import NotFound, NotReady, RuleViolation
from lms.core.ids import new_id
from lms.curriculum.models import ContentVersion
from lms.curriculum.queries import get_content
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.curriculum.services import sync_content
from lms.identity.services import viewer_for
from lms.interop import queries, services
from lms.interop.rules import FileFormat, write_csv, write_json
from tests.factories import frameworks as make
from tests.factories.competencies import framework_items, load_framework

pytestmark = pytest.mark.usefixtures("context")
NAME = "specialist-paramedic-mh"


@pytest.fixture
def content(context):
    load_framework()


def rows():
    return [db.session.scalar(select(func.count()).select_from(each)) for each in (ContentVersion, LedgerEntry)]


@pytest.mark.parametrize("shape", FileFormat)
def test_what_leaves_comes_back_as_the_same_version(content, tmp_path, shape):
    """From the database to a file, to a content file, and into the database again: nothing is new."""
    out, back = tmp_path / f"framework.{shape.value}", tmp_path / f"{NAME}.yaml"
    services.export_framework(out, shape)
    before = rows()
    checked = services.import_framework(out, back)
    assert checked.difference.is_none
    assert rows() == before
    document = load(back, FrameworkFile, tmp_path)
    assert document.body == make.shipped()
    _, *others = framework_items()
    report = sync_content(None, [ContentItem(ContentKind.FRAMEWORK, NAME, document.body), *others])
    assert (report.added, report.changed, report.retired) == (0, 0, 0)


def test_a_changed_file_is_published_by_loading_content_and_by_nothing_else(content, cast, tmp_path):
    body = make.changed(make.reworded("D1.1", title="Calming"))
    source, target = tmp_path / "f.csv", tmp_path / f"{NAME}.yaml"
    source.write_text(write_csv(body), encoding="utf-8", newline="")
    checked = services.import_framework(source, target)
    assert checked.difference.summary == "1 capability changed."
    assert get_framework().framework.titles["D1.1"] == "Engagement and de-escalation"
    make.publish(load(target, FrameworkFile, tmp_path).body)
    assert get_framework().framework.titles["D1.1"] == "Calming"
    assert len(list_versions(viewer_for(cast.consultant_nurse))) == 2


def test_nothing_is_written_when_anything_is_wrong_or_only_tried(content, tmp_path):
    target = tmp_path / f"{NAME}.yaml"
    target.write_text("what was there", encoding="utf-8")
    source = tmp_path / "f.csv"
    source.write_text(write_csv(make.shipped()).replace("D1.2", "D1.1", 1), encoding="utf-8", newline="")
    assert not services.import_framework(source, target).reading.is_right
    source.write_text(write_csv(make.shipped()), encoding="utf-8", newline="")
    assert services.import_framework(source, target, dry_run=True).reading.is_right
    assert target.read_text(encoding="utf-8") == "what was there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.csv", f"{NAME}.yaml"]


def test_the_content_file_is_called_like_the_framework(content, tmp_path):
    source = tmp_path / "f.json"
    source.write_text(write_json(make.shipped()), encoding="utf-8")
    checked = services.import_framework(source, tmp_path / "another.yaml")
    assert "and the content file is called another" in str(checked.reading.problems[0])
    assert not (tmp_path / "another.yaml").exists()


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("f.xlsx", f"{NAME}.yaml"),
        ("f.csv", f"{NAME}.txt"),
        ("missing.csv", f"{NAME}.yaml"),
        ("f.csv", f"no/{NAME}.yaml"),
    ],
)
def test_a_file_that_cannot_be_read_or_written_is_told(content, tmp_path, source, target):
    (tmp_path / "f.csv").write_text(write_csv(make.shipped()), encoding="utf-8", newline="")
    with pytest.raises(RuleViolation):
        services.import_framework(tmp_path / source, tmp_path / target)


def test_an_older_version_leaves_as_it_was(content):
    older = get_framework().id
    make.publish(make.changed(make.reworded("D1.1", title="Calming")))
    found = queries.export_framework(FileFormat.JSON, older)
    assert json.loads(found.text) == make.shipped()
    assert found.name == f"{NAME}-2026-11-18.json"
    assert "Calming" in queries.export_framework(FileFormat.CSV).text


def test_only_a_framework_leaves_as_one(content):
    for version_id in (new_id(), get_content(ContentKind.FORM, "mini-cex").id):
        with pytest.raises(NotFound):
            queries.export_framework(FileFormat.CSV, version_id)


def test_before_any_content_nothing_leaves_and_a_file_is_compared_with_nothing():
    with pytest.raises(NotReady):
        queries.export_framework(FileFormat.CSV)
    checked = queries.check_file(write_csv(make.shipped()).encode(), FileFormat.CSV)
    assert checked.reading.is_right
    assert checked.difference is None
