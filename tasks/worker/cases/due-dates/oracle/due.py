"""When an invoice is due."""

from calendar import monthrange
from datetime import date, timedelta


def add_months(day, months):
    """The same day so many months later; in a shorter month its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def due(day, terms):
    """`terms`: `14d` (days), `1m` (months), `eom` (end of the month), `eom+10d`. Never a Saturday or Sunday: the Monday after."""
    if terms.startswith("eom"):
        found = date(day.year, day.month, monthrange(day.year, day.month)[1])
        if terms != "eom":
            found += timedelta(days=int(terms[len("eom+") : -1]))
    elif terms.endswith("d"):
        found = day + timedelta(days=int(terms[:-1]))
    elif terms.endswith("m"):
        found = add_months(day, int(terms[:-1]))
    else:
        raise ValueError(f"unknown terms: {terms}")
    if found.weekday() >= 5:
        found += timedelta(days=7 - found.weekday())
    return found
