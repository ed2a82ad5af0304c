mkdir -p from/deep
echo one > from/one
echo two > from/deep/two
test "$(keep from store)" = store/1
test "$(keep from store)" = store/2
diff -r from store/1
diff -r from store/2
if keep nothing store 2> said; then echo "a directory that is not there was kept"; exit 1; fi
grep -q usage said
