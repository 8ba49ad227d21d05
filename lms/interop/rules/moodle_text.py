"""Descriptions as Moodle keeps them: plain or Markdown as they are, HTML without its markup."""

from html.parser import HTMLParser

AS_HTML = ("", "0", "1")
AS_IT_IS = ("2", "4")
PLAIN = "2"
_BLOCKS = frozenset({"p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6"})


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.found.append("\n")


def plain(text: str, description_format: str) -> str:
    """The words of a description in one of Moodle's formats."""
    if description_format not in AS_HTML:
        return text
    words = _Words()
    words.feed(text)
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.found).split("\n"))
    return "\n".join(line for line in lines if line)
