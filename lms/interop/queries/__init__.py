"""Reading what leaves as a file, and what a file would change: `frameworks`, `contacts` and main rotas (`rotas`)."""

from lms.interop.queries.contacts import export_contacts
from lms.interop.queries.frameworks import Checked, Download, check_file, export_framework
from lms.interop.queries.rotas import CheckedRota, CheckedRotas, PersonRota, check_own_rota, check_rotas

__all__ = [
    "Checked",
    "CheckedRota",
    "CheckedRotas",
    "Download",
    "PersonRota",
    "check_file",
    "check_own_rota",
    "check_rotas",
    "export_contacts",
    "export_framework",
]
