# Leaving a program in order: what it printed must reach its standard output first.
    .include "macros.inc"
    .include "sys.inc"

    .text
# exit(status): writes out buffered output, then ends the whole process. When that last write fails a status of 0 becomes 1, with a
# message. Does not return. `_exit` ends the process at once.
    .globl exit
exit:
    mv s0, a0               # exit never returns, so nobody needs s0 any more
    call fflush_stdout
    bgez a0, 1f
    bnez s0, 1f
    li s0, 1
    mv a1, a0
    lstr a0, "write error"
    call warn_errno
1:  mv a0, s0
    tail _exit
