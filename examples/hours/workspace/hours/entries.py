"""Entries of a sheet of hours."""

import csv
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """`day` like 2026-10-01; `begin` and `end` like 09:10."""

    day: str
    project: str
    begin: str
    end: str
    what: str

    @property
    def minutes(self) -> int:
        """From begin to end."""
        return clock(self.end) - clock(self.begin)


def clock(text: str) -> int:
    """Minutes since midnight. Raises ValueError for what is no time of day."""
    hours, minutes = text.split(":")
    if not (0 <= int(hours) < 24 and 0 <= int(minutes) < 60):
        raise ValueError(f"{text} is no time of day")
    return int(hours) * 60 + int(minutes)


def read(path: str) -> list[Entry]:
    with open(path, newline="", encoding="utf-8") as file:
        return [Entry(**row) for row in csv.DictReader(file)]
