"""Decides everything about a case: its format, its course, its score and whether a file is fit to be played."""
