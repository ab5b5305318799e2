# Prints the window's size, "rows columns", at the start and at each SIGWINCH, until it is interrupted.
    .include "macros.inc"
    .include "signal.inc"
    .include "fcntl.inc"

    .text
    .globl main
main:
    enter 0, 16
    la a1, action
    li a0, SIGWINCH
    li a2, 0
    li a3, 8
    li a7, 134              # rt_sigaction
    ecall
1:  call show
    li a0, 0
    li a1, 0
    li a2, 0
    li a3, 0
    li a4, 0
    li a7, 73               # ppoll on nothing: until a signal
    ecall
    j 1b

show:
    enter 0, 16
    li a0, STDIN
    li a1, 0x5413           # TIOCGWINSZ
    mv a2, sp
    li a7, 29
    ecall
    lhu a2, 0(sp)
    lhu a3, 2(sp)
    li a0, STDOUT
    lstr a1, "%d %d\n"
    call dprintf
    leave 0, 16

handler:
    ret

    .data
    .balign 8
action: .dword handler, 0, 0, 0
