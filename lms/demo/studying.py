"""What trainees read and played in the example service, and what educators did with it."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import partial
from uuid import UUID

from lms.cases import queries as case_queries
from lms.cases import services as cases
from lms.cases.rules.answers import Step, any_step, best_steps, judge
from lms.cases.rules.decisions import SCORED, Grade, Write
from lms.cases.rules.engine import Mode, State, advance
from lms.cases.rules.format import Scene
from lms.core.clock import now, pretend, today
from lms.core.confidence import Confidence
from lms.curriculum import queries as curriculum_queries
from lms.curriculum import services as curriculum
from lms.curriculum.rules.versions import ContentKind
from lms.demo import texts
from lms.demo.cast import Cast
from lms.demo.formulations import FORMULATIONS
from lms.demo.people import GROUPS, NORTHMERE
from lms.demo.stories import CasePlay, Story
from lms.demo.timeline import Timeline
from lms.grading import queries as grading_queries
from lms.grading import services as grading
from lms.grading.rules.outcomes import Outcome, Standing

READINGS = (
    "trauma-informed-practice-on-scene",
    "dissociation-or-something-else",
    "breathing-first",
    "confusion-is-a-search",
    "from-prediction-to-formulation",
    "asking-about-suicide",
    "the-six-part-safety-plan",
)
PRACTISED = frozenset({"yusuf", "okafor", "mensah", "lin", "clarke"})


def educator_of(story: Story, turn: int = 0) -> str:
    """One of the educators at the trainee's university."""
    university = next(group.university for group in GROUPS if group.key == story.group)
    return (("lowe", "penrose") if university == NORTHMERE else ("bevan", "achebe"))[turn % 2]


def plan_studies(line: Timeline, cast: Cast, story: Story, chance: random.Random) -> None:
    """Readings, cases, marking and module outcomes of one trainee."""
    began = next(group.began_days_ago for group in GROUPS if group.key == story.group)
    study = _Study(cast, story)
    step = min(24, (began - 6) // (len(READINGS) + 1))
    for number, slug in enumerate(READINGS[: story.readings]):
        day = line.day(began - 4 - number * step)
        line.on(day, time(20, chance.randrange(60)), partial(study.read, slug, finished=True))
    if story.readings < len(READINGS):
        line.on(line.day(2), time(20, 30), partial(study.read, READINGS[story.readings], finished=False))
    for play in story.cases:
        game = _Game(line, cast, story, play, random.Random(chance.randrange(10**6)))
        if story.key in PRACTISED and play is story.cases[0]:
            line.on(line.day(play.days_ago + 2), time(19, 10), game.practise)
        line.on(line.day(play.days_ago), time(18, chance.randrange(50)), game.play)
    for module, outcome, standing, days_ago in story.outcomes:
        line.on(line.day(days_ago), time(16, 10), partial(study.decide, module, outcome, standing))


@dataclass(slots=True)
class _Study:
    """What one trainee reads and what their university decides about it."""

    cast: Cast
    story: Story
    outcomes: dict[str, UUID] = field(default_factory=dict)

    def read(self, slug: str, *, finished: bool) -> None:
        """Read one reading, to the end or the first part of it."""
        version_id = self.cast.readings.get(slug)
        if version_id is None:
            version_id = self.cast.readings[slug] = curriculum_queries.get_content(ContentKind.READING, slug).id
        curriculum.mark_reading(
            self.cast.viewer(self.story.key), slug, version_id=version_id, section=1, finished=finished
        )

    def decide(self, module: str, outcome: str, standing: str) -> None:
        """Record what the university decided about a module; the second time the board ratifies it."""
        before = self.outcomes.get(module)
        self.outcomes[module] = grading.record_module_outcome(
            self.cast.viewer(educator_of(self.story)),
            self.cast.people[self.story.key],
            module,
            outcome=Outcome(outcome),
            standing=Standing(standing),
            decided_on=today(),
            reason=texts.RATIFIED if before else "",
            seen_id=before,
        ).id


@dataclass(slots=True)
class _Game:
    """One trainee at one case: in practice first, then graded; a formulation goes to marking."""

    line: Timeline
    cast: Cast
    story: Story
    case: CasePlay
    chance: random.Random

    def practise(self) -> None:
        """Begin a practice attempt and leave it after some decisions."""
        attempt = cases.start_attempt(self.cast.viewer(self.story.key), self.case.case, mode=Mode.PRACTICE)
        self._walk(attempt.id, steps=5)

    def play(self) -> None:
        """Play to the end, read the debrief, and let an educator do what the story says."""
        actor = self.cast.viewer(self.story.key)
        attempt = cases.start_attempt(actor, self.case.case, mode=Mode.GRADED)
        ended = self._walk(attempt.id, steps=60)
        with pretend(ended):
            cases.finish_debrief(actor, attempt.id)
        steps = case_queries.get_play(actor, attempt.id).steps
        for work_id in (row.id for row in steps if row.text_id):
            _Marker(self.cast, self.story, self.case, work_id).plan(self.line)

    def _walk(self, attempt_id: UUID, *, steps: int) -> datetime:
        """Take so many steps, or as many as the case has; say when the last one was."""
        actor, at = self.cast.viewer(self.story.key), now()
        play = case_queries.get_play(actor, attempt_id)
        case, state = play.case, play.state
        for seq in range(steps):
            if state.ended:
                break
            at += timedelta(minutes=self.chance.randrange(1, 4))
            scene = case.scenes[state.scene]
            with pretend(at):
                if isinstance(scene.decision, Write):
                    step = Step(state.scene)
                    cases.submit_text(actor, attempt_id, seq=seq, text=self._text, version=0)
                else:
                    step = self._answer(scene, state) if isinstance(scene.decision, SCORED) else Step(state.scene)
                    cases.take_step(actor, attempt_id, seq=seq, choice=step.choice, confidence=step.confidence)
                state = advance(case, state, step)
        return at + timedelta(minutes=12)

    @property
    def _text(self) -> str:
        paragraphs = FORMULATIONS[self.case.formulation].split("\n\n")
        return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)

    def _answer(self, scene: Scene, state: State) -> Step:
        """Mostly the best answer; sometimes an acceptable one; one critical error where the story has it."""
        wanted = [Grade.OPTIMAL, Grade.ACCEPTABLE, Grade.SUBOPTIMAL, Grade.CRITICAL]
        if self.case.slips and not state.path:
            wanted.reverse()
        elif self.chance.random() < 0.2:
            wanted[:2] = [Grade.ACCEPTABLE, Grade.OPTIMAL]
        drawn = [any_step(state.scene, scene, self.chance) for _ in range(24)]
        step = min([*best_steps(state.scene, scene), *drawn], key=lambda each: wanted.index(judge(scene, each).grade))
        return replace(step, confidence=self._confidence())

    def _confidence(self) -> Confidence:
        return self.chance.choice(
            (Confidence.FAIRLY_SURE, Confidence.FAIRLY_SURE, Confidence.CERTAIN, Confidence.NOT_SURE)
        )


@dataclass(slots=True)
class _Marker:
    """What an educator did with one formulation: nothing yet, begun, marked, or released."""

    cast: Cast
    story: Story
    case: CasePlay
    work_id: UUID

    def plan(self, line: Timeline) -> None:
        """Put the steps of marking on the days after the work came in."""
        days = min(9, self.case.days_ago - 2)
        if self.case.marking == "draft":
            line.on(line.day(self.case.days_ago - days), time(13, 20), self._draft)
        if self.case.marking in ("marked", "released"):
            line.on(line.day(self.case.days_ago - days), time(13, 20), self._mark)

    @property
    def _educator(self) -> str:
        return educator_of(self.story, self.case.formulation)

    def _levels(self, wanted: tuple[int, ...]) -> tuple[dict[str, int], str]:
        rubric = grading_queries.get_marking(self.cast.viewer(self._educator), self.work_id).paper.rubric
        levels = {
            each.key: each.levels[min(place, len(each.levels) - 1)].points
            for each, place in zip(rubric.criteria, wanted, strict=False)
        }
        return levels, rubric.criteria[1].key

    def _draft(self) -> None:
        levels, key = self._levels(texts.FEEDBACK[0][0][:3])
        grading.save_draft(
            self.cast.viewer(self._educator),
            self.work_id,
            version=0,
            seen_mark_id=None,
            levels=levels,
            comments={key: texts.CRITERION_COMMENT},
            feedback=texts.DRAFT_FEEDBACK,
        )

    def _mark(self) -> None:
        wanted, feedback = texts.FEEDBACK[self.case.formulation % len(texts.FEEDBACK)]
        levels, key = self._levels(wanted)
        actor = self.cast.viewer(self._educator)
        mark = grading.mark(
            actor,
            self.work_id,
            version=0,
            seen_mark_id=None,
            levels=levels,
            comments={key: texts.CRITERION_COMMENT},
            feedback=feedback,
        )
        if self.case.marking == "released":
            with pretend(now() + timedelta(days=1)):
                grading.release(actor, [mark.id])
