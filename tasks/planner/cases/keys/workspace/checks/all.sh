# All JSON of conf/, in one order, against digests.
mkdir -p /tmp/out
for file in conf/a.json conf/deep/b.json; do jq -S -c . "$file" || exit 1; done > /tmp/out/all
cat conf/notes.txt >> /tmp/out/all
sh checks/lines.sh /tmp/out/all checks/all.digests
