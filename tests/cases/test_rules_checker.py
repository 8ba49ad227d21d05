import time

import pytest

from lms.cases.rules.checker import OtherFiles, check_case, check_file
from lms.core.errors import ContentError
from tests.factories.broken_choices import BROKEN_CHOICES, TO_WRITING, replaced
from tests.factories.broken_sizes import BROKEN_SIZES
from tests.factories.broken_tasks import BROKEN_TASKS, changed
from tests.factories.broken_words import BROKEN_WORDS
from tests.factories.cases import EVERY_KIND_CASE, GOOD_CASE, case_document

BROKEN = {**BROKEN_CHOICES, **BROKEN_TASKS, **BROKEN_SIZES, **BROKEN_WORDS}
KNOWN = OtherFiles({"D3.1", "D4.1"}, {"mhp703"}, {"case-formulation": "mhp703", "other-work": "mhp701"})


def problems_of(text):
    try:
        return check_case(case_document(text), KNOWN)
    except ContentError as error:
        return list(error.problems)


@pytest.mark.parametrize("text", [GOOD_CASE, EVERY_KIND_CASE], ids=["choices and a text", "every kind"])
def test_the_small_cases_are_fit_to_be_played(text):
    assert problems_of(text) == []


def test_words_that_are_taught_may_stand():
    text = changed(
        "debrief: |\n  Air first.\n",
        "teaches_why_not: [an addict]\ndebrief: |\n  Say not “an addict” but what you saw.\n",
    )
    assert problems_of(text) == []


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        (replaced("      hint: Think of who can be with him.\n", ""), "scenes", "has a hint"),
        (
            replaced("  - {key: alan, name: Alan Pryce, relative: Megan, flags: [firm]}\n", ""),
            "variants",
            "one patient only",
        ),
        (
            changed("sources:\n", 'sources:\n  S51: "A working definition"\n'),
            "sources.S51",
            "rests on",
        ),
        (
            GOOD_CASE.replace("{all: [{knows: staggered}, {not: {flag: closed}}]}", "{knows: staggered}"),
            "meanings.closed",
            "No way on depends",
        ),
        (changed("    image: plan\n", ""), "images.plan", "No scene shows"),
        (
            replaced("relative: Beth, flags: []", "relative: Beth, flags: [calm]"),
            "variants.0.flags.0",
            "Nothing reads the flag `calm`",
        ),
    ],
)
def test_a_warning_refuses_nothing(text, field, says):
    warnings = [problem for problem in problems_of(text) if problem.is_warning]
    assert [(warning.field, says in warning.message) for warning in warnings] == [(field, True)]
    assert "warning: " in str(warnings[0])


def list_of(number, **best):
    """A case of so many decisions in a row, with one option that stands out; `best` says which is best."""
    scenes = []
    for at in range(number):
        after = f"scene-{at + 1}" if at + 1 < number else "goodbye"
        options = "\n".join(
            f"        - {{key: {key}, text: '{text}', grade: {'optimal' if key == best['best'] else 'suboptimal'}, "
            f"happens: Yes., because: It is so., source: [S44], goto: {after}}}"
            for key, text in best["options"].items()
        )
        scenes.append(
            f"  scene-{at}:\n    title: Scene {at}\n    clock: '19:{at:02}'\n    text: Then.\n    decision:\n"
            f"      kind: choose-one\n      prompt: What?\n      options:\n{options}\n"
        )
    head = GOOD_CASE[: GOOD_CASE.index("facts:")] + "start: scene-0\nscenes:\n" + "".join(scenes)
    return head + GOOD_CASE[GOOD_CASE.index("  goodbye:") :]


@pytest.mark.parametrize(
    ("options", "best", "says"),
    [
        ({"a": "I ask him how", "b": "I ask him how he", "c": "I ask him now"}, "b", "the longest in 6 of 6"),
        ({"a": "I ask him how", "b": "I ask him", "c": "I ask him now"}, "b", "the shortest in 6 of 6"),
        ({"a": "I ask him how", "b": "I ask, and, ho", "c": "I ask him no2"}, "b", "the one with most commas"),
        ({"a": "I ask him how", "b": 'I ask "him" h', "c": "I ask him now"}, "b", "the one with speech"),
        ({"a": 'I ask "him" h', "b": "I ask him how", "c": 'I ask "her" n'}, "b", "the one without speech"),
        ({"a": "I ask him how", "b": "I ask him 7ow", "c": "I ask him now"}, "b", "the one with a number"),
    ],
)
def test_a_best_option_that_always_stands_out_is_found(options, best, says):
    messages = [problem.message for problem in problems_of(list_of(6, options=options, best=best))]
    assert any(says in message for message in messages), messages


@pytest.mark.parametrize("limit", ["MOST_STATES", "MOST_MOVES"])
def test_of_a_case_too_large_to_be_walked_nothing_else_is_said(monkeypatch, limit):
    monkeypatch.setattr(f"lms.cases.rules.graph.{limit}", 3)
    [problem] = problems_of(GOOD_CASE)
    assert "too many states" in problem.message


def counting(scenes):
    """A case of so many scenes in a row in which anything can be selected, and every selection is counted."""
    options = "".join(
        f"        - {{key: o{at}, text: The sign {at}, grade: {'optimal' if at < 4 else 'suboptimal'}, because: So.,"
        f" source: [S44], effects: {{c{at}: 1}}}}\n"
        for at in range(8)
    )
    told = "".join(
        f"  s{at}:\n    title: Scene {at}\n    clock: '19:00'\n    text: Then.\n    decision:\n"
        f"      kind: choose-many\n      prompt: What?\n      hint: Look.\n      options:\n{options}"
        "      outcomes: {optimal: {happens: A.}, acceptable: {happens: B.}, suboptimal: {happens: C.}}\n"
        f"      because: So.\n      source: [S44]\n      goto: {f's{at + 1}' if at + 1 < scenes else 'last'}\n"
        for at in range(scenes)
    )
    asked = ", ".join(f"c{at}: {{at_least: {min(scenes, 3)}}}" for at in range(8))
    last = (
        "  last:\n    title: Last\n    text: Then.\n    decision:\n      kind: go-on\n      prompt: On.\n"
        f"      goto: [{{when: {{{asked}}}, goto: goodbye}}, {{goto: goodbye}}]\n"
    )
    names = [f"c{at}" for at in range(8)]
    head = (
        f"counters: {{{', '.join(f'{name}: 0' for name in names)}}}\n"
        f"meanings: {{{', '.join(f'{name}: signs' for name in names)}}}\nstart: s0\nscenes:\n"
    )
    start = GOOD_CASE[: GOOD_CASE.index("facts:")].replace("flags: [firm]", "flags: []")
    return start + head + told + last + GOOD_CASE[GOOD_CASE.index("  goodbye:") :]


def test_few_scenes_of_many_answers_are_walked_or_refused_in_seconds():
    assert problems_of(counting(1)) == []
    began = time.process_time()
    [problem] = problems_of(counting(5))
    assert "too many states" in problem.message
    assert time.process_time() - began < 20


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_case_is_refused_at_its_line(name):
    text, needle, field, says = BROKEN[name]
    line = text.count("\n", 0, text.index(needle)) + 1
    found = [(problem.line, problem.field, problem.message) for problem in problems_of(text)]
    assert any(at == line and where.endswith(field) and says in message for at, where, message in found), (line, found)


def test_all_problems_are_told_at_once():
    text = GOOD_CASE.replace("spo2: 97", "spo2: 107").replace("reveals: [sleep]", "reveals: [sleep, naps]")
    assert [problem.line for problem in problems_of(text)] == [63, 77]


def test_a_loop_that_a_counter_ends_is_walked_to_its_end():
    text = replaced(
        f"grade: acceptable, happens: He waits., because: She is with him.,{TO_WRITING}",
        "grade: suboptimal, happens: He waits., because: She waits.,\n           source: [S44], effects: {trust: 1}, "
        "goto: [{when: {trust: {at_least: 4}}, goto: writing}, {goto: agreed}]}",
    )
    found = [problem.message for problem in problems_of(text)]
    assert not any("for ever" in message or "comes to an end" in message for message in found)


def test_a_file_gives_its_body_only_when_it_is_fit(tmp_path):
    path = tmp_path / "content" / "cases" / "small-case.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD_CASE, encoding="utf-8")
    body, problems = check_file(path, tmp_path, KNOWN)
    assert problems == []
    assert body["review"]["by"] == "2027-05-01"
    path.write_text(replaced("spo2: 97", "spo2: 107"), encoding="utf-8")
    body, problems = check_file(path, tmp_path, KNOWN)
    assert body is None
    assert [problem.file for problem in problems] == ["content/cases/small-case.yaml"]


def test_a_file_must_carry_the_name_of_its_slug(tmp_path):
    path = tmp_path / "other.yaml"
    path.write_text(GOOD_CASE, encoding="utf-8")
    _, problems = check_file(path, tmp_path)
    assert [problem.field for problem in problems] == ["slug"]
