"""Broken texts of the case with every kind of decision: what is broken, the line, the field and what is said of it."""

from tests.factories.cases import EVERY_KIND_CASE


def changed(old, new, count=1):
    """The case with every kind, with something else in one place."""
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
    "middle words of a passage that are much longer": (
        changed(
            '    - {text: "no sugar"}',
            '    - {when: {knows: fall}, text: "a sugar that nobody has measured yet"}\n    - {text: "no sugar"}',
        ),
        'text: "He breathes, {sugar}"',
        "phone.decision.parts.0.options.0.text",
        "differ too much in length",
    ),
    "banned words put together by a passage": (
        changed("On your note: {sugar}.", "His risk is {sugar}.").replace('text: "no sugar"', 'text: "high now"'),
        'text: "The hospital answers. His risk is {sugar}."',
        "scenes.phone.text",
        "high",
    ),
    "banned words put together by a detail": (
        changed("street: [Alder Street, Mill Lane]", "street: [Alder Street, low]").replace(
            "The room on {street}", "The room, {street} risk"
        ),
        "title: The room, {street} risk",
        "room.title",
        "low risk",
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
