"""python -m hours SHEET: the minutes of each project, as a table."""

import sys

from plaintable import table

from hours.entries import read


def main(path: str) -> None:
    minutes: dict[str, int] = {}
    for entry in read(path):
        minutes[entry.project] = minutes.get(entry.project, 0) + entry.minutes
    print(table(["project", "minutes"], [[name, str(sum)] for name, sum in sorted(minutes.items())]))


main(sys.argv[1])
