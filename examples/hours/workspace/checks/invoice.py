"""Works the invoice out again from the sheet, by a way of its own, and compares."""

import csv
import json
import sys
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def quarters(row):
    begin, end = (datetime.fromisoformat(f"{row['day']}T{row[key]}") for key in ("begin", "end"))
    if end < begin:
        end += timedelta(days=1)
    return -((begin - end) // timedelta(minutes=15))


wanted = [row for row in rows("sheet.csv") if row["project"] == "lighthouse" and row["day"].startswith("2026-10-")]
rate = next(Decimal(row["euros"]) for row in rows("rates.csv") if row["project"] == "lighthouse")
total = sum(quarters(row) for row in wanted)
euros = (total * rate / 4).quantize(Decimal("0.01"), ROUND_HALF_UP)

with open("invoices/2026-10-lighthouse.json", encoding="utf-8") as file:
    invoice = json.load(file)
pairs = [
    ("entries", [[row["day"], quarters(row) * 15] for row in wanted], [[e["day"], e["minutes"]] for e in invoice["entries"]]),
    ("minutes", total * 15, invoice["minutes"]),
    ("euros", str(euros), invoice["euros"]),
]
faults = [f"{name}: worked out {ours}, in the invoice {theirs}" for name, ours, theirs in pairs if ours != theirs]
print("\n".join(faults))
sys.exit(1 if faults else 0)
