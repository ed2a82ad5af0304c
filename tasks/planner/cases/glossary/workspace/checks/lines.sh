# Each line of a file against what it must be, which is kept as digests only. Says which line is not right.
# usage: sh checks/lines.sh FILE DIGESTS
test -s "$1" || { echo "$1 is not there, or empty"; exit 1; }
n=0
bad=0
while IFS= read -r line || test -n "$line"; do
  n=$((n + 1))
  digest=$(printf '%s:%s' "$n" "$line" | sha256sum | cut -c1-24)
  test "$(sed -n "${n}p" "$2")" = "$digest" || { echo "line $n of $1 is not right: $line"; bad=1; }
done < "$1"
wanted=$(grep -c . "$2")
test "$n" -eq "$wanted" || { echo "$1 has $n lines, $wanted are wanted"; bad=1; }
exit $bad
