# copies/1 is sample/, with every name, mode and link.
all() { (cd "$1" && find . -mindepth 1 -printf '%p %y %m %l\0' | sort -z | tr '\0\n' '\n?'); }
diff <(all sample) <(all copies/1) && diff -r --no-dereference sample copies/1
