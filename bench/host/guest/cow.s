# Bench: N times a fork whose child writes to PAGES of 1024 pages that it shares with its parent: a copy for each. Usage: cow N PAGES
    .include "macros.inc"
    .include "fcntl.inc"

    .equ REGION, 1024 * PAGE_SIZE

    .text
    .globl main
main:
    enter 3, 16
    mv s2, a1
    ld a0, 8(s2)
    call atoi
    mv s0, a0
    ld a0, 16(s2)
    call atoi
    mv s1, a0
    li a0, REGION
    call map_array
    mv s2, a0
1:  call fork
    bltz a0, failed
    beqz a0, child
    mv a1, sp
    li a2, 0
    call waitpid
    lw t0, 0(sp)
    bnez t0, failed
    addi s0, s0, -1
    bgtz s0, 1b
    li a0, 0
    leave 3, 16
child:
    mv a0, s2
    mv a1, s1
    li a2, PAGE_SIZE
    call write_pages
    li a0, 0
    leave 3, 16
failed:
    li a0, 1
    leave 3, 16
