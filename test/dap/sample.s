# What the tests of the adapter debug: a call, a fork, a first write to a shared page on both sides, and output.
    .equ SYS_write, 64
    .equ SYS_exit, 93
    .equ SYS_getpid, 172
    .equ SYS_clone, 220
    .equ SYS_wait4, 260
    .equ SIGCHLD, 17

    .text
    .globl _start
_start:
    li s1, 0
again:
    addi s1, s1, 1
    mv a0, s1
    call double
    li t0, 3
    blt s1, t0, again
    la s0, shared
    sd a0, 0(s0)
    li a7, SYS_getpid
    ecall
    mv s2, a0
    li a0, SIGCHLD
    li a1, 0
    li a2, 0
    li a3, 0
    li a4, 0
    li a7, SYS_clone
    ecall
    beqz a0, child
parent:
    li t1, 7
    sd t1, 0(s0)
    li a0, -1
    mv a1, zero
    mv a2, zero
    mv a3, zero
    li a7, SYS_wait4
    ecall
    li a0, 1
    la a1, text
    li a2, 5
    li a7, SYS_write
    ecall
    li a0, 3
    li a7, SYS_exit
    ecall
child:
    li t1, 9
    sd t1, 0(s0)
    li a0, 0
    li a7, SYS_exit
    ecall

# double(n): n + n
    .globl double
double:
    add a0, a0, a0
    ret

    .data
    .balign 8
shared:
    .dword 0
text:
    .ascii "done\n"
