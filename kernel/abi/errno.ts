// Error numbers that system calls answer with (Linux uapi asm-generic errno-base.h and errno.h; errno(3)).
// A guest's mistake is thrown as one of these ready-made objects: cheap, and never mistaken for a defect of ours.

/** A guest's mistake. `message` is strerror's text. */
export interface Errno {
  readonly kind: 'errno'
  readonly code: number
  readonly name: string
  readonly message: string
}

const errno = (code: number, name: string, message: string): Errno => ({ kind: 'errno', code, name, message })

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
export const ENODATA = errno(61, 'ENODATA', 'No data available')
export const ETIME = errno(62, 'ETIME', 'Timer expired')
export const EOVERFLOW = errno(75, 'EOVERFLOW', 'Value too large for defined data type')
export const ELIBBAD = errno(80, 'ELIBBAD', 'Accessing a corrupted shared library')
export const ENOTSOCK = errno(88, 'ENOTSOCK', 'Socket operation on non-socket')
export const EOPNOTSUPP = errno(95, 'EOPNOTSUPP', 'Operation not supported')
export const EAFNOSUPPORT = errno(97, 'EAFNOSUPPORT', 'Address family not supported by protocol')
export const ETIMEDOUT = errno(110, 'ETIMEDOUT', 'Connection timed out')
export const ESTALE = errno(116, 'ESTALE', 'Stale file handle')

// Inside the kernel only: how an interrupted call goes on (Linux include/linux/errno.h). They never reach a program.
export const ERESTARTSYS = errno(512, 'ERESTARTSYS', 'To be restarted if SA_RESTART is set')
export const ERESTARTNOHAND = errno(514, 'ERESTARTNOHAND', 'To be restarted if no handler')
export const ERESTART_RESTARTBLOCK = errno(516, 'ERESTART_RESTARTBLOCK', 'Interrupted by signal')

export const isErrno = (e: unknown): e is Errno => typeof e === 'object' && e !== null && (e as { kind?: unknown }).kind === 'errno'
