# umask, and files made under it.
umask 022
umask
touch f
ls -l f | cut -c 1-10
umask 077
touch g
ls -l g | cut -c 1-10
(umask 0)
umask
rm f g
