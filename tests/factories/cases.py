"""A small case that is fit to be played, as text so that tests can break it line by line, and ways to play it."""

from uuid import UUID

from lms.cases.rules.engine import Confidence, Mode
from lms.cases.rules.format import Case
from lms.cases.services import choose, start_attempt, submit_text
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


def case_document(text: str = GOOD_CASE) -> Document[Case]:
    """The parsed document of a case."""
    return parse(text, Case, "content/cases/small-case.yaml")


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
        choose(actor, attempt.id, seq=seq, option=option, confidence=Confidence.CERTAIN)
    if len(options) == 3:
        submit_text(actor, attempt.id, seq=3, text=text, version=0)
    return attempt.id
