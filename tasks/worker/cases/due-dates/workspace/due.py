"""When an invoice is due."""

from datetime import date, timedelta


def add_months(day, months):
    """The same day so many months later; in a shorter month its last day."""
    month = day.month + months
    return date(day.year + month // 12, month % 12, day.day)


def due(day, terms):
    """`terms`: `14d` (days), `1m` (months), `eom` (end of the month), `eom+10d`. Never a Saturday or Sunday: the Monday after."""
    if terms.endswith("d"):
        found = day + timedelta(days=int(terms[:-1]))
    elif terms.endswith("m"):
        found = add_months(day, int(terms[:-1]))
    else:
        found = date(day.year, day.month + 1, 1)
    return found
