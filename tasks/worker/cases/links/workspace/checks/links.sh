# The links outside of code, with what they lead to, as digests only; and that nothing but targets of links was changed.
links() {
  awk '/^```/ { code = !code } !code' "$1" | grep -oE '\[[^]]*\]\([^)]*\)' | sed 's#(\./#(#'
}
bad=0
for page in index.md guide/use.md; do
  rest=$(awk '/^```/ { code = !code } !code { gsub(/\]\([^)]*\)/, "]()") } { print }' "$page" | sha256sum | cut -c1-24)
  grep -q "^$page $rest$" checks/rest.digests || { echo "$page: more was changed than where links lead"; bad=1; }
  links "$page" > /tmp/links
  while IFS= read -r link; do
    digest=$(printf '%s:%s' "$page" "$link" | sha256sum | cut -c1-24)
    grep -q "^$digest$" checks/links.digests || { echo "$page: $link leads to nothing, or to the wrong place"; bad=1; }
  done < /tmp/links
done
exit $bad
