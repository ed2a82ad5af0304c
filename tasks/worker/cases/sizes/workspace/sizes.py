# Sizes on stdin, bytes on stdout.
import sys

for line in sys.stdin:
    number = float(line.rstrip("kKMGB\n "))
    if "k" in line:
        number *= 1000
    if "M" in line:
        number *= 1000000
    print(int(number))
