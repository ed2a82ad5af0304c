# Every local link and picture of index.html must lead to a file that is there and not empty.
test -s index.html || { echo "index.html is not there"; exit 1; }
links=$(grep -oE '(href|src|data)="[^"#]+"' index.html | sed -E 's/^[a-z]+="//; s/"$//' | grep -vE '^(https?|mailto|data):' | sort -u)
test -n "$links" || { echo "index.html links to nothing"; exit 1; }
bad=0
for link in $links; do
  test -s "$link" || { echo "index.html points to $link, which is not there"; bad=1; }
done
exit $bad
