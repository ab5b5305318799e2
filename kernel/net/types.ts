// What sockets are, as plain data; what a family and type does is a row (SocketOps).
import type { Kernel } from '../kernel.ts'
import type { Errno } from '../abi/errno.ts'
import type { TcpState } from '../abi/inet.ts'
import type { ByteRing } from '../mm/types.ts'
import type { WaitQueue } from '../sched/types.ts'
import type { Task, ThreadGroup } from '../state.ts'
import type { FileDescription, FileSystem, Inode, Path } from '../vfs/types.ts'
import type { Blocked, SyscallResult } from '../waiting.ts'

/** The network as the tasks in it see it. */
export interface NetNamespace {
  /** sockfs: made with the first socket. */
  fs: FileSystem | null
  /** Number of the last socket. */
  lastSerial: number
  /** The last SO_COOKIE that was given out: sockets get one when they are asked. */
  lastCookie: number
  /** Every socket, those without a file too (connections that nobody has accepted), in the order of creation. */
  sockets: Set<Socket>
  unix: UnixNames
  inet: InetTables
  outside: OutsideState
  /** Netlink sockets by protocol, each by its port. */
  netlink: Map<number, Map<number, Socket>>
}

/** What leads out of the machine (inet/outside.ts). */
export interface OutsideState {
  /** What is sent to addresses that are not the machine's own goes to the host. Else nothing leads there. */
  open: boolean
  /** By the numbers that the host knows: ends of connections that stand for it, and sockets whose datagrams went there; the last that was given. */
  ends: Map<number, Socket>
  last: number
  /** How many commands the host was told. */
  told: number
}

/** As in Linux's socket states; what a family makes of them is its own. */
export type SocketState = 'closed' | 'listening' | 'connecting' | 'connected'

/** A socket. An open file holds it (FileDescription.data); a connection in a backlog is one that no file holds yet. */
export interface Socket {
  kind: 'socket'
  family: number
  type: number
  protocol: number
  state: SocketState
  /** RECEIVE_SHUTDOWN | SEND_SHUTDOWN: what comes no more, and what may not be sent any more. */
  shutdown: number
  /** An error that the next call answers, as a number; 0 none (SO_ERROR). */
  error: number
  /** Number of its inode; 0: no file was ever made for it. */
  ino: number
  /** The open file that holds it; null: none yet, or none any more. */
  file: FileDescription | null
  /** Tells sockets apart, those without an inode too. */
  serial: number
  cookie: number
  /** Who made it. */
  user: number
  /** The last file that held it was closed. */
  dead: boolean
  options: SocketOptions
  /** Who waits for something to read or accept or for the end; and for room to send, or to be connected. */
  readable: WaitQueue
  writable: WaitQueue
  /** What it sent and nobody took yet, and what lies in its queue, as Linux counts it (truesize): against SO_SNDBUF and SO_RCVBUF. */
  sendMemory: number
  receiveMemory: number
  /** Somebody found no room to send: its owner is told when there is some (F_SETOWN). */
  wantsRoom: boolean
  /** listen(2): how many connections wait at most. */
  backlog: number
  /** Who is at the other end, as it was when the connection was made (SO_PEERCRED); null: nobody. */
  peer: PeerCredentials | null
  own: UnixSocket | TcpSocket | DatagramSocket | NetlinkSocket
}

/** Times are in nanoseconds; Infinity: no limit. */
export interface SocketOptions {
  sendBuffer: number
  receiveBuffer: number
  /** SOCK_SNDBUF_LOCK, SOCK_RCVBUF_LOCK: who set it said so. */
  bufferLocks: number
  sendTimeout: number
  receiveTimeout: number
  receiveLow: number
  lingers: boolean
  lingerSeconds: number
  priority: number
  mark: number
  /** SO_PEEK_OFF; -1: off. */
  peekOffset: number
  /** What is only on or off, by option (SO_*). */
  flags: Record<number, number>
}

export interface PeerCredentials {
  /** null: a process of another namespace, or none was known. */
  group: ThreadGroup | null
  pid: number
  uid: number
  gid: number
  groups: readonly number[]
}

/** One piece of what a call sends. */
export interface Outgoing {
  /** Borrowed from the program: good until the next kernel action. Fewer than the call has where memory cannot be had. */
  bytes: Uint8Array
  /** Bytes of the call behind these, which follow in pieces of their own. */
  left: number
  /** Bytes of the call that went before: with 0 goes what is sent along. */
  done: number
  /** MSG_*; MSG_DONTWAIT is set for O_NONBLOCK too. */
  flags: number
  /** The address to send to; null: none was given. */
  to: Uint8Array | null
  control: OutgoingControl | null
}

/** What is sent along with bytes (cmsg(3)). */
export interface OutgoingControl {
  /** The caller holds them; the socket takes references of its own. */
  files: readonly FileDescription[]
  credentials: SentCredentials | null
  /** Of datagrams: the address to come from, hop limit and type of service. */
  from?: string
  hops?: number
  service?: number
}

export interface ControlBytes {
  level: number
  type: number
  bytes: Uint8Array
}

export interface SentCredentials {
  /** null: that process is gone, or was never told. */
  group: ThreadGroup | null
  pid: number
  uid: number
  gid: number
}

/** What a call wants to receive. */
export interface Wanted {
  max: number
  /** MSG_*; MSG_DONTWAIT is set for O_NONBLOCK too. */
  flags: number
  /** Bytes that the call has already, and how many it waits for at least (MSG_WAITALL, SO_RCVLOWAT). */
  done: number
  least: number
  /** What the family noted with the bytes that the call has (Received.note). */
  note: unknown
}

/** What there is for it. */
export interface Received {
  /** At most as many as wanted: a view that is good until the next kernel action. */
  bytes: Uint8Array
  /** Of the message, of which `bytes` may be a part (MSG_TRUNC). */
  length: number
  /** MSG_* that recvmsg reports. */
  flags: number
  from: Uint8Array | null
  control: ReceivedControl[]
  /** Files that came along, each a reference, which is the caller's. Of what is to be taken yet, `consume` answers them. */
  files: FileDescription[] | null
  /** The call ends here, even if it wanted more. */
  last: boolean
  /** Nothing is to be taken: it was only looked at, or taken already. */
  taken: boolean
  /** For `Wanted.note`, should the call go on. */
  note?: unknown
}

/** What comes along besides files: bytes, or (behind the files) what becomes a descriptor. */
export type ReceivedControl = ({ kind: 'bytes' } & ControlBytes) | { kind: 'pidfd'; group: ThreadGroup | null }

/** What a family and type of sockets does. What is missing is EOPNOTSUPP. Addresses are whole sockaddrs. */
export interface SocketOps {
  /** How Linux's functions are called that wait for it, as wchan shows them. */
  waits: { receive: string; send: string; accept?: string; connect?: string }
  /** socket(2): its own part, and what else is not as in every new socket. */
  create(k: Kernel, task: Task, protocol: number): Pick<Socket, 'own'> & Partial<Socket>
  /** `mode`: of the socket's own inode. */
  bind(k: Kernel, task: Task, socket: Socket, address: Uint8Array, mode: number): SyscallResult
  listen?(k: Kernel, task: Task, socket: Socket, backlog: number): void
  /** The connection that has waited longest, which no file holds yet. */
  accept?(k: Kernel, task: Task, socket: Socket, nonblocking: boolean): Socket | Blocked
  connect(k: Kernel, task: Task, socket: Socket, address: Uint8Array, nonblocking: boolean): number | Blocked
  /** socketpair(2). */
  pair?(k: Kernel, task: Task, one: Socket, other: Socket): void
  /** Takes some or all of the bytes: how many; 0 for a message that is not all there (`left`), or for less than it takes at once. */
  send(k: Kernel, task: Task, socket: Socket, message: Outgoing): number | Blocked
  /** Control messages of a send, which it reads before anything else: EINVAL and what each brings with it. */
  control(k: Kernel, task: Task, socket: Socket, messages: readonly ControlBytes[]): OutgoingControl
  /** Bytes of the largest message that goes as a whole or not at all; 0: what is sent is a stream. */
  largest(socket: Socket): number
  receive(k: Kernel, task: Task, socket: Socket, wanted: Wanted): Received | Blocked
  /** What `receive` showed has reached the program: so many bytes of it. Answers files that came along. Not called where it was `taken`. */
  consume(k: Kernel, socket: Socket, count: number): FileDescription[] | null
  /** A fault cut the way of received bytes after `moved`: how many of them count. */
  arrived(socket: Socket, moved: number): number
  /** shutdown(2), `how` as bits. */
  shutdown(k: Kernel, socket: Socket, how: number): void
  /** What holds. Pushes queues besides the socket's own that tell of what is asked for (`events`; -1: all). */
  poll(k: Kernel, socket: Socket, events: number, queues: WaitQueue[] | null): number
  /** getsockname(2), getpeername(2): ENOTCONN. */
  address(socket: Socket, peer: boolean): Uint8Array
  /** Options of its own, by level. Missing: EOPNOTSUPP for all but SOL_SOCKET. */
  options?: readonly SocketOption[]
  /** SO_REUSEADDR or SO_REUSEPORT has changed. */
  shares?(k: Kernel, socket: Socket): void
  /** What getsockopt says of a level that it has no options of. */
  unknownLevel?: Errno
  ioctl?(k: Kernel, task: Task, socket: Socket, request: number, argument: number): SyscallResult
  /** The last file is closed. */
  release(k: Kernel, socket: Socket): void
  /** An address in words. */
  addressText(address: Uint8Array): string
  /** Bytes that can be read, or connections that can be accepted. */
  readable(socket: Socket): number
  /** Who is at the other end, where that is a socket of this machine. */
  other(socket: Socket): Socket | null
  /** Queues besides the socket's own, and what is waited for there. */
  queues?(socket: Socket): [WaitQueue, string][]
  /** Lines of /proc/PID/fdinfo/N. */
  fdinfo?(socket: Socket): string
  /** Kernel memory that it holds besides itself, and the files that are on their way in it. */
  bytesHeld(socket: Socket): number
  files(socket: Socket): Iterable<FileDescription>
}

/** A family of sockets. */
export interface Family {
  family: number
  /** socket(2): the type and protocol that serve what was asked for, or why none does. */
  find(task: Task, type: number, protocol: number, k: Kernel): { type: number; protocol: number }
  ops(type: number, protocol: number): SocketOps
  /** Rows of /proc/net/protocols: name, what a socket takes in Linux, and y or n for each call that there is a function for. */
  protocols: readonly { name: string; size: number; calls: string }[]
  /** Which of them a socket is. */
  protocolOf(type: number, protocol: number): string
  /** What is wrong with what its sockets count, one sentence each. */
  audit(k: Kernel): Iterable<string>
  /** Lines of /proc/net/sockstat. */
  sockstat?(k: Kernel): string
  /** Files of its own, by their names below /proc/PID: `net/unix`. */
  files: Readonly<Record<string, (k: Kernel) => string>>
}

/** What setsockopt reads and getsockopt writes. */
export type OptionValue = number | Uint8Array | { kind: 'pidfd'; group: ThreadGroup } | { kind: 'tooLong'; length: number }

/** An option. `get`: a number is an int; bytes are cut to the caller's length. What is missing is ENOPROTOOPT. */
export interface SocketOption {
  level: number
  name: number
  get?(k: Kernel, task: Task, socket: Socket, length: number): OptionValue
  /** `value` has its first four bytes as a number (`int`), and as many as `least` and `most` say. */
  set?(k: Kernel, task: Task, socket: Socket, value: { int: number; bytes: Uint8Array }): void
  /** The shortest value that setsockopt takes (missing: an int's), and how much of a longer one is read (missing: the same). */
  least?: number
  most?: number
}

// ---- AF_UNIX

/** Who has which name. */
export interface UnixNames {
  /** Abstract names, each type's for itself: `${type}:${name}`. */
  abstract: Map<string, Socket>
  /** Sockets that are bound to an inode, whatever it is called by now. */
  paths: Map<Inode, Socket>
  /** Sockets' own files that are on their way in messages: how often; and all files, by who sent them. */
  inFlight: Map<FileDescription, number>
  filesOfUser: Map<number, number>
  /** Files that messages held which were thrown away: they are let go one by one. Empty between two kernel actions. */
  dropped: FileDescription[]
  dropping: boolean
  /** Number of the last name that the kernel chose (autobind). */
  lastChosen: number
}

export interface UnixSocket extends ByteRing {
  kind: 'unix'
  /** A sockaddr, as it is shown; null: none. */
  name: Uint8Array | null
  /** Where it is bound to a path. */
  path: Path | null
  /** Whom it is connected to: still when that one is dead. */
  other: Socket | null
  /** In order: bytes of streams lie in the ring. Of a listener: connections. */
  queue: UnixMessage[]
  /** The byte of MSG_OOB in the queue; null: none. One that was read stays as a message without bytes: the mark. */
  urgent: UnixMessage | null
  /** Messages that were charged (mm/kmem.ts): as many as there were at once. */
  charged: number
  /** Senders and connecting sockets that found the queue full. */
  full: WaitQueue
}

/** An sk_buff: what one send put into a queue, or a part of it. */
export interface UnixMessage {
  /** Bytes that are left, and from where on in `bytes`. */
  length: number
  /** Of datagrams, and an urgent byte; null: they lie in the ring. */
  bytes: Uint8Array | null
  /** What it counts. */
  size: number
  from: Socket
  credentials: SentCredentials | null
  files: FileDescription[] | null
  /** Guest time (ns since boot) when it was sent; -1: nobody asked. */
  time: number
  /** In a listener's queue: the connection. */
  connection: Socket | null
}

// ---- AF_INET, AF_INET6

/** An address and a port. Addresses are texts: dotted (IPv4), or 32 hexadecimal digits. */
export interface Endpoint {
  address: string
  port: number
}

/** A packet as it would be on the wire. `bytes`: its payload, good until the next kernel action; `refused`: nobody heard it, and an error comes back. */
export interface Packet extends Pick<Datagram, 'bytes' | 'hops' | 'service'> {
  protocol: number
  from: Endpoint
  to: Endpoint
  /** Numbers of bytes are counted from the SYN; the window is in bytes. */
  tcp?: { flags: number; seq: number; ack: number; window: number }
  refused?: boolean
}

/** What sockets of one protocol are bound to. */
export interface PortTable {
  /** By port: who claims it, alike ones together. */
  ports: Map<number, Map<string, PortClaim>>
  /** By `port:address`: who hears what comes there (of TCP: listeners). */
  bound: Map<string, Socket[]>
  /** Where the search for a free port goes on. */
  next: number
}

/** Sockets that are alike to who wants the same port. */
export interface PortClaim {
  address: string
  v6only: boolean
  reuse: boolean
  reusePort: boolean
  user: number
  kind: 'listen' | 'timeWait' | 'other'
  count: number
}

export interface DatagramCounts {
  sent: number
  received: number
  noPorts: number
  errors: number
}

export interface InetTables {
  tcp: PortTable
  /** Of datagrams, by protocol; 0: of those that have no ports. */
  datagrams: Record<number, PortTable>
  /** What UDP and UDP-Lite did (/proc/net/snmp). */
  counts: DatagramCounts
  lite: DatagramCounts
  /** Connections and what is left of them, by their two ends. */
  connections: Map<string, Socket | TimeWait>
  timeWaits: number
}

/** What is left of a connection whose owner has closed it: FIN_WAIT2 until the other end closes too, then TIME_WAIT. */
export interface TimeWait {
  kind: 'timeWait'
  state: TcpState
  family: number
  local: Endpoint
  remote: Endpoint
  /** The class of its claim on the port; null: none. */
  claim: string | null
  user: number
  /** When it began (ns), and the timer that ends it. */
  since: number
  timer: number
}

/** What internet sockets have in common. */
export interface InetPart {
  /** Port 0: not bound. */
  local: Endpoint
  remote: Endpoint | null
  /** The port of a connection that ended: shown until there is another one. */
  formerPort: number
  v6only: boolean
  /** bind(2) said so: they outlast a connection (SOCK_BINDADDR_LOCK, SOCK_BINDPORT_LOCK). */
  boundAddress: boolean
  boundPort: boolean
  claim: string | null
  /** Its number in `OutsideState.ends`; 0: it has none. */
  outside: number
  /** Options of the levels of IP, IPv6 and the protocol, by `level:name`, where they were set. */
  values: Record<string, number>
}

/** A socket of UDP or of packets. */
export interface DatagramSocket extends InetPart {
  kind: 'datagram'
  queue: Datagram[]
  /** What was sent and came back as an error (IP_RECVERR). */
  errors: FailedDatagram[]
  /** What UDP_CORK and MSG_MORE keep until it goes out. */
  corked: { to: Endpoint; bytes: Uint8Array; control: OutgoingControl | null } | null
  /** Groups that it joined. */
  groups: string[]
  /** Messages that were charged, as many as there were at once. */
  charged: number
}

export interface Datagram {
  bytes: Uint8Array
  from: Endpoint
  /** The address and port that it was sent to, its hop limit and type of service. */
  to: string
  port: number
  hops: number
  service: number
  /** What it counts against SO_RCVBUF. */
  size: number
  /** When it came (ns since boot). */
  time: number
}

export interface FailedDatagram {
  code: number
  bytes: Uint8Array
  to: Endpoint
}

/** A TCP socket: what it receives lies in its ring. Bytes beyond its window are, to whoever asks, still with the sender. */
export interface TcpSocket extends InetPart, ByteRing {
  kind: 'tcp'
  tcp: TcpState
  /** The other end, and what is left of it when its owner is gone. */
  peer: Socket | null
  half: TimeWait | null
  /** It sent FIN; the other end has it. A FIN came (SOCK_DONE). */
  finSent: boolean
  finTaken: boolean
  ended: boolean
  /** The last of the bytes in its ring, so many, wait with the sender for more (TCP_CORK, MSG_MORE): they have not come yet. */
  held: number
  /** Bytes that were sent and read so far. */
  sent: number
  read: number
  /** MSG_OOB: which byte it is, counted as `read` is, its value, and whether it was read; null: none. */
  urgent: { at: number; byte: number; read: boolean } | null
  /** Of a listener: connections that wait to be accepted. */
  queue: Socket[]
  /** Of a connection that waits for bytes before it can be accepted (TCP_DEFER_ACCEPT), or sleeps in the queue: its listener. */
  listener: Socket | null
  deferred: boolean
  /** SYNs sent without an answer, and the timer of the next one. */
  tries: number
  timer: number
  /** When it last sent and received (ns). */
  lastSent: number
  lastReceived: number
  congestion: string
  /** Of an end that stands for the host: bytes in its ring that the host was told and has not taken; that nothing follows was told too. */
  told: number
  endTold: boolean
}

// ---- AF_NETLINK

export interface NetlinkSocket {
  kind: 'netlink'
  /** How others, and the kernel, call it; 0: not yet. */
  port: number
  groups: number
  /** Whom connect(2) named; 0: the kernel. */
  to: number
  /** Answers, whole. */
  queue: Uint8Array[]
  flags: Record<number, number>
}
