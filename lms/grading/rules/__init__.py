"""Decides about marks: the rubric's format, the calculation, the states, module outcomes. Knows no database."""
