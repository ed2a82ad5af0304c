. "$(dirname "$(command -v keep)")/../lib/store.sh"
test "$(next_copy store)" = store/1
mkdir -p store/1 store/9 store/10 store/other
test "$(copies store | tr '\n' ' ')" = "1 9 10 "
test "$(next_copy store)" = store/11
