"""Broken texts of the small case: what is broken, the line, the field and what must be said of it."""

from tests.factories.cases import GOOD_CASE


def replaced(old, new, count=1):
    """The small case with something else in one place."""
    assert old in GOOD_CASE, f"The small case has no {old!r}"
    return GOOD_CASE.replace(old, new, count)


SEND = "          source: [S44]\n          reveals: [staggered]\n"
TO_WRITING = "\n           source: [S44], goto: writing}"
NUMBER = (
    "        - {key: number, text: A phone number, grade: suboptimal, happens: He nods., because: It is thin.,"
    f"{TO_WRITING}\n"
)

BROKEN_CHOICES = {
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
    "scene that tells what is no fact": (
        replaced("    title: At home\n", "    title: At home\n    tells: [staggered, gossip]\n"),
        "tells: [staggered, gossip]",
        "scenes.home.tells.1",
        "no fact `gossip`",
    ),
    "option that tells what is no fact": (
        replaced("          sets: [closed]\n", "          sets: [closed]\n          tells: [gossip]\n"),
        "tells: [gossip]",
        "scenes.call.decision.options.2.tells.0",
        "no fact `gossip`",
    ),
    "fact that is told before it can be asked for": (
        replaced("    title: At home\n", "    title: At home\n    tells: [sleep]\n"),
        "- {key: martin",
        "variants.0",
        "finds the fact `sleep`",
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
    "banned words in a meaning": (
        replaced("he has made up his mind", "he is a high risk"),
        "meanings:",
        "meanings.firm",
        "high risk",
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
