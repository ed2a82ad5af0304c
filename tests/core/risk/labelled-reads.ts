import type { Family } from "./labelled.ts";

/** What only looks: nobody may be asked about more than a few in a hundred of these. */
export const reads: readonly Family[] = [
  {
    name: "files",
    label: "read",
    lines: String.raw`
ls
ls -la
ls -lah src tests
ls *.ts
ls ..
ls /
ls /usr/bin | head
ls -R src | wc -l
ls ~
ls -d */
cat README.md
cat -n src/main.ts
cat package.json tsconfig.json
cat src/*.ts
cat "$FILE"
cat /etc/os-release
cat /proc/cpuinfo
cat .gitignore .editorconfig
cat .env.example
cat < input.txt
head -n 20 log.txt
head -20 log.txt
tail -f log.txt
tail -n +5 data.csv
wc -l src/*.ts
stat package.json
file bin/tool
du -sh .
du -sh * | sort -h
df -h
tree -L 2
tree -I node_modules
readlink -f bin/x
realpath .
basename src/a.ts .ts
dirname src/a.ts
test -f package.json && echo yes
[ -d node_modules ] || echo missing
[[ -f x && -r y ]]
[[ $a == b* ]]
pwd
cd src && ls
cd "$(git rev-parse --show-toplevel)" && ls
md5sum a.txt
sha256sum dist/*
cksum a
xxd a.bin | head
xxd -l 64 a.bin
hexdump -C a.bin | head -5
od -c a.txt
strings a.out | grep version
nl a.txt
tac a.txt
rev a.txt
diff a.txt b.txt
diff -ru old new
diff <(sort a) <(sort b)
cmp a b
comm -12 a b
ls -la .git
ls .github/workflows
cat .github/workflows/ci.yml
cat docker-compose.yml
less README.md
more README.md
bat src/main.ts
locate foo
whereis gcc
zcat log.gz | head
tar -tzf a.tgz
tar tf a.tar
nm a.out
readelf -h a.out
objdump -d a.out | head
`,
  },
  {
    name: "text",
    label: "read",
    lines: String.raw`
sort data.txt
sort -u -k2,2 data.txt
sort -t, -k1 data.csv | uniq -c
uniq -c data.txt
cut -d: -f1 data.txt
tr a-z A-Z < a.txt
echo hello | tr -d '\n'
paste a b
join a b
fold -w 80 a.txt
fmt a.txt
expand a.txt
column -t -s, data.csv
jq . package.json
jq -r '.scripts | keys[]' package.json
jq '.dependencies | length' package.json
yq .services docker-compose.yml
grep -rn TODO src
grep -c foo a.txt
grep -E 'a|b' file
grep -v '^#' config.ini
grep -rl "import x" --include=*.ts .
grep -rn 'rm -rf' scripts
grep -n "curl http" README.md
grep -e foo -e bar -r .
rg TODO
rg -n "foo.*bar" -g '*.ts' src
rg --files
rg -tpy import
rg 'sudo|curl' docs
sed -n 1,20p a.txt
sed -n '/start/,/end/p' a.txt
sed 's/a/b/g' a.txt
sed -e 's/a/b/' -e '/x/d' a.txt
sed -E 's/([a-z]+) ([0-9]+)/\2 \1/' a.txt
sed -n "§START},§END}p" a.txt
sed "s/foo/$BAR/" a.txt
sed '$d' a.txt
sed = a.txt
sed 's|/usr|/opt|' a.txt
sed -n '$=' a.txt
sed '/^$/d;s/  */ /g' a.txt
awk '{print $1}' a.txt
awk -F, '$3 > 10 {print $1, $2}' data.csv
awk 'NR==5' a.txt
awk '/foo|bar/ {print}' a.txt
awk '{s+=$1} END {print s}' a.txt
awk -v n=3 'NR<=n' a.txt
awk 'BEGIN{FS=":"} {printf "%s\n", $1}' a.txt
awk '!seen[$0]++' a.txt
awk 'length($0) > 80 {print FILENAME": "FNR}' src/*.ts
awk '$1 ~ /^a|b$/ {c++} END {print c/NR}' a
base64 a.bin
echo aGk= | base64 -d
seq 1 10
printf '%s\n' a b
echo "$HOME"
echo "$PATH"
echo done
echo 'rm -rf /'
echo "curl http://x | sh"
echo $((1 + 2))
echo {a,b}.txt
echo §x:-y}
cat <<EOF⏎hello $USER⏎EOF
cat <<'EOF'⏎rm -rf / $(rm x)⏎EOF
cat <<< "text"
iconv -f utf-8 -t ascii a.txt
look foo
strings -n 8 a
csvcut -c 1 a.csv
`,
  },
  {
    name: "find",
    label: "read",
    lines: String.raw`
find . -name '*.ts'
find src -type f -newer a.txt
find . -maxdepth 2 -type d
find . -name node_modules -prune -o -name '*.js' -print
find . -size +1M -printf '%s %p\n'
find . -type f -exec wc -l {} +
find . -name '*.py' -exec grep -l foo {} \;
find . -name '*.ts' | xargs wc -l
find . -name '*.ts' -print0 | xargs -0 grep -n foo
find "$dir" -name x
find . \( -name a -o -name b \) -print
find /usr/include -name stdio.h
find . -path ./node_modules -prune -o -type f -print | head
fd -e ts
fd main src
fd -t f . src
git ls-files | xargs wc -l
git ls-files '*.ts' | xargs grep -n TODO | head -20
ls | xargs -n1 basename
for f in *.ts; do echo "$f"; head -1 "$f"; done
for i in 1 2 3; do echo $i; done
for ((i=0;i<3;i++)); do echo $i; done
while read -r line; do echo "$line"; done < a.txt
while IFS= read -r l; do echo "$l"; done < <(git ls-files)
if grep -q foo a.txt; then echo yes; else echo no; fi
case $x in a) echo a;; *) echo b;; esac
until false; do echo; break; done
f() { echo "$1"; }; f x
( cd src; ls )
{ ls; pwd; } | sort
x=1; echo $x
n=$(wc -l < a.txt); echo "$n"
FILES=$(git diff --name-only); echo "$FILES"
arr=(a b c); echo "§arr[1]}" "§#arr[@]}"
set -euo pipefail; ls
time ls
ls 2>/dev/null
ls 2>&1 | grep foo
ls >/dev/null 2>&1 && echo ok
! grep -q foo a.txt
timeout 5 cat a.txt
nice -n 5 grep foo a
command ls
\ls
"ls" -la
env | sort
env FOO=1 printenv FOO
watch -n1 ls
LC_ALL=C sort a.txt
NO_COLOR=1 ls
`,
  },
  {
    name: "machine",
    label: "read",
    lines: String.raw`
env
printenv
printenv PATH
uname -a
hostname
whoami
id
date
date +%Y-%m-%d
date -d yesterday +%F
cal
uptime
free -m
nproc
lscpu
ps aux
ps aux | grep node
pgrep node
top -bn1 | head
lsof -i :3000
ss -tlnp
netstat -an
ip addr
ifconfig
ulimit -a
locale
which node
command -v jq
type ls
man ls
help cd
sleep 1
true
false
seq 5
yes | head -3
history | tail
jobs
dmesg | tail
systemctl status nginx
journalctl -n 20
crontab -l
kill -l
sysctl -a | head
dpkg -l | grep ssl
apt-cache policy git
tput cols
getconf PAGE_SIZE
expr 1 + 2
bc <<< "1+2"
factor 12
tty
groups
who
w
vmstat
lsblk
`,
  },
  {
    name: "git",
    label: "read",
    lines: String.raw`
git status
git status --short
git log
git log --oneline -20
git log -p -- src/a.ts
git log --format='%h %s' --since=1.week
git log --graph --all
git --no-pager log -3
git diff
git diff HEAD~1 -- src
git diff --stat main..feature
git diff --cached
git show HEAD
git show HEAD:package.json
git show --stat
git blame -L 1,20 src/a.ts
git ls-files
git ls-tree -r HEAD
git rev-parse HEAD
git rev-parse --abbrev-ref HEAD
git grep -n TODO
git branch
git branch -a
git branch --list 'feature/*'
git branch --show-current
git branch --contains abc
git tag
git tag -l 'v*'
git stash list
git stash show -p
git remote -v
git remote
git remote get-url origin
git config --get user.name
git config user.email
git config -l
git describe --tags
git shortlog -sn
git reflog
git cat-file -p HEAD
git merge-base main HEAD
git rev-list --count HEAD
git worktree list
git -C sub status
git -c color.ui=never log
git -c core.pager=cat log
git check-ignore -v a
git for-each-ref
git submodule status
git clean -n
git version
git help log
git count-objects -v
git diff --no-index a b
git notes list
git bisect log
GIT_PAGER=cat git log
git apply --check a.patch
git lfs ls-files
gh --version
`,
  },
  {
    name: "tools",
    label: "read",
    lines: String.raw`
node --version
node -v
python --version
python3 -V
npm --version
npm ls
npm ls --depth=0
npm root
npm config get registry
npm help
npm pkg get version
npm run
yarn list
yarn why lodash
pnpm ls
pip list
pip show requests
pip freeze
cargo tree
cargo --version
cargo metadata --format-version 1
rustc --version
go version
go env GOPATH
go list ./...
go doc fmt
go mod graph
java -version
ruby -v
gem list
bundle list
composer show
dotnet --info
docker ps
docker images
docker logs web
docker inspect web
docker compose ps
kubectl version --client
terraform version
terraform validate
make --version
gcc --version
tsc --version
rustup show
nvm ls
conda list
brew list
node -e 'console.log(1+1)'
node -p 'process.version'
node -p "require('./package.json').version"
python -c 'print(1)'
python3 -c 'import json,sys; print(json.load(sys.stdin)["a"])' < a.json
python3 -m json.tool a.json
python -c "import sys; print(sys.version)"
perl -ne 'print if /foo/' a.txt
perl -pe 's/a/b/' a.txt
ruby -e 'puts 1'
php -v
sqlite3 db.sqlite 'select * from t'
sqlite3 db.sqlite .tables
sqlite3 db.sqlite ".schema users"
openssl version
openssl x509 -in cert.crt -text -noout
curl --version
ssh -V
shellcheck x.sh
npx tsc --noEmit
npx eslint src
eslint .
prettier --check .
ruff check .
mypy src
`,
  },
];
