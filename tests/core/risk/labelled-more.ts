import type { Family } from "./labelled.ts";

/** A second list, written when the rules for the first one stood, and measured before they were changed. */
export const more: readonly Family[] = [
  {
    name: "second list",
    label: "read",
    lines: String.raw`
ls -1 | sed 's/\.ts$//' | sort | uniq -c | sort -rn | head -5
grep -rn "password" src | head
grep -rn 'TOKEN' --include='*.ts' .
cat src/credentials.ts
cat src/secrets/loader.py
head -c 100 file.bin | xxd
find . -type f -name "*.json" -not -path "*/node_modules/*" | head -50
find . -newermt 2024-01-01 -ls
find src -name '*.ts' -exec cat {} + | wc -l
find . -type d -empty
find . -perm -u+x -type f
git log --all --oneline --decorate --graph | head -40
git diff HEAD --name-status
git log -S'foo' --source --all
git show --name-only --pretty=format: HEAD
git diff -- . ':(exclude)package-lock.json'
git log -1 --format=%cd --date=iso
git rev-parse --show-toplevel
git status && git diff
git log --author="$(git config user.name)" --oneline
git diff $(git merge-base main HEAD)
for b in $(git branch --format='%(refname:short)'); do git log -1 "$b"; done
for f in $(find . -name '*.md'); do wc -w "$f"; done
find . -name '*.ts' | while read -r f; do grep -c TODO "$f"; done
cat package.json | jq '.scripts'
jq -s 'map(.a) | add' a.json b.json
jq --arg x 1 '.a[$x]' a.json
cat a.json | python3 -c "import sys, json; print(json.load(sys.stdin)['name'])"
python3 -c "import json; d=json.load(open('package.json')); print(d['name'])"
python3 -c "import numpy; print(numpy.__version__)"
python -c "import sys; print(sys.path)"
python3 -c "print('\n'.join(str(i) for i in range(3)))"
node -e "console.log(Object.keys(require('./package.json').dependencies).join('\n'))"
node -e "const p=require('./package.json'); console.log(p.name)"
node -p "process.versions.v8"
node --check src/a.js
python -m py_compile a.py
ruby -c a.rb
php -l a.php
bash -n script.sh
awk 'NR>=10 && NR<=20' a.txt
awk -F'\t' 'BEGIN{OFS=","} {$1=$1; print}' a.tsv
awk '{a[$1]+=$2} END {for (k in a) print k, a[k] | "sort"}' a
awk '/start/{f=1} f; /end/{f=0}' a
awk '{ if ($3 > 5) print $0 }' a
awk 'BEGIN { print length("abc") }'
awk '{gsub(/[^a-z|]/,""); print}' a
sed -n '10p;20q' a
sed -e '/^#/d' -e '/^$/d' a.conf
sed -n '/^## /{s/^## //;p}' README.md
sed ':a;N;$!ba;s/\n/ /g' a
sed 'y/abc/xyz/' a
sed '1i header' a
sed '5,10!d' a
sed -E 's/(a|e)/X/2g' a
sed -n '0~3p' a
sed -n "/$PATTERN/p" a
perl -ne 'print $1 if /(\d+)/' a
perl -lane 'print $F[0]' a
tr -s ' ' < a | cut -d' ' -f2
diff --color -u <(git show HEAD:a) a
comm -3 <(sort a) <(sort b)
paste -sd+ a | bc
echo "scale=2; 1/3" | bc
echo $(( (3+4)*2 ))
echo "§x:0:3} §y%.txt} §z//a/b} §#w}"
printf '%d\n' 0x1f
[ "$(uname)" = Linux ] && echo linux
[[ "$OSTYPE" == darwin* ]] && echo mac
test "$a" -eq 1
[ -z "§CI:-}" ] || echo ci
ls -la | awk '{print $5, $9}' | sort -n
ps -ef | grep -v grep | grep node
ps -p $$
top -b -n 1
du -ah . | sort -rh | head -20
df -i
cat /proc/meminfo | head
cat /proc/version
ls /proc
ls /etc
cat /etc/hosts
cat /etc/resolv.conf
ls -la /tmp
cat /tmp/out.log
tail -100 /var/log/syslog
cat /usr/share/dict/words | wc -l
which -a python python3
type -a ls
command -V ls
docker ps -a --format '{{.Names}}'
docker compose logs web
docker network ls
npm ls --all --json
npm explain lodash
npm query .workspace
npm fund
cat node_modules/react/package.json | grep version
ls node_modules | wc -l
cargo tree -d
cargo check --message-format=json
go list -m all
go version -m bin
pip show -f requests
pip list --outdated
poetry show --tree
bundle show
mvn -v
make -n
make -p
rg -l foo | xargs -r head -1
rg -c foo --sort path
rg -U 'a\nb' -o -r '$1'
rg --json foo
ag foo
tree -a -I '.git|node_modules' --dirsfirst
file -b --mime-type a.png
identify a.png
exiftool a.jpg
ffprobe a.mp4
column -t a | less
cat a | less -R
man 3 printf
tldr tar
date -u +"%Y-%m-%dT%H:%M:%SZ"
date -r a.txt
stat -c '%s %n' *
wc -c < a
wc -l $(git ls-files)
sort -t$'\t' -k2 a
sort <(ls) | head
cat a b c | sort | uniq -d
xargs -n1 echo < a
xargs -I{} echo item {} < a
find . -name '*.log' -print0 | xargs -0 -I{} basename {}
ls | xargs -I{} sh -c 'echo {}'
seq 10 | parallel echo
timeout 10s grep -r foo .
time -p find . | wc -l
export FOO=bar; echo $FOO
declare -A m=([a]=1); echo "§m[a]}"
local_var=3; echo $((local_var+1))
read -r a b <<< "x y"; echo "$b"
mapfile -t l < a; echo "§#l[@]}"
IFS=, read -ra p <<< "a,b"; echo "§p[0]}"
while IFS=, read -r a b; do echo "$a"; done < data.csv
trap 'echo bye' EXIT; ls
set -x; ls; set +x
shopt -s globstar; ls **/*.ts
pushd src >/dev/null && ls && popd >/dev/null
cd /tmp && ls
cd .. && ls
(cd packages/a && cat package.json)
test -e a || exit 1
kill -0 $PID
echo "a" | tee /dev/stderr
echo err >&2
ls >&2 2>/dev/null
diff a b > /dev/null; echo $?
strings -a bin/x | grep -i http
ldd ./bin/x
nm -D lib.so | c++filt
sqlite3 -header -csv db.sqlite "select id, name from users where id < 10 order by id"
sqlite3 db.sqlite "PRAGMA table_info(users)"
sqlite3 -readonly db.sqlite 'select count(*) from t;'
openssl dgst -sha256 a
gpg --version
gpg --verify a.sig a
ssh-keygen -lf key.pub
base64 -w0 a.png
hexdump -n 16 -e '16/1 "%02x"' a
od -An -tx1 a
nc -h
kubectl --help
aws --version
gcloud version
gh help
uname -r; lsb_release -a
id -un
ulimit -n
env | grep -i node
printenv | sort | head
echo $SHELL $TERM $LANG
getent hosts localhost
nproc --all
tsc --showConfig
npx tsc --version
npx eslint --print-config a.ts
npx prettier --check src
vitest list
jest --listTests
pytest --collect-only -q
coverage report
cloc src
tokei
yq '.a.b' a.yaml
xmllint --xpath '//a' a.xml
csvlook a.csv
mlr --icsv --ojson cat a.csv
bat --plain a
eza -la
fd --type f --extension md
zgrep foo a.gz
bzcat a.bz2 | head
xz -l a.xz
7z l a.zip
unzip -l a.zip
zipinfo a.zip
tar --list -f a.tar
tar -xOf a.tar file | head
unzip -p a.zip file
cat <<'EOF' | grep a⏎abc⏎EOF
echo 'DROP TABLE x' | cat
git log --grep='rm -rf'
grep -P '\$\(.*\)' a
echo "¬date¬"
echo "$(basename "$PWD")"
ls "$(dirname a/b)"
cat "$(git rev-parse --show-toplevel)/README.md"
`,
  },
  {
    name: "second list",
    label: "write",
    lines: String.raw`
npm run build && cp -r dist /tmp/out
cat > Makefile <<'EOF'⏎all:⏎	rm -rf x⏎EOF
echo "export default {}" > vite.config.ts
jq '.version="2"' package.json > tmp.json && mv tmp.json package.json
mkdir -p src/{a,b} && touch src/{a,b}/index.ts
printf '%s\n' a b >> list.txt
git add -A && git commit -m "x $(date)"
sed -i'' -e 's/a/b/' file
perl -0777 -i -pe 's/a/b/g' file
python - <<'PY'⏎import json⏎p='package.json'⏎d=json.load(open(p))⏎d['x']=1⏎json.dump(d,open(p,'w'),indent=2)⏎PY
node - <<'JS'⏎const fs=require('fs');fs.writeFileSync('a','b')⏎JS
node --input-type=module -e "import fs from 'fs'; fs.writeFileSync('x','y')"
npm test -- --coverage --reporter=json > out.json
for i in $(seq 3); do echo $i > "f$i"; done
find . -name '*.orig' | while read f; do mv "$f" "$f.bak"; done
cp "$(ls | head -1)" backup
awk '{print $1 > $2".txt"}' a
env -u FOO NODE_ENV=test npx vitest
npm run dev & sleep 2; kill $!
make -C sub all
chmod -R u+w dist
tar -xf a.tar --strip-components=1 -C out
ln -sf ../a b
touch "$(date +%s).log"
yarn workspace foo test
pnpm -r test
npm --prefix sub test
npm run test:unit
poetry run pytest
uv run pytest
pipenv run python x.py
bundle exec rake
cargo test -- --nocapture
go test -run X ./...
python3 setup.py build
npx playwright test
cmake --build build -j4 && ctest
sed -s -f- a <<< '1e rm x'
`,
  },
];
