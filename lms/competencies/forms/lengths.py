"""How long an answer in words may be."""

LONGEST = 2000
"""Characters of one text."""
