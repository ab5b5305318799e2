// A root file system of Debian's riscv64 packages, downloaded and unpacked without touching the host's own package system. Kept in the
// temporary directory for the next time.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SUITE = 'trixie'
const APT = 'apt-get'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
/** What the oracle tests run. */
const PROGRAMS = [
  ...['bash', 'busybox-static', 'coreutils', 'dash', 'findutils', 'gawk', 'grep', 'lua5.4', 'sed'],
  ...['python3.13-minimal', 'libpython3.13-minimal'],
  ...['libacl1', 'libattr1', 'libc6', 'libcap2', 'libcrypt1', 'libexpat1', 'libgmp10', 'libmpfr6', 'libpcre2-8-0', 'libreadline8t64'],
  ...['libselinux1', 'libsigsegv2', 'libssl3t64', 'libtinfo6', 'libzstd1', 'util-linux', 'zlib1g'],
]
/** What the bench of whole programs runs besides: perl, Python's library, gcc, sqlite3, gzip. */
const MORE = [
  ...['gzip', 'perl-base', 'python3-minimal', 'libpython3.13-stdlib', 'libbz2-1.0', 'libffi8', 'liblzma5', 'libncursesw6', 'libuuid1'],
  ...['sqlite3', 'libsqlite3-0', 'gcc', 'gcc-14', 'gcc-14-base', 'gcc-riscv64-linux-gnu', 'gcc-14-riscv64-linux-gnu'],
  ...['cpp', 'cpp-14', 'cpp-riscv64-linux-gnu', 'cpp-14-riscv64-linux-gnu', 'binutils', 'binutils-common', 'binutils-riscv64-linux-gnu'],
  ...['libbinutils', 'libcc1-0', 'libctf-nobfd0', 'libctf0', 'libisl23', 'libjansson4', 'libmpc3', 'libsframe1', 'libstdc++6'],
  ...['libgcc-s1', 'libgcc-14-dev', 'libc6-dev', 'linux-libc-dev', 'libatomic1', 'libgomp1'],
]
/** Lists of packages: each is a root of its own. */
const LISTS = { tests: PROGRAMS, programs: [...PROGRAMS, ...MORE] } as const
const MINUTES = 60_000

/** A mirror that is too slow is none. What it printed, or null. */
function attempt(command: string, args: readonly string[], cwd: string, limit = 3 * MINUTES): string | null {
  try {
    const { status, stdout } = spawnSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8', timeout: limit })
    return status === 0 ? stdout : null
  } catch {
    return null
  }
}

/** The mirror that the host's own packages come from, or null where there is no apt. */
function mirror(): string | null {
  const { stdout } = spawnSync(APT, ['indextargets', '--format', '$(REPO_URI)'], { encoding: 'utf8' })
  return stdout?.split('\n').find(uri => uri !== '' && !uri.includes('security')) ?? null
}

/** Fetches packages into a place of its own; answers the files, or null. */
type Fetch = (apt: readonly string[], place: string, wanted: readonly string[]) => readonly string[] | null

/** These and no others. */
const alone: Fetch = (apt, place, wanted) => {
  const packages = join(place, 'packages')
  mkdirSync(packages)
  if (attempt(APT, [...apt, 'download', ...wanted], packages) === null) return null
  return readdirSync(packages).map(name => join(packages, name))
}

/** With all that they depend on, as apt finds it for an empty system. What was fetched stays for other lists. */
const withDependencies: Fetch = (apt, place, wanted) => {
  const cache = join(tmpdir(), `hartbeat-debian-${SUITE}-cache`)
  mkdirSync(join(cache, 'archives/partial'), { recursive: true })
  const install = [...apt, '-o', `Dir::Cache=${cache}`, 'install', '-y', '--no-install-recommends']
  if (attempt(APT, [...install, '--download-only', ...wanted], place, 20 * MINUTES) === null) return null
  const lines = attempt(APT, [...install, '-o', 'Dir::Cache=cache', '--print-uris', ...wanted], place)
  return lines === null ? null : [...lines.matchAll(/^'.*' (\S+) \d+ /gm)].map(([, name]) => join(cache, 'archives', name))
}

/** Options for apt that keep everything of its in a place: an empty system of another architecture, which nothing is installed in. */
function aptIn(place: string, kind: 'deb' | 'deb-src'): string[] {
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(place, folder), { recursive: true })
  writeFileSync(join(place, 'status'), '')
  writeFileSync(join(place, 'sources.list'), `${kind} [arch=riscv64 signed-by=${KEYRING}] ${mirror()} ${SUITE} main\n`)
  const options = {
    'APT::Architecture': 'riscv64',
    'APT::Architectures': 'riscv64',
    'Dir::State::Lists': join(place, 'lists'),
    'Dir::State::status': join(place, 'status'),
    'Dir::Cache': join(place, 'cache'),
    'Dir::Etc::sourcelist': join(place, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
  }
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

/** The folder of a package's source, with Debian's own folder `debian` in it, kept for the next time; or null where it cannot be had. */
export function debianSource(name: string): string | null {
  const place = join(tmpdir(), `hartbeat-debian-${SUITE}-source-${name}`)
  const folder = join(place, 'source')
  if (existsSync(folder)) return folder
  rmSync(place, { recursive: true, force: true })
  mkdirSync(join(place, 'unpacked'), { recursive: true })
  const apt = aptIn(place, 'deb-src')
  if (attempt(APT, [...apt, 'update'], place) === null) return null
  // A mirror may lack what Debian adds: what matters is the archive.
  attempt(APT, [...apt, 'source', '--download-only', name], place)
  const unpack = (named: RegExp, ...more: string[]): boolean => {
    const archive = readdirSync(place).find(file => named.test(file))
    return archive !== undefined && attempt('tar', ['-xf', archive, '-C', 'unpacked', ...more], place) !== null
  }
  if (!unpack(/\.orig\.tar\.\w+$/, '--strip-components=1')) return null
  unpack(/\.debian\.tar\.\w+$/)
  renameSync(join(place, 'unpacked'), folder)
  return folder
}

/** A root with these packages, fetched so, or null (said on the console) where it cannot be made: no apt, no network. */
function rootWith(wanted: readonly string[], fetch: Fetch): string | null {
  // Another list of packages is another root.
  const list = createHash('sha256').update(wanted.join(' ')).digest('hex').slice(0, 8)
  const place = join(tmpdir(), `hartbeat-debian-${SUITE}-${list}`)
  const root = join(place, 'root')
  if (existsSync(join(place, 'complete'))) return root
  rmSync(place, { recursive: true, force: true })
  mkdirSync(root, { recursive: true })
  const apt = aptIn(place, 'deb')
  const files = attempt(APT, [...apt, 'update'], place) === null ? null : fetch(apt, place, wanted)
  if (!files?.every(file => attempt('dpkg', ['-x', file, root], place) !== null)) {
    console.warn(`SKIPPED, as Debian's riscv64 packages of ${SUITE} cannot be downloaded here`)
    return null
  }
  for (const name of ['bin', 'lib', 'sbin']) if (!existsSync(join(root, name))) symlinkSync(`usr/${name}`, join(root, name))
  for (const name of ['tmp', 'proc', 'dev', 'sys']) mkdirSync(join(root, name), { recursive: true })
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n')
  writeFileSync(join(place, 'complete'), '')
  return root
}

/** The path of a root with a list's packages, or null. */
export const debianRoot = (which: keyof typeof LISTS): string | null => rootWith(LISTS[which], alone)

/** The path of a root with these packages and what they depend on, or null. */
export const debianRootOf = (packages: readonly string[]): string | null => rootWith([...packages].sort(), withDependencies)
