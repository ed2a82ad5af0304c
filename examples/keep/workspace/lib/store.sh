# A store is a directory of copies that are named 1, 2, …

# The numbers of its copies, the oldest first.
copies() {
  (cd "$1" 2>/dev/null && find . -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | grep -xE '[0-9]+' | sort -n) || true
}

# Where its next copy goes.
next_copy() {
  local last
  last=$(copies "$1" | tail -n 1)
  echo "$1/$((${last:-0} + 1))"
}
