# The four answers as lines, which are compared as digests.
test -s answers.json || { echo "answers.json is not there"; exit 1; }
mkdir -p /tmp/out
jq -r '.staff, .oldest, .profit, .press | tostring' answers.json > /tmp/out/fields || exit 1
sh checks/lines.sh /tmp/out/fields checks/fields.digests
