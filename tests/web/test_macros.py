from html.parser import HTMLParser

import pytest
from jinja2 import ChainableUndefined, Environment, PackageLoader
from markupsafe import Markup

REFERENCE = Environment(
    undefined=ChainableUndefined,
    loader=PackageLoader("nhsuk_frontend_jinja"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
VOID = {"input", "img", "br", "hr", "path"}
BAD = "<img src=x onerror=alert(1)>\"'"


class Tokens(HTMLParser):
    """Markup as a list of tokens in which order of classes and white space do not matter."""

    def __init__(self, markup):
        super().__init__()
        self.found = []
        self.feed(str(markup))

    def handle_starttag(self, tag, attrs):
        words = ("class", "aria-describedby")
        self.found.append(
            (
                tag,
                tuple(
                    sorted(
                        (name, " ".join(sorted((value or "").split())) if name in words else value or "")
                        for name, value in attrs
                    )
                ),
            )
        )

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.found.append(f"/{tag}")

    def handle_data(self, data):
        if text := " ".join(data.split()):
            self.found.append(text)


def tokens(markup):
    return Tokens(markup).found


def reference(path, name, params):
    return getattr(REFERENCE.get_template(f"nhsuk/components/{path}/macro.jinja").module, name)(params)


def field(**facts):
    start = {
        "id": "f",
        "name": "f",
        "label": "Label",
        "hint": "",
        "error": "",
        "described_by": "",
        "size": None,
        "page_heading": False,
        "attributes": {},
    }
    known = {**start, **facts}
    ids = ["f-hint" if known["hint"] else "", "f-error" if known["error"] else ""]
    return {**known, "described_by": " ".join(filter(None, ids))}


PLAIN = (field(), {"id": "f", "name": "f", "label": {"text": "Label"}})
FULL = (
    field(hint="Hint", error="Wrong", size="m", page_heading=True),
    {
        "id": "f",
        "name": "f",
        "label": {"text": "Label", "size": "m", "isPageHeading": True},
        "hint": {"text": "Hint"},
        "errorMessage": {"text": "Wrong"},
    },
)
PLAIN_GROUP = (field(), {"idPrefix": "f", "name": "f", "fieldset": {"legend": {"text": "Label"}}})
FULL_GROUP = (
    field(hint="Hint", error="Wrong", size="m", page_heading=True),
    {
        "idPrefix": "f",
        "name": "f",
        "fieldset": {"legend": {"text": "Label", "size": "m", "isPageHeading": True}},
        "hint": {"text": "Hint"},
        "errorMessage": {"text": "Wrong"},
    },
)
CONTENT = Markup("<p>Content</p>")
CHOICES = [
    {"value": "a", "text": "Ward", "hint": "Hint of a"},
    {"value": "b", "text": "GP", "checked": True, "conditional": CONTENT},
    {"value": "c", "text": "Home", "conditional": CONTENT},
    {"divider": "or"},
    {"value": "d", "text": "None", "exclusive": True},
]
REFERENCE_CHOICES = [
    {"value": "a", "text": "Ward", "hint": {"text": "Hint of a"}},
    {"value": "b", "text": "GP", "checked": True, "conditional": {"html": CONTENT}},
    {"value": "c", "text": "Home", "conditional": {"html": CONTENT}},
    {"divider": "or"},
    {"value": "d", "text": "None", "exclusive": True},
]
PARTS = [
    {"name": "day", "value": "1", "width": 2, "error": True},
    {"name": "year", "value": "", "width": 4, "error": False},
]
SITES = [{"value": "a", "text": "A", "selected": False}, {"value": "b", "text": "B", "selected": True}]
REFERENCE_PARTS = [
    {"name": "f-day", "id": "f-day", "label": "Day", "value": "1", "width": 2, "error": True},
    {"name": "f-year", "id": "f-year", "label": "Year", "width": 4},
]

# Template expression, its facts, and the component of the reference with its parameters.
PAIRS = {
    "button": ("kit.button('Go')", {}, "button", "button", {"text": "Go", "preventDoubleClick": True}),
    "button of all kinds": (
        "kit.button('Go', variant='warning', name='n', value='v', small=true)",
        {},
        "button",
        "button",
        {"text": "Go", "variant": "warning", "name": "n", "value": "v", "small": True, "preventDoubleClick": True},
    ),
    "button that does not submit": (
        "kit.button('Go', type='button')",
        {},
        "button",
        "button",
        {"text": "Go", "type": "button"},
    ),
    "link button": (
        "kit.link_button('Go', '/x', variant='secondary')",
        {},
        "button",
        "button",
        {"text": "Go", "href": "/x", "variant": "secondary"},
    ),
    "action link": ("kit.action_link('Go', '/x')", {}, "action-link", "actionLink", {"text": "Go", "href": "/x"}),
    "back link": ("kit.back_link('/x')", {}, "back-link", "backLink", {"href": "/x"}),
    "back link with a text": (
        "kit.back_link('/x', 'Back to all')",
        {},
        "back-link",
        "backLink",
        {"href": "/x", "text": "Back to all"},
    ),
    "breadcrumb": (
        "kit.breadcrumb([('Home', '/'), ('Cases', '/cases')])",
        {},
        "breadcrumb",
        "breadcrumb",
        {"items": [{"text": "Home", "href": "/"}, {"text": "Cases", "href": "/cases"}]},
    ),
    "pagination": (
        "kit.pagination(2, 9, '/x')",
        {},
        "pagination",
        "pagination",
        {
            "previous": {"href": "/x?page=1"},
            "next": {"href": "/x?page=3"},
            "items": [
                {"number": 1, "href": "/x?page=1"},
                {"number": 2, "href": "/x?page=2", "current": True},
                {"number": 3, "href": "/x?page=3"},
                {"ellipsis": True},
                {"number": 9, "href": "/x?page=9"},
            ],
        },
    ),
    "step links": (
        "kit.step_links(('One', '/1'), ('Three', '/3'))",
        {},
        "pagination",
        "pagination",
        {"previousUrl": "/1", "previousPage": "One", "nextUrl": "/3", "nextPage": "Three"},
    ),
    "summary list": (
        "kit.summary_list([('Key', 'Value', {'href': '/c', 'hidden': 'key'}), ('Other', content)])",
        {"content": CONTENT},
        "summary-list",
        "summaryList",
        {
            "rows": [
                {
                    "key": {"text": "Key"},
                    "value": {"text": "Value"},
                    "actions": {"items": [{"href": "/c", "text": "Change", "visuallyHiddenText": "key"}]},
                },
                {"key": {"text": "Other"}, "value": {"html": CONTENT}},
            ]
        },
    ),
    "summary list without lines": (
        "kit.summary_list([('Key', 'Value')], border=false)",
        {},
        "summary-list",
        "summaryList",
        {"border": False, "rows": [{"key": {"text": "Key"}, "value": {"text": "Value"}}]},
    ),
    "tag": ("kit.tag('Met')", {}, "tag", "tag", {"text": "Met"}),
    "coloured tag": ("kit.tag('Met', 'green')", {}, "tag", "tag", {"text": "Met", "colour": "green"}),
    "inset text": ("kit.inset_text('Text')", {}, "inset-text", "insetText", {"text": "Text"}),
    "details": (
        "kit.details('More', 'Text')",
        {},
        "details",
        "details",
        {"summaryText": "More", "html": "<p>Text</p>"},
    ),
    "important banner": (
        "kit.notification_banner('Text')",
        {},
        "notification-banner",
        "notificationBanner",
        {"text": "Text"},
    ),
    "success banner": (
        "kit.notification_banner('Text', success=true)",
        {},
        "notification-banner",
        "notificationBanner",
        {"text": "Text", "type": "success"},
    ),
    "task list": (
        "kit.task_list(tasks, 't')",
        {
            "tasks": [
                {"title": "A", "href": "/a", "hint": "h", "status": "Done"},
                {"title": "B", "status": "New", "colour": "blue"},
            ]
        },
        "task-list",
        "taskList",
        {
            "idPrefix": "t",
            "items": [
                {"title": {"text": "A"}, "href": "/a", "hint": {"text": "h"}, "status": {"text": "Done"}},
                {"title": {"text": "B"}, "status": {"tag": {"text": "New", "colour": "blue"}}},
            ],
        },
    ),
    "card": (
        "kit.card('Cases', text='Text')",
        {},
        "card",
        "card",
        {"heading": "Cases", "headingSize": "m", "description": "Text"},
    ),
    "card to press": (
        "kit.card('Cases', '/x', 'Text', level=3)",
        {},
        "card",
        "card",
        {
            "heading": "Cases",
            "headingSize": "m",
            "headingLevel": 3,
            "href": "/x",
            "clickable": True,
            "description": "Text",
        },
    ),
    "panel": ("kit.panel('Sent', 'Text')", {}, "panel", "panel", {"titleText": "Sent", "text": "Text"}),
    "error summary": (
        "kit.error_summary([('Enter a note', 'note'), ('Not now', none)])",
        {},
        "error-summary",
        "errorSummary",
        {
            "titleText": "There is a problem",
            "errorList": [{"text": "Enter a note", "href": "#note"}, {"text": "Not now"}],
        },
    ),
    "input": ("kit.input(field)", PLAIN, "input", "input", {}),
    "input with everything": (
        "kit.input(field, value='v', width=5, suffix='min', inputmode='numeric', autocomplete='off', spellcheck=false)",
        FULL,
        "input",
        "input",
        {"value": "v", "width": 5, "suffix": "min", "inputmode": "numeric", "autocomplete": "off", "spellcheck": False},
    ),
    "password": ("kit.password(field)", PLAIN, "password-input", "passwordInput", {}),
    "new password": (
        "kit.password(field, autocomplete='new-password')",
        FULL,
        "password-input",
        "passwordInput",
        {"autocomplete": "new-password"},
    ),
    "text area": ("kit.textarea(field)", PLAIN, "textarea", "textarea", {}),
    "text area with everything": (
        "kit.textarea(field, value='Some text', rows=8)",
        FULL,
        "textarea",
        "textarea",
        {"value": "Some text", "rows": 8},
    ),
    "character count": (
        "kit.character_count(field, value='v', characters=200)",
        FULL,
        "character-count",
        "characterCount",
        {"value": "v", "maxlength": 200, "rows": 5},
    ),
    "word count": (
        "kit.character_count(field, words=200)",
        PLAIN,
        "character-count",
        "characterCount",
        {"maxlength": 200, "countType": "words", "rows": 5},
    ),
    "select": (
        "kit.select(field, sites)",
        FULL,
        "select",
        "select",
        {"items": [{"value": "a", "text": "A"}, {"value": "b", "text": "B", "selected": True}]},
    ),
    "radios": ("kit.radios(field, choices)", PLAIN_GROUP, "radios", "radios", {"items": REFERENCE_CHOICES}),
    "radios with everything": (
        "kit.radios(field, choices, inline=true, small=true)",
        FULL_GROUP,
        "radios",
        "radios",
        {"items": REFERENCE_CHOICES, "inline": True, "small": True},
    ),
    "checkboxes": (
        "kit.checkboxes(field, choices)",
        PLAIN_GROUP,
        "checkboxes",
        "checkboxes",
        {"items": REFERENCE_CHOICES},
    ),
    "checkboxes with everything": (
        "kit.checkboxes(field, choices, small=true)",
        FULL_GROUP,
        "checkboxes",
        "checkboxes",
        {"items": REFERENCE_CHOICES, "small": True},
    ),
    "date": (
        "kit.date_input(field, parts[1:])",
        PLAIN_GROUP,
        "date-input",
        "dateInput",
        {"id": "f", "items": REFERENCE_PARTS[1:]},
    ),
    "date with everything": (
        "kit.date_input(field, parts)",
        FULL_GROUP,
        "date-input",
        "dateInput",
        {"id": "f", "items": REFERENCE_PARTS},
    ),
    "file": ("kit.file_upload(field)", PLAIN, "file-upload", "fileUpload", {}),
    "file with everything": ("kit.file_upload(field)", FULL, "file-upload", "fileUpload", {}),
}


def render(page, expression, **facts):
    source = (
        f"{{% import 'macros/nhs.html' as kit %}}{expression if '{' in expression[:2] else '{{ ' + expression + ' }}'}"
    )
    return page.jinja_env.from_string(source).render(choices=CHOICES, parts=PARTS, sites=SITES, **facts)


@pytest.mark.parametrize("name", PAIRS)
def test_a_macro_draws_what_the_reference_draws(page, name):
    expression, facts, path, macro, params = PAIRS[name]
    if isinstance(facts, tuple):
        facts, params = {"field": facts[0]}, {**facts[1], **params}
    assert tokens(render(page, expression, **facts)) == tokens(reference(path, macro, params))


CALLED = {
    "inset text": ("kit.inset_text()", "inset-text", "insetText", {"html": CONTENT}),
    "warning callout": (
        "kit.warning_callout('Self-harm')",
        "warning-callout",
        "warningCallout",
        {"heading": "Self-harm", "html": CONTENT},
    ),
    "plain warning callout": (
        "kit.warning_callout()",
        "warning-callout",
        "warningCallout",
        {"heading": "Important", "html": CONTENT},
    ),
    "details": ("kit.details('More')", "details", "details", {"summaryText": "More", "html": CONTENT}),
    "banner": ("kit.notification_banner()", "notification-banner", "notificationBanner", {"html": CONTENT}),
    "card": ("kit.card('Cases')", "card", "card", {"heading": "Cases", "headingSize": "m", "descriptionHtml": CONTENT}),
    "panel": ("kit.panel('Sent')", "panel", "panel", {"titleText": "Sent", "html": CONTENT}),
    "fieldset": (
        "kit.fieldset('Label', 'l', true)",
        "fieldset",
        "fieldset",
        {"legend": {"text": "Label", "size": "l", "isPageHeading": True}, "html": CONTENT},
    ),
    "scroll": ("kit.scroll('t')", "scroll", "scroll", {"html": CONTENT, "labelledBy": "t"}),
}


@pytest.mark.parametrize("name", CALLED)
def test_a_macro_around_markup_draws_what_the_reference_draws(page, name):
    expression, path, macro, params = CALLED[name]
    drawn = render(page, f"{{% call {expression} %}}<p>Content</p>{{% endcall %}}")
    assert tokens(drawn) == tokens(reference(path, macro, params))


def test_a_table_head_is_that_of_the_reference(page):
    drawn = render(page, "kit.table_head(['Who', ('Hours', 'numeric')], 'Hours by site', 'm')")
    whole = reference(
        "tables",
        "table",
        {
            "caption": "Hours by site",
            "captionSize": "m",
            "head": [{"text": "Who"}, {"text": "Hours", "format": "numeric"}],
            "rows": [],
        },
    )
    expected = tokens(whole)
    assert tokens(drawn) == expected[1 : expected.index("/thead") + 1]


def test_a_single_page_has_no_pagination(page):
    assert render(page, "kit.pagination(1, 1, '/x')").strip() == ""


def test_pages_keep_the_filter_of_the_address(page):
    assert "/x?site=a&amp;page=2" in render(page, "kit.pagination(1, 2, '/x?site=a')")


# --- Nothing typed ever becomes markup ---


def macros(page, name):
    module = page.jinja_env.get_template(f"macros/{name}.html").module
    return {key: value for key, value in vars(module).items() if hasattr(value, "arguments")}


HOSTILE = {
    "items": [
        {"title": BAD, "href": BAD, "hint": BAD, "status": BAD, "colour": BAD, "value": BAD, "text": BAD, "divider": ""}
    ],
    "rows": [(BAD, BAD, {"href": BAD, "text": BAD, "hidden": BAD})],
    "problems": [(BAD, BAD)],
    "options": [{"value": BAD, "text": BAD, "selected": True, "group": BAD}],
    "parts": [{"name": BAD, "value": BAD, "width": BAD, "error": True}],
    "columns": [BAD, (BAD, BAD)],
    "fields": {"name": BAD},
    "attributes": {"data-x": BAD},
    "previous": (BAD, BAD),
    "next": (BAD, BAD),
    "field": {
        "id": BAD,
        "name": BAD,
        "label": BAD,
        "hint": BAD,
        "error": BAD,
        "described_by": BAD,
        "size": BAD,
        "page_heading": True,
        "attributes": {"data-x": BAD},
        "items_described_by": BAD,
    },
    "current": 1,
    "last": 2,
    "border": True,
    "level": 2,
    "small": True,
    "inline": True,
    "open": True,
    "success": True,
    "checked": True,
    "page_heading": True,
    "maximum": 5,
    "value": BAD,
    "bands": [(BAD, 0, 3)],
    "points": [(BAD, 1), (BAD, 4)],
}
CHART_ROWS = [(BAD, 3, BAD, 4)]


@pytest.mark.parametrize("library", ["nhs", "charts"])
def test_hostile_text_stays_text_in_every_macro(page, library):
    for name, macro in macros(page, library).items():
        facts = {argument: HOSTILE.get(argument, BAD) for argument in macro.arguments}
        if name == "breadcrumb":
            facts["items"] = [(BAD, BAD)]
        if name == "bars":
            facts["rows"] = CHART_ROWS
        if name == "trend":
            facts |= {"rows": [(BAD, 3, BAD), (BAD, None, BAD)], "limits": [(5, BAD)]}
        if name == "progress":
            facts["value"] = 3
        if macro.caller:
            facts["caller"] = lambda: Markup.escape(BAD)
        drawn = str(macro(**facts))
        assert "<img" not in drawn, name
        assert 'onerror=alert(1)>"' not in drawn, name
        tags = {token[0] for token in tokens(drawn) if isinstance(token, tuple)}
        assert "img" not in tags, name
        for token in tokens(drawn):
            if isinstance(token, tuple):
                assert "onerror" not in dict(token[1]), name


def test_the_hostile_sweep_reaches_every_macro(page):
    assert len(macros(page, "nhs")) > 30
    assert {"progress", "bars"} <= set(macros(page, "charts"))
