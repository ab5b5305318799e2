// Flags of calls on files (Linux uapi asm-generic/fcntl.h, linux/{fcntl,stat,fs,falloc,...}.h): used by the handlers and by the trace.

/** open(2) flags in strace's order. O_RDONLY is 0; O_ACCMODE masks the access mode. */
export const OPEN_FLAGS = {
  O_RDONLY: 0,
  O_WRONLY: 0o1,
  O_RDWR: 0o2,
  O_ACCMODE: 0o3,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_NOCTTY: 0o400,
  O_TRUNC: 0o1000,
  O_APPEND: 0o2000,
  O_NONBLOCK: 0o4000,
  O_SYNC: 0o4010000,
  O_DSYNC: 0o10000,
  O_DIRECT: 0o40000,
  O_LARGEFILE: 0o100000,
  O_NOFOLLOW: 0o400000,
  O_NOATIME: 0o1000000,
  O_CLOEXEC: 0o2000000,
  O_PATH: 0o10000000,
  O_TMPFILE: 0o20200000,
  O_DIRECTORY: 0o200000,
  O_ASYNC: 0o20000,
} as const
export const {
  O_RDONLY,
  O_WRONLY,
  O_RDWR,
  O_ACCMODE,
  O_CREAT,
  O_EXCL,
  O_NOCTTY,
  O_TRUNC,
  O_APPEND,
  O_NONBLOCK,
  O_DSYNC,
  O_ASYNC,
  O_DIRECT,
  O_LARGEFILE,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_NOATIME,
  O_CLOEXEC,
  O_SYNC,
  O_PATH,
  O_TMPFILE,
} = OPEN_FLAGS

/** openat2(2): how a path may be walked. */
export const RESOLVE = {
  RESOLVE_NO_XDEV: 0x1,
  RESOLVE_NO_MAGICLINKS: 0x2,
  RESOLVE_NO_SYMLINKS: 0x4,
  RESOLVE_BENEATH: 0x8,
  RESOLVE_IN_ROOT: 0x10,
  RESOLVE_CACHED: 0x20,
} as const
export const { RESOLVE_NO_XDEV, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH, RESOLVE_IN_ROOT, RESOLVE_CACHED } = RESOLVE

/** The type bits of st_mode. */
export const FILE_TYPES = {
  S_IFMT: 0o170000,
  S_IFSOCK: 0o140000,
  S_IFLNK: 0o120000,
  S_IFREG: 0o100000,
  S_IFBLK: 0o60000,
  S_IFDIR: 0o40000,
  S_IFCHR: 0o20000,
  S_IFIFO: 0o10000,
} as const
export const { S_IFMT, S_IFSOCK, S_IFLNK, S_IFREG, S_IFBLK, S_IFDIR, S_IFCHR, S_IFIFO } = FILE_TYPES

/** The other bits of st_mode. */
export const MODE_BITS = {
  S_ISUID: 0o4000,
  S_ISGID: 0o2000,
  S_ISVTX: 0o1000,
  S_IRUSR: 0o400,
  S_IWUSR: 0o200,
  S_IXUSR: 0o100,
  S_IRGRP: 0o40,
  S_IWGRP: 0o20,
  S_IXGRP: 0o10,
  S_IROTH: 0o4,
  S_IWOTH: 0o2,
  S_IXOTH: 0o1,
} as const
export const { S_ISUID, S_ISGID, S_ISVTX, S_IRUSR, S_IWUSR, S_IXUSR, S_IRGRP, S_IWGRP, S_IXGRP, S_IROTH, S_IWOTH, S_IXOTH } = MODE_BITS

/** A device number as st_rdev has it: 12 bits of major, 20 of minor (linux/kdev_t.h). */
export const makeDev = (major: number, minor: number): number => ((minor & 0xff) | (major << 8) | ((minor & 0xfff00) << 12)) >>> 0
export const majorOf = (dev: number): number => (dev >>> 8) & 0xfff
export const minorOf = (dev: number): number => (dev & 0xff) | ((dev >>> 12) & 0xfff00)

/** Flags of the *at calls. */
export const AT_LOOKUP_FLAGS = {
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_REMOVEDIR: 0x200,
  AT_SYMLINK_FOLLOW: 0x400,
  AT_NO_AUTOMOUNT: 0x800,
  AT_EMPTY_PATH: 0x1000,
  AT_STATX_SYNC_TYPE: 0x6000,
  AT_STATX_FORCE_SYNC: 0x2000,
  AT_STATX_DONT_SYNC: 0x4000,
} as const
export const {
  AT_SYMLINK_NOFOLLOW,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  AT_NO_AUTOMOUNT,
  AT_EMPTY_PATH,
  AT_STATX_SYNC_TYPE,
  AT_STATX_FORCE_SYNC,
  AT_STATX_DONT_SYNC,
} = AT_LOOKUP_FLAGS

/** A directory descriptor that means the working directory. */
export const AT_FDCWD = -100
/** faccessat2: check with the effective ids (the same bit as AT_REMOVEDIR). */
export const AT_EACCESS = 0x200

/** access(2). */
export const ACCESS_MODES = {
  F_OK: 0,
  X_OK: 1,
  W_OK: 2,
  R_OK: 4,
} as const
export const { F_OK, X_OK, W_OK, R_OK } = ACCESS_MODES

/** lseek(2). */
export const SEEK = {
  SEEK_SET: 0,
  SEEK_CUR: 1,
  SEEK_END: 2,
  SEEK_DATA: 3,
  SEEK_HOLE: 4,
} as const
export const { SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE } = SEEK

/** poll(2) bits. */
export const POLL = {
  POLLIN: 0x1,
  POLLPRI: 0x2,
  POLLOUT: 0x4,
  POLLERR: 0x8,
  POLLHUP: 0x10,
  POLLNVAL: 0x20,
  POLLRDNORM: 0x40,
  POLLRDBAND: 0x80,
  POLLWRNORM: 0x100,
  POLLWRBAND: 0x200,
  POLLMSG: 0x400,
  POLLRDHUP: 0x2000,
} as const
export const { POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL, POLLRDNORM, POLLRDBAND, POLLWRNORM, POLLWRBAND, POLLMSG, POLLRDHUP } =
  POLL

/** epoll(7): commands and event bits. */
export const EPOLL = {
  EPOLL_CTL_ADD: 0x1,
  EPOLL_CTL_DEL: 0x2,
  EPOLL_CTL_MOD: 0x3,
  EPOLLIN: 0x1,
  EPOLLPRI: 0x2,
  EPOLLOUT: 0x4,
  EPOLLERR: 0x8,
  EPOLLHUP: 0x10,
  EPOLLRDHUP: 0x2000,
  EPOLLEXCLUSIVE: 0x10000000,
  EPOLLWAKEUP: 0x20000000,
  EPOLLONESHOT: 0x40000000,
  EPOLLET: 0x80000000,
  EPOLL_CLOEXEC: 0x80000,
} as const
export const {
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLIN,
  EPOLLPRI,
  EPOLLOUT,
  EPOLLERR,
  EPOLLHUP,
  EPOLLRDHUP,
  EPOLLEXCLUSIVE,
  EPOLLWAKEUP,
  EPOLLONESHOT,
  EPOLLET,
  EPOLL_CLOEXEC,
} = EPOLL

/** d_type of getdents64. */
export const DIRENT_TYPES = {
  DT_UNKNOWN: 0,
  DT_FIFO: 1,
  DT_CHR: 2,
  DT_DIR: 4,
  DT_BLK: 6,
  DT_REG: 8,
  DT_LNK: 10,
  DT_SOCK: 12,
} as const
export const { DT_UNKNOWN, DT_FIFO, DT_CHR, DT_DIR, DT_BLK, DT_REG, DT_LNK, DT_SOCK } = DIRENT_TYPES

/** renameat2(2). */
export const RENAME = {
  RENAME_NOREPLACE: 1,
  RENAME_EXCHANGE: 2,
  RENAME_WHITEOUT: 4,
} as const
export const { RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT } = RENAME

/** fallocate(2). */
export const FALLOCATE = {
  FALLOC_FL_KEEP_SIZE: 0x1,
  FALLOC_FL_PUNCH_HOLE: 0x2,
  FALLOC_FL_NO_HIDE_STALE: 0x4,
  FALLOC_FL_COLLAPSE_RANGE: 0x8,
  FALLOC_FL_ZERO_RANGE: 0x10,
  FALLOC_FL_INSERT_RANGE: 0x20,
  FALLOC_FL_UNSHARE_RANGE: 0x40,
} as const
export const {
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_NO_HIDE_STALE,
  FALLOC_FL_COLLAPSE_RANGE,
  FALLOC_FL_ZERO_RANGE,
  FALLOC_FL_INSERT_RANGE,
  FALLOC_FL_UNSHARE_RANGE,
} = FALLOCATE

/** posix_fadvise(2). */
export const FADVISE = {
  POSIX_FADV_NORMAL: 0,
  POSIX_FADV_RANDOM: 1,
  POSIX_FADV_SEQUENTIAL: 2,
  POSIX_FADV_WILLNEED: 3,
  POSIX_FADV_DONTNEED: 4,
  POSIX_FADV_NOREUSE: 5,
} as const
export const { POSIX_FADV_NORMAL, POSIX_FADV_RANDOM, POSIX_FADV_SEQUENTIAL, POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED, POSIX_FADV_NOREUSE } =
  FADVISE

/** sync_file_range(2). */
export const SYNC_FILE_RANGE = {
  SYNC_FILE_RANGE_WAIT_BEFORE: 1,
  SYNC_FILE_RANGE_WRITE: 2,
  SYNC_FILE_RANGE_WAIT_AFTER: 4,
} as const

/** preadv2(2), pwritev2(2). */
export const RWF = {
  RWF_HIPRI: 0x1,
  RWF_DSYNC: 0x2,
  RWF_SYNC: 0x4,
  RWF_NOWAIT: 0x8,
  RWF_APPEND: 0x10,
  RWF_NOAPPEND: 0x20,
  RWF_ATOMIC: 0x40,
} as const
export const { RWF_HIPRI, RWF_DSYNC, RWF_SYNC, RWF_NOWAIT, RWF_APPEND, RWF_NOAPPEND, RWF_ATOMIC } = RWF

/** splice(2), tee(2), vmsplice(2). */
export const SPLICE = {
  SPLICE_F_MOVE: 0x1,
  SPLICE_F_NONBLOCK: 0x2,
  SPLICE_F_MORE: 0x4,
  SPLICE_F_GIFT: 0x8,
} as const
export const { SPLICE_F_NONBLOCK } = SPLICE

/** ioctl requests on files of any kind (linux/fs.h). */
export const FS_IOCTLS = {
  FIGETBSZ: 0x2,
  FIOQSIZE: 0x5460,
  FS_IOC_GETFLAGS: 0x8008_6601,
  FS_IOC_SETFLAGS: 0x4008_6602,
} as const

/** File attributes that files in memory have (ioctl_iflags(2)). */
export const FS_FLAGS = {
  FS_IMMUTABLE_FL: 0x10,
  FS_APPEND_FL: 0x20,
  FS_NODUMP_FL: 0x40,
  FS_NOATIME_FL: 0x80,
} as const

/** statx(2) mask bits. */
export const STATX = {
  STATX_TYPE: 0x1,
  STATX_MODE: 0x2,
  STATX_NLINK: 0x4,
  STATX_UID: 0x8,
  STATX_GID: 0x10,
  STATX_ATIME: 0x20,
  STATX_MTIME: 0x40,
  STATX_CTIME: 0x80,
  STATX_INO: 0x100,
  STATX_SIZE: 0x200,
  STATX_BLOCKS: 0x400,
  STATX_BASIC_STATS: 0x7ff,
  STATX_BTIME: 0x800,
  STATX_ALL: 0xfff,
  STATX_MNT_ID: 0x1000,
} as const
export const {
  STATX_TYPE,
  STATX_MODE,
  STATX_NLINK,
  STATX_UID,
  STATX_GID,
  STATX_ATIME,
  STATX_MTIME,
  STATX_CTIME,
  STATX_INO,
  STATX_SIZE,
  STATX_BLOCKS,
  STATX_BASIC_STATS,
  STATX_BTIME,
  STATX_ALL,
  STATX_MNT_ID,
} = STATX

/** f_type of statfs(2). */
export const FS_MAGIC = {
  TMPFS_MAGIC: 0x1021994,
  PROC_SUPER_MAGIC: 0x9fa0,
  PIPEFS_MAGIC: 0x50495045,
  DEVPTS_SUPER_MAGIC: 0x1cd1,
  SYSFS_MAGIC: 0x62656572,
  EXT4_SUPER_MAGIC: 0xef53,
  ANON_INODE_FS_MAGIC: 0x9041934,
  SOCKFS_MAGIC: 0x534f434b,
  OVERLAYFS_SUPER_MAGIC: 0x794c7630,
  HOSTFS_SUPER_MAGIC: 0xc0ffee,
} as const
export const {
  TMPFS_MAGIC,
  PROC_SUPER_MAGIC,
  PIPEFS_MAGIC,
  DEVPTS_SUPER_MAGIC,
  SYSFS_MAGIC,
  EXT4_SUPER_MAGIC,
  ANON_INODE_FS_MAGIC,
  SOCKFS_MAGIC,
} = FS_MAGIC

/** memfd_create(2). */
export const MFD = {
  MFD_CLOEXEC: 0x1,
  MFD_ALLOW_SEALING: 0x2,
  MFD_HUGETLB: 0x4,
  MFD_NOEXEC_SEAL: 0x8,
  MFD_EXEC: 0x10,
} as const
export const { MFD_CLOEXEC, MFD_ALLOW_SEALING, MFD_HUGETLB, MFD_NOEXEC_SEAL, MFD_EXEC } = MFD

/** eventfd2(2). */
export const EFD = {
  EFD_SEMAPHORE: 0o1,
  EFD_CLOEXEC: 0o2000000,
  EFD_NONBLOCK: 0o4000,
} as const
export const { EFD_SEMAPHORE, EFD_CLOEXEC, EFD_NONBLOCK } = EFD

/** setxattr(2). */
export const XATTR = {
  XATTR_CREATE: 1,
  XATTR_REPLACE: 2,
} as const
export const { XATTR_CREATE, XATTR_REPLACE } = XATTR

/** Special tv_nsec of utimensat(2). */
export const UTIME = {
  UTIME_NOW: 0x3fffffff,
  UTIME_OMIT: 0x3ffffffe,
} as const
export const { UTIME_NOW, UTIME_OMIT } = UTIME

/** close_range(2). */
export const CLOSE_RANGE_UNSHARE = 2
export const CLOSE_RANGE_CLOEXEC = 4

export const PIPE_BUF = 4096
export const NAME_MAX = 255
/** Bytes of a path, its NUL included. */
export const PATH_MAX = 4096
/** Symbolic links followed in one walk before ELOOP. */
export const SYMLINK_MAX = 40
/** readv, writev and the like. */
export const IOV_MAX = 1024
/** Most bytes one read or write moves: 2 GiB less a page. */
export const MAX_RW_COUNT = 0x7fff_f000
