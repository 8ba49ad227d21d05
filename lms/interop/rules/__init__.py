"""Reads and writes outside formats: text in, values and problems out. No file and no database.

`framework_csv`, `framework_json` and `content_yaml` each know one format; the other modules are what they share.
"""

from lms.interop.rules.content_yaml import write_yaml
from lms.interop.rules.framework_csv import read_csv, write_csv
from lms.interop.rules.framework_file import FileFormat, format_of, read_framework, write_framework
from lms.interop.rules.framework_json import read_json, write_json
from lms.interop.rules.guarding import check_texts
from lms.interop.rules.problems import Place, Reading, Remark

__all__ = [
    "FileFormat",
    "Place",
    "Reading",
    "Remark",
    "check_texts",
    "format_of",
    "read_csv",
    "read_framework",
    "read_json",
    "write_csv",
    "write_framework",
    "write_json",
    "write_yaml",
]
