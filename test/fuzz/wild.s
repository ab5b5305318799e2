# Isolation, from inside: makes the system calls that standard input lists, however wild, each life in a child that may die of them.
# It is process 1 and cannot be killed. A record is seven doublewords: the number and six arguments. The scratch area that arguments point into is
# mapped at a fixed place and filled from the first page of input. Ends with the number of lives, at most 255.
    .include "sys.inc"

    .equ SCRATCH, 0x40000000
    .equ SCRATCH_BYTES, 0x40000
    .equ FILLED, 4096
    .equ RECORD, 56
    .equ LIST, 900
    .equ CALLS_A_LIFE, 20
    .equ PATIENCE, 40               # milliseconds a life may last
    .equ PROT_READ_WRITE, 3
    .equ MAP_PRIVATE_FIXED_ANONYMOUS, 0x32
    .equ SIGCHLD, 17
    .equ SIGKILL, 9
    .equ WNOHANG, 1

    .macro sys name
    li a7, SYS_\name
    ecall
    .endm

    .text
    .globl _start
_start:
    li a0, 0                        # the list is read where random calls, which name small descriptors, do not find it
    li a1, LIST
    li a2, 0
    sys dup3
    li a0, 0
    sys close
    li a0, SCRATCH
    li a1, SCRATCH_BYTES
    li a2, PROT_READ_WRITE
    li a3, MAP_PRIVATE_FIXED_ANONYMOUS
    li a4, -1
    li a5, 0
    sys mmap
    li s0, SCRATCH
    li s1, FILLED
    call read_all
    li s11, 0                       # lives

life:
    la s0, record                   # a life begins with a record of the parent's, so that the end of input is noticed here
    li s1, RECORD
    call read_all
    bnez s1, end
    addi s11, s11, 1
    li a0, SIGCHLD
    li a1, 0
    li a2, 0
    li a3, 0
    li a4, 0
    sys clone
    beqz a0, child
    li s2, PATIENCE
wait:                               # until no child is left, whatever children a child made
    li a0, -1
    li a1, 0
    li a2, WNOHANG
    li a3, 0
    sys wait4
    bltz a0, life
    bnez a0, wait
    la a0, millisecond
    li a1, 0
    sys nanosleep
    addi s2, s2, -1
    bnez s2, wait
    li a0, -1                       # everybody but us
    li a1, SIGKILL
    sys kill
    li s2, PATIENCE
    j wait

child:
    li s2, CALLS_A_LIFE
1:  la t0, record
    ld a7, 0(t0)
    ld a0, 8(t0)
    ld a1, 16(t0)
    ld a2, 24(t0)
    ld a3, 32(t0)
    ld a4, 40(t0)
    ld a5, 48(t0)
    ecall
    addi s2, s2, -1
    beqz s2, 2f
    la s0, record
    li s1, RECORD
    call read_all
    beqz s1, 1b
2:  li a0, 0
    sys exit_group

end:
    mv a0, s11
    sys exit_group

# Reads s1 bytes to s0 from the list; s1 = how many are missing when it ends.
read_all:
    li a0, LIST
    mv a1, s0
    mv a2, s1
    sys read
    blez a0, 1f
    add s0, s0, a0
    sub s1, s1, a0
    bnez s1, read_all
1:  ret

    .data
    .balign 8
millisecond: .dword 0, 1000000
record: .skip RECORD
