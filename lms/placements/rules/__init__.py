"""Decides about placements: shift times, statuses, hours against what is required, and the settings as content."""
