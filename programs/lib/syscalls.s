# The system calls as functions with C's names and arguments. Each returns what the kernel returned: a result, or -errno (no `errno`
# variable). One macro makes them all; those whose arguments are not quite the kernel's are written out below it.
    .include "sys.inc"
    .include "fcntl.inc"
    .include "signal.inc"

# function name: begins a function in a section of its own, so that a linker can leave out those that nobody calls.
.macro function name
    .section .text.\name, "ax"
    .globl \name
\name:
.endm

# call6 name: a function `name` that passes a0-a5 on to the system call SYS_name.
.macro call6 name
    function \name
    li a7, SYS_\name
    ecall
    ret
.endm

    call6 getcwd
    call6 eventfd2
    call6 epoll_create1
    call6 epoll_ctl
    call6 epoll_pwait
    call6 dup
    call6 dup3
    call6 fcntl
    call6 inotify_init1
    call6 inotify_add_watch
    call6 inotify_rm_watch
    call6 ioctl
    call6 ioprio_set
    call6 ioprio_get
    call6 flock
    call6 mknodat
    call6 mkdirat
    call6 unlinkat
    call6 symlinkat
    call6 linkat
    call6 umount2
    call6 mount
    call6 pivot_root
    call6 statfs
    call6 fstatfs
    call6 truncate
    call6 ftruncate
    call6 fallocate
    call6 faccessat
    call6 chdir
    call6 fchdir
    call6 chroot
    call6 fchmod
    call6 fchmodat
    call6 fchownat
    call6 fchown
    call6 openat
    call6 close
    call6 pipe2
    call6 getdents64
    call6 lseek
    call6 read
    call6 write
    call6 readv
    call6 writev
    call6 pread64
    call6 pwrite64
    call6 preadv
    call6 pwritev
    call6 sendfile
    call6 pselect6
    call6 signalfd4
    call6 splice
    call6 tee
    call6 readlinkat
    call6 newfstatat
    call6 fstat
    call6 sync
    call6 fsync
    call6 fdatasync
    call6 sync_file_range
    call6 timerfd_create
    call6 timerfd_settime
    call6 timerfd_gettime
    call6 utimensat
    call6 capget
    call6 capset
    call6 waitid
    call6 set_tid_address
    call6 unshare
    call6 futex
    call6 set_robust_list
    call6 get_robust_list
    call6 nanosleep
    call6 getitimer
    call6 setitimer
    call6 timer_create
    call6 timer_gettime
    call6 timer_getoverrun
    call6 timer_settime
    call6 timer_delete
    call6 clock_gettime
    call6 clock_getres
    call6 clock_nanosleep
    call6 ptrace
    call6 sched_setparam
    call6 sched_setscheduler
    call6 sched_getscheduler
    call6 sched_getparam
    call6 sched_setaffinity
    call6 sched_getaffinity
    call6 sched_yield
    call6 sched_get_priority_max
    call6 sched_get_priority_min
    call6 kill
    call6 tkill
    call6 tgkill
    call6 sigaltstack
    call6 rt_sigqueueinfo
    call6 setpriority
    call6 getpriority
    call6 setregid
    call6 setgid
    call6 setreuid
    call6 setuid
    call6 setresuid
    call6 getresuid
    call6 setresgid
    call6 getresgid
    call6 setfsuid
    call6 setfsgid
    call6 times
    call6 setpgid
    call6 getpgid
    call6 getsid
    call6 setsid
    call6 getgroups
    call6 setgroups
    call6 uname
    call6 sethostname
    call6 getrlimit
    call6 setrlimit
    call6 getrusage
    call6 umask
    call6 prctl
    call6 getcpu
    call6 gettimeofday
    call6 getpid
    call6 getppid
    call6 getuid
    call6 geteuid
    call6 getgid
    call6 getegid
    call6 gettid
    call6 sysinfo
    call6 mq_open
    call6 mq_unlink
    call6 mq_timedsend
    call6 mq_timedreceive
    call6 mq_notify
    call6 mq_getsetattr
    call6 msgget
    call6 msgctl
    call6 msgrcv
    call6 msgsnd
    call6 semget
    call6 semctl
    call6 semtimedop
    call6 semop
    call6 shmget
    call6 shmctl
    call6 shmat
    call6 shmdt
    call6 socket
    call6 socketpair
    call6 bind
    call6 listen
    call6 accept
    call6 connect
    call6 getsockname
    call6 getpeername
    call6 sendto
    call6 recvfrom
    call6 setsockopt
    call6 getsockopt
    call6 shutdown
    call6 sendmsg
    call6 recvmsg
    call6 readahead
    call6 brk
    call6 munmap
    call6 mremap
    call6 clone
    call6 execve
    call6 mmap
    call6 fadvise64
    call6 mprotect
    call6 msync
    call6 mlock
    call6 munlock
    call6 mlockall
    call6 munlockall
    call6 mincore
    call6 madvise
    call6 accept4
    call6 riscv_flush_icache
    call6 wait4
    call6 prlimit64
    call6 syncfs
    call6 setns
    call6 sched_setattr
    call6 sched_getattr
    call6 renameat2
    call6 getrandom
    call6 memfd_create
    call6 execveat
    call6 membarrier
    call6 mlock2
    call6 copy_file_range
    call6 preadv2
    call6 pwritev2
    call6 statx
    call6 rseq
    call6 pidfd_send_signal
    call6 pidfd_open
    call6 clone3
    call6 close_range
    call6 openat2
    call6 pidfd_getfd
    call6 faccessat2
    call6 futex_waitv

# renamed name, number: a function whose name is not the kernel's.
.macro renamed name, number
    function \name
    li a7, \number
    ecall
    ret
.endm

    renamed _exit, SYS_exit_group

# sigset_call name, number, register: a signal call that takes the size of the signal set in `register` as its last argument.
.macro sigset_call name, number, register
    function \name
    li \register, SIGSET_SIZE
    li a7, \number
    ecall
    ret
.endm

    sigset_call sigaction, SYS_rt_sigaction, a3         # (signal, action, old action)
    sigset_call sigprocmask, SYS_rt_sigprocmask, a3     # (how, set, old set)
    sigset_call sigtimedwait, SYS_rt_sigtimedwait, a3   # (set, siginfo, timespec) -> signal
    sigset_call sigsuspend, SYS_rt_sigsuspend, a1       # (set): always -EINTR, after a handler has run
    sigset_call sigpending, SYS_rt_sigpending, a1       # (set)
    sigset_call ppoll, SYS_ppoll, a4                    # (pollfds, count, timespec, set)

# at_call name, number: a call with a path in a0 that gets AT_FDCWD before it; the other arguments move up by one.
.macro at_call name, number
    function \name
    mv a3, a2
    mv a2, a1
    mv a1, a0
    li a0, AT_FDCWD
    li a7, \number
    ecall
    ret
.endm

    at_call open, SYS_openat            # (path, flags, mode) -> descriptor
    at_call mkdir, SYS_mkdirat          # (path, mode)
    at_call readlink, SYS_readlinkat    # (path, buffer, size) -> length
    at_call access, SYS_faccessat       # (path, mode)
    at_call chmod, SYS_fchmodat         # (path, mode)

# at_call_flags name, number, register, flags: as at_call, with `flags` in `register`.
.macro at_call_flags name, number, register, flags
    function \name
    mv a2, a1
    mv a1, a0
    li a0, AT_FDCWD
    li \register, \flags
    li a7, \number
    ecall
    ret
.endm

    at_call_flags unlink, SYS_unlinkat, a2, 0                           # (path)
    at_call_flags rmdir, SYS_unlinkat, a2, AT_REMOVEDIR                 # (path)
    at_call_flags stat, SYS_newfstatat, a3, 0                           # (path, struct stat)
    at_call_flags lstat, SYS_newfstatat, a3, AT_SYMLINK_NOFOLLOW        # (path, struct stat)

# rename(from, to)
    function rename
    mv a3, a1
    mv a1, a0
    li a0, AT_FDCWD
    li a2, AT_FDCWD
    li a4, 0
    li a7, SYS_renameat2
    ecall
    ret

# dup2(old, new) -> new; unlike dup3 it takes old = new, when old is open.
    function dup2
    beq a0, a1, 1f
    li a2, 0
    li a7, SYS_dup3
    ecall
    ret
1:  mv t0, a0
    li a1, F_GETFD
    li a7, SYS_fcntl
    ecall
    bltz a0, 2f
    mv a0, t0
2:  ret

# pipe(fds): two 4-byte descriptors, the reading end first.
    function pipe
    li a1, 0
    li a7, SYS_pipe2
    ecall
    ret

# fork() -> pid of the child in the parent, 0 in the child. Both have the unwritten part of the output buffer: fflush_stdout first.
    function fork
    li a0, SIGCHLD
    j clone_without_stack

# vfork() -> as fork, but the child runs on the parent's memory, stack included, and the parent waits until it execs or exits.
# Use it only from a frame that the child does not leave.
    .globl vfork
vfork:
    li a0, CLONE_VM | CLONE_VFORK | SIGCHLD
clone_without_stack:
    li a1, 0
    li a2, 0
    li a3, 0
    li a4, 0
    li a7, SYS_clone
    ecall
    ret

# waitpid(pid, int *status, options) -> pid
    function waitpid
    li a3, 0
    li a7, SYS_wait4
    ecall
    ret

# wait(int *status) -> pid of a child that ended
    function wait
    mv a1, a0
    li a0, -1
    li a2, 0
    li a3, 0
    li a7, SYS_wait4
    ecall
    ret

# tcgetpgrp(fd) -> the terminal's foreground process group
    function tcgetpgrp
    addi sp, sp, -16
    mv a2, sp
    li a1, TIOCGPGRP
    li a7, SYS_ioctl
    ecall
    bltz a0, 1f
    lw a0, 0(sp)
1:  addi sp, sp, 16
    ret

# tcsetpgrp(fd, group)
    function tcsetpgrp
    addi sp, sp, -16
    sw a1, 0(sp)
    mv a2, sp
    li a1, TIOCSPGRP
    li a7, SYS_ioctl
    ecall
    addi sp, sp, 16
    ret

# isatty(fd) -> 1 when fd is a terminal, else 0
    function isatty
    addi sp, sp, -64
    mv a2, sp
    li a1, TCGETS
    li a7, SYS_ioctl
    ecall
    seqz a0, a0
    addi sp, sp, 64
    ret

# signal(signal, handler, flags) -> 0 or -errno: installs a handler (or SIG_DFL, SIG_IGN) that blocks nothing more while it runs.
    function signal
    addi sp, sp, -32
    sd a1, SIGACTION_HANDLER(sp)
    sd a2, SIGACTION_FLAGS(sp)
    sd zero, SIGACTION_MASK(sp)
    sd zero, SIGACTION_MASK + 8(sp) # where user-mode QEMU 7.2 looks for the mask
    mv a1, sp
    li a2, 0
    li a3, SIGSET_SIZE
    li a7, SYS_rt_sigaction
    ecall
    addi sp, sp, 32
    ret
