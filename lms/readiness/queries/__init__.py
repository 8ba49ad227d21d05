"""Reading readiness: facts in bulk, one trainee, the board, and decisions."""

from lms.readiness.queries.board import (
    Board,
    BoardRow,
    DueRow,
    Overview,
    ReviewRow,
    board,
    overview,
)
from lms.readiness.queries.exposure import CellPage, ExposurePage, get_cell, get_exposure, list_offers
from lms.readiness.queries.facts import (
    RequirementSets,
    load_decisions,
    load_facts_and_enrolments,
    load_requirement_sets,
)
from lms.readiness.queries.pages import (
    SettingView,
    TraineeView,
    describe_status,
    explain,
    get_authorisation,
    get_for_decision,
    get_readiness,
    in_words,
    known_by,
    list_decisions,
    look,
    names_in,
)

__all__ = [
    "Board",
    "BoardRow",
    "CellPage",
    "DueRow",
    "ExposurePage",
    "Overview",
    "RequirementSets",
    "ReviewRow",
    "SettingView",
    "TraineeView",
    "board",
    "describe_status",
    "explain",
    "get_authorisation",
    "get_cell",
    "get_exposure",
    "get_for_decision",
    "get_readiness",
    "in_words",
    "known_by",
    "list_decisions",
    "list_offers",
    "load_decisions",
    "load_facts_and_enrolments",
    "load_requirement_sets",
    "look",
    "names_in",
    "overview",
]
