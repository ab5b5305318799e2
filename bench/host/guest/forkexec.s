# Bench: N times fork, execute this very program in the child with N = 0, wait in the parent. Usage: forkexec N
    .include "macros.inc"
    .include "sys.inc"

    .equ STATUS, 0                  # locals
    .equ ARGV, 8
    .equ ENVP, 32

    .text
    .globl main
main:
    enter 2, 48
    ld s1, 0(a1)
    ld a0, 8(a1)
    call atoi
    mv s0, a0
    blez s0, 3f
1:  call fork
    bnez a0, 2f
    sd s1, ARGV(sp)
    la t0, zero_text
    sd t0, ARGV + 8(sp)
    sd zero, ARGV + 16(sp)
    sd zero, ENVP(sp)
    mv a0, s1
    addi a1, sp, ARGV
    addi a2, sp, ENVP
    call execve
    li a0, 127
    li a7, SYS_exit_group
    ecall
2:  addi a1, sp, STATUS
    li a2, 0
    call waitpid
    lw t0, STATUS(sp)
    bnez t0, failed
    addi s0, s0, -1
    bgtz s0, 1b
3:  li a0, 0
    leave 2, 48
failed:
    li a0, 1
    leave 2, 48

    .section .rodata
zero_text: .asciz "0"
