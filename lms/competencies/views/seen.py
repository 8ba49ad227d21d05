"""Which forms are usually about something the assessor saw as it happened."""

from lms.competencies.rules import FormKind

OBSERVED = (FormKind.MINI_CEX, FormKind.DIRECT_OBSERVATION)
