# Keeps awkward files, restores them, and wants names, bytes, modes and link targets as they were.
set -u
bin=$PWD/bin
place=$(mktemp -d "$PWD/place.XXXXXX"); trap 'rm -rf "$place"' EXIT
cd "$place" || exit 2
mkdir -p from/deep
echo text > 'from/two words'
echo text > 'from/deep/two
lines'
printf '#!/bin/sh\necho ran\n' > from/run; chmod 755 from/run
ln -s 'two words' from/link
ln -s nowhere from/lost
all() { (cd "$1" && find . -mindepth 1 -printf '%p %y %m %l\0' | sort -z | tr '\0\n' '\n?'; find . -type f -exec cat {} +); }
for n in 1 2 3; do "$bin/keep" from store > /dev/null || exit 1; done
"$bin/prune" store 2 || { echo "prune: exit $?"; exit 1; }
test "$(ls store | tr '\n' ' ')" = "2 3 " || { echo "of copies 1 2 3, prune store 2 left: $(ls store | tr '\n' ' ')"; exit 1; }
"$bin/restore" store 2 to || { echo "restore: exit $?"; exit 1; }
diff <(all from) <(all to) || { echo "(< as it was, > restored)"; exit 1; }
test "$(to/run)" = ran
