import type { Family } from "./labelled.ts";

/** What changes the workspace, or runs the project's own code: never taken for reading, and nobody is asked. */
export const writes: readonly Family[] = [
  {
    name: "files",
    label: "write",
    lines: String.raw`
echo hi > a.txt
echo hi >> a.txt
echo hi >| a.txt
ls &> out.log
ls 2> err.log
cat a > b
cat > src/new.ts <<'EOF'⏎const x = 1;⏎EOF
printf x > "out/$i.txt"
cat <> a.txt
exec 3> log.txt
: >> a.txt
tee out.txt < in.txt
ls | tee -a out.txt
cp a.txt b.txt
cp -r src dst
cp -t out a b
cp .env.example .env
mv a.txt b.txt
mv src/a.ts src/b.ts
for f in *.txt; do mv "$f" "§f%.txt}.md"; done
for f in *.ts; do sed -i 's/a/b/' "$f"; done
ln -s a b
install -m 755 a bin/a
mkdir -p out/x
mkdir out && cd out && touch a
touch a.txt
rm a.txt
rm -f a.txt b.txt
rmdir out
unlink a
chmod +x build.sh
chmod 644 a
dd if=/dev/zero of=a.bin bs=1M count=1
split -l 100 a.txt
csplit a.txt /x/
tar -czf a.tgz src
tar xzf a.tgz
tar -xf a.tar -C out
zip -r a.zip src
unzip a.zip
unzip a.zip -d out
gzip a.txt
gunzip a.txt.gz
xz -k a
patch -p1 < a.patch
sed -i 's/a/b/' a.txt
sed -i.bak -e 's/a/b/' a.txt
sed -ni '1p' a.txt
sed --in-place 's/a/b/' a.txt
sed -n 'w out.txt' a.txt
sed 's/a/b/w out.txt' a.txt
sed --in-pl 's/a/b/' a.txt
sort -o a.txt a.txt
sort --output=b.txt a.txt
sort -uo b a
sort --outp b a
uniq a.txt b.txt
shuf -o b a
awk '{print > "out.txt"}' a.txt
awk '{print >> "out.txt"}' a.txt
awk -i inplace '{print}' a.txt
gawk -i inplace '{sub(/a/,"b")}1' a.txt
find . -fprint out.txt
find . -name x -fprintf out.txt '%p'
find . -name '*.ts' -exec sed -i s/a/b/ {} +
find . -name '*.bak' -exec touch {} \;
git ls-files '*.ts' | xargs sed -i 's/a/b/'
xxd -r a.hex a.bin
xxd a.bin a.hex
iconv -f a -t b a.txt -o b.txt
base64 -d a > b
yq -i '.a = 1' a.yml
split -b 1M a
tree -o out.txt
diff -u a b > a.patch
dos2unix a.txt
rsync -a src/ dst/
mktemp
echo x > /tmp/a
mkdir -p /tmp/x
cat a.txt | sponge a.txt
perl -i -pe 's/a/b/' a.txt
perl -pi.bak -e 's/a/b/' a.txt
ruby -i -pe 'sub("a","b")' a.txt
python -c 'open("a.txt","w").write("x")'
python3 -c "import shutil; shutil.copy('a','b')"
node -e 'require("fs").writeFileSync("a","b")'
python3 - <<'EOF'⏎from pathlib import Path⏎Path("a.txt").write_text("x")⏎EOF
sqlite3 db.sqlite 'insert into t values (1)'
sqlite3 db.sqlite 'create table t (a)'
(echo a; echo b) > out.txt
{ date; ls; } >> log.txt
if true; then echo x > a; fi
while read l; do echo "$l"; done < in > out
f() { echo x > a.txt; }; f
echo $(touch a)
cat <(tee out.txt < in.txt)
echo "$(date > stamp)"
x=$(mktemp); echo hi > "$x"
OUT=out.txt; echo hi > "$OUT"
touch {a,b,c}.txt
vim a.txt
nano a.txt
ls > "a b.txt"
env FOO=1 touch a
bash -c 'touch a'
sh -c "echo hi > a"
eval 'touch a'
time touch a
nohup touch a &
timeout 5 touch a
`,
  },
  {
    name: "git",
    label: "write",
    lines: String.raw`
git add .
git add -A
git add src/a.ts
git commit -m "message"
git commit -am "fix"
git stash
git stash pop
git stash push -m x
git checkout -b feature
git checkout main
git switch -c feature
git switch main
git merge feature
git cherry-pick abc
git revert HEAD
git branch new
git tag v1
git tag -a v1 -m x
git mv a b
git rm a.txt
git reset HEAD a.txt
git reset --soft HEAD~1
git restore --staged a.txt
git apply a.patch
git am a.patch
git init
git format-patch -1
git diff > a.patch
git diff --output=a.patch
git archive -o a.zip HEAD
git config user.name x
git notes add -m x
git log > log.txt
git show HEAD:a > b
git -c user.name=x commit -m y
git bisect start
git update-index --chmod=+x a
git submodule foreach 'touch x'
git bisect run ./test.sh
`,
  },
  {
    name: "project",
    label: "write",
    lines: String.raw`
make
make test
make -j4 build
make clean
npm test
npm t
npm run build
npm run lint -- --fix
npm start
npm pack
npm version patch
npm pkg set name=x
npm exec -- tsc
yarn test
yarn build
yarn run lint
pnpm test
pnpm run build
pnpm exec tsc
bun test
npx jest --watchAll=false
npx prettier --write .
npx eslint --fix src
./build.sh
./scripts/test.sh --fast
bash scripts/build.sh
sh ./x.sh
source venv/bin/activate
. ./env.sh
python script.py
python3 -m pytest
python -m unittest
python -m venv .venv
pytest
pytest -k foo tests/
pytest --cov
tox
node script.js
node --test
node --import tsx x.ts
ts-node x.ts
tsx x.ts
tsc
tsc --watch
vitest run
jest
eslint --fix .
prettier --write src
black .
ruff format .
ruff check --fix .
isort .
cargo build
cargo test
cargo run
cargo fmt
cargo clippy
go build ./...
go test ./...
go run main.go
go vet ./...
go generate
gofmt -w .
go mod init x
gcc a.c -o a
g++ -O2 a.cpp
cmake -B build
cmake --build build
ninja
./gradlew test
mvn test
mvn clean package
gradle build
dotnet build
dotnet test
mix test
bundle exec rspec
rake test
rspec
composer run-script test
vendor/bin/phpunit
node_modules/.bin/eslint .
cross-env NODE_ENV=test jest
NODE_ENV=production npm run build
CI=1 npm test
PYTHONPATH=src pytest
NODE_OPTIONS=--max-old-space-size=4096 npm run build
PATH="$PWD/node_modules/.bin:$PATH" tsc
export PATH="node_modules/.bin:$PATH"; tsc
CC=clang make
$PYTHON x.py
"$MAKE" test
for t in a b; do npm run "$t"; done
npm test && npm run build || echo failed
npm test 2>&1 | tail -20
npm run build > build.log 2>&1
timeout 60 npm test
time make
watch npm test
find . -name '*.test.js' -exec node {} \;
ls tests | xargs -n1 node --test
java -jar app.jar
java Main
javac Main.java
ruby x.rb
perl x.pl
php x.php
Rscript x.R
deno test
latexmk -pdf a.tex
pandoc a.md -o a.pdf
ffmpeg -i a.mp4 b.mp3
convert a.png b.jpg
dot -Tpng a.dot -o a.png
pre-commit run --all-files
terraform fmt
python - <<'EOF'⏎import re⏎s = open("a.py").read()⏎open("a.py","w").write(re.sub("a","b",s))⏎EOF
cat > run.sh <<'EOF'⏎rm -rf /⏎EOF
bash <<'EOF'⏎touch a⏎EOF
awk 'BEGIN{system("touch P")}'
sed '1e touch P' a.txt
touch$IFS"P"
`,
  },
];
