# Bench: N times fork, exec in the child of a program that ends at once, wait in the parent. Usage: forkexec N PATH [ARGUMENTS]
    .include "macros.inc"
    .include "sys.inc"

    .text
    .globl main
main:
    enter 2, 16
    addi s1, a1, 16                 # PATH and its arguments: what the child becomes
    ld a0, 8(a1)
    call atoi
    mv s0, a0
1:  call fork
    bltz a0, failed
    bnez a0, 2f
    ld a0, 0(s1)
    mv a1, s1
    la a2, no_environment
    call execve
    li a0, 1
    li a7, SYS_exit_group
    ecall
2:  mv a1, sp
    li a2, 0
    call waitpid
    lw t0, 0(sp)
    bnez t0, failed
    addi s0, s0, -1
    bgtz s0, 1b
    li a0, 0
    leave 2, 16
failed:
    li a0, 1
    leave 2, 16

    .data
    .balign 8
no_environment: .dword 0
