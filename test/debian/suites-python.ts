// CPython's own tests, as its regrtest runs them: a row for a few modules of one kind, a case for each module.
import type { Counted, Row } from './row.ts'

const MINUTES = 60
const SECONDS = 1200
const RAM = 2048
/** Tests of several processors are skipped on one. */
const HARTS = 2

const numberIn = (text: string, name: string): number => Number(new RegExp(`\\b${name}=(\\d+)`).exec(text)?.[1] ?? 0)

/** All that ran and were not skipped. A module that was not done counts as one that failed. */
export function countUnittest(output: string): Counted {
  const ran = /^Ran (\d+) tests?/m.exec(output)
  const last = /^(?:OK|FAILED)(?: \((.*)\))?$/m.exec(output)
  if (ran === null || last === null) return { passes: 0, all: 1, failed: ['was not done'] }
  const results = last[1] ?? ''
  const lost = numberIn(results, 'failures') + numberIn(results, 'errors')
  const all = Number(ran[1]) - numberIn(results, 'skipped')
  const failed = [...output.matchAll(/^(?:FAIL|ERROR): (\S+)/gm)].map(([, name]) => name)
  return { passes: all - lost, all, failed: [...new Set(failed)] }
}

const row = (program: string, what: string, modules: readonly string[]): Row => ({
  program,
  what: `CPython's ${what}`,
  packages: ['python3.13', 'libpython3.13-testsuite', 'netbase', 'media-types', 'tzdata'],
  cases: modules.map(module => ({ name: module, script: `python3.13 -m test -v ${module}` })),
  count: countUnittest,
  seconds: SECONDS,
  minutes: MINUTES,
  ram: RAM,
  harts: HARTS,
})

const asyncio = 'base_events events selector_events sendfile server sock_lowlevel streams subprocess unix_events'
const files = 'fcntl file fileio glob io mmap openpty pathlib shutil tempfile'

export const PYTHON: readonly Row[] = [
  row('python-os', 'test_os, posix, resource, time, wait3, wait4, fork1, grp, pwd', [
    ...['test_os', 'test_posix', 'test_resource', 'test_time', 'test_wait3', 'test_wait4', 'test_fork1', 'test_grp', 'test_pwd'],
  ]),
  row('python-signals', 'test_signal, eintr, faulthandler, threading', [
    ...['test_signal', 'test_eintr', 'test_faulthandler', 'test_thread', 'test_threading', 'test_threadedtempfile'],
  ]),
  row('python-subprocess', 'test_subprocess', ['test_subprocess']),
  row('python-sockets', 'test_socket, select, poll, epoll, selectors, socketserver, httpservers', [
    ...['test_socket', 'test_select', 'test_poll', 'test_epoll', 'test_selectors', 'test_socketserver', 'test_httpservers'],
  ]),
  row(
    'python-asyncio',
    `test_asyncio (${asyncio.replaceAll(' ', ', ')})`,
    asyncio.split(' ').map(name => `test_asyncio.test_${name}`),
  ),
  row('python-multiprocessing', 'multiprocessing by fork, forkserver and spawn, concurrent.futures', [
    ...['fork', 'forkserver', 'spawn'].flatMap(way =>
      ['misc', 'processes', 'threads', 'manager'].map(part => `test_multiprocessing_${way}.test_${part}`),
    ),
    'test_concurrent_futures',
  ]),
  row(
    'python-files',
    `test_${files.replaceAll(' ', ', ')}`,
    files.split(' ').map(name => `test_${name}`),
  ),
  row('python-terminals', 'test_pty, termios, ioctl, getpass', ['test_pty', 'test_termios', 'test_ioctl', 'test_getpass']),
  row('python-sqlite3', 'test_sqlite3', ['test_sqlite3']),
]
