"""What assessors saw in the example service: requests, assessments, sign-offs and concerns."""

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial
from uuid import UUID

from lms.competencies import services
from lms.competencies.rules import FormKind, Rung, SeenAs
from lms.core.clock import from_london, today
from lms.demo import texts
from lms.demo.cast import CONSULTANT_NURSE, Cast
from lms.demo.placing import Worked
from lms.demo.stories import Seen, Series, Story
from lms.demo.timeline import Timeline

SEEN_AS = {FormKind.CASE_BASED_DISCUSSION: SeenAs.RECORDS, FormKind.REFLECTIVE_ACCOUNT: SeenAs.ACCOUNT}
COMPLEXITY = ("straightforward", "average", "average", "complex")
DOUBTED = "raman"


@dataclass(slots=True)
class _Piece:
    """One assessment: asked for by the trainee, completed by the assessor some days later."""

    cast: Cast
    story: Story
    seen: Seen
    levels: dict[str, int]
    texts: tuple[str, str, str]
    note: str
    complexity: str
    minutes: int
    observed_on: date
    request_id: UUID | None = None

    def ask(self) -> None:
        self.request_id = services.ask_for_assessment(
            self.cast.viewer(self.story.key),
            assessor_id=self.cast.people[self.seen.assessor],
            codes=self.seen.codes,
            self_levels=dict.fromkeys(self.seen.codes, min(self.levels.values())),
            setting=self.seen.setting,
            seen_on=self.observed_on,
            form_kind=self.seen.form,
            note=self.note,
        ).id

    def complete(self) -> None:
        assert self.request_id is not None
        what_seen, went_well, next_time = self.texts
        services.complete_assessment(
            self.cast.viewer(self.seen.assessor),
            self.request_id,
            ratings=self.levels,
            setting=self.seen.setting,
            observed_on=self.observed_on,
            is_simulated=False,
            seen_as=SEEN_AS.get(self.seen.form, SeenAs.LIVE),
            complexity=self.complexity if self.seen.form in _GRADED else "",
            minutes=self.minutes,
            what_seen=what_seen,
            went_well=went_well,
            next_time=next_time,
            answers=texts.MORE.get(self.seen.form.value, {}),
        )


_GRADED = (FormKind.MINI_CEX, FormKind.CASE_BASED_DISCUSSION)


def plan_assessments(
    line: Timeline, cast: Cast, story: Story, worked: Collection[Worked], chance: random.Random
) -> None:
    """Everything assessors saw of one trainee, on the days they worked together where that fits."""
    said = _Said(chance)
    for series in story.assessed:
        for seen, day in _days(line, series, worked):
            levels = {code: _level(series.level, chance) for code in seen.codes}
            piece = _Piece(
                cast=cast,
                story=story,
                seen=seen,
                levels=levels,
                texts=texts.LOW_RATING if _is_doubt(story, series) else said.about(seen),
                note=chance.choice(texts.ASKING),
                complexity=chance.choice(COMPLEXITY),
                minutes=chance.randrange(20, 70, 5),
                observed_on=day,
            )
            asked = from_london(day + timedelta(days=1), time(chance.randrange(9, 13), chance.randrange(60)))
            line.at(asked, piece.ask)
            line.at(asked + timedelta(hours=chance.randrange(2, 40)), piece.complete)
    for code, assessor, level, days_ago in story.sign_offs:
        line.on(line.day(days_ago), time(11, 5), partial(_sign_off, cast, story, code, assessor, level))
    for assessor, code, became, days_ago in story.asks:
        _plan_request(line, cast, story, (assessor, code, became), days_ago)


def _is_doubt(story: Story, series: Series) -> bool:
    return story.key == DOUBTED and series.last < 40


def _level(level: int, chance: random.Random) -> int:
    """The level of the series, now and then one above it; a series at 2 or 4 says exactly that."""
    return level + 1 if level == 3 and chance.random() < 0.2 else level


def _days(line: Timeline, series: Series, worked: Collection[Worked]) -> Iterator[tuple[Seen, date]]:
    step = (series.first - series.last) / max(1, len(series.seen) - 1)
    used: set[date] = set()
    for number, seen in enumerate(series.seen):
        day = line.day(round(series.first - number * step))
        there = [each.day for each in worked if each.setting == seen.setting and each.day not in used]
        near = [each for each in there if abs((each - day).days) <= 12 and each <= line.day(series.last)]
        day = min(near, key=lambda each, day=day: abs((each - day).days), default=day)  # type: ignore[misc]
        used.add(day)
        yield seen, day


@dataclass(slots=True)
class _Said:
    """Picks comments so that the same ones do not follow each other."""

    chance: random.Random
    turn: int = 0

    def about(self, seen: Seen) -> tuple[str, str, str]:
        """A comment for the form and the domain of the first capability."""
        self.turn += 1
        if seen.form is FormKind.REFLECTIVE_ACCOUNT:
            return texts.REFLECTED[self.turn % len(texts.REFLECTED)]
        source = {
            FormKind.CASE_BASED_DISCUSSION: texts.DISCUSSED,
            FormKind.DIRECT_OBSERVATION: texts.SKILLS,
        }.get(seen.form, texts.COMMENTS)
        domains = [code.partition(".")[0] for code in seen.codes]
        domain = next(each for each in domains[self.turn % len(domains) :] + domains if each in source)
        return self.chance.choice(source[domain])


def _sign_off(cast: Cast, story: Story, code: str, assessor: str, level: int) -> None:
    services.sign_off(cast.viewer(assessor), cast.people[story.key], code, level=level)


def _plan_request(line: Timeline, cast: Cast, story: Story, what: tuple[str, str, str], days_ago: int) -> None:
    assessor, code, became = what

    def ask() -> None:
        request = services.ask_for_assessment(
            cast.viewer(story.key),
            assessor_id=cast.people[assessor],
            codes=[code],
            self_levels={code: 3},
            setting="joint-response-car",
            seen_on=today() - timedelta(days=1),
            note=texts.ASKING[0],
        )
        later = from_london(line.day(days_ago - 1), time(12, 40)) if days_ago > 1 else None
        if became == "declined" and later:
            line.at(later, lambda: services.decline_request(cast.viewer(assessor), request.id, reason=texts.DECLINED))
        if became == "opened" and later:
            line.at(later, lambda: services.open_request(cast.viewer(assessor), request.id))
            line.at(later, lambda: services.save_draft(cast.viewer(assessor), request.id, version=0, body=texts.DRAFT))

    line.on(line.day(days_ago), time(18, 20), ask)


def plan_concerns(line: Timeline, cast: Cast) -> None:
    """A doubt about one trainee: what an assessor recorded, and a concern that became an action plan."""
    trainee = cast.people
    found: dict[str, UUID] = {}

    def record_low() -> None:
        services.raise_concern(
            cast.viewer("patel"), trainee[DOUBTED], rung=Rung.RECORDED, text=texts.CONCERN_LOW, code="D3.1"
        )

    def record_plan() -> None:
        found["plan"] = services.raise_concern(
            cast.viewer(CONSULTANT_NURSE), trainee[DOUBTED], rung=Rung.RECORDED, text=texts.CONCERN_PLAN, code="D5.4"
        ).id

    def move() -> None:
        services.move_concern(
            cast.viewer(CONSULTANT_NURSE), found["plan"], rung=Rung.ACTION_PLAN, reason=texts.CONCERN_MOVED
        )

    line.on(line.day(28), time(10, 15), record_low)
    line.on(line.day(24), time(14), record_plan)
    line.on(line.day(20), time(15, 30), move)
