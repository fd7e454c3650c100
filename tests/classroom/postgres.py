"""A PostgreSQL for tests: that of the benchmarks, which must not import tests."""

from benchmarks.postgres import Postgres, running

__all__ = ["Postgres", "running"]
