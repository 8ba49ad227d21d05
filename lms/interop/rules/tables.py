"""CSV text as a table whose every cell knows its row and column. A table that is not whole is refused."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lms.interop.rules.problems import Place, Refused, Remark

LARGEST_FILE = 2 * 1024 * 1024
MOST_ROWS = 2000
MOST_COLUMNS = 100
LONGEST_CELL = 20_000
SEPARATORS = (",", ";")

# What a spreadsheet may take for a formula, also after spaces and in full width.
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Table:
    """The headings and the rows below them, each with its number; every row has as many cells as there are headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs as a formula: an apostrophe stands before what looks like one."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text a guarded cell stands for; the exact opposite of `guarded`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def write_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV text with commas and every cell in quotation marks that needs them; lines end as the standard says."""
    lines = [headings, *([guarded(cell) for cell in row] for row in rows)]
    return "".join(",".join(_quoted(cell) for cell in line) + "\r\n" for line in lines)


def _quoted(text: str) -> str:
    if text != text.strip() or any(char in text for char in ',;"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def read_table(
    data: bytes,
    known: Sequence[str],
    *,
    needed: Sequence[str] = (),
    largest: int = LARGEST_FILE,
    most_rows: int = MOST_ROWS,
) -> Table:
    """The table a file holds; its first row names the columns, and `known` are the names there are.

    `needed` are the columns to name to whoever names none that is known. The separator is the one under which more
    names are known. Raises Refused with every problem of the table.
    """
    text = _decoded(data, largest)
    separator = max(SEPARATORS, key=lambda each: _names_known(text, each, known))
    lines = list(_lines(text, separator, most_rows))
    headings = tuple(cell.strip() for cell in lines[0]) if lines else ()
    if not any(headings):
        raise Refused(_problem(1, 1, "This file is empty. Its first row names the columns."))
    if not _names_known(text, separator, known):
        wanted = ", ".join(needed) if needed else f"{', '.join(known[:3])} and so on"
        raise Refused(_problem(1, 1, f"The first row must name the columns: {wanted}."))
    named = max(at for at, each in enumerate(headings, start=1) if each)
    rows = [(number, cells) for number, cells in enumerate(lines[1:], start=2) if any(cells)]
    problems = [
        *_odd_cells(enumerate(lines, start=1), headings),
        *(found for number, cells in rows if (found := _wrong_width(number, cells, named))),
    ]
    if problems:
        raise Refused(*problems)
    whole = ((number, tuple(_cell(cell) for cell in cells[:named])) for number, cells in rows)
    return Table(headings[:named], tuple(whole))


def _cell(text: str) -> str:
    return unguarded(text.replace("\r\n", "\n").replace("\r", "\n"))


def _decoded(data: bytes, largest: int) -> str:
    if len(data) > largest:
        raise Refused(_problem(1, 1, f"This file is larger than {largest // 1024**2} MB."))
    if data.startswith(_BYTE_ORDER_MARKS):
        raise Refused(_problem(1, 1, "This file is UTF-16 text. Save it as CSV UTF-8."))
    return data.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff")


def _names_known(text: str, separator: str, known: Sequence[str]) -> int:
    try:
        first = next(_lines(text, separator), [])
    except Refused:
        return 0
    names = {name.casefold() for name in known}
    return sum(cell.strip().casefold() in names for cell in first)


def _lines(text: str, separator: str, most_rows: int = MOST_ROWS) -> Iterator[list[str]]:
    """The cells of each row. Raises Refused where a quotation mark is not closed, or for more than anybody needs."""
    cell = re.compile(rf'(?:"([^"]*(?:""[^"]*)*)"|([^"{separator}\r\n]*))({separator}|\r\n|\n|\r|\Z)')
    at, row, cells = 0, 1, list[str]()
    while at < len(text) or cells:
        found = cell.match(text, at)
        if found is None:
            message = "A quotation mark is not closed here, or stands in the text without being doubled."
            raise Refused(_problem(row, len(cells) + 1, message))
        quoted, plain, end = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        if len(cells) > MOST_COLUMNS:
            raise Refused(_problem(row, len(cells), f"This row has more than {MOST_COLUMNS} columns."))
        at = found.end()
        if end == separator:
            continue
        yield cells
        row, cells = row + 1, []
        if row > most_rows + 1 and at < len(text):
            raise Refused(_problem(row, 1, f"This file has more than {most_rows:,} rows."))


def _odd_cells(lines: Iterable[tuple[int, list[str]]], headings: Sequence[str]) -> Iterator[Remark]:
    for number, cells in lines:
        for column, text in enumerate(cells, start=1):
            heading = headings[column - 1] if column <= len(headings) and number > 1 else ""
            if any("\udc80" <= char <= "\udcff" for char in text):
                message = "This is not valid UTF-8 text. Save the file as CSV UTF-8."
            elif odd := _ODD.search(text.replace("\r\n", "\n").replace("\r", "\n")):
                message = f"Take out the control character {odd[0]!r}."
            elif len(text) > LONGEST_CELL:
                message = f"Use {LONGEST_CELL:,} characters or fewer."
            else:
                continue
            yield Remark(Place(number, column, heading if heading.isprintable() else ""), message)


def _wrong_width(number: int, cells: Sequence[str], named: int) -> Remark | None:
    if len(cells) < named:
        return _problem(number, len(cells) + 1, f"This row ends here, and there are {named} columns.")
    extra = next((at for at, text in enumerate(cells) if at >= named and text), None)
    return None if extra is None else _problem(number, extra + 1, "There is no heading above this cell.")


def _problem(row: int, column: int, message: str) -> Remark:
    return Remark(Place(row, column), message)
