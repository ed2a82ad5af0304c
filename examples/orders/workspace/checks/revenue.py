"""Works the revenue out again from the raw files and compares report/revenue.csv with it, cell by cell.

Expected: month;North;East;South;West;total, one row for each month, then a row named total.
"""

import csv
import os
import sys
from decimal import ROUND_HALF_UP, Decimal

REPORT = "report/revenue.csv"
REGIONS = ["North", "East", "South", "West"]


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


def month(row):
    if row["source"].strip() == "web":
        return row["date"].strip()[:7]
    day, month, year = row["date"].strip().replace("/", ".").split(".")
    return f"{year}-{month}"


def expected():
    rates = {row["month"]: Decimal(row["eur_per_chf"]) for row in read("raw/rates.csv")}
    seen, cells = set(), {}
    for row in read("raw/orders.csv"):
        number, amount = row["order"].strip(), row["amount"].strip().replace(",", ".")
        if number in seen or amount in ("", "-", "n/a"):
            continue
        seen.add(number)
        rate = rates[month(row)] if row["currency"].strip() == "CHF" else 1
        euros = (Decimal(amount) * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
        region = row["region"].strip().capitalize()
        for key in (month(row), "total"):
            for column in (region, "total"):
                cells[key, column] = cells.get((key, column), 0) + euros
    return cells


def main():
    if not os.path.exists(REPORT):
        return [f"{REPORT} is not there"]
    found = {row.get("month"): row for row in read(REPORT)}
    wrong = []
    for (key, column), euros in expected().items():
        said = (found.get(key) or {}).get(column)
        if said != f"{euros:.2f}":
            wrong.append(f"{key}, {column}: {said} in {REPORT}, {euros:.2f} from the raw rows")
    return wrong


wrong = main()
print("\n".join(wrong) or "all cells agree with the raw rows")
sys.exit(1 if wrong else 0)
