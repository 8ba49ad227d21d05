"""A small case that is fit to be played, as text so that tests can break it line by line, and ways to play it."""

from uuid import UUID

from lms.cases.rules.engine import Mode
from lms.cases.rules.format import Case
from lms.cases.services import start_attempt, submit_text, take_step
from lms.core.confidence import Confidence
from lms.core.content import Document, parse
from lms.curriculum.queries import get_content
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.curriculum.services import sync_content
from lms.policy import Viewer

GOOD_CASE = """\
format: 1
slug: small-case
title: A small case
module: mhp703
summary: A calm man on a quiet evening.
review: {status: "example content, not yet clinically approved", by: 2027-05-01}
content_notes: [suicide]
capabilities: [D3.1, D4.1]
minutes: 5
sources:
  S44: "Staying safe from suicide, NHS England, April 2025"
variants:
  - {key: martin, name: Martin Hale, relative: Beth, flags: []}
  - {key: alan, name: Alan Pryce, relative: Megan, flags: [firm]}
facts:
  staggered: "Tablets taken in several goes"
  sleep: "Three hours' sleep a night"
counters: {trust: 0}
meanings: {trust: "his trust in you", firm: "he has made up his mind", closed: "the call was closed"}
start: call
scenes:
  call:
    title: The call
    clock: "19:21"
    text: |
      {relative} rings about {name}.

      He says that he is fine.
    decision:
      kind: choose-one
      prompt: What do you ask for?
      hint: Think of who can be with him.
      options:
        - key: send
          text: I ask for a crew and stay on the line with her.
          grade: optimal
          happens: A crew is on the way.
          because: An overdose nobody has assessed needs a response.
          source: [S44]
          reveals: [staggered]
          effects: {trust: 1}
          goto: home
        - key: wait
          text: I ask her to stay there and to ring us back at ten.
          grade: acceptable
          happens: She waits by the telephone.
          because: She is safe company, and the time is lost.
          source: [S44]
          goto: home
        - key: close
          text: I tell her to drive him in and then close the call.
          grade: critical
          happens: The call is reopened by the clinical lead.
          because: Nobody has assessed him yet.
          source: [S44]
          effects: {trust: -1}
          sets: [closed]
          goto: home
  home:
    title: At home
    clock: "19:34"
    observations:
      {respirations: 16, spo2: 97, air: true, systolic: 142, diastolic: 88, pulse: 88, consciousness: alert,
       temperature: 36.7, glucose: 5.4, news2: 0}
    text: |
      {name} offers tea.
    decision:
      kind: choose-one
      prompt: How do you ask?
      options:
        - key: direct
          text: I ask him directly whether he thinks of suicide.
          grade: optimal
          happens: He nods.
          because: Asking directly is safe.
          source: [S44]
          reveals: [sleep]
          effects: {trust: 1}
          goto:
            - {when: {flag: firm}, goto: refusal}
            - {goto: agreed}
        - key: softly
          text: I ask him softly whether he has felt this way.
          grade: suboptimal
          happens: He shrugs.
          because: Soft words invite soft answers.
          source: [S44]
          goto:
            - {when: {any: [{trust: {at_least: 1}}, {all: [{knows: staggered}, {not: {flag: closed}}]}]}, goto: agreed}
            - {goto: refusal}
        - key: label
          text: I note that he is low risk and do not ask at all.
          grade: critical
          happens: He looks away.
          because: A category predicts nothing, and nobody asked him.
          source: [S44]
          teaches_why_not: true
          goto: refusal
  agreed:
    title: He agrees
    clock: "19:50"
    text: He will come with you.
    decision:
      kind: choose-one
      slot: travel
      prompt: How do you travel?
      options:
        - {key: beside, text: I sit beside him, grade: optimal, happens: He talks., because: He is not alone.,
           source: [S44], goto: writing}
        - {key: behind, text: I drive behind, grade: acceptable, happens: He waits., because: She is with him.,
           source: [S44], goto: writing}
        - {key: alone, text: He drives in, grade: critical, happens: He sets off., because: He is alone.,
           source: [S44], goto: writing}
  refusal:
    title: He says no
    clock: "19:50"
    text: He will not come with you.
    decision:
      kind: choose-one
      slot: travel
      prompt: What do you do?
      options:
        - {key: plan, text: I plan with him, grade: optimal, happens: He signs., because: He decides.,
           source: [S44], goto: writing}
        - {key: number, text: A phone number, grade: suboptimal, happens: He nods., because: It is thin.,
           source: [S44], goto: writing}
        - {key: force, text: I take him in, grade: critical, happens: He shouts., because: It is unlawful.,
           source: [S44], goto: writing}
  writing:
    title: Your formulation
    clock: "20:10"
    text: Write to the next clinician.
    decision:
      {kind: write, prompt: Write the formulation., assignment: case-formulation, min_words: 3, max_words: 20,
       goto: goodbye}
  goodbye:
    title: Goodbye
    clock: "20:30"
    text: You leave {name} with {relative}.
    ending: true
debrief: |
  Calm may follow a decision.

  A formulation says more than a category.
"""

EVERY_KIND_CASE = """\
format: 1
slug: every-kind
title: Every kind
module: mhp703
summary: A short evening with every kind of decision in it.
review: {status: "example content, not yet clinically approved", by: 2027-05-01}
content_notes: [overdose]
capabilities: [D3.1]
minutes: 5
sources:
  S66: "NEWS2 Chart 1, Royal College of Physicians, 2017"
variants:
  - {key: dean, name: Dean Mallory, flags: []}
  - {key: sean, name: Sean Cole, flags: []}
details:
  street: [Alder Street, Mill Lane]
images:
  plan: {alt: A room with one door and one window., svg: "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 3'/>"}
facts:
  glucose: "A glucose of 5.1"
  fall: "A fall yesterday"
passages:
  sugar:
    - {when: {knows: glucose}, text: "sugar 5.1"}
    - {text: "no sugar"}
counters: {minutes: 0}
must_visit:
  - {scene: screen, because: "Looking for causes comes before a label."}
must_avoid:
  - {scene: collapse, because: "He should not have been left to breathe alone."}
process:
  - {key: order, title: Breathing before antidote, first: ventilated, then: told, because: "Air first.", source: [S66]}
  - {key: soon, title: The hospital knew in time, flag: told, at_most: 12, because: "Time counts.", source: [S66]}
start: room
scenes:
  room:
    title: The room on {street}
    clock: "14:18"
    image: plan
    observations:
      {respirations: 6, spo2: 82, air: true, systolic: 98, diastolic: 60, pulse: 58, consciousness: pain,
       temperature: 36.6, news2: 11}
    text: "{name} lies on the floor."
    decision:
      kind: put-in-order
      prompt: What first?
      hint: Think of what he lacks most.
      items:
        - {key: airway, text: Open the airway, place: 1}
        - {key: ventilate, text: Ventilate with oxygen, place: 2}
        - {key: naloxone, text: Give naloxone, place: 3}
        - {key: glucose, text: Measure glucose, place: 4}
      never:
        - {first: naloxone, then: ventilate, because: "Air comes before the antidote."}
      outcomes:
        optimal: {happens: His chest rises., sets: [ventilated], effects: {minutes: 3}}
        acceptable: {happens: His chest rises late., sets: [ventilated], effects: {minutes: 4}}
        suboptimal: {happens: He is still blue., effects: {minutes: 6}}
        critical: {happens: He stops breathing., effects: {minutes: 6}, goto: collapse}
      because: Air keeps him alive.
      source: [S66]
      goto: chart
  collapse:
    title: He stops
    text: You begin again with the airway.
    decision: {kind: go-on, prompt: Take a breath., goto: chart}
  chart:
    title: The chart
    clock: "14:26"
    observations:
      {respirations: 12, spo2: 97, air: false, systolic: 112, diastolic: 70, pulse: 84, consciousness: voice,
       temperature: 36.6, news2: 5}
    text: Score what you see.
    decision:
      kind: observe
      chart: news2
      acceptable_rows: 1
      underscored: critical
      prompt: Score the chart.
      outcomes:
        optimal: {happens: You say five., goto: screen}
        acceptable: {happens: You say nearly five., goto: screen}
        suboptimal: {happens: You say seven., goto: screen}
        critical: {happens: You say two., goto: phone}
      because: Oxygen and a voice make five.
      source: [S66]
  screen:
    title: What else
    clock: "14:40"
    text: He is confused.
    decision:
      kind: choose-many
      prompt: What do you look for?
      options:
        - {key: sugar, text: Low glucose, grade: optimal, because: "It is quick.", source: [S66], reveals: [glucose],
           effects: {minutes: 1}}
        - {key: head, text: A head injury, grade: optimal, because: "He fell.", source: [S66], reveals: [fall]}
        - {key: fever, text: An infection, grade: acceptable, because: "It may be.", source: [S66]}
        - {key: drink, text: That he drank, grade: suboptimal, because: "It hides.", source: [S66]}
        - {key: leave, text: His signature, grade: critical, because: "He is confused.", source: [S66]}
      outcomes:
        optimal: {happens: You find two things.}
        acceptable: {happens: You find something.}
        suboptimal: {happens: You find nothing.}
        critical: {happens: He signs.}
      because: Confusion is a search.
      source: [S66]
      goto: drinking
  drinking:
    title: The next morning
    clock: "15:00"
    text: He drinks four times a week or more, ten units a day, and heavily each week.
    decision:
      kind: observe
      chart: audit-c
      acceptable_rows: 1
      answers: {often: four-or-more-a-week, units: 10, heavy: weekly}
      prompt: Score AUDIT-C.
      outcomes:
        optimal: {happens: Eleven.}
        acceptable: {happens: Ten.}
        suboptimal: {happens: Three.}
      because: Each answer has its points.
      source: [S66]
      goto: phone
  phone:
    title: The call
    clock: "15:06"
    text: "The hospital answers. On your note: {sugar}."
    decision:
      kind: speak
      prompt: What do you say?
      parts:
        - key: situation
          title: Situation
          options:
            - {key: breathing, text: "He breathes, {sugar}", grade: optimal, because: "It leads.", source: [S66],
               sets: [told]}
            - {key: asleep, text: He was asleep, grade: suboptimal, because: "It hides.", source: [S66]}
            - {key: fine, text: He looks quite well, grade: critical, because: "He is not.", source: [S66]}
        - key: request
          title: Request
          options:
            - {key: bed, text: A watched bed, grade: optimal, because: "He may sink.", source: [S66]}
            - {key: chair, text: Any free bed, grade: acceptable, because: "It is thin.", source: [S66]}
            - {key: none, text: Nothing now, grade: suboptimal, because: "He may sink.", source: [S66]}
      outcomes:
        optimal: {happens: They are ready.}
        acceptable: {happens: They make room.}
        suboptimal: {happens: They wait.}
        critical: {happens: They send you to the chairs.}
      because: What is left out is not acted on.
      source: [S66]
      goto: last
  last:
    title: At the door
    clock: "15:20"
    text: You arrive.
    decision:
      kind: choose-one
      prompt: Who stays?
      options:
        - {key: stay, text: I stay with him, grade: optimal, happens: He sleeps., because: "He may sink.",
           source: [S66], goto: end}
        - {key: nurse, text: A nurse stays, grade: acceptable, happens: He sleeps., because: "She knows.",
           source: [S66], goto: end}
        - {key: alone, text: He stays alone, grade: critical, happens: He is alone., because: "He may sink.",
           source: [S66], goto: end}
  end:
    title: The end
    clock: "15:30"
    text: You go home.
    ending: true
debrief: |
  Air first.
"""


def case_document(text: str = GOOD_CASE) -> Document[Case]:
    """The parsed document of a case."""
    return parse(text, Case, "content/cases/small-case.yaml")


def every_kind() -> Case:
    """The case with every kind of decision."""
    return case_document(EVERY_KIND_CASE).model


def small_case() -> Case:
    """The small case as a model."""
    return case_document().model


def publish_case(text: str = GOOD_CASE) -> UUID:
    """Make a case, and the assignment its written task goes to, the current content; gives the version's id."""
    document = case_document(text)
    assignment = {"slug": "case-formulation", "title": "Formulation"}
    sync_content(
        None,
        [
            ContentItem(ContentKind.ASSIGNMENT, "case-formulation", assignment),
            ContentItem(ContentKind.CASE, document.model.slug, document.body),
        ],
    )
    return get_content(ContentKind.CASE, document.model.slug).id


def play_through(actor: Viewer, *options: str, mode: Mode = Mode.GRADED, text: str = "A calm man who hurts.") -> UUID:
    """Play the published small case: these options in order, then the written answer if the path comes that far."""
    attempt = start_attempt(actor, "small-case", mode=mode)
    for seq, option in enumerate(options):
        take_step(actor, attempt.id, seq=seq, choice={"option": option}, confidence=Confidence.CERTAIN)
    if len(options) == 3:
        submit_text(actor, attempt.id, seq=3, text=text, version=0)
    return attempt.id
