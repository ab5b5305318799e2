# Bench: N times fresh anonymous memory of 1024 pages, of which PAGES are written to for the first time. Usage: touch N PAGES
    .include "macros.inc"
    .include "fcntl.inc"

    .equ REGION, 1024 * PAGE_SIZE

    .text
    .globl main
main:
    enter 3
    mv s2, a1
    ld a0, 8(s2)
    call atoi
    mv s0, a0
    ld a0, 16(s2)
    call atoi
    mv s1, a0
1:  li a0, REGION
    li a1, MAP_PRIVATE
    call map_memory
    mv s2, a0
    mv a1, s1
    li a2, PAGE_SIZE
    call write_pages
    mv a0, s2
    li a1, REGION
    call munmap
    bnez a0, failed
    addi s0, s0, -1
    bgtz s0, 1b
    li a0, 0
    leave 3
failed:
    li a0, 1
    leave 3
