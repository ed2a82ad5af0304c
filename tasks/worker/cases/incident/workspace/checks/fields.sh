# The four fields as lines, which are compared as digests.
test -s incident.json || { echo "incident.json is not there"; exit 1; }
mkdir -p /tmp/out
jq -r '.service, .began, (.minutes | tostring), (.failed | tostring)' incident.json > /tmp/out/fields || exit 1
sh checks/lines.sh /tmp/out/fields checks/fields.digests
