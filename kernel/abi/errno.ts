// Error numbers that system calls answer with (Linux uapi asm-generic errno-base.h and errno.h; errno(3)).
// A guest's mistake is thrown as one of these ready-made objects: cheap, and never mistaken for a defect of ours.

/** A guest's mistake. `message` is strerror's text. */
export class Errno extends Error {
  readonly kind = 'errno'
  readonly code: number
  override readonly name: string

  constructor(code: number, name: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.name = name
  }
}

const byName = new Map<string, Errno>()
const byCode = new Map<number, Errno>()

function errno(code: number, name: string, message: string): Errno {
  const row = new Errno(code, name, message)
  // Made here, thrown anywhere: a stack would only mislead.
  row.stack = `${name}: ${message}`
  Object.freeze(row)
  byName.set(name, row)
  byCode.set(code, row)
  return row
}

/** `ENOENT`, as hosts name their errors. */
export const errnoByName = (name: string): Errno | undefined => byName.get(name)
export const errnoByCode = (code: number): Errno | undefined => byCode.get(code)
/** The highest of them; beyond lies what only the kernel sees. */
export const LAST_ERRNO = 133
/** Those that a program can be given, in the order of their numbers. */
export const errnos = (): Errno[] => [...byCode.values()].filter(({ code }) => code <= LAST_ERRNO)
/** Second names. */
export const ERRNO_ALIASES = { EWOULDBLOCK: 'EAGAIN', EDEADLOCK: 'EDEADLK', ENOTSUP: 'EOPNOTSUPP' } as const

export const EPERM = errno(1, 'EPERM', 'Operation not permitted')
export const ENOENT = errno(2, 'ENOENT', 'No such file or directory')
export const ESRCH = errno(3, 'ESRCH', 'No such process')
export const EINTR = errno(4, 'EINTR', 'Interrupted system call')
export const EIO = errno(5, 'EIO', 'Input/output error')
export const ENXIO = errno(6, 'ENXIO', 'No such device or address')
export const E2BIG = errno(7, 'E2BIG', 'Argument list too long')
export const ENOEXEC = errno(8, 'ENOEXEC', 'Exec format error')
export const EBADF = errno(9, 'EBADF', 'Bad file descriptor')
export const ECHILD = errno(10, 'ECHILD', 'No child processes')
export const EAGAIN = errno(11, 'EAGAIN', 'Resource temporarily unavailable')
export const EWOULDBLOCK = EAGAIN
export const ENOMEM = errno(12, 'ENOMEM', 'Cannot allocate memory')
export const EACCES = errno(13, 'EACCES', 'Permission denied')
export const EFAULT = errno(14, 'EFAULT', 'Bad address')
export const ENOTBLK = errno(15, 'ENOTBLK', 'Block device required')
export const EBUSY = errno(16, 'EBUSY', 'Device or resource busy')
export const EEXIST = errno(17, 'EEXIST', 'File exists')
export const EXDEV = errno(18, 'EXDEV', 'Invalid cross-device link')
export const ENODEV = errno(19, 'ENODEV', 'No such device')
export const ENOTDIR = errno(20, 'ENOTDIR', 'Not a directory')
export const EISDIR = errno(21, 'EISDIR', 'Is a directory')
export const EINVAL = errno(22, 'EINVAL', 'Invalid argument')
export const ENFILE = errno(23, 'ENFILE', 'Too many open files in system')
export const EMFILE = errno(24, 'EMFILE', 'Too many open files')
export const ENOTTY = errno(25, 'ENOTTY', 'Inappropriate ioctl for device')
export const ETXTBSY = errno(26, 'ETXTBSY', 'Text file busy')
export const EFBIG = errno(27, 'EFBIG', 'File too large')
export const ENOSPC = errno(28, 'ENOSPC', 'No space left on device')
export const ESPIPE = errno(29, 'ESPIPE', 'Illegal seek')
export const EROFS = errno(30, 'EROFS', 'Read-only file system')
export const EMLINK = errno(31, 'EMLINK', 'Too many links')
export const EPIPE = errno(32, 'EPIPE', 'Broken pipe')
export const EDOM = errno(33, 'EDOM', 'Numerical argument out of domain')
export const ERANGE = errno(34, 'ERANGE', 'Numerical result out of range')
export const EDEADLK = errno(35, 'EDEADLK', 'Resource deadlock avoided')
export const ENAMETOOLONG = errno(36, 'ENAMETOOLONG', 'File name too long')
export const ENOLCK = errno(37, 'ENOLCK', 'No locks available')
export const ENOSYS = errno(38, 'ENOSYS', 'Function not implemented')
export const ENOTEMPTY = errno(39, 'ENOTEMPTY', 'Directory not empty')
export const ELOOP = errno(40, 'ELOOP', 'Too many levels of symbolic links')
export const ENOMSG = errno(42, 'ENOMSG', 'No message of desired type')
export const EIDRM = errno(43, 'EIDRM', 'Identifier removed')
export const ECHRNG = errno(44, 'ECHRNG', 'Channel number out of range')
export const EL2NSYNC = errno(45, 'EL2NSYNC', 'Level 2 not synchronized')
export const EL3HLT = errno(46, 'EL3HLT', 'Level 3 halted')
export const EL3RST = errno(47, 'EL3RST', 'Level 3 reset')
export const ELNRNG = errno(48, 'ELNRNG', 'Link number out of range')
export const EUNATCH = errno(49, 'EUNATCH', 'Protocol driver not attached')
export const ENOCSI = errno(50, 'ENOCSI', 'No CSI structure available')
export const EL2HLT = errno(51, 'EL2HLT', 'Level 2 halted')
export const EBADE = errno(52, 'EBADE', 'Invalid exchange')
export const EBADR = errno(53, 'EBADR', 'Invalid request descriptor')
export const EXFULL = errno(54, 'EXFULL', 'Exchange full')
export const ENOANO = errno(55, 'ENOANO', 'No anode')
export const EBADRQC = errno(56, 'EBADRQC', 'Invalid request code')
export const EBADSLT = errno(57, 'EBADSLT', 'Invalid slot')
export const EBFONT = errno(59, 'EBFONT', 'Bad font file format')
export const ENOSTR = errno(60, 'ENOSTR', 'Device not a stream')
export const ENODATA = errno(61, 'ENODATA', 'No data available')
export const ETIME = errno(62, 'ETIME', 'Timer expired')
export const ENOSR = errno(63, 'ENOSR', 'Out of streams resources')
export const ENONET = errno(64, 'ENONET', 'Machine is not on the network')
export const ENOPKG = errno(65, 'ENOPKG', 'Package not installed')
export const EREMOTE = errno(66, 'EREMOTE', 'Object is remote')
export const ENOLINK = errno(67, 'ENOLINK', 'Link has been severed')
export const EADV = errno(68, 'EADV', 'Advertise error')
export const ESRMNT = errno(69, 'ESRMNT', 'Srmount error')
export const ECOMM = errno(70, 'ECOMM', 'Communication error on send')
export const EPROTO = errno(71, 'EPROTO', 'Protocol error')
export const EMULTIHOP = errno(72, 'EMULTIHOP', 'Multihop attempted')
export const EDOTDOT = errno(73, 'EDOTDOT', 'RFS specific error')
export const EBADMSG = errno(74, 'EBADMSG', 'Bad message')
export const EOVERFLOW = errno(75, 'EOVERFLOW', 'Value too large for defined data type')
export const ENOTUNIQ = errno(76, 'ENOTUNIQ', 'Name not unique on network')
export const EBADFD = errno(77, 'EBADFD', 'File descriptor in bad state')
export const EREMCHG = errno(78, 'EREMCHG', 'Remote address changed')
export const ELIBACC = errno(79, 'ELIBACC', 'Can not access a needed shared library')
export const ELIBBAD = errno(80, 'ELIBBAD', 'Accessing a corrupted shared library')
export const ELIBSCN = errno(81, 'ELIBSCN', '.lib section in a.out corrupted')
export const ELIBMAX = errno(82, 'ELIBMAX', 'Attempting to link in too many shared libraries')
export const ELIBEXEC = errno(83, 'ELIBEXEC', 'Cannot exec a shared library directly')
export const EILSEQ = errno(84, 'EILSEQ', 'Invalid or incomplete multibyte or wide character')
export const ERESTART = errno(85, 'ERESTART', 'Interrupted system call should be restarted')
export const ESTRPIPE = errno(86, 'ESTRPIPE', 'Streams pipe error')
export const EUSERS = errno(87, 'EUSERS', 'Too many users')
export const ENOTSOCK = errno(88, 'ENOTSOCK', 'Socket operation on non-socket')
export const EDESTADDRREQ = errno(89, 'EDESTADDRREQ', 'Destination address required')
export const EMSGSIZE = errno(90, 'EMSGSIZE', 'Message too long')
export const EPROTOTYPE = errno(91, 'EPROTOTYPE', 'Protocol wrong type for socket')
export const ENOPROTOOPT = errno(92, 'ENOPROTOOPT', 'Protocol not available')
export const EPROTONOSUPPORT = errno(93, 'EPROTONOSUPPORT', 'Protocol not supported')
export const ESOCKTNOSUPPORT = errno(94, 'ESOCKTNOSUPPORT', 'Socket type not supported')
export const EOPNOTSUPP = errno(95, 'EOPNOTSUPP', 'Operation not supported')
export const EPFNOSUPPORT = errno(96, 'EPFNOSUPPORT', 'Protocol family not supported')
export const EAFNOSUPPORT = errno(97, 'EAFNOSUPPORT', 'Address family not supported by protocol')
export const EADDRINUSE = errno(98, 'EADDRINUSE', 'Address already in use')
export const EADDRNOTAVAIL = errno(99, 'EADDRNOTAVAIL', 'Cannot assign requested address')
export const ENETDOWN = errno(100, 'ENETDOWN', 'Network is down')
export const ENETUNREACH = errno(101, 'ENETUNREACH', 'Network is unreachable')
export const ENETRESET = errno(102, 'ENETRESET', 'Network dropped connection on reset')
export const ECONNABORTED = errno(103, 'ECONNABORTED', 'Software caused connection abort')
export const ECONNRESET = errno(104, 'ECONNRESET', 'Connection reset by peer')
export const ENOBUFS = errno(105, 'ENOBUFS', 'No buffer space available')
export const EISCONN = errno(106, 'EISCONN', 'Transport endpoint is already connected')
export const ENOTCONN = errno(107, 'ENOTCONN', 'Transport endpoint is not connected')
export const ESHUTDOWN = errno(108, 'ESHUTDOWN', 'Cannot send after transport endpoint shutdown')
export const ETOOMANYREFS = errno(109, 'ETOOMANYREFS', 'Too many references: cannot splice')
export const ETIMEDOUT = errno(110, 'ETIMEDOUT', 'Connection timed out')
export const ECONNREFUSED = errno(111, 'ECONNREFUSED', 'Connection refused')
export const EHOSTDOWN = errno(112, 'EHOSTDOWN', 'Host is down')
export const EHOSTUNREACH = errno(113, 'EHOSTUNREACH', 'No route to host')
export const EALREADY = errno(114, 'EALREADY', 'Operation already in progress')
export const EINPROGRESS = errno(115, 'EINPROGRESS', 'Operation now in progress')
export const ESTALE = errno(116, 'ESTALE', 'Stale file handle')
export const EUCLEAN = errno(117, 'EUCLEAN', 'Structure needs cleaning')
export const ENOTNAM = errno(118, 'ENOTNAM', 'Not a XENIX named type file')
export const ENAVAIL = errno(119, 'ENAVAIL', 'No XENIX semaphores available')
export const EISNAM = errno(120, 'EISNAM', 'Is a named type file')
export const EREMOTEIO = errno(121, 'EREMOTEIO', 'Remote I/O error')
export const EDQUOT = errno(122, 'EDQUOT', 'Disk quota exceeded')
export const ENOMEDIUM = errno(123, 'ENOMEDIUM', 'No medium found')
export const EMEDIUMTYPE = errno(124, 'EMEDIUMTYPE', 'Wrong medium type')
export const ECANCELED = errno(125, 'ECANCELED', 'Operation canceled')
export const ENOKEY = errno(126, 'ENOKEY', 'Required key not available')
export const EKEYEXPIRED = errno(127, 'EKEYEXPIRED', 'Key has expired')
export const EKEYREVOKED = errno(128, 'EKEYREVOKED', 'Key has been revoked')
export const EKEYREJECTED = errno(129, 'EKEYREJECTED', 'Key was rejected by service')
export const EOWNERDEAD = errno(130, 'EOWNERDEAD', 'Owner died')
export const ENOTRECOVERABLE = errno(131, 'ENOTRECOVERABLE', 'State not recoverable')
export const ERFKILL = errno(132, 'ERFKILL', 'Operation not possible due to RF-kill')
export const EHWPOISON = errno(LAST_ERRNO, 'EHWPOISON', 'Memory page has hardware error')

// Inside the kernel only: how an interrupted call goes on (Linux include/linux/errno.h). They never reach a program.
export const ERESTARTSYS = errno(512, 'ERESTARTSYS', 'To be restarted if SA_RESTART is set')
export const ERESTARTNOINTR = errno(513, 'ERESTARTNOINTR', 'To be restarted')
export const ERESTARTNOHAND = errno(514, 'ERESTARTNOHAND', 'To be restarted if no handler')
export const ERESTART_RESTARTBLOCK = errno(516, 'ERESTART_RESTARTBLOCK', 'Interrupted by signal')

export const isErrno = (e: unknown): e is Errno => e instanceof Errno

/** What leaves the kernel for its caller on the host: an errno as one of its own with the stack from here, anything else as it is. */
export const escaping = (error: unknown): unknown =>
  isErrno(error) && Object.isFrozen(error) ? new Errno(error.code, error.name, error.message, { cause: error }) : error

/** An errno came out where no system call could answer it: a defect of ours, which says what was being done. */
export const strayErrno = (error: unknown, doing: string): unknown =>
  isErrno(error) ? new Error(`${doing}: ${error.name} (${error.message}) outside of a system call`, { cause: error }) : error
