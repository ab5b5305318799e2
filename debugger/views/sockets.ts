// Sockets: what each is and where it leads, how full it is, who holds it, and who waits at it.
import { FAMILIES, findTask, nameOf, SOCKET_TYPES, socketOps, type Kernel, type Socket } from '../../kernel/index.ts'
import { tasksOf } from './ask.ts'
import { view } from './define.ts'
import { fit, left, right, table } from './layout.ts'
import { openFiles } from './names.ts'

export interface SocketHolder {
  pid: number
  fd: number
}

export interface SocketData {
  /** Number of its inode; 0: a connection that nobody has accepted yet. */
  ino: number
  family: string
  type: string
  state: Socket['state']
  /** What can be read or accepted; what was sent and is not taken yet, as it counts against SO_SNDBUF. */
  readable: number
  sent: number
  sendBuffer: number
  local: string
  /** The address of the other end, or the number of its inode. */
  peer: string
  holders: SocketHolder[]
  /** Tasks asleep until there is something to read or accept; until they can send. */
  waitToRead: number[]
  waitToSend: number[]
}

export interface SocketsData {
  sockets: SocketData[]
}

export const socketsView = view<SocketsData>({
  name: 'sockets',
  doc: 'Sockets: their names and peers, what is in them, who holds them, who waits.',
  arguments: ['pid'],

  data(k, args) {
    const pids = args.pid === undefined ? null : tasksOf(k, args).map(t => t.group.tgid)
    const isOf = ({ holders }: SocketData): boolean =>
      pids === null || holders.some(({ pid }) => pids.includes(findTask(k.state.ns, pid)?.group.tgid ?? -1))
    return { sockets: socketsOf(k).filter(isOf) }
  },

  text({ sockets }, width) {
    if (sockets.length === 0) return ['there is no socket']
    const waiters = ({ waitToRead, waitToSend }: SocketData): string =>
      [waitToRead.length > 0 ? `${waitToRead.join(' ')} to read` : '', waitToSend.length > 0 ? `${waitToSend.join(' ')} to send` : '']
        .filter(Boolean)
        .join(', ')
    const rows = sockets.map(s => [
      s.ino === 0 ? '-' : String(s.ino),
      `${s.family} ${s.type}`,
      s.state,
      s.readable,
      s.sent,
      s.local || '-',
      s.peer || '-',
      s.holders.map(({ pid, fd }) => `${pid}:${fd}`).join(' ') || '-',
      waiters(s),
    ])
    const columns = [
      right('INODE'),
      left('KIND'),
      left('STATE'),
      right('READ'),
      right('SENT'),
      left('LOCAL'),
      left('PEER'),
      left('HELD pid:fd'),
      left('WAITING'),
    ]
    return table(columns, rows, width).map(line => fit(line, width))
  },
})

const bare = (name: string): string => name.slice(name.indexOf('_') + 1).toLowerCase()

/** Every socket, in the order in which they were made. */
function socketsOf(k: Kernel): SocketData[] {
  const holders = new Map([...openFiles(k)].map(([file, ends]) => [file, ends]))
  return [...k.state.ns.net.sockets].map(socket => ({
    ...about(socket),
    holders: (socket.file && holders.get(socket.file)?.map(({ pid, fd }) => ({ pid, fd }))) ?? [],
  }))
}

function about(socket: Socket): Omit<SocketData, 'holders'> {
  const ops = socketOps(socket)
  const other = ops.other(socket)
  const text = (peer: boolean): string => {
    try {
      return ops.addressText(ops.address(socket, peer))
    } catch {
      return ''
    }
  }
  return {
    ino: socket.ino,
    family: bare(nameOf(FAMILIES, socket.family)),
    type: bare(nameOf(SOCKET_TYPES, socket.type)),
    state: socket.state,
    readable: ops.readable(socket),
    sent: socket.sendMemory,
    sendBuffer: socket.options.sendBuffer,
    local: text(false),
    peer: text(true) || (other !== null ? `socket ${other.ino}` : ''),
    waitToRead: socket.readable.waiters.map(t => t.pid),
    waitToSend: socket.writable.waiters.map(t => t.pid),
  }
}
