// The test suites that come in the sources of shells, run with Debian's own programs.
import { copyFileSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { debianSource } from '../../bench/host/testing.ts'
import { spawnSync } from '../spawn.ts'
import type { Counted, Row } from './row.ts'

const COMPILER = 'riscv64-linux-gnu-gcc'
const MINUTES = 60
const SECONDS = 3000
const NO_SOURCE = 'its source cannot be downloaded'

/** Compiles a helper of a suite. Without a compiler tests that need it fail, so that is told. */
function compile(file: string, from: string, ...options: string[]): string | null {
  const { status } = spawnSync(COMPILER, ['-static', '-O1', '-w', ...options, '-o', file, from], { stdio: 'ignore' })
  return status === 0 ? null : `${COMPILER} cannot make ${from}`
}

/** A line for each test: `PASS: name` or `FAIL: name`. A run that does not say `done` at its end was not. */
export function countLines(output: string): Counted {
  const names = (word: string): string[] => [...output.matchAll(new RegExp(`^${word}: (.*?)\\r?$`, 'gm'))].map(([, name]) => name)
  const failed = names('FAIL')
  if (!/^done\b/m.test(output)) failed.push('was not done')
  const passes = names('PASS').length
  return { passes, all: passes + failed.length, failed }
}

/** A terminal of its own whose keys never end, and no root where that can be given away: as the suite's authors run it. */
const AS_USER = `cp -r /tmp/w /tmp/b && chown -R 1000:1000 /tmp/b 2> /dev/null && cd /tmp/b/tests
echo tester:x:1000:1000::/tmp/b:/bin/bash >> /etc/passwd; echo tester:x:1000: >> /etc/group; mkfifo /tmp/keys
user=''; setpriv --reuid=1000 --regid=1000 --clear-groups true 2> /dev/null && user='setpriv --reuid=1000 --regid=1000 --clear-groups'
$user script -qec 'bash /tmp/b/go.sh' /dev/null <> /tmp/keys; echo done`

/** run-all, with a line and a limit for each script. What differs in execscript is the order of SIGUSR1 and SIGTERM, which is a BSD's. */
const BASH_GO = `export THIS_SH=/usr/bin/bash BUILD_DIR=/tmp/b TMPDIR=/tmp HOME=/tmp/b BASH_TSTOUT=/tmp/bashtst
export PATH=.:/tmp/b/tests:/usr/bin:/bin:/usr/sbin
export -n SHELLOPTS
for x in run-*; do
  case $x in run-all | run-minimal | run-gprof | *.orig) continue ;; esac
  timeout --foreground 200 sh $x > /tmp/o 2>&1 && echo "PASS: $x" || { echo "FAIL: $x"; cat /tmp/o; }
  rm -f $BASH_TSTOUT
done
`

function prepareBash(folder: string): string | null {
  const source = debianSource('bash')
  if (source === null) return NO_SOURCE
  cpSync(join(source, 'tests'), join(folder, 'tests'), { recursive: true })
  copyFileSync(join(source, 'y.tab.c'), join(folder, 'y.tab.c'))
  // Scripts copy these about, whatever is in them.
  for (const name of ['config.h', 'version.h']) writeFileSync(join(folder, name), '/* nothing */\n')
  writeFileSync(join(folder, 'go.sh'), BASH_GO)
  const options = ['-I', source, '-I', join(source, 'include'), '-I', folder, ...['STRING', 'STDLIB', 'UNISTD', 'LOCALE'].map(h => `-DHAVE_${h}_H`)] // prettier-ignore
  for (const name of ['recho', 'zecho', 'xcase']) {
    const missing = compile(join(folder, 'tests', name), join(source, 'support', `${name}.c`), ...options)
    if (missing !== null) return missing
  }
  return null
}

function prepareBusybox(folder: string): string | null {
  const source = debianSource('busybox')
  const config = join(source ?? '', 'debian/config/pkg/static')
  if (source === null || !existsSync(config)) return NO_SOURCE
  cpSync(join(source, 'testsuite'), join(folder, 'testsuite'), { recursive: true })
  copyFileSync(config, join(folder, '.config'))
  return compile(join(folder, 'testsuite/echo-ne'), join(source, 'scripts/echo.c'))
}

/** The applets of the suite without bc, two of whose tests count to a million. */
const BUSYBOX = `cp -r /tmp/w /tmp/b && cp /bin/busybox /tmp/b && cd /tmp/b/testsuite
[ -e /usr/bin/which ] || ln -s which.debianutils /usr/bin/which; echo 127.0.1.1 $(hostname) >> /etc/hosts
SKIP_KNOWN_BUGS=1 script -qec 'sh ./runtest -v $(busybox --list | grep -vx bc)' /dev/null; echo; echo done`

const ZSH_GO = `export ZTST_exe=/usr/bin/zsh ZTST_srcdir=/tmp/b/Test ZTST_verbose=0 HOME=/tmp/b LC_ALL= LANG=en_US.UTF-8
for x in *.ztst; do
  timeout --foreground 300 zsh +Z -f ztst.zsh $x > /tmp/o 2>&1
  case $? in 0) echo "PASS: $x" ;; 2) echo "SKIP: $x" ;; *) echo "FAIL: $x"; cat /tmp/o ;; esac
done
`

function prepareZsh(folder: string): string | null {
  const source = debianSource('zsh')
  if (source === null) return NO_SOURCE
  cpSync(join(source, 'Test'), join(folder, 'Test'), { recursive: true })
  for (const name of ['Functions', 'Completion', 'Misc']) cpSync(join(source, name), join(folder, name), { recursive: true })
  mkdirSync(join(folder, 'Src'))
  symlinkSync('/usr/bin/zsh', join(folder, 'Src/zsh'))
  symlinkSync('/usr/lib/riscv64-linux-gnu/zsh/5.9', join(folder, 'Test/Modules'))
  writeFileSync(join(folder, 'config.h'), '#define PATH_DEV_FD "/proc/self/fd"\n')
  writeFileSync(join(folder, 'go.sh'), ZSH_GO)
  return null
}

export const SHELLS: readonly Row[] = [
  {
    program: 'bash-suite',
    what: "bash's own test suite (5.2.37), as a user at a terminal",
    packages: ['bsdutils', 'locales-all', 'bc'],
    prepare: prepareBash,
    cases: [{ name: 'run-all', script: AS_USER }],
    count: countLines,
    seconds: SECONDS,
    minutes: MINUTES,
    limits: 'run-execscript expects the order of signals of a BSD; run-glob-test and run-intl locales that Debian has not (Big5, SJIS)',
  },
  {
    program: 'busybox-suite',
    what: "busybox's own test suite (1.37.0), with busybox-static",
    packages: ['bsdutils', 'bzip2', 'xz-utils', 'cpio', 'unzip', 'zip', 'debianutils', 'hostname'],
    prepare: prepareBusybox,
    cases: [{ name: 'runtest', script: BUSYBOX }],
    count: countLines,
    seconds: SECONDS,
    minutes: MINUTES,
  },
  {
    program: 'zsh-suite',
    what: "zsh's own test suite (5.9), as a user at a terminal",
    packages: ['bsdutils', 'locales-all', 'zsh'],
    prepare: prepareZsh,
    cases: [{ name: 'runtests', script: AS_USER.replace('/tests', '/Test') }],
    count: countLines,
    seconds: SECONDS,
    minutes: MINUTES,
    limits: 'V01zmodload asks for a list that only a built source tree has',
  },
]
