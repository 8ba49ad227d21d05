import pytest

from lms.cases.models import CaseStep
from lms.cases.rules.checker import Known, check_case, check_file
from lms.core.errors import ContentError
from tests.factories.cases import EVERY_KIND_CASE, GOOD_CASE, case_document

KNOWN = Known({"D3.1", "D4.1"}, {"mhp703"}, {"case-formulation": "mhp703", "other-work": "mhp701"})


def problems_of(text):
    try:
        return check_case(case_document(text), KNOWN)
    except ContentError as error:
        return list(error.problems)


def replaced(old, new, count=1):
    assert old in GOOD_CASE, f"The small case has no {old!r}"
    return GOOD_CASE.replace(old, new, count)


SEND = "          source: [S44]\n          reveals: [staggered]\n"
TO_WRITING = "\n           source: [S44], goto: writing}"
NUMBER = (
    "        - {key: number, text: A phone number, grade: suboptimal, happens: He nods., because: It is thin.,"
    f"{TO_WRITING}\n"
)

BROKEN = {
    "unknown key": (replaced("minutes: 5", "minutes: 5\nminuets: 5"), "minuets: 5", "minuets", "no field"),
    "unknown key in an option": (
        replaced("          grade: optimal", "          grade: optimal\n          score: 3"),
        "score: 3",
        "scenes.call.decision.options.0.score",
        "no field",
    ),
    "unknown grade": (replaced("grade: acceptable", "grade: fine"), "grade: fine", ".grade", "'optimal'"),
    "unknown kind of decision": (
        replaced("kind: write", "kind: sing"),
        "    decision:\n      {kind: sing",
        "decision",
        "choose-one",
    ),
    "another format": (replaced("format: 1", "format: 2"), "format: 2", "format", "must be 1"),
    "duplicate key": (replaced("minutes: 5", "minutes: 5\nminutes: 6"), "minutes: 6", "minutes", "twice"),
    "time without quotes": (replaced('clock: "19:21"', "clock: 19:21"), "clock: 19:21", "call.clock", "quotes"),
    "impossible time": (replaced('clock: "19:21"', 'clock: "25:00"'), "25:00", "call.clock", "24-hour"),
    "no review date": (
        replaced(", by: 2027-05-01}", "}"),
        "review:",
        "review",
        "reviewed again",
    ),
    "missing source": (
        GOOD_CASE.replace(SEND, "          reveals: [staggered]\n"),
        "- key: send",
        "scenes.call.decision.options.0",
        "names no `source`",
    ),
    "unknown source": (
        GOOD_CASE.replace(SEND, SEND.replace("S44", "S99")),
        "S99",
        "options.0.source.0",
        "no source `S99`",
    ),
    "unknown source cited in the debrief": (
        replaced("  A formulation says more than a category.", "  A formulation says more [S44] [S99]."),
        "  A formulation says more [S44]",
        "debrief",
        "no source `S99`",
    ),
    "option without a way on": (
        replaced("          effects: {trust: 1}\n          goto: home\n", "          effects: {trust: 1}\n"),
        "- key: send",
        "scenes.call.decision.options.0",
        "no way on",
    ),
    "written task without a way on": (
        replaced(",\n       goto: goodbye}", "}"),
        "decision:\n      {kind: write",
        "scenes.writing.decision",
        "no way on",
    ),
    "last way on with a condition": (
        replaced("            - {goto: agreed}", "            - {when: {flag: closed}, goto: agreed}"),
        "          goto:\n            - {when: {flag: firm}, goto: refusal}",
        "scenes.home.decision.options.0.goto",
        "last way on",
    ),
    "way on hidden behind another": (
        replaced("            - {when: {flag: firm}, goto: refusal}", "            - {goto: refusal}"),
        "            - {goto: refusal}",
        "options.0.goto.0.goto",
        "put it last",
    ),
    "unreachable scene": (
        replaced(
            "  goodbye:\n",
            '  attic:\n    title: Attic\n    clock: "20:00"\n    text: Dust.\n    ending: true\n  goodbye:\n',
        ),
        "  attic:",
        "scenes.attic",
        "No path reaches",
    ),
    "two scenes of one title": (
        replaced("title: He says no", "title: He agrees"),
        '    title: He agrees\n    clock: "19:50"\n    text: He will not',
        "scenes.refusal.title",
        "`agreed` has the same title",
    ),
    "condition without a meaning": (
        replaced(', firm: "he has made up his mind"', ""),
        "{when: {flag: firm}",
        "scenes.home.decision.options.0.goto.0.when",
        "what `firm` means",
    ),
    "meaning of nothing": (
        replaced('closed: "the call was closed"}', 'closed: "the call was closed", open: "open"}'),
        "meanings:",
        "meanings.open",
        "no counter or flag `open`",
    ),
    "scene that neither asks nor ends": (
        replaced("    ending: true\n", ""),
        "  goodbye:",
        "scenes.goodbye",
        "no end",
    ),
    "ending that asks": (
        replaced("    text: Write to the next clinician.", "    text: Write to the next clinician.\n    ending: true"),
        "    ending: true\n    decision:\n      {kind: write",
        "scenes.writing.ending",
        "ending asks nothing",
    ),
    "loop without exit": (
        replaced("goto: goodbye}", "goto: call}"),
        "  call:",
        "scenes.call",
        "comes to an end",
    ),
    "loop that need not end": (
        replaced(f"She is with him.,{TO_WRITING}", "She is with him.,\n           source: [S44], goto: agreed}"),
        "  agreed:",
        "scenes.agreed",
        "for ever",
    ),
    "unknown scene": (replaced("goto: goodbye}", "goto: goodby}"), "goto: goodby}", ".goto", "no scene `goodby`"),
    "unknown start": (replaced("start: call", "start: cell"), "start: cell", "start", "no scene `cell`"),
    "unknown fact revealed": (
        replaced("reveals: [sleep]", "reveals: [sleeps]"),
        "[sleeps]",
        "reveals.0",
        "no fact `sleeps`",
    ),
    "unknown fact in a condition": (
        replaced("{knows: staggered}", "{knows: stagger}"),
        "{knows: stagger}",
        "options.1.goto.0.when",
        "no fact `stagger`",
    ),
    "fact nobody can find": (
        replaced("          reveals: [sleep]\n", ""),
        "  sleep:",
        "facts.sleep",
        "No option reveals",
    ),
    "unknown counter in effects": (
        replaced("effects: {trust: -1}", "effects: {trsut: -1}"),
        "trsut: -1",
        "effects.trsut",
        "no counter `trsut`",
    ),
    "unknown counter in a condition": (
        replaced("{trust: {at_least: 1}}", "{trsut: {at_least: 1}}"),
        "{trsut: {at_least: 1}}",
        "when.trsut",
        "no counter `trsut`",
    ),
    "unknown flag": (
        replaced("{flag: closed}", "{flag: shut}"),
        "{flag: shut}",
        "when",
        "Nothing sets the flag `shut`",
    ),
    "condition never true": (
        replaced("{when: {flag: firm}, goto: refusal}", "{when: {trust: {at_least: 9}}, goto: refusal}"),
        "{trust: {at_least: 9}}",
        "options.0.goto.0",
        "never true",
    ),
    "unknown placeholder": (replaced("{name} offers tea.", "{nmae} offers tea."), "{nmae}", "home.text", "`{nmae}`"),
    "placeholder one variant lacks": (
        replaced("name: Alan Pryce, ", ""),
        "      {relative} rings about {name}.",
        "call.text",
        "alan",
    ),
    "impossible observation": (replaced("spo2: 97", "spo2: 107"), "spo2: 107", "observations.spo2", "impossible"),
    "diastolic above systolic": (
        replaced("diastolic: 88", "diastolic: 150"),
        "diastolic: 150",
        "observations.diastolic",
        "below the systolic",
    ),
    "wrong NEWS2": (replaced("news2: 0", "news2: 3"), "news2: 3", "observations.news2", "make 0"),
    "NEWS2 of incomplete observations": (
        replaced("pulse: 88, ", ""),
        "news2: 0",
        "observations.news2",
        "missing",
    ),
    "risk level in the story": (
        replaced("      He says that he is fine.", "      He sounds low risk."),
        "He sounds low risk.",
        "scenes.call.text",
        "risk level",
    ),
    "risk level in a prompt": (
        replaced("prompt: How do you ask?", "prompt: Is he high risk?"),
        "Is he high risk?",
        "decision.prompt",
        "risk level",
    ),
    "risk level in a reason": (
        replaced("because: Asking directly is safe.", "because: He is at high risk of suicide."),
        "because: He is at high risk",
        "options.0.because",
        "risk level",
    ),
    "risk level in what happens": (
        replaced("happens: He looks away.", "happens: The form says low risk."),
        "happens: The form says",
        "options.2.happens",
        "risk level",
    ),
    "risk level in the debrief": (
        replaced("  A formulation says more than a category.", "  He was a medium risk."),
        "  He was a medium risk.",
        "debrief",
        "risk level",
    ),
    "risk level in a fact": (
        replaced("Three hours' sleep a night", "Risk is high"),
        "Risk is high",
        "facts.sleep",
        "risk",
    ),
    "risk level in an optimal option": (
        replaced("I ask him directly whether he thinks of suicide.", "I tell him gently that he is at high risk."),
        "he is at high risk",
        "options.0.text",
        "risk level",
    ),
    "risk level in an option that does not teach": (
        replaced("          teaches_why_not: true\n", ""),
        "text: I note that he is low risk",
        "options.2.text",
        "risk level",
    ),
    "teaching option that affirms": (
        replaced("because: A category predicts nothing, and nobody asked him.", "because: He is low risk."),
        "because: He is low risk.",
        "options.2.because",
        "say why not",
    ),
    "optimal option that teaches why not": (
        replaced("          reveals: [sleep]", "          reveals: [sleep]\n          teaches_why_not: true"),
        "          teaches_why_not: true\n          effects",
        "teaches_why_not",
        "suboptimal or critical",
    ),
    "options of very different length": (
        replaced("I tell her to drive him in and then close the call.", "I close it."),
        "text: I ask her to stay there and to ring us back at ten.",
        "options.1.text",
        "differ too much",
    ),
    "too few options": (
        replaced(NUMBER, ""),
        "      options:\n        - {key: plan",
        "scenes.refusal.decision.options",
        "3 to 5 options",
    ),
    "no optimal option": (
        replaced(
            "{key: plan, text: I plan with him, grade: optimal", "{key: plan, text: I plan with him, grade: acceptable"
        ),
        "      options:\n        - {key: plan",
        "scenes.refusal.decision.options",
        "No option is `optimal`",
    ),
    "option key twice": (
        replaced("key: number", "key: plan"),
        "{key: plan, text: A phone",
        "options.1.key",
        "share the key",
    ),
    "variant key twice": (
        replaced("key: alan", "key: martin"),
        "{key: martin, name: Alan",
        "variants.1.key",
        "share the key",
    ),
    "unknown capability": (replaced("D4.1", "D9.9"), "D9.9", "capabilities.1", "no capability `D9.9`"),
    "more words at least than at most": (
        replaced("min_words: 3", "min_words: 30"),
        "min_words: 30",
        "decision.min_words",
        "more than",
    ),
    "branch that cannot reach full marks": (
        replaced("      slot: travel\n      prompt: What do you do?", "      prompt: What do you do?"),
        "{key: martin",
        "variants.0",
        "full marks",
    ),
    "slot filled twice on one path": (
        replaced("      prompt: How do you ask?", "      slot: call\n      prompt: How do you ask?"),
        "  call:",
        "scenes.call",
        "slot `call` twice",
    ),
}


def changed(old, new, count=1):
    assert old in EVERY_KIND_CASE, f"The case with every kind has no {old!r}"
    return EVERY_KIND_CASE.replace(old, new, count)


BROKEN_TASKS = {
    "sequence without an order": (
        changed("place: 2}", "place: 1}").replace("place: 3}", "place: 1}").replace("place: 4}", "place: 1}"),
        "      items:",
        "room.decision.items",
        "no order to find",
    ),
    "chart without a limit of wrong rows": (
        changed("      acceptable_rows: 1\n      underscored", "      underscored"),
        "    decision:\n      kind: observe\n      chart: news2",
        "chart.decision",
        "`acceptable_rows`",
    ),
    "chart with no row to get wrong": (
        changed("acceptable_rows: 1", "acceptable_rows: 0"),
        "acceptable_rows: 0",
        "acceptable_rows",
        "greater than or equal to 1",
    ),
    "passage whose last words have a condition": (
        changed('    - {text: "no sugar"}', '    - {when: {knows: fall}, text: "no sugar"}'),
        '    - {when: {knows: fall}, text: "no sugar"}',
        "passages.sugar.1.when",
        "have no condition",
    ),
    "passage whose first words have none": (
        changed("    - {when: {knows: glucose}, text: ", "    - {text: "),
        '    - {text: "sugar 5.1"}',
        "passages.sugar.0.text",
        "put them last",
    ),
    "passage of one telling": (
        changed('    - {text: "no sugar"}\n', ""),
        "  sugar:",
        "passages.sugar",
        "too short",
    ),
    "passage about an unknown fact": (
        changed("{knows: glucose}, text", "{knows: glucos}, text"),
        "{knows: glucos}",
        "passages.sugar.0.when",
        "no fact `glucos`",
    ),
    "passage about a flag nothing sets": (
        changed("{knows: glucose}, text", "{flag: sweet}, text"),
        "{flag: sweet}",
        "passages.sugar.0.when",
        "Nothing sets the flag `sweet`",
    ),
    "passage nothing tells": (
        EVERY_KIND_CASE.replace(" On your note: {sugar}.", "").replace("He breathes, {sugar}", "He breathes well"),
        "  sugar:",
        "passages.sugar",
        "No text tells `{sugar}`",
    ),
    "passage with the name of a detail": (
        EVERY_KIND_CASE.replace("  sugar:", "  street:").replace("{sugar}", "{street}"),
        "  street:\n    - {when",
        "passages.street",
        "another name",
    ),
    "passage where nobody knows what was found": (
        changed("title: The call", 'title: "The call, {sugar}"'),
        'title: "The call, {sugar}"',
        "scenes.phone.title",
        "`sugar` is a passage",
    ),
    "passage that is much longer than the other words": (
        changed('text: "no sugar"', 'text: "a sugar that nobody has measured yet"'),
        'text: "He breathes, {sugar}"',
        "phone.decision.parts.0.options.0.text",
        "differ too much in length",
    ),
    "rule of order about nothing": (
        changed("{first: naloxone, then: ventilate", "{first: naloxon, then: ventilate"),
        "{first: naloxon,",
        "never.0.first",
        "no item `naloxon`",
    ),
    "rule of order the right order breaks": (
        changed("{first: naloxone, then: ventilate", "{first: ventilate, then: naloxone"),
        "{first: ventilate, then",
        "never.0",
        "right order itself",
    ),
    "too few items": (
        changed("        - {key: naloxone, text: Give naloxone, place: 3}\n", "").replace(
            '      never:\n        - {first: naloxone, then: ventilate, because: "Air comes before the antidote."}\n',
            "",
        ),
        "      items:",
        "room.decision.items",
        "4 to 6 items",
    ),
    "chart without observations": (
        changed("pulse: 84, ", ""),
        "chart: news2",
        "chart.decision.chart",
        "cannot be scored",
    ),
    "chart without answers": (
        changed("      answers: {often: four-or-more-a-week, units: 10, heavy: weekly}\n", ""),
        "chart: audit-c",
        "drinking.decision.chart",
        "cannot be scored",
    ),
    "critical answer nobody debriefs": (
        changed("        critical: {happens: He signs.}\n", ""),
        "      outcomes:\n        optimal: {happens: You find two things.}",
        "screen.decision.outcomes",
        "not debriefed",
    ),
    "critical consequence of nothing": (
        changed(
            "        suboptimal: {happens: Three.}",
            "        suboptimal: {happens: Three.}\n        critical: {happens: Nil.}",
        ),
        "        critical: {happens: Nil.}",
        "drinking.decision.outcomes.critical",
        "No answer to this decision is critical",
    ),
    "selection in which everything will do": (
        changed("text: That he drank, grade: suboptimal", "text: That he drank, grade: acceptable"),
        "      options:\n        - {key: sugar",
        "screen.decision.options",
        "Selecting everything",
    ),
    "selection told by its length": (
        changed("text: That he drank", "text: That he drank and lay on the floor all night").replace(
            "text: His signature", "text: His signature on a form that says he declined"
        ),
        "      options:\n        - {key: sugar",
        "screen.decision.options",
        "by its length",
    ),
    "task without a way on": (
        changed("      goto: drinking\n", ""),
        "    decision:\n      kind: choose-many",
        "screen.decision",
        "no way on",
    ),
    "part without a best phrase": (
        changed("text: A watched bed, grade: optimal", "text: A watched bed, grade: acceptable"),
        "          options:\n            - {key: bed",
        "parts.1.options",
        "No option is `optimal`",
    ),
    "phrase key in two parts": (
        changed("{key: bed, text", "{key: asleep, text"),
        "{key: asleep, text: A watched bed",
        "parts.1.options.0.key",
        "share the key",
    ),
    "phrase without a source": (
        changed('because: "It is thin.", source: [S66]}', 'because: "It is thin."}'),
        "{key: chair",
        "parts.1.options.1",
        "names no `source`",
    ),
    "task without a source": (
        changed(
            "      because: Confusion is a search.\n      source: [S66]\n", "      because: Confusion is a search.\n"
        ),
        "    decision:\n      kind: choose-many",
        "screen.decision",
        "names no `source`",
    ),
    "criterion that is neither order nor time": (
        changed("flag: told, at_most: 12", "flag: told"),
        "- {key: soon",
        "process.1",
        "either `first` and `then`",
    ),
    "criterion of a flag nobody sets": (
        changed("first: ventilated, then", "first: breathed, then"),
        "- {key: order",
        "process.0",
        "Nothing sets the flag `breathed`",
    ),
    "criterion of time without minutes": (
        changed("counters: {minutes: 0}", "counters: {}").replace("effects: {minutes: 3}", "effects: {}"),
        "at_most: 12",
        "process.1.at_most",
        "no counter `minutes`",
    ),
    "criterion no good path keeps": (
        changed("at_most: 12", "at_most: 1"),
        "- {key: dean",
        "variants.0",
        "keeps the criterion `soon`",
    ),
    "must-visit that good paths miss": (
        changed("{scene: screen, because", "{scene: collapse, because"),
        '{scene: collapse, because: "Looking',
        "must_visit.0.scene",
        "only best answers misses",
    ),
    "must-avoid that good paths enter": (
        changed("{scene: collapse, because", "{scene: chart, because"),
        "{scene: chart, because",
        "must_avoid.0.scene",
        "only best answers enters",
    ),
    "must-visit of nothing": (
        changed("{scene: screen, because", "{scene: scream, because"),
        "{scene: scream, because",
        "must_visit.0.scene",
        "no scene `scream`",
    ),
    "image without words": (
        changed("alt: A room with one door and one window., ", ""),
        "  plan:",
        "images.plan",
        "no text alternative",
    ),
    "image of another kind": (
        changed("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 3'/>", "<p>A room</p>"),
        "  plan:",
        "images.plan.svg",
        "well-formed SVG",
    ),
    "unknown image": (
        changed("    image: plan", "    image: plane"),
        "    image: plane",
        "room.image",
        "no image `plane`",
    ),
    "image in the text": (
        changed("text: You go home.", 'text: "You go ![](x.png) home."'),
        "![](x.png)",
        "end.text",
        "stand under `images`",
    ),
    "first scene without a time": (
        changed('    clock: "14:18"\n', ""),
        "  room:",
        "scenes.room",
        "must say the time",
    ),
    "time that runs backwards": (
        changed('clock: "15:06"', 'clock: "14:06"'),
        'clock: "14:06"',
        "phone.clock",
        "runs backwards",
    ),
    "fact no good path finds": (
        changed(
            "        - {key: head, text: A head injury, grade: optimal",
            "        - {key: head, text: A head injury, grade: suboptimal",
        ),
        "- {key: dean",
        "variants.0",
        "finds the fact `fall`",
    ),
    "hint that is the answer": (
        changed("      prompt: Who stays?\n", "      prompt: Who stays?\n      hint: I stay with him\n"),
        "hint: I stay with him",
        "last.decision.hint",
        "answer itself",
    ),
    "placeholder no detail tells": (
        changed("The room on {street}", "The room on {road}"),
        "{road}",
        "room.title",
        "`{road}`",
    ),
    "stigma": (
        changed("text: He is confused.", "text: He is an alcoholic."),
        "an alcoholic",
        "screen.text",
        "stigmatises",
    ),
    "a word about suicide from the time it was an offence": (
        changed("text: You arrive.", "text: His brother committed suicide."),
        "committed suicide",
        "last.text",
        "died by suicide",
    ),
    "dose": (
        changed("text: Give naloxone", "text: Give 400 micrograms"),
        "400 micrograms",
        "items.2.text",
        "is a dose",
    ),
    "detail of a method": (
        changed("text: You arrive.", "text: He took sixteen tablets."),
        "sixteen tablets",
        "last.text",
        "detail of a method",
    ),
    "scale that decides": (
        changed("because: Confusion is a search.", "because: A low risk score means he may stay."),
        "because: A low risk score",
        "screen.decision.because",
        "risk",
    ),
    "named scale": (
        changed("text: You arrive.", "text: The nurse asks for a SAD PERSONS total."),
        "SAD PERSONS",
        "last.text",
        "no scale predicts",
    ),
    "words listed as taught that affirm": (
        changed("debrief: |\n  Air first.\n", "teaches_why_not: [an addict]\ndebrief: |\n  He is an addict.\n"),
        "teaches_why_not:",
        "teaches_why_not.0",
        "does not say why not",
    ),
    "words listed as taught that stand nowhere": (
        changed("debrief: |\n", "teaches_why_not: [an addict]\ndebrief: |\n"),
        "teaches_why_not:",
        "teaches_why_not.0",
        "does not stand in the text",
    ),
}
BROKEN |= BROKEN_TASKS


def drawn(inside):
    """The case with every kind, with something inside its drawing."""
    return changed("viewBox='0 0 4 3'/>", f"viewBox='0 0 4 3'>{inside}</svg>")


def phrase(at):
    return f"            - {{key: p{at}, text: Any free bed, grade: optimal, because: So., source: [S66]}}\n"


def said(part):
    options = "".join(phrase(10 * part + at) for at in range(10))
    return f"        - key: part{part}\n          title: Part\n          options:\n{options}"


LONG = "x" * (CaseStep.scene.type.length + 1)
PLAN = "  plan: {alt: A room"
BROKEN_ELSEWHERE = {
    "scene key longer than its column": (
        GOOD_CASE.replace("  home:\n", f"  {LONG}:\n").replace("goto: home\n", f"goto: {LONG}\n"),
        f"  {LONG}:",
        f"scenes.{LONG}",
        "80 characters or fewer",
    ),
    "slug longer than its column": (
        replaced("slug: small-case", f"slug: {LONG}"),
        "slug:",
        "slug",
        "80 characters or fewer",
    ),
    "title longer than a notice has room for": (
        replaced("title: A small case", f"title: {'A ' * 120}"),
        "title:",
        "title",
        "200 characters or fewer",
    ),
    "unknown module": (replaced("module: mhp703", "module: mhp799"), "module:", "module", "no module `mhp799`"),
    "unknown assignment": (
        replaced("assignment: case-formulation", "assignment: nowhere"),
        "      {kind: write",
        "scenes.writing.decision.assignment",
        "no assignment `nowhere`",
    ),
    "assignment of another module": (
        replaced("assignment: case-formulation", "assignment: other-work"),
        "      {kind: write",
        "scenes.writing.decision.assignment",
        "belongs to the module `mhp701`",
    ),
    "banned words in the content notes": (
        replaced("content_notes: [suicide]", "content_notes: [suicide, a high risk patient]"),
        "content_notes:",
        "content_notes.1",
        "states a risk level",
    ),
    "banned words in the title": (
        replaced("title: A small case", "title: A low-risk case"),
        "title:",
        "title",
        "states a risk level",
    ),
    "banned words in the summary": (
        replaced("summary: A calm man", "summary: A junkie"),
        "summary:",
        "summary",
        "stigmatises",
    ),
    "banned words in the text of an image": (
        changed("alt: A room with one door", "alt: An addict with one door"),
        "  plan: {alt",
        "images.plan.alt",
        "stigmatises",
    ),
    "banned words in a drawing": (
        drawn("<text>He is <tspan>high</tspan> risk</text>"),
        PLAN,
        "images.plan.svg",
        "“high risk” states a risk level",
    ),
    "banned words in the title of a drawing": (
        drawn("<title>An addict</title>"),
        PLAN,
        "images.plan.svg",
        "stigmatises",
    ),
    "banned words read aloud for a drawing": (
        drawn("<g aria-label='An addict'/>"),
        PLAN,
        "images.plan.svg",
        "stigmatises",
    ),
    "drawing with a document type": (
        changed("<svg xmlns", "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns"),
        PLAN,
        "images.plan.svg",
        "no DOCTYPE",
    ),
    "choose-many without a best option": (
        changed('grade: optimal, because: "It is quick."', 'grade: acceptable, because: "It is quick."').replace(
            'grade: optimal, because: "He fell."', 'grade: acceptable, because: "He fell."'
        ),
        "      options:\n        - {key: sugar",
        "screen.decision.options",
        "No option is `optimal`",
    ),
    "far too many options": (
        changed(
            "        - {key: leave",
            "".join(
                f"        - {{key: o{at}, text: An infection, grade: optimal, because: So., source: [S66]}}\n"
                for at in range(30)
            )
            + "        - {key: leave",
        ),
        "      options:\n        - {key: sugar",
        "screen.decision.options",
        "5 to 8 options, this one has 35",
    ),
    "far too many steps": (
        changed(
            "      never:\n",
            "".join(f"        - {{key: i{at}, text: Then this, place: {at + 5}}}\n" for at in range(12))
            + "      never:\n",
        ),
        "      items:",
        "room.decision.items",
        "4 to 6 items, this one has 16",
    ),
    "far too many parts": (
        changed("        - key: request\n", "".join(map(said, range(10))) + "        - key: request\n"),
        "      parts:",
        "phone.decision.parts",
        "2 to 5 parts, this one has 12",
    ),
    "far too many phrases": (
        changed("            - {key: none", "".join(map(phrase, range(10_000))) + "            - {key: none"),
        "          options:\n            - {key: bed",
        "parts.1.options",
        "3 to 4 phrases",
    ),
}
BROKEN |= BROKEN_ELSEWHERE


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


def test_a_case_too_large_to_be_walked_is_refused(monkeypatch):
    monkeypatch.setattr("lms.cases.rules.graph.LIMIT", 3)
    assert any("too many states" in problem.message for problem in problems_of(GOOD_CASE))


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
