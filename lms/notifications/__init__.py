"""The outbox of mail and in-app notices. Takes ids, has no views."""
