# cd, pwd, PWD, OLDPWD.
mkdir -p a/b
here=$(pwd)
cd a
[ "$(pwd)" = "$here/a" ] && echo in a
cd b
[ "$PWD" = "$here/a/b" ] && echo in b
[ "$OLDPWD" = "$here/a" ] && echo old is a
cd - > /dev/null
[ "$PWD" = "$here/a" ] && echo back in a
cd ..
cd nowhere 2>/dev/null || echo failed
HOME=$here/a
cd
[ "$PWD" = "$HOME" ] && echo home
(cd b; [ "$PWD" = "$here/a/b" ] && echo sub in b)
[ "$PWD" = "$HOME" ] && echo still home
cd /
pwd
cd "$here"
rm -r a
