// qXfer: whole objects, read in pieces. An object is a row: its name, and its text for an annex.
import { findGroup, encodeSigInfo, pathOf, USER_END, type Task } from '../../kernel/index.ts'
import { hexNumber, latin1 } from './framing.ts'
import { registersHere } from './packets-data.ts'
import { targetXml } from './registers.ts'
import { TABLES, tableByName, type Table } from './tables.ts'
import { currentThread, taskOf, threadName, threads } from './threads.ts'
import type { GdbServer, GdbView } from './types.ts'

interface ObjectRow {
  name: string
  doc: string
  view?: GdbView
  /** null: there is none such. */
  text(g: GdbServer, annex: string): string | null
}

const NOT_XML = /[&<>"']/g
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
const xml = (text: string | number): string => String(text).replace(NOT_XML, char => ENTITIES[char])

const currentTask = (g: GdbServer): Task | null => taskOf(g, currentThread(g))

function threadsXml(g: GdbServer): string {
  const rows = threads(g).map(thread => {
    const task = taskOf(g, thread)
    const hart = g.view === 'machine' ? thread.tid - 1 : (task?.onHart ?? -1)
    const core = hart < 0 ? '' : ` core="${hart}"`
    const name = g.view === 'machine' ? `hart ${hart}` : (task?.comm ?? '')
    return `<thread id="${threadName(g, thread)}"${core} name="${xml(name)}"/>`
  })
  return `<?xml version="1.0"?><threads>${rows.join('')}</threads>`
}

const column = (name: string, value: string | number): string => `<column name="${xml(name)}">${xml(value)}</column>`

function osdata(g: GdbServer, annex: string): string | null {
  const list: Table = {
    name: 'types',
    title: '',
    doc: '',
    columns: ['Type', 'Description', 'Title'],
    rows: () => TABLES.map(({ name, doc, title }) => [name, doc, title]),
  }
  const table = annex === '' ? list : tableByName(annex)
  if (table === undefined) return null
  const items = table.rows(g.session.k).map(row => `<item>${row.map((value, n) => column(table.columns[n], value)).join('')}</item>`)
  return `<?xml version="1.0"?><!DOCTYPE osdata SYSTEM "osdata.dtd"><osdata type="${table.name}">${items.join('')}</osdata>`
}

/** What addresses there are at all: programs' own; RAM is reached through them, or by Qqemu.PhyMemMode. */
const memoryMap = (): string =>
  '<?xml version="1.0"?><!DOCTYPE memory-map SYSTEM "gdb-memory-map.dtd"><memory-map>' +
  `<memory type="ram" start="0x0" length="0x${USER_END.toString(16)}"/></memory-map>`

function execFile(g: GdbServer, annex: string): string | null {
  const pid = annex === '' ? null : hexNumber(annex)
  const task = pid === null ? currentTask(g) : (findGroup(g.session.k.state.ns, pid)?.leader ?? null)
  const path = task?.mm?.exePath
  return path ? pathOf(g.session.k, path) : null
}

export const OBJECTS: readonly ObjectRow[] = [
  {
    name: 'features',
    doc: 'the registers',
    text: (g, annex) => (annex === 'target.xml' ? targetXml(g.view, registersHere(g)) : null),
  },
  { name: 'threads', doc: 'all threads with their harts', text: threadsXml },
  {
    name: 'auxv',
    doc: 'the auxiliary vector of a program',
    view: 'process',
    text(g) {
      const auxv = currentTask(g)?.mm?.auxv
      return auxv ? latin1(auxv) : null
    },
  },
  { name: 'exec-file', doc: 'path of the program', view: 'process', text: execFile },
  {
    name: 'siginfo',
    doc: 'siginfo_t of the signal that a thread is stopped with',
    view: 'process',
    text: g => (g.signal !== null && g.signal.task.pid === currentThread(g)?.tid ? latin1(encodeSigInfo(g.signal.info)) : null),
  },
  { name: 'memory-map', doc: 'what memory there is', view: 'machine', text: memoryMap },
  { name: 'osdata', doc: 'tables of the kernel and the machine', text: osdata },
]

const MOST = 0x10000

/** `OBJECT:read:ANNEX:OFFSET,LENGTH`. */
export function transfer(g: GdbServer, rest: string): string {
  const m = /^([^:]+):read:(.*):([0-9a-fA-F]+),([0-9a-fA-F]+)$/s.exec(rest)
  if (m === null) return ''
  const row = OBJECTS.find(({ name, view }) => name === m[1] && (view === undefined || view === g.view))
  if (row === undefined) return ''
  const [offset, length] = [hexNumber(m[3]), hexNumber(m[4])]
  const text = row.text(g, m[2])
  if (text === null || offset === null || length === null) return 'E00'
  const part = text.slice(offset, offset + Math.min(length, MOST))
  return (offset + part.length < text.length ? 'm' : 'l') + part
}
