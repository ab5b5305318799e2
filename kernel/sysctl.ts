// What an administrator may set while the machine runs (sysctl(8)), as plain data. Whoever is ruled by a setting reads it here;
// proc/sysctl.ts gives each its name, its bounds and its text.
export interface Sysctls {
  /** fs.nr_open: ceiling of RLIMIT_NOFILE. */
  nrOpen: number
  /** fs.file-max: open file descriptions of the whole machine. */
  fileMax: number
  /** fs.pipe-max-size (bytes): how large F_SETPIPE_SZ makes a pipe without CAP_SYS_RESOURCE. */
  pipeMaxSize: number
  /** fs.pipe-user-pages-soft, -hard: pages in all the pipes of one user; 0 no limit. */
  pipeUserPagesSoft: number
  pipeUserPagesHard: number
  /** fs.lease-break-time: seconds that the holder of a lease is given. */
  leaseBreakTime: number
  /** fs.epoll.max_user_watches: files that all epolls of a user watch. */
  epollUserWatches: number
  /** fs.aio-max-nr: operations that all contexts of asynchronous I/O are made for. */
  aioMaxNr: number
  /** fs.inotify.*. */
  inotifyQueuedEvents: number
  inotifyUserInstances: number
  inotifyUserWatches: number
  /** net.core: bytes of a socket's buffers at first and (of SO_SNDBUF and SO_RCVBUF, before they are doubled) at most; the longest backlog. */
  wmemDefault: number
  wmemMax: number
  rmemDefault: number
  rmemMax: number
  somaxconn: number
  /** net.core.optmem_max: bytes of control messages that one send brings. */
  optmemMax: number
  /** net.ipv4: the first and last port that the kernel chooses (ip_local_port_range), the first that anybody may bind. */
  localPorts: [number, number]
  unprivilegedPorts: number
  /** net.ipv4.tcp_wmem, tcp_rmem: bytes of a buffer at least, at first, and at most where nobody set one. */
  tcpWmem: [number, number, number]
  tcpRmem: [number, number, number]
  /** net.ipv4.tcp_syn_retries, _fin_timeout and _keepalive_* (seconds), _max_tw_buckets. */
  tcpSynRetries: number
  tcpFinTimeout: number
  tcpKeepaliveTime: number
  tcpKeepaliveInterval: number
  tcpKeepaliveProbes: number
  tcpTimeWaits: number
  /** net.ipv4.ip_default_ttl. */
  defaultTtl: number
  /** net.ipv4.ping_group_range: groups that may have ping sockets. */
  pingGroups: [number, number]
  /** net.ipv6.bindv6only. */
  bindV6only: number
  /** net.unix.max_dgram_qlen: datagrams that wait in one socket. */
  unixDatagrams: number
  /** vm.max_map_count: regions of one address space. */
  maxMapCount: number
  /** vm.overcommit_memory: 0 refuses what is more than the machine has, 1 refuses nothing, 2 holds everybody to the commit limit. */
  overcommitMemory: number
  /** vm.overcommit_ratio (percent of RAM) and, where it is not 0, vm.overcommit_kbytes: the commit limit. */
  overcommitRatio: number
  overcommitKbytes: number
  /** vm.swappiness: there is nothing to swap to. */
  swappiness: number
  /** vm.oom_kill_allocating_task: who asks for too much goes, not who has most; oom_dump_tasks: the log tells of everybody; panic_on_oom. */
  oomKillAllocatingTask: number
  oomDumpTasks: number
  panicOnOom: number
  /** kernel.threads-max. */
  threadsMax: number
  /** kernel.sched_rr_timeslice_ms, in nanoseconds. */
  rrSlice: number
  /** kernel.max_lock_depth: a longer chain of owners who wait counts as a deadlock. */
  maxLockDepth: number
  /** kernel.sched_rt_runtime_us, _period_us: how much of each hart may be promised to SCHED_DEADLINE. -1: anything. */
  rtRuntime: number
  rtPeriod: number
  /** kernel.core_pattern, core_uses_pid. */
  corePattern: string
  coreUsesPid: number
  /** kernel.printk: of the console, of messages without a level, the least and the usual one of the console. */
  printk: number[]
  /** kernel.yama.ptrace_scope: whom a process without CAP_SYS_PTRACE may trace (process/tracer.ts). */
  ptraceScope: number
  /** kernel.dmesg_restrict: the log is for CAP_SYSLOG alone. */
  dmesgRestrict: number
  /** kernel.tainted: bits (tainted-kernels.rst); nothing here sets one by itself. */
  tainted: bigint
}

/** Linux bounds threads by the RAM that their kernel stacks take; here these are not in the guest's RAM, and numbers run out first. */
const THREADS_MAX = 32768
/** Watches may take a hundredth of RAM, at about a KiB each; Linux's bounds. */
const WATCHES = { least: 8192, most: 1048576, ram: 100 * 1024 } as const

/** An epoll's items may take a 25th of RAM, at so many bytes each (EP_ITEM_COST). */
const EPOLL = { ram: 25, bytes: 184 } as const

/** The values at boot of a machine with so much RAM: Linux's defaults. */
export const newSysctls = (ramBytes: number): Sysctls => ({
  nrOpen: 1048576,
  fileMax: Math.max(8192, Math.floor(ramBytes / 10240)),
  pipeMaxSize: 1048576,
  pipeUserPagesSoft: 16384,
  pipeUserPagesHard: 0,
  leaseBreakTime: 45,
  epollUserWatches: Math.floor(ramBytes / EPOLL.ram / EPOLL.bytes),
  aioMaxNr: 65536,
  inotifyQueuedEvents: 16384,
  inotifyUserInstances: 128,
  inotifyUserWatches: Math.min(WATCHES.most, Math.max(WATCHES.least, Math.floor(ramBytes / WATCHES.ram))),
  wmemDefault: 212992,
  wmemMax: 212992,
  rmemDefault: 212992,
  rmemMax: 212992,
  somaxconn: 4096,
  optmemMax: 131072,
  localPorts: [32768, 60999],
  unprivilegedPorts: 1024,
  tcpWmem: [4096, 16384, 4194304],
  tcpRmem: [4096, 131072, 6291456],
  tcpSynRetries: 6,
  tcpFinTimeout: 60,
  tcpKeepaliveTime: 7200,
  tcpKeepaliveInterval: 75,
  tcpKeepaliveProbes: 9,
  tcpTimeWaits: 8192,
  defaultTtl: 64,
  pingGroups: [1, 0],
  bindV6only: 0,
  unixDatagrams: 10,
  maxMapCount: 65530,
  overcommitMemory: 0,
  overcommitRatio: 50,
  overcommitKbytes: 0,
  swappiness: 60,
  oomKillAllocatingTask: 0,
  oomDumpTasks: 1,
  panicOnOom: 0,
  threadsMax: THREADS_MAX,
  rrSlice: 100_000_000,
  maxLockDepth: 1024,
  rtRuntime: 950_000,
  rtPeriod: 1_000_000,
  corePattern: 'core',
  coreUsesPid: 0,
  printk: [1, 4, 1, 7],
  dmesgRestrict: 0,
  ptraceScope: 0,
  tainted: 0n,
})
