# Error messages in the form every Unix tool uses: `prog: what happened` or `prog: what: why`. A program that begins them otherwise has a
# message_prefix of its own, which the linker finds before that of the library.
    .include "macros.inc"
    .include "fcntl.inc"

    .text
# warn(errno, fmt, ...): prints "prog: <formatted>: <message of errno>\n" on standard error. errno may be negative, as system calls
# return it; with 0 there is no message: "prog: <formatted>\n".
    .globl warn
warn:
    open_varargs
    enter 2
    mv s0, a0
    mv s1, a1
    call message_prefix
    mv a1, s1
    varargs a2, 2, 0, 2
    li a0, STDERR
    call vdprintf
    mv a0, s0
    call finish
    restore 2
    close_varargs

# die(status, errno, fmt, ...): as warn, then exit(status). Does not return.
    .globl die
die:
    open_varargs
    enter 3
    mv s2, a0
    mv s0, a1
    mv s1, a2
    call message_prefix
    mv a1, s1
    varargs a2, 3, 0, 3
    li a0, STDERR
    call vdprintf
    mv a0, s0
    call finish
    mv a0, s2
    tail exit

# finish(errno): prints ": <message>\n", or only the newline when errno is 0.
finish:
    enter 0
    beqz a0, 1f
    call strerror
    mv a2, a0
    lstr a1, ": %s\n"
    li a0, STDERR
    call dprintf
    leave 0
1:  lstr a1, "\n"
    li a0, STDERR
    call dprintf
    leave 0

# warn_errno(what, errno): "prog: what: <message of errno>\n" for a plain string.
    .globl warn_errno
warn_errno:
    mv a2, a0
    mv a0, a1
    lstr a1, "%s"
    tail warn
