"""Rate limits that hold across processes: the counts are kept in the database."""

import time
from typing import Any

from limits import parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Engine, Float, String, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Kind, Model
from lms.core.ids import new_id


class RateLimit(Model):
    """How often a key was counted in its present window."""

    __tablename__ = "rate_limit"
    kind = Kind.OPERATIONAL

    key: Mapped[str] = mapped_column(String(200), unique=True)
    hits: Mapped[int]
    expires: Mapped[float] = mapped_column(Float)


class DatabaseStorage(Storage):
    """Counts in the table `rate_limit`, on a connection of its own."""

    STORAGE_SCHEME = ["lms-database"]

    def __init__(self, engine: Engine) -> None:
        super().__init__("lms-database://")
        self.engine = engine

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a failing store raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count once more; a window that is over starts again."""
        at = time.time()
        insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[self.engine.dialect.name]
        live = RateLimit.expires > at
        statement = (
            insert(RateLimit)
            .values(id=new_id(), key=key[:200], hits=amount, expires=at + expiry)
            .on_conflict_do_update(
                index_elements=[RateLimit.key],
                set_={
                    "hits": case((live, RateLimit.hits + amount), else_=amount),
                    "expires": case((live, RateLimit.expires), else_=at + expiry),
                },
            )
            .returning(RateLimit.hits)
        )
        with self.engine.connect().execution_options(lms_write=True) as connection, connection.begin():
            return int(connection.execute(statement).scalar_one())

    def get(self, key: str) -> int:
        """The count of the present window."""
        with self.engine.connect() as connection:
            found = connection.scalar(
                select(RateLimit.hits).where(RateLimit.key == key, RateLimit.expires > time.time())
            )
        return int(found or 0)

    def get_expiry(self, key: str) -> float:
        """When the present window ends, in seconds since 1970."""
        with self.engine.connect() as connection:
            return float(connection.scalar(select(RateLimit.expires).where(RateLimit.key == key)) or time.time())

    def check(self) -> bool:
        """Say whether the store answers."""
        return True

    def reset(self) -> int | None:
        """Forget all counts."""
        with self.engine.connect().execution_options(lms_write=True) as connection, connection.begin():
            return connection.execute(delete(RateLimit)).rowcount

    def clear(self, key: str) -> None:
        """Forget the count of one key."""
        with self.engine.connect().execution_options(lms_write=True) as connection, connection.begin():
            connection.execute(delete(RateLimit).where(RateLimit.key == key))


class Limiter:
    """So many times a minute for each address."""

    def __init__(self, engine: Engine, per_minute: int) -> None:
        self._strategy = FixedWindowRateLimiter(DatabaseStorage(engine))
        self._limit = parse(f"{per_minute}/minute")

    def hit(self, address: str) -> bool:
        """Count one more; False when it is one too many."""
        return self._strategy.hit(self._limit, "public-post", address)
