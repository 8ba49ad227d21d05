"""The ledger: append-only and hash-chained. Takes ids, has no views."""
