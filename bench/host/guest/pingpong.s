# Bench: a byte through two pipes and back, N times: two context switches each. Usage: pingpong N
# Both processes stay on the processor that the first one runs on: on two, there would be nothing to switch.
    .include "macros.inc"
    .include "sys.inc"

    .equ THERE, 0
    .equ BACK, 8
    .equ BYTE, 16
    .equ CPU, 24

    .text
    .globl main
main:
    enter 3, 32
    ld a0, 8(a1)
    call atoi
    mv s0, a0
    addi a0, sp, CPU
    li a1, 0
    li a2, 0
    call getcpu
    lw t0, CPU(sp)
    li t1, 1
    sll t1, t1, t0
    sd t1, CPU(sp)                  # a mask of it alone
    li a0, 0
    li a1, 8
    addi a2, sp, CPU
    li a7, SYS_sched_setaffinity
    ecall
    bltz a0, failed
    addi a0, sp, THERE
    li a1, 0
    call pipe2
    addi a0, sp, BACK
    li a1, 0
    call pipe2
    call fork
    mv s1, a0
    beqz a0, child
parent:
    lw a0, THERE + 4(sp)
    call put
    lw a0, BACK(sp)
    call take
    addi s0, s0, -1
    bgtz s0, parent
    mv a0, s1
    addi a1, sp, BYTE
    li a2, 0
    call waitpid
    li a0, 0
    leave 3, 32
child:
    lw a0, THERE(sp)
    call take
    lw a0, BACK + 4(sp)
    call put
    addi s0, s0, -1
    bgtz s0, child
    li a0, 0
    leave 3, 32
failed:
    li a0, 1
    leave 3, 32

# take(fd), put(fd): one byte through BYTE of main's frame
take:
    li a7, SYS_read
    j 1f
put:
    li a7, SYS_write
1:  addi a1, sp, BYTE
    li a2, 1
    ecall
    ret
