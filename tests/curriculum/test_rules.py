from datetime import date, timedelta
from uuid import UUID

import pytest

from lms.core.content import Review
from lms.core.errors import ContentError, RuleViolation
from lms.curriculum.rules import enrolment as rules
from lms.curriculum.rules.checks import check_library, cited_codes
from lms.curriculum.rules.enrolment import EnrolmentFact, EnrolmentOutcome
from lms.curriculum.rules.files import Library, parse_reading, read_library
from lms.curriculum.rules.pace import Pause, Share
from lms.curriculum.rules.reading import (
    Progress,
    link_sources,
    next_slug,
    read_count,
    split_sections,
    without_sources,
)
from lms.curriculum.rules.versions import ContentItem, ContentKind, content_fingerprint, editions, references

START = date(2026, 9, 7)
DAY = timedelta(days=1)

READING = """---
format: 1
slug: asking
title: Asking about suicide
module: mhp703
minutes: 20
capabilities: [D3.1]
sources:
  S44: "Staying safe from suicide, NHS England, April 2025"
review: {status: example content, by: 2027-05-01}
---

Ask directly [S44].

## Why

Because [S44].

### In practice

Like this.

## How

Calmly.
"""
MODULE = """format: 1
slug: mhp703
code: MHP703
title: Suicide safety
level: 7
credits: 20
hours: {taught: 30, directed: 40, self: 60, practice: 50, assessment: 20}
summary: How to ask.
outcomes:
  - Construct a collaborative formulation
readings: [asking]
cases: [a-case]
assignments:
  - {slug: an-assignment, title: Formulation, weight: 100}
review: {status: example content, by: 2027-05-01}
sources: {S44: "Staying safe from suicide, NHS England, April 2025"}
"""
PROGRAMME = """format: 1
slug: pgcert
title: A programme
award: PgCert
level: 7
credits: 20
months: 12
mode: part-time
starts: [September]
cohort_size: {least: 4, most: 12}
summary: About it [S72].
modules: [mhp703]
portfolio: {title: Portfolio, credits: 0, hours: 225, summary: Placement hours., sources: [S72]}
threads: [Law]
regulations:
  pass_mark: 50
  component_minimum: 40
  attempts: 2
  resit_cap: 50
  deferral_capped: false
  extension_days: 14
  feedback_working_days: {least: 15, most: 20}
  statements:
    - text: The pass mark is 50.
      sources: [S72]
review: {status: example content, by: 2027-05-01}
sources: {S72: "Regulations"}
"""


def library(folder, *, reading=READING, module=MODULE, programme=PROGRAMME) -> Library:
    (folder / "content/modules/mhp703").mkdir(parents=True)
    (folder / "content/programmes").mkdir()
    (folder / "content/modules/mhp703/asking.md").write_text(reading)
    (folder / "content/modules/mhp703.yaml").write_text(module)
    (folder / "content/programmes/pgcert.yaml").write_text(programme)
    return read_library(folder / "content")


def problems(folder, **texts) -> list[str]:
    found = check_library(
        library(folder, **texts), cases={"a-case"}, assignments={"an-assignment"}, capabilities={"D3.1"}
    )
    return [str(problem).removeprefix("content/") for problem in found]


def test_sound_files_have_no_problems(tmp_path):
    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "slug: asking",
            "slug: other",
            [
                "modules/mhp703.yaml:11: readings.0: There is no reading asking.",
                "modules/mhp703/asking.md:3: slug: The file is named asking: name the slug the same.",
                "modules/mhp703/asking.md:3: slug: The module mhp703 does not list this reading.",
            ],
            id="another slug than the file",
        ),
        pytest.param(
            "D3.1",
            "D3.9",
            ["modules/mhp703/asking.md:7: capabilities.0: There is no capability D3.9."],
            id="unknown capability",
        ),
        pytest.param(
            "Because [S44].",
            "Because [S45].",
            ["modules/mhp703/asking.md:17: text: S45 is not declared under sources."],
            id="a source in the text that is not declared",
        ),
        pytest.param(
            "## How",
            "# How",
            ["modules/mhp703/asking.md:23: text: The title is a field: headings in the text begin with `##`."],
            id="a second title",
        ),
        pytest.param(
            "minutes: 20",
            "minutes: long",
            [
                "modules/mhp703/asking.md:6: minutes: This must be a whole number.",
            ],
            id="a field of the wrong kind",
        ),
        pytest.param(
            "minutes: 20",
            "minutes: 20\nauthor: Somebody",
            [
                "modules/mhp703/asking.md:7: author: There is no field of this name here.",
            ],
            id="an unknown field",
        ),
        pytest.param(
            ", by: 2027-05-01}",
            "}",
            [
                "modules/mhp703/asking.md:10: review.by: This field is missing.",
            ],
            id="no review-by date",
        ),
        pytest.param(
            'April 2025"\n',
            'April 2025"\n  S45: "Another"\n',
            [
                "modules/mhp703/asking.md:10: sources.S45: The text never names S45: write [S45] where it applies.",
            ],
            id="a source nothing rests on",
        ),
    ],
)
def test_a_reading_is_refused_with_file_line_and_field(tmp_path, old, new, expected):
    assert problems(tmp_path, reading=READING.replace(old, new, 1)) == expected


TAUGHT = READING.replace("minutes: 20", "minutes: 20\nteaches_why_not: [low risk]")
AT_THE_LIST, AT_THE_TEXT = "modules/mhp703/asking.md:7: teaches_why_not.0: ", "modules/mhp703/asking.md:25: text: "


@pytest.mark.parametrize(
    ("reading", "text", "expected"),
    [
        (TAUGHT, "Never write low risk.", []),
        (TAUGHT, "Calmly.", [AT_THE_LIST + "“low risk” is listed as taught and does not stand in the text."]),
        (TAUGHT, "Write low risk.", [AT_THE_LIST + "A passage names “low risk” and does not say why not."]),
        (
            READING,
            "Ask the alcoholics.",
            [AT_THE_TEXT + "“alcoholics” stigmatises: write person with alcohol dependence."],
        ),
        (TAUGHT, "Never write “low\nrisk” of anyone.", []),
        (TAUGHT, "Never write **low** risk.", []),
        (
            READING,
            "He is a\nman at **high**\nrisk and an\naddict.",
            [
                AT_THE_TEXT.replace(":25:", ":26:") + "“high risk” states a risk level as a conclusion. "
                "Say what is needed and what would change it.",
                AT_THE_TEXT.replace(":25:", ":28:") + "“addict” stigmatises: write person who uses drugs, or person "
                "with a dependence.",
            ],
        ),
        (READING, "What is\n\n- low\n- risk", []),
        (
            READING.replace('"Staying safe', '"The addict'),
            "Calmly.",
            [
                "modules/mhp703/asking.md:9: sources.S44: “addict” stigmatises: write person who uses drugs, or person "
                "with a dependence."
            ],
        ),
        (READING, "Give 10 mg.", [AT_THE_TEXT + "“10 mg” is a dose: write “per local guideline”."]),
    ],
)
def test_a_reading_names_banned_words_only_to_teach_why_not(tmp_path, reading, text, expected):
    assert problems(tmp_path, reading=reading.replace("Calmly.", text)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[a-case]", "[no-case]", "modules/mhp703.yaml:12: cases.0: There is no case no-case."),
        (
            "slug: an-assignment",
            "slug: none",
            "modules/mhp703.yaml:14: assignments.0.slug: There is no assignment none.",
        ),
        ("weight: 100", "weight: 60", "modules/mhp703.yaml:13: assignments: The weights add up to 60, not to 100."),
        ("taught: 30", "taught: 31", "modules/mhp703.yaml:7: hours: 20 credits are 200 hours, not 201."),
        ("How to ask.", "How to ask [S1].", "modules/mhp703.yaml:8: summary: S1 is not declared under sources."),
        ("[asking]", "[asking, asking]", "modules/mhp703.yaml:11: readings.1: asking stands here twice."),
    ],
)
def test_a_module_is_refused_with_file_line_and_field(tmp_path, old, new, expected):
    assert problems(tmp_path, module=MODULE.replace(old, new, 1)) == [expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[mhp703]", "[mhp799]", "programmes/pgcert.yaml:12: modules.0: There is no module mhp799."),
        (
            "credits: 20",
            "credits: 60",
            "programmes/pgcert.yaml:6: credits: The modules and the portfolio carry 20 credits together.",
        ),
        (
            "      sources: [S72]",
            "      sources: [S73]",
            "programmes/pgcert.yaml:25: regulations.statements.0.sources.0: S73 is not declared under sources.",
        ),
        (
            "least: 15",
            "least: 25",
            "programmes/pgcert.yaml:22: regulations.feedback_working_days: `least` is more than `most`.",
        ),
    ],
)
def test_a_programme_is_refused_with_file_line_and_field(tmp_path, old, new, expected):
    assert problems(tmp_path, programme=PROGRAMME.replace(old, new, 1)) == [expected]


@pytest.mark.parametrize("text", ["", "No fields at all.\n", "---\nformat: 1\n"])
def test_a_reading_without_closed_fields_is_refused_at_its_first_line(text):
    with pytest.raises(ContentError) as refused:
        parse_reading(text, "content/modules/m/x.md")
    assert [problem.line for problem in refused.value.problems] == [1]


def test_a_reading_is_divided_into_sections():
    opening, sections = split_sections(parse_reading(READING, "asking.md").text)
    assert opening == "Ask directly [S44]."
    assert [(one.number, one.anchor, one.heading) for one in sections] == [
        (1, "section-1", "Why"),
        (2, "section-2", "How"),
    ]
    assert sections[0].text == "Because [S44].\n\n## In practice\n\nLike this."


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Ask [S44].", ["S44"]),
        ("Ask [S44, S45] and again [S44].", ["S44", "S45", "S44"]),
        ("A [link](https://example.org) and [S44](#there).", []),
        ("Capability [D3.1] is no source.", []),
        ("A guideline [CG103].", ["CG103"]),
    ],
)
def test_source_codes_are_found_in_text(text, codes):
    assert cited_codes(text) == codes


def test_source_codes_become_links_or_vanish():
    assert link_sources("Ask [S44, S45].") == "Ask [\\[S44\\]](#source-S44), [\\[S45\\]](#source-S45)."
    assert without_sources("Ask directly [S44, S45]. Then listen.") == "Ask directly. Then listen."


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(), "Not started"),
        (Progress(section=2), "Started: section 2 of 4"),
        (Progress(section=9), "Started: section 4 of 4"),
        (Progress(section=2, is_finished=True), "Read"),
    ],
)
def test_progress_is_said_in_words(progress, words):
    assert progress.label(4) == words


def test_readings_are_counted_in_words():
    assert read_count([]) == "No readings"
    assert read_count([Progress(is_finished=True), Progress(section=1), Progress()]) == "1 of 3 readings read"


@pytest.mark.parametrize(("slug", "following"), [("a", "b"), ("b", None), ("z", None)])
def test_the_next_reading_is_the_one_after_it_in_the_module(slug, following):
    assert next_slug(["a", "b"], slug) == following


def test_a_review_is_overdue_the_day_after_its_date():
    review = Review(status="example", by=START)
    assert not review.is_overdue(START)
    assert review.is_overdue(START + DAY)


def item(kind, slug, refers_to=(), **body):
    return ContentItem(kind, slug, {"slug": slug, **body}, tuple(refers_to))


MODULES = [
    item(ContentKind.PROGRAMME, "p", modules=["m"]),
    item(ContentKind.MODULE, "m", readings=["r"], knowledge_check="q", cases=["c"], assignments=[{"slug": "a"}]),
    item(ContentKind.READING, "r", text="one"),
    item(
        ContentKind.CASE, "c", scenes={"s": {"decision": {"kind": "write", "assignment": "a"}}, "e": {"ending": True}}
    ),
    item(ContentKind.ASSIGNMENT, "a"),
    item(ContentKind.QUESTIONS, "q", questions=[]),
]


def test_references_follow_from_the_kind_and_what_the_item_adds():
    assert references(MODULES[1]) == (
        (ContentKind.READING, "r"),
        (ContentKind.QUESTIONS, "q"),
        (ContentKind.CASE, "c"),
        (ContentKind.ASSIGNMENT, "a"),
    )
    assert references(item(ContentKind.MODULE, "m", readings=["r"])) == ((ContentKind.READING, "r"),)
    assert references(MODULES[3]) == ((ContentKind.ASSIGNMENT, "a"),)
    extra = item(ContentKind.REQUIREMENT_SET, "s", refers_to=[(ContentKind.FRAMEWORK, "f")])
    assert references(extra) == ((ContentKind.FRAMEWORK, "f"),)
    assert references(item(ContentKind.REQUIREMENT_SET, "s", framework="f")) == ((ContentKind.FRAMEWORK, "f"),)


def test_an_edit_changes_everything_that_refers_to_it_and_nothing_else():
    before = editions(MODULES)
    after = editions([one if one.slug != "r" else item(ContentKind.READING, "r", text="two") for one in MODULES])
    changed = {name[1] for name in before if before[name].digest != after[name].digest}
    assert changed == {"r", "m", "p"}
    assert after[ContentKind.MODULE, "m"].refers_to[ContentKind.READING, "r"] == after[ContentKind.READING, "r"].digest


def test_what_an_edition_refers_to_stands_before_it():
    order = [name[1] for name in editions(MODULES)]
    assert order.index("r") < order.index("m") < order.index("p")


def test_equal_content_has_an_equal_fingerprint_whatever_its_order():
    one = {name: edition.digest for name, edition in editions(MODULES).items()}
    other = {name: edition.digest for name, edition in editions(MODULES[::-1]).items()}
    assert content_fingerprint(one) == content_fingerprint(other)


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([MODULES[4], MODULES[4]], "assignment/a stands twice in the content."),
        ([*MODULES[:3], MODULES[5]], "module/m refers to case/c, which does not exist."),
        (
            [
                item(ContentKind.FORM, "x", refers_to=[(ContentKind.FORM, "y")]),
                item(ContentKind.FORM, "y", refers_to=[(ContentKind.FORM, "x")]),
            ],
            "Content refers to itself in a circle: form/x to form/y to form/x.",
        ),
    ],
)
def test_content_that_cannot_be_pinned_is_refused(items, words):
    with pytest.raises(RuleViolation, match=words.replace(".", r"\.")):
        editions(items)


def fact(**changes) -> EnrolmentFact:
    known = {
        "id": UUID(int=1),
        "trainee_id": UUID(int=2),
        "cohort_id": UUID(int=3),
        "cohort_name": "September",
        "university_id": UUID(int=4),
        "programme": "p",
        "programme_version_id": UUID(int=5),
        "cohort_starts_on": START,
        "cohort_ends_on": START + 364 * DAY,
        "from_on": START,
    }
    return EnrolmentFact(**{**known, **changes})


@pytest.mark.parametrize(
    ("changes", "on", "status"),
    [
        ({}, START - DAY, "Not started yet"),
        ({}, START, "Active"),
        ({"pauses": (Pause(START, None),)}, START, "Paused"),
        (
            {"pauses": (Pause(START, None),), "ended_on": START + DAY, "outcome": EnrolmentOutcome.WITHDRAWN},
            START + DAY,
            "Paused, last day 8 September 2026",
        ),
        (
            {"pauses": (Pause(START, None),), "ended_on": START + DAY, "outcome": EnrolmentOutcome.WITHDRAWN},
            START + 2 * DAY,
            "Left the programme",
        ),
    ],
)
def test_an_enrolment_says_its_status(changes, on, status):
    assert fact(**changes).status(on) == status


def test_somebody_who_joins_late_has_the_same_time_as_the_others():
    late = fact(from_on=START + 30 * DAY)
    assert late.due_on(10) == START + 40 * DAY
    assert late.expected_end() == START + 394 * DAY


def test_a_share_of_60_percent_moves_the_end_and_not_the_hours():
    part_time = fact(shares=(Share(START, 60),))
    assert part_time.expected_end() == START + 607 * DAY
    assert part_time.expected_minutes(6000, START + 182 * DAY) == 1800
    assert part_time.expected_minutes(6000, START + 607 * DAY) == 6000
    assert part_time.expected_percent(START + 182 * DAY) == 30


def test_an_open_pause_leaves_the_end_open():
    away = fact(pauses=(Pause(START + DAY, None),))
    assert away.expected_end() is None
    assert away.pause_ahead(START) == Pause(START + DAY, None)


PAST = Pause(START + 10 * DAY, START + 20 * DAY)


@pytest.mark.parametrize(
    ("begin", "end", "field"),
    [
        (-1, 5, "from_on"),
        (5, 5, "until_on"),
        (5, 11, "from_on"),
        (19, 25, "from_on"),
        (5, None, "from_on"),
        (12, 14, "from_on"),
    ],
)
def test_a_pause_that_does_not_fit_is_refused(begin, end, field):
    until_on = None if end is None else START + end * DAY
    with pytest.raises(RuleViolation) as refused:
        rules.check_pause([PAST], from_on=START + begin * DAY, until_on=until_on, starts_on=START)
    assert refused.value.field == field


@pytest.mark.parametrize(("begin", "end"), [(0, 10), (20, None), (20, 30)])
def test_a_pause_may_touch_another(begin, end):
    until_on = None if end is None else START + end * DAY
    rules.check_pause([PAST], from_on=START + begin * DAY, until_on=until_on, starts_on=START)


def test_a_cancelled_pause_is_in_nobodys_way():
    rules.check_pause([Pause(START, START)], from_on=START, until_on=None, starts_on=START)


def test_a_return_needs_a_pause_and_a_day_not_before_it():
    with pytest.raises(RuleViolation, match="not paused"):
        rules.check_return(None, back_on=START)
    with pytest.raises(RuleViolation, match="must not be before"):
        rules.check_return(PAST, back_on=START)
    rules.check_return(PAST, back_on=PAST.from_on)


@pytest.mark.parametrize(
    ("name", "days", "field"), [("", 10, "name"), ("A", 0, "ends_on"), ("A", -1, "ends_on"), ("A", 2000, "ends_on")]
)
def test_a_cohort_that_does_not_fit_is_refused(name, days, field):
    with pytest.raises(RuleViolation) as refused:
        rules.check_cohort(name=name, starts_on=START, ends_on=START + days * DAY)
    assert refused.value.field == field


@pytest.mark.parametrize("percent", [9, 0, -60, 101])
def test_a_working_share_outside_10_to_100_is_refused(percent):
    with pytest.raises(RuleViolation):
        rules.check_share(percent)


@pytest.mark.parametrize(
    ("before", "from_on", "field", "words"),
    [
        pytest.param(None, START - DAY, "from_on", "dates of the cohort", id="before the cohort"),
        pytest.param(None, START, None, "", id="first day of the cohort"),
        pytest.param(None, START + 9 * DAY, None, "", id="last day of the cohort"),
        pytest.param(None, START + 10 * DAY, "from_on", "dates of the cohort", id="after the cohort"),
        pytest.param({}, START, "email", "already enrolled in September", id="enrolled without an end"),
        pytest.param({"ended_on": START + 3 * DAY}, START + 4 * DAY, "email", "already", id="enrolled beyond today"),
        pytest.param({"ended_on": START + 2 * DAY}, START + 2 * DAY, "from_on", "must be after", id="on the last day"),
        pytest.param({"ended_on": START + 2 * DAY}, START + 3 * DAY, None, "", id="the day after the last day"),
        pytest.param({"ended_on": START - DAY}, START, None, "", id="ended before"),
    ],
)
def test_one_enrolment_begins_inside_its_cohort_and_after_the_one_before(before, from_on, field, words):
    known = None if before is None else fact(**before)
    dates = {"cohort_starts_on": START, "cohort_ends_on": START + 9 * DAY, "on": START + 2 * DAY}
    if field is None:
        rules.check_joining(known, from_on=from_on, **dates)
        return
    with pytest.raises(RuleViolation, match=words) as refused:
        rules.check_joining(known, from_on=from_on, **dates)
    assert refused.value.field == field
