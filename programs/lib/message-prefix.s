# How error messages begin, unless a program knows better.
    .include "macros.inc"
    .include "fcntl.inc"

    .text
# message_prefix(): prints "prog: " on standard error, after what the program has written so far, as GNU's error() does.
    .globl message_prefix
message_prefix:
    enter 0
    call fflush_stdout
    call progname
    mv a2, a0
    lstr a1, "%s: "
    li a0, STDERR
    call dprintf
    leave 0
