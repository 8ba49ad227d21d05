"""Redaction: two people destroy a text, and its words are nowhere afterwards, while the record still proves itself."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from lms.audit import queries
from lms.audit.models import TextBody
from lms.audit.rules import signing_key
from lms.audit.services import ask_redaction, confirm_redaction
from lms.cases import services as cases
from lms.cases.models import CaseDraft, CaseStep, DiscussionOutcome
from lms.cases.rules.discussions import Ended
from lms.cases.rules.engine import Mode
from lms.competencies import services as competencies
from lms.competencies.models import AssessmentDraft
from lms.core.clock import today
from lms.core.confidence import Confidence
from lms.core.db import db
from lms.curriculum.services import sync_content
from lms.grading import queries as grading
from lms.grading import services as marking
from lms.grading.models import MarkDraft
from lms.identity.queries import find_viewer, list_people_with_role
from lms.identity.services import viewer_for
from lms.placements import services as placements
from lms.placements.models import Shift
from lms.policy import Permission, Role
from tests.cast import Cast
from tests.client import PageClient
from tests.factories.competencies import another_assessor, ask, calibrate, complete, framework_items, meet_enquiry
from tests.factories.grading import SOUND, enrol, taught_items
from tests.factories.placements import add_site, answers, log, prepare
from tests.guards.crawler import PREVIEWS, walk
from tests.recall import recalled

WORDS = "the man with the violin at the lighthouse"
TEXT = f"A long evening.\nAfterwards {WORDS} sat with us."
EVERYBODY = (
    "trainee",
    "trainee_b",
    "supervisor",
    "assessor",
    "educator",
    "educator_b",
    "external_examiner",
    "consultant_nurse",
    "administrator",
    "second_administrator",
    "stranger",
)


@dataclass(frozen=True)
class Written:
    """A text in the record: the pages that show it, and whether the consultant nurse is among their readers."""

    text_id: UUID
    pages: tuple[str, ...]
    nurse_reads: bool = True


@pytest.fixture
def content(app: Flask, cast: Cast) -> None:
    """Everything that the texts below need: the shipped framework, and a small programme that is taught."""
    with app.app_context():
        recalled(_load_content, cast.trainee, cast.university_a)


def _load_content(trainee_id: UUID, university_id: UUID) -> None:
    sync_content(None, [*framework_items(), *taught_items()])
    for person in list_people_with_role(Role.ASSESSOR):
        calibrate(person.id)
    enrol(trainee_id, university_id)


def shift_note(cast: Cast, said: str = TEXT) -> Written:
    """A note that a correction of the shift left as it was."""
    site = add_site().id
    first = log(cast.trainee, site, cast.supervisor, note=said)
    changed = answers(site, cast.supervisor, note=said, break_minutes=45, reason="The break was longer.")
    second = placements.correct_shift(viewer_for(cast.trainee), first.id, **changed)
    assert first.note is not None
    return Written(first.note.id, (f"/hours/shifts/{first.id}", f"/hours/shifts/{second.id}"))


def assessment_comment(cast: Cast, said: str = TEXT) -> Written:
    """A comment that was saved as a draft before."""
    request = ask(cast.trainee, cast.assessor)
    actor = viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE)
    competencies.save_draft(actor, request.id, version=0, body={"went_well": said})
    made = complete(request, {"D3.1": 3}, went_well=said)
    assert made.went_well is not None
    return Written(made.went_well.id, (f"/assessments/{made.id}",))


def sign_off_note(cast: Cast, said: str = TEXT) -> Written:
    """The note of a sign-off."""
    meet_enquiry(cast.trainee, cast.assessor, another_assessor(cast.trust))
    actor = viewer_for(cast.assessor, Permission.CAPABILITY_SIGN_OFF)
    row = competencies.sign_off(actor, cast.trainee, "D3.1", level=4, note=said)
    assert row.note is not None
    return Written(row.note.id, (f"/trainees/{cast.trainee}/capabilities/D3.1",))


def hand_in(cast: Cast, said: str = TEXT) -> CaseStep:
    """The written answer of a graded case, saved as a draft before."""
    trainee = viewer_for(cast.trainee)
    attempt = cases.start_attempt(trainee, "small-case", mode=Mode.GRADED)
    travel = "beside" if attempt.draw["variant"] == "martin" else "plan"
    for seq, option in enumerate(["send", "direct", travel]):
        cases.take_step(trainee, attempt.id, seq=seq, choice={"option": option}, confidence=Confidence.CERTAIN)
    draft = cases.save_draft(trainee, attempt.id, seq=3, text=said, version=0)
    cases.submit_text(trainee, attempt.id, seq=3, text=said, version=draft.version)
    return db.session.scalars(select(CaseStep).where(CaseStep.text_id.is_not(None))).one()


def written_answer(cast: Cast, said: str = TEXT) -> Written:
    """What a trainee wrote in a case."""
    step = hand_in(cast, said)
    assert step.text_id is not None
    pages = (f"/case-attempts/{step.attempt_id}/debrief", f"/marking/{step.id}")
    return Written(step.text_id, pages, nurse_reads=False)


def discussion_note(cast: Cast, said: str = TEXT) -> Written:
    """What an educator wrote about the discussion of a case."""
    discussion_id = cases.ask_discussion(viewer_for(cast.trainee), "small-case")
    row = cases.record_discussion(
        viewer_for(cast.educator), discussion_id, ended=Ended.COVERED, held_on=today(), note=said
    )
    assert row.note_id is not None
    pages = ("/cases/small-case", "/cases/small-case/discussion", f"/case-discussions/{discussion_id}")
    return Written(row.note_id, pages, nurse_reads=False)


def corrected_discussion_note(cast: Cast, said: str = TEXT) -> Written:
    """A note that a correction of the discussion left as it was."""
    note = discussion_note(cast, said)
    first = db.session.scalars(select(DiscussionOutcome).where(DiscussionOutcome.note_id == note.text_id)).one()
    row = cases.correct_discussion(
        viewer_for(cast.educator),
        first.discussion_id,
        seen_id=first.id,
        ended=Ended.NOT_YET,
        held_on=today(),
        note=said,
        reason="It was half of it.",
    )
    assert row.note_id == note.text_id
    return note


def discussion_reason(cast: Cast, said: str = TEXT) -> Written:
    """Why the record of a discussion was corrected."""
    discussion_id = cases.ask_discussion(viewer_for(cast.trainee), "small-case")
    educator = viewer_for(cast.educator)
    row = cases.record_discussion(educator, discussion_id, ended=Ended.COVERED, held_on=today())
    row = cases.correct_discussion(
        educator, discussion_id, seen_id=row.id, ended=Ended.NOT_YET, held_on=today(), reason=said
    )
    assert row.reason_id is not None
    pages = ("/cases/small-case", "/cases/small-case/discussion", f"/case-discussions/{discussion_id}")
    return Written(row.reason_id, pages, nurse_reads=False)


WRITERS = (
    sign_off_note,
    shift_note,
    assessment_comment,
    written_answer,
    discussion_note,
    discussion_reason,
    corrected_discussion_note,
)


def kept(app: Flask) -> str:
    """Every value of every column of every table, as text."""
    found = []
    with app.app_context(), db.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                found += [
                    bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                    for value in row
                ]
    return "\n".join(found)


def files(app: Flask) -> Iterator[Path]:
    """Every file below the instance folder, and the database with its log where that is a file."""
    yield from (path for path in Path(app.config["SETTINGS"].instance_dir).rglob("*") if path.is_file())
    with app.app_context():
        name = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    for suffix in ("", "-wal", "-shm"):
        if name and Path(f"{name}{suffix}").exists():
            yield Path(f"{name}{suffix}")


def assert_nowhere(app: Flask) -> None:
    assert WORDS not in kept(app)
    assert [path for path in files(app) if WORDS.encode() in path.read_bytes()] == []


def assert_proves_itself(app: Flask, redacted: int = 1) -> None:
    with app.app_context():
        verdict = queries.verify(Path("/nonexistent"), signing_key("", "x" * 40))
    assert verdict.breaks == []
    assert verdict.redacted == redacted


def redact(cast: Cast, text_id: UUID) -> None:
    request = ask_redaction(
        viewer_for(cast.administrator), text_id, reason="It names a person", where_found="A text of a test"
    )
    confirm_redaction(viewer_for(cast.consultant_nurse), request.id)


@pytest.mark.both_databases
@pytest.mark.parametrize("write", WRITERS)
def test_redacted_words_are_in_no_table_and_no_file(
    app: Flask, cast: Cast, content: None, write: Callable[[Cast], Written]
) -> None:
    with app.app_context():
        written = write(cast)
    assert WORDS in kept(app)
    with app.app_context():
        redact(cast, written.text_id)
    assert_nowhere(app)
    assert_proves_itself(app)
    with app.app_context():
        body = db.session.get_one(TextBody, written.text_id)
        assert (body.text, body.salt) == (None, None)
        assert db.session.scalars(select(CaseDraft)).all() == []
        assert all(not draft.body for draft in db.session.scalars(select(AssessmentDraft)))


def test_two_people_redact_texts_on_their_pages_and_nobody_reads_them_again(
    app: Flask, cast: Cast, content: None, sign_in: Callable[[str], PageClient]
) -> None:
    """One text of each kind, in words of its own: everybody walks through all pages once for all of them."""
    told = {write: TEXT.replace(WORDS, f"{WORDS} of the {write.__name__}") for write in WRITERS}
    with app.app_context():
        texts = {said: write(cast, said) for write, said in told.items()}
    pages = sorted({url for written in texts.values() for url in written.pages})
    before = walk(app, sign_in("trainee"), pages)
    for said in texts:
        assert any(said in page.text for page in before.pages), said

    nurse, administrator = sign_in("consultant_nurse"), sign_in("administrator")
    for said, written in texts.items():
        redact_on_pages(nurse, administrator, said, written)

    readers: Counter[str] = Counter()
    for name in EVERYBODY:
        seen = walk(app, sign_in(name), pages, but=PREVIEWS, each=1)
        assert [page.url for page in seen.pages if WORDS in page.text] == []
        for said, written in texts.items():
            assert [page.url for page in seen.pages if address_of(written) in page.text] == []
            readers[said] += sum(page.url in written.pages and "Redacted" in page.text for page in seen.pages)
    assert min(readers[said] for said in texts) >= 2, readers
    for written in texts.values():
        administrator.get(address_of(written), 404)
    assert_nowhere(app)
    assert_proves_itself(app, redacted=len(texts))


def address_of(written: Written) -> str:
    return f"/texts/{written.text_id}/redaction"


def redact_on_pages(nurse: PageClient, administrator: PageClient, said: str, written: Written) -> None:
    """The nurse reads the text where she may; an administrator asks, not seeing it; the nurse confirms."""
    address = address_of(written)
    for url in written.pages:
        if written.nurse_reads:
            page = nurse.get(url).text
            assert f'<span class="app-text">{said}</span>' in page
            assert page.count(address) == 1
    assert WORDS not in administrator.get(address).text
    reason = {"where_found": "Seen by the consultant nurse", "reason": "It describes a person"}
    assert "second person" in administrator.follow(administrator.post(address, reason, 303)).text
    page = nurse.get("/redactions").text
    assert "Seen by the consultant nurse" in page
    decide = re.search(r'href="(/redactions/[\w-]+)"', page)
    assert decide is not None
    assert (said in nurse.get(decide[1]).text) is written.nurse_reads
    destroy = {"fate": "destroy", "is_sure": "y"}
    assert "The text is destroyed" in nurse.follow(nurse.post(decide[1], destroy, status=303)).text


@pytest.mark.parametrize("name", ["trainee", "supervisor", "educator"])
def test_who_may_not_redact_is_offered_no_way_to_ask(
    app: Flask, cast: Cast, content: None, sign_in: Callable[[str], PageClient], name: str
) -> None:
    with app.app_context():
        written = shift_note(cast)
    page = sign_in(name).get(written.pages[0]).text
    assert WORDS in page
    assert "Ask for redaction" not in page
    sign_in(name).get(f"/texts/{written.text_id}/redaction", 403)


@pytest.mark.both_databases
def test_a_note_that_changes_with_a_correction_is_a_text_of_its_own(app: Flask, cast: Cast) -> None:
    with app.app_context():
        site = prepare()
        first = log(cast.trainee, site, cast.supervisor, note=TEXT)
        changed = answers(site, cast.supervisor, note="A quiet evening.", reason="I mixed two days up.")
        placements.correct_shift(viewer_for(cast.trainee), first.id, **changed)
        assert len({row.note_id for row in db.session.scalars(select(Shift))}) == 2


@pytest.mark.both_databases
def test_the_draft_of_a_corrected_mark_loses_the_words_too(app: Flask, cast: Cast, content: None) -> None:
    with app.app_context():
        step = hand_in(cast)
        educator = find_viewer(cast.educator)
        said = {"needs": "Quote him."}
        first = marking.mark(
            educator, step.id, version=0, seen_mark_id=None, levels=SOUND, comments=said, feedback=TEXT
        )
        better = marking.mark(
            educator,
            step.id,
            version=0,
            seen_mark_id=first.id,
            levels=SOUND,
            comments=said,
            feedback=TEXT,
            reason="One page was overlooked.",
        )
        assert better.feedback_id == first.feedback_id
        marking.save_draft(
            educator,
            step.id,
            version=0,
            seen_mark_id=better.id,
            levels=SOUND,
            comments=said,
            feedback=f"{TEXT} And more.",
        )
        redact(cast, first.feedback_id)
        draft = db.session.scalars(select(MarkDraft)).one()
        assert draft.body == {"levels": SOUND, "comments": said, "feedback": "And more."}
        current = grading.get_marking(educator, step.id).current
        assert (current.feedback, current.reason) == (None, "One page was overlooked.")
    with app.app_context():
        redact(cast, step.text_id)
    assert_nowhere(app)


@pytest.mark.both_databases
def test_the_reason_of_a_corrected_mark_or_outcome_can_be_redacted(app: Flask, cast: Cast, content: None) -> None:
    with app.app_context():
        step = hand_in(cast)
        redact(cast, step.text_id)
        educator = find_viewer(cast.educator)
        first = marking.mark(
            educator, step.id, version=0, seen_mark_id=None, levels=SOUND, comments={}, feedback="Clear."
        )
        second = marking.mark(
            educator,
            step.id,
            version=0,
            seen_mark_id=first.id,
            levels=SOUND,
            comments={},
            feedback="Clear.",
            reason=TEXT,
        )
        redact(cast, second.reason_id)
        view = grading.get_marking(educator, step.id).current
        assert (view.reason, view.reason_id) == (None, second.reason_id)
    assert_nowhere(app)
