"""Reads and writes outside formats, one file for each: text in, values and problems out. No file and no database."""

from lms.interop.rules.content_yaml import write_yaml
from lms.interop.rules.framework_csv import read_csv, write_csv
from lms.interop.rules.framework_file import FileFormat, format_of, read_framework, write_framework
from lms.interop.rules.framework_json import read_json, write_json
from lms.interop.rules.problems import FileProblem, Note, Place, Reading

__all__ = [
    "FileFormat",
    "FileProblem",
    "Note",
    "Place",
    "Reading",
    "format_of",
    "read_csv",
    "read_framework",
    "read_json",
    "write_csv",
    "write_framework",
    "write_json",
    "write_yaml",
]
