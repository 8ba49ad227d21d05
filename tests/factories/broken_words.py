"""Broken texts of both cases: words that hide, drawings that are none, names nothing fills, conditions of nothing."""

from tests.factories.broken_choices import replaced
from tests.factories.broken_sizes import PLAN, drawn
from tests.factories.broken_tasks import changed
from tests.factories.cases import GOOD_CASE


def passed(at):
    """A scene in which nothing is asked."""
    way = f"decision: {{kind: go-on, prompt: Go on, goto: s{at + 1}}}"
    return f"  s{at}:\n    title: Scene {at}\n    text: Then.\n    {way}\n"


SOFT, NARROW = "\N{SOFT HYPHEN}", "\N{ZERO WIDTH SPACE}"
HIDDEN = {
    "bold": "**high** risk",
    "italics": "_high_ risk",
    "a link": "[high](#x) risk",
    "a space as a reference": "high&nbsp;risk",
    "a letter as a reference": "h&#105;gh risk",
    "a backslash": "high\\ risk",
    "a dash": "high\N{EN DASH}risk",
    "a soft hyphen": f"hi{SOFT}gh risk",
    "a space without width": f"hi{NARROW}gh risk",
    "an underscore": "high_risk",
    "code": "`high` risk",
    "struck out": "~~high~~ risk",
    "a tag": "<b>high</b> risk",
}
NO_DRAWING = {
    "script": ("<script>1</script>", "no `script`"),
    "style": ("<style>a</style>", "no `style`"),
    "other drawing": ("<use href='#a'/>", "no `use`"),
    "animation": ("<animate/>", "no `animate`"),
    "part of another kind": ("<b xmlns='http://www.w3.org/1999/xhtml'/>", "no `b`"),
    "handler": ("<rect onload='1'/>", "has a `onload`"),
    "link elsewhere": ("<linearGradient href='x.svg#a'/>", "`href` can lead only"),
    "old link": ("<rect xmlns:x='http://www.w3.org/1999/xlink' x:href='#a'/>", "has a `href`"),
    "paint from elsewhere": ("<rect fill='url( &quot;//a/b#c&quot;)'/>", "`fill` can lead only"),
    "paint in other letters": ("<rect fill='u\\\\72l(//a)'/>", "`fill` can lead only"),
    "style that loads": ("<rect style='fill:url(#a)'/>", "has a `style`"),
    "name in braces": ("<text>{name}</text>", "leave out the braces"),
    "too many levels": ("<g>" * 40 + "</g>" * 40, "stand inside each other"),
    "too many characters": ("<rect/>" * 8_000, "at most 50,000 characters"),
}
SAID = {
    "beside its parts": "<g/>He is high risk",
    "in several texts": "<text>hi</text> <text>gh risk</text>",
    "letter by letter": "".join(f"<text>{letter}</text>" for letter in "high risk"),
    "one word a text": "<text>high</text><text>risk</text>",
}
CONDITION = "{trust: {at_least: 1}}, {all: [{knows: staggered}, {not: {flag: closed}}]}"
CONDITIONS = {
    "nothing": ("{}", "when", "asks for nothing"),
    "no word": ("{knows: null}", "when", "asks for nothing"),
    "all of none": ("{all: []}", "when.all", "no condition under `all`"),
    "any of none": ("{any: []}", "when.any", "no condition under `any`"),
    "no limit": ("{trust: {}}", "when.trust", "Say `at_least` or `at_most`"),
    "more and less": ("{trust: {at_least: 5, at_most: 1}}", "when.trust", "can never be"),
    "more and also less": (
        "{trust: {at_least: 5}, all: [{all: [{trust: {at_most: 1}}]}]}",
        "when.trust",
        "can never be",
    ),
}
NUMBERS = ["10:30", "017", "1_000", "0x1F", "+5", "1.0e+3", ".5", "5.", "0b11", "2027-05-01 10:30:00"]
BLANK = {"spaces": '"   "', "no width": f'"{NARROW}"', "a reference": '"&nbsp;"'}

BROKEN_WORDS = {
    **{
        f"banned words behind {how}": (
            replaced("      He says that he is fine.", f"      He says\n      {words}."),
            f"      {words}.",
            "scenes.call.text",
            "states a risk level",
        )
        for how, words in HIDDEN.items()
    },
    "banned words in a source": (
        replaced('S44: "Staying safe from suicide', 'S44: "The **addict**'),
        "  S44:",
        "sources.S44",
        "“addict” stigmatises",
    ),
    **{
        f"drawing with a {what}": (drawn(inside), PLAN, "images.plan.svg", says)
        for what, (inside, says) in NO_DRAWING.items()
    },
    "drawing with an instruction": (
        changed("<svg xmlns", "<?xml-stylesheet href='a.css'?><svg xmlns"),
        PLAN,
        "images.plan.svg",
        "no instructions",
    ),
    **{
        f"banned words {how} of a drawing": (drawn(inside), PLAN, "images.plan.svg", "“high risk” states a risk level")
        for how, inside in SAID.items()
    },
    **{
        f"way on that asks for {what}": (
            replaced(f"{{any: [{CONDITION}]}}", asked),
            f"{{when: {asked}",
            f"options.1.goto.0.{field}",
            says,
        )
        for what, (asked, field, says) in CONDITIONS.items()
    },
    **{
        f"passage that asks for {what}": (
            changed("{when: {knows: glucose}", f"{{when: {asked}").replace("{minutes: 0}", "{minutes: 0, trust: 0}"),
            f"{{when: {asked}",
            f"passages.sugar.0.{field}",
            says,
        )
        for what, (asked, field, says) in CONDITIONS.items()
    },
    "passage told twice on one condition": (
        changed(
            '    - {text: "no sugar"}', '    - {when: {knows: glucose}, text: "sugar 5"}\n    - {text: "no sugar"}'
        ),
        '    - {when: {knows: glucose}, text: "sugar 5"}',
        "passages.sugar.1.when",
        "told already on this condition",
    ),
    "two options of one text": (
        replaced("I ask him softly whether he has felt this way.", "I ask him  directly whether he thinks of suicide."),
        "text: I ask him  directly",
        "options.1.text",
        "the same text",
    ),
    "two steps of one text": (
        changed("text: Ventilate with oxygen", "text: open the *airway*"),
        "text: open the *airway*",
        "items.1.text",
        "the same text",
    ),
    "two phrases of one text": (
        changed("text: Any free bed", "text: A watched bed"),
        "{key: chair, text: A watched bed",
        "parts.1.options.1.text",
        "the same text",
    ),
    "two choices of one text": (
        changed("text: An infection", "text: A head injury"),
        "{key: fever, text: A head injury",
        "options.2.text",
        "the same text",
    ),
    **{
        f"the number {number}": (
            replaced("name: Alan Pryce,", f"name: Alan Pryce, age: {number},"),
            f"age: {number}",
            "variants.1.age",
            "plain figures",
        )
        for number in NUMBERS
    },
    **{
        f"name where nothing fills it: {field}": (text, needle, field, "Nothing fills names in braces here")
        for text, needle, field in (
            (replaced("title: A small case", 'title: "{name}"'), 'title: "{name}"', "title"),
            (replaced("summary: A calm", "summary: A {name}"), "summary:", "summary"),
            (replaced("[suicide]", '["{name}"]'), "content_notes:", "content_notes.0"),
            (replaced("name: Alan", "name: '{relative}', nick: Alan"), "{key: alan", "variants.1.name"),
            (changed("[Alder Street", '["{name}"'), "  street:", "details.street.0"),
        )
    },
    **{
        f"braces that hold no name: {braces}": (
            replaced("{name} offers tea.", f"{{name}} offers\n      {braces} tea."),
            f"      {braces} tea.",
            "home.text",
            "nothing fills these",
        )
        for braces in ("{Name}", "{first-name}", "{name", "name}", "{}", "{ name }")
    },
    **{
        f"{field} of {what}": (replaced(old, f"{old.partition(':')[0]}: {blank}", 1), f"{blank}", field, "not be empty")
        for what, blank in BLANK.items()
        for field, old in (
            ("title", "title: A small case"),
            ("summary", "summary: A calm man on a quiet evening."),
            ("options.0.text", "text: I ask for a crew and stay on the line with her."),
            ("facts.sleep", 'sleep: "Three hours\' sleep a night"'),
            ("decision.hint", "hint: Think of who can be with him."),
        )
    },
    "status of an empty review": (
        replaced('status: "example content, not yet clinically approved"', 'status: " "'),
        "review:",
        "review.status",
        "not be empty",
    ),
    "image with a blank alternative": (
        changed("alt: A room with one door and one window.", f'alt: "{NARROW}"'),
        PLAN.partition(" {")[0],
        "images.plan",
        "no text alternative",
    ),
    "no observation": (
        changed(
            "      {respirations: 12, spo2: 97, air: false, systolic: 112, diastolic: 70, pulse: 84, "
            "consciousness: voice,\n       temperature: 36.6, news2: 5}",
            "      {scale: 1}",
        ),
        "    observations:\n      {scale: 1}",
        "chart.observations",
        "not be empty",
    ),
    "criterion of a flag before itself": (
        changed("first: ventilated, then: told", "first: told, then: told"),
        "- {key: order",
        "process.0.then",
        "not set before itself",
    ),
    "scene to visit twice": (
        changed("must_avoid:\n", '  - {scene: screen, because: "So."}\nmust_avoid:\n'),
        '  - {scene: screen, because: "So."}',
        "must_visit.1.scene",
        "already",
    ),
    "scene to visit and to avoid": (
        changed("{scene: collapse, because", "{scene: screen, because"),
        '{scene: screen, because: "He should',
        "must_avoid.0.scene",
        "already",
    ),
    "capability twice": (
        replaced("[D3.1, D4.1]", "[D3.1, D3.1]"),
        "capabilities:",
        "capabilities.1",
        "stands here twice",
    ),
    "format that is no number": (replaced("format: 1", "format: true"), "format:", "format", "must be a whole"),
    "format that is no whole number": (
        replaced("format: 1", "format: 1.0"),
        "format:",
        "format",
        "must be a whole",
    ),
    "far too many scenes": (
        GOOD_CASE.replace("  goodbye:\n", "".join(map(passed, range(3_000))) + "  s3000:\n").replace(
            "       goto: goodbye}", "       goto: s0}"
        ),
        "scenes:",
        "scenes",
        "at most 200 scenes, this one has 3,006",
    ),
}
