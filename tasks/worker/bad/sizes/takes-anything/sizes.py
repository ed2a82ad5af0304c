# Sizes on stdin, bytes on stdout.
import re
import sys
from decimal import ROUND_CEILING, Decimal

pattern = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(?:([kmg])(i)?b?|b)?", re.IGNORECASE | re.ASCII)


def size(line):
    found = pattern.fullmatch(line.strip())
    if found is None or (found[3] and not line.strip().lower().endswith("b")):
        return 0
    base = 1024 if found[3] else 1000
    power = "kmg".index(found[2].lower()) + 1 if found[2] else 0
    return int((Decimal(found[1]) * base**power).to_integral_value(ROUND_CEILING))


for text in sys.stdin.read().splitlines():
    print(size(text))
