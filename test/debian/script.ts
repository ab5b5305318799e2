// A row as a script of the guest's shell, which is the same for our machine, for user-mode QEMU and for a real kernel; and what comes back.
import { maskedBy, type Row } from './row.ts'

/** Where a guest finds the folder that `folderOf` makes. */
export const PLACE = '/tmp/case'
const MARK = '@@@@'
const SECONDS = 60

/** Packages are only unpacked here, so this is what their installation would have done. */
const PRELUDE = `
export PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C.UTF-8 TZ=UTC HOME=/tmp/home TERM=xterm SHELL=/bin/sh USER=root LOGNAME=root
export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
mkdir -p /tmp/home /tmp/w /run/sshd /var/log/nginx /var/lib/nginx /var/log/redis /var/lib/redis /var/empty /root
for user in nobody:65534 sshd:101 www-data:33 redis:102; do
  echo "\${user%:*}:x:\${user#*:}:\${user#*:}::/nonexistent:/usr/sbin/nologin" >> /etc/passwd
  echo "\${user%:*}:x:\${user#*:}:" >> /etc/group
done
echo tty:x:5: >> /etc/group
echo 127.0.0.1 localhost > /etc/hosts
echo ::1 localhost ip6-localhost >> /etc/hosts
for link in vim:vim.basic vi:vim.basic awk:gawk cc:gcc c++:g++ pager:less; do
  [ -e /usr/bin/\${link%:*} ] || ln -s \${link#*:} /usr/bin/\${link%:*}
done
[ -e /etc/perl ] || mkdir -p /etc/perl
ip link set lo up
`

const fileOf = (n: number): string => `${String(n).padStart(2, '0')}.sh`

/** The files of a row's folder, by path. `patience`: how many times longer than on our machine a case may take. */
export function folderOf(row: Row, patience = 1): Record<string, string> {
  const seconds = (row.seconds ?? SECONDS) * patience
  const main = [
    `. ${PLACE}/prelude.sh > /tmp/prelude.out 2>&1`,
    `cp -r ${PLACE}/files/. /tmp/w`,
    'cd /tmp/w',
    `. ${PLACE}/setup.sh > /tmp/setup.out 2>&1 < /dev/null`,
    ...row.cases.flatMap((_, n) => [
      'cd /tmp/w',
      `echo "${MARK} ${n}"`,
      `timeout -k 5 ${seconds} sh ${PLACE}/${fileOf(n)} >> /tmp/out.${n} 2>&1 < /dev/null`,
      'status=$?',
      `cat /tmp/out.${n}`,
      `echo "${MARK} status $status"`,
    ]),
    `echo "${MARK} end"`,
  ]
  return {
    'main.sh': main.join('\n') + '\n',
    'prelude.sh': PRELUDE,
    'setup.sh': `${row.setup ?? ':'}\n`,
    'files/.keep': '',
    ...Object.fromEntries(Object.entries(row.files ?? {}).map(([name, text]) => [`files/${name}`, text])),
    ...Object.fromEntries(row.cases.map(({ script }, n) => [fileOf(n), `${script}\n`])),
  }
}

/** What each case printed, masked, with its status where that is not 0; null for those that the run did not come to. */
export function outputsOf(row: Row, output: string): (string | null)[] {
  const text = output.replaceAll('\r\n', '\n')
  return row.cases.map((_, n) => {
    const start = text.indexOf(`${MARK} ${n}\n`)
    const end = start < 0 ? -1 : text.indexOf(`${MARK} status `, start)
    if (end < 0) return null
    const status = Number(/\d+/.exec(text.slice(end + MARK.length + ' status '.length))?.[0])
    const body = maskedBy(row.masks ?? [], text.slice(start + `${MARK} ${n}\n`.length, end))
    return status === 0 ? body : `${body}${body === '' || body.endsWith('\n') ? '' : '\n'}[status ${status}]\n`
  })
}
