"""What counts from now on although it was signed before: whoever tells people of it hangs a function on these lists."""

from collections.abc import Callable, Collection
from uuid import UUID

from lms.policy import Viewer

RECORD_COUNTS: list[Callable[[Viewer, UUID, UUID], None]] = []
"""Called with who decided, the trainee and the record, when a suspended record counts again."""

SIGNERS_COUNT: list[Callable[[Viewer, Collection[UUID]], None]] = []
"""Called with who decided and the people whose signatures count from now on."""
