"""Due dates of many invoices, one a line; what they must be is kept as digests only."""

import sys
from datetime import date, timedelta

sys.path.insert(0, ".")
from due import due  # noqa: E402

for start in (date(2023, 12, 25), date(2024, 1, 24), date(2026, 1, 26), date(2026, 11, 24)):
    for offset in range(0, 14):
        day = start + timedelta(days=offset)
        print(day, *[due(day, terms) for terms in ("0d", "14d", "1m", "13m", "eom", "eom+10d")])
try:
    print(due(date(2026, 1, 1), "soon"))
except ValueError:
    print("refused")
