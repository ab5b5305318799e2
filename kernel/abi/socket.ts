// Sockets (socket(2), send(2), recv(2), socket(7), unix(7)): families, types, flags, options, and the structures of their calls.
import { struct } from './structs.ts'

/** Address families, by the numbers of <bits/socket.h>. */
export const FAMILIES = {
  AF_UNSPEC: 0,
  AF_UNIX: 1,
  AF_INET: 2,
  AF_AX25: 3,
  AF_IPX: 4,
  AF_APPLETALK: 5,
  AF_NETROM: 6,
  AF_BRIDGE: 7,
  AF_ATMPVC: 8,
  AF_X25: 9,
  AF_INET6: 10,
  AF_ROSE: 11,
  AF_DECnet: 12,
  AF_NETBEUI: 13,
  AF_SECURITY: 14,
  AF_KEY: 15,
  AF_NETLINK: 16,
  AF_PACKET: 17,
  AF_ASH: 18,
  AF_ECONET: 19,
  AF_ATMSVC: 20,
  AF_RDS: 21,
  AF_SNA: 22,
  AF_IRDA: 23,
  AF_PPPOX: 24,
  AF_WANPIPE: 25,
  AF_LLC: 26,
  AF_IB: 27,
  AF_MPLS: 28,
  AF_CAN: 29,
  AF_TIPC: 30,
  AF_BLUETOOTH: 31,
  AF_IUCV: 32,
  AF_RXRPC: 33,
  AF_ISDN: 34,
  AF_PHONET: 35,
  AF_IEEE802154: 36,
  AF_CAIF: 37,
  AF_ALG: 38,
  AF_NFC: 39,
  AF_VSOCK: 40,
  AF_KCM: 41,
  AF_QIPCRTR: 42,
  AF_SMC: 43,
  AF_XDP: 44,
  AF_MCTP: 45,
} as const
export const { AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET } = FAMILIES
/** NPROTO: no family has this number or a higher one. */
export const FAMILY_LIMIT = 46

export const SOCKET_TYPES = {
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_RDM: 4,
  SOCK_SEQPACKET: 5,
  SOCK_DCCP: 6,
  SOCK_PACKET: 10,
} as const
export const { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_PACKET } = SOCKET_TYPES
/** The bits of socket's second argument that are a type; SOCK_MAX: none has this number or a higher one. */
export const SOCK_TYPE_MASK = 0xf
export const SOCK_MAX = 11
export const SOCKET_FLAGS = { SOCK_CLOEXEC: 0x80000, SOCK_NONBLOCK: 0x800 } as const
export const { SOCK_CLOEXEC, SOCK_NONBLOCK } = SOCKET_FLAGS

export const SHUTDOWNS = { SHUT_RD: 0, SHUT_WR: 1, SHUT_RDWR: 2 } as const
export const { SHUT_RDWR } = SHUTDOWNS

/** Flags of send and recv, in strace's order. */
export const MSG = {
  MSG_OOB: 0x1,
  MSG_PEEK: 0x2,
  MSG_DONTROUTE: 0x4,
  MSG_CTRUNC: 0x8,
  MSG_PROBE: 0x10,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_EOR: 0x80,
  MSG_WAITALL: 0x100,
  MSG_FIN: 0x200,
  MSG_SYN: 0x400,
  MSG_CONFIRM: 0x800,
  MSG_RST: 0x1000,
  MSG_ERRQUEUE: 0x2000,
  MSG_NOSIGNAL: 0x4000,
  MSG_MORE: 0x8000,
  MSG_WAITFORONE: 0x10000,
  MSG_BATCH: 0x40000,
  MSG_ZEROCOPY: 0x4000000,
  MSG_FASTOPEN: 0x20000000,
  MSG_CMSG_CLOEXEC: 0x40000000,
} as const
export const {
  MSG_OOB,
  MSG_PEEK,
  MSG_CTRUNC,
  MSG_TRUNC,
  MSG_DONTWAIT,
  MSG_EOR,
  MSG_WAITALL,
  MSG_NOSIGNAL,
  MSG_WAITFORONE,
  MSG_CMSG_CLOEXEC,
} = MSG

export const SOCKET_LEVELS = {
  SOL_IP: 0,
  SOL_SOCKET: 1,
  SOL_TCP: 6,
  SOL_UDP: 17,
  SOL_IPV6: 41,
  SOL_ICMPV6: 58,
  SOL_UDPLITE: 136,
  SOL_RAW: 255,
  SOL_PACKET: 263,
  SOL_NETLINK: 270,
  SOL_TLS: 282,
} as const
export const { SOL_SOCKET } = SOCKET_LEVELS

/** Options of SOL_SOCKET. */
export const SO = {
  SO_DEBUG: 1,
  SO_REUSEADDR: 2,
  SO_TYPE: 3,
  SO_ERROR: 4,
  SO_DONTROUTE: 5,
  SO_BROADCAST: 6,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_KEEPALIVE: 9,
  SO_OOBINLINE: 10,
  SO_NO_CHECK: 11,
  SO_PRIORITY: 12,
  SO_LINGER: 13,
  SO_BSDCOMPAT: 14,
  SO_REUSEPORT: 15,
  SO_PASSCRED: 16,
  SO_PEERCRED: 17,
  SO_RCVLOWAT: 18,
  SO_SNDLOWAT: 19,
  SO_RCVTIMEO_OLD: 20,
  SO_SNDTIMEO_OLD: 21,
  SO_SECURITY_AUTHENTICATION: 22,
  SO_SECURITY_ENCRYPTION_TRANSPORT: 23,
  SO_SECURITY_ENCRYPTION_NETWORK: 24,
  SO_BINDTODEVICE: 25,
  SO_ATTACH_FILTER: 26,
  SO_DETACH_FILTER: 27,
  SO_PEERNAME: 28,
  SO_TIMESTAMP_OLD: 29,
  SO_ACCEPTCONN: 30,
  SO_PEERSEC: 31,
  SO_SNDBUFFORCE: 32,
  SO_RCVBUFFORCE: 33,
  SO_PASSSEC: 34,
  SO_TIMESTAMPNS_OLD: 35,
  SO_MARK: 36,
  SO_TIMESTAMPING_OLD: 37,
  SO_PROTOCOL: 38,
  SO_DOMAIN: 39,
  SO_RXQ_OVFL: 40,
  SO_WIFI_STATUS: 41,
  SO_PEEK_OFF: 42,
  SO_NOFCS: 43,
  SO_LOCK_FILTER: 44,
  SO_SELECT_ERR_QUEUE: 45,
  SO_BUSY_POLL: 46,
  SO_MAX_PACING_RATE: 47,
  SO_BPF_EXTENSIONS: 48,
  SO_INCOMING_CPU: 49,
  SO_ATTACH_BPF: 50,
  SO_ATTACH_REUSEPORT_CBPF: 51,
  SO_ATTACH_REUSEPORT_EBPF: 52,
  SO_CNX_ADVICE: 53,
  SO_MEMINFO: 55,
  SO_INCOMING_NAPI_ID: 56,
  SO_COOKIE: 57,
  SO_PEERGROUPS: 59,
  SO_ZEROCOPY: 60,
  SO_TXTIME: 61,
  SO_BINDTOIFINDEX: 62,
  SO_TIMESTAMP_NEW: 63,
  SO_TIMESTAMPNS_NEW: 64,
  SO_TIMESTAMPING_NEW: 65,
  SO_RCVTIMEO_NEW: 66,
  SO_SNDTIMEO_NEW: 67,
  SO_DETACH_REUSEPORT_BPF: 68,
  SO_PREFER_BUSY_POLL: 69,
  SO_BUSY_POLL_BUDGET: 70,
  SO_NETNS_COOKIE: 71,
  SO_BUF_LOCK: 72,
  SO_RESERVE_MEM: 73,
  SO_TXREHASH: 74,
  SO_RCVMARK: 75,
  SO_PASSPIDFD: 76,
  SO_PEERPIDFD: 77,
} as const

/** Control messages of SOL_SOCKET. */
export const SCM = {
  SCM_RIGHTS: 1,
  SCM_CREDENTIALS: 2,
  SCM_SECURITY: 3,
  SCM_PIDFD: 4,
  SO_TIMESTAMP_OLD: 29,
  SO_TIMESTAMPNS_OLD: 35,
  SO_TIMESTAMPING_OLD: 37,
  SO_TIMESTAMP_NEW: 63,
  SO_TIMESTAMPNS_NEW: 64,
} as const
export const { SCM_RIGHTS, SCM_CREDENTIALS, SCM_SECURITY, SCM_PIDFD } = SCM
/** Descriptors that one message carries (SCM_MAX_FD). */
export const SCM_MAX_FD = 253

/** Requests of sockets whatever their family. */
export const SOCKET_IOCTLS = {
  FIOSETOWN: 0x8901,
  SIOCSPGRP: 0x8902,
  FIOGETOWN: 0x8903,
  SIOCGPGRP: 0x8904,
  SIOCATMARK: 0x8905,
} as const

/** sockaddr_storage: the longest address. */
export const ADDRESS_MAX = 128
/** struct sockaddr_un: the family, and 108 bytes of name. */
export const SUN_PATH = 2
export const SUN_BYTES = 110

export const MSGHDR = struct({
  name: 'u64',
  namelen: 'i32',
  iov: 'u64',
  iovlen: 'u64',
  control: 'u64',
  controllen: 'u64',
  flags: 'u32',
})
/** struct mmsghdr: a message and the bytes that went. */
export const MMSGHDR = struct({ header: MSGHDR, length: 'u32' })
/** What stands before each control message; each begins at a multiple of 8. */
export const CMSGHDR = struct({ length: 'u64', level: 'i32', type: 'i32' })
export const UCRED = struct({ pid: 'i32', uid: 'u32', gid: 'u32' })
export const LINGER = struct({ onoff: 'i32', linger: 'i32' })
