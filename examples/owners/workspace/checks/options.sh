# The three new things, used together in a project of its own.
owners=$PWD/bin/owners.js
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 2
printf '"**": core\n"vendor/**": nobody\n"vendor/ours/**": core\n' > owners.yaml
bad=0
expect() { # what it is about, what was wanted, what came
  test "$2" = "$3" && return
  printf '%s\nwanted: %s\ngot:    %s\n' "$1" "$2" "$3"; bad=1
}
said=$("$owners" --unowned src/a.js vendor/b.js vendor/ours/c.js); code=$?
expect "--unowned" "vendor/b.js, exit 1" "$said, exit $code"
said=$("$owners" --unowned src/a.js); code=$?
expect "--unowned where all is owned" ", exit 0" "$said, exit $code"
said=$("$owners" --json src/a.js vendor/b.js | tr -d ' \n')
expect "--json" '{"src/a.js":"core","vendor/b.js":null}' "$said"
exit $bad
