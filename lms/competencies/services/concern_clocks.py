"""The daily look at the clocks of concerns: whoever decides is told before one runs out and when it has, once each."""

from typing import Any

from lms.competencies import queries
from lms.competencies.models import ConcernClockTold
from lms.competencies.rules import ClockNews, ConcernFact, Party, clock_news
from lms.competencies.services.concern_notices import tell_parties
from lms.core.clock import today
from lms.core.db import transaction
from lms.jobs.services import handler

TASK = "concern-clocks"
WORDS = {
    ClockNews.SOON: {Party.TRUST: "The clock of a concern runs out soon"},
    ClockNews.OUT: {Party.TRUST: "The clock of a concern has run out"},
    ClockNews.CLOSED_ITSELF: {
        Party.TRAINEE: "A heads-up about you has closed by itself",
        Party.TRUST: "A heads-up has closed by itself",
    },
}


def tell_of_clocks() -> int:
    """Tell of every clock that runs out within three days or has run out, once each; say how many were new."""
    day, count = today(), 0
    with transaction() as session:
        told = queries.list_told_clocks()
        for concern in queries.load_all_concerns():
            news = clock_news(concern, day)
            if news is None or (concern.id, concern.review_by(day), news) in told:
                continue
            session.add(ConcernClockTold(concern_id=concern.id, due_on=concern.review_by(day), news=news))
            _tell(concern, news)
            count += 1
    return count


def _tell(concern: ConcernFact, news: ClockNews) -> None:
    tell_parties(concern, WORDS[news], WORDS[news], but=None)


@handler(TASK)
def _daily(payload: dict[str, Any]) -> None:
    tell_of_clocks()
