import sys
from datetime import date

sys.path.insert(0, ".")
from due import due  # noqa: E402

for day, terms, wanted in [
    (date(2026, 1, 5), "14d", date(2026, 1, 19)),
    (date(2026, 1, 5), "1m", date(2026, 2, 5)),
    (date(2026, 1, 31), "1m", date(2026, 3, 2)),
    (date(2026, 4, 10), "eom", date(2026, 4, 30)),
]:
    found = due(day, terms)
    assert found == wanted, f"due({day}, {terms}) is {found}, should be {wanted}"
print("ok")
