"""The example service: a fictional trust with its universities and a year of history, relative to today."""

from lms.demo.service import accounts, load, refuse_real_people

__all__ = ["accounts", "load", "refuse_real_people"]
