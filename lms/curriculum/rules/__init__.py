"""Decides: content formats and their checks, versions, enrolments and their dates, reading progress."""
