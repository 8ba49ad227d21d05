"""Broken texts of both cases: sizes, drawings, and what stands in other files."""

from lms.cases.models import CaseStep
from tests.factories.broken_choices import replaced
from tests.factories.broken_tasks import changed
from tests.factories.cases import GOOD_CASE


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
BROKEN_SIZES = {
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
