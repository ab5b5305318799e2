# Experiment: what does a context switch cost, by the number of processes and by how much memory each of them uses?
# Run:        ctx-ring [-o] [PROCESSES [KIB [ROUNDS [STRIDE]]]]
#             PROCESSES = 2..500, 2 when not given   KIB = size of each one's array, 0..65536, 0 when not given
#             ROUNDS = rounds to measure, 100 when not given   STRIDE = bytes from one load to the next, 8..4096, 32 when not given
#
# A token goes round a ring of processes joined by pipes. Whoever gets it sums up its own array, with one 8-byte load every STRIDE bytes,
# and passes it on. With -o one process does it all by itself, with one array: it passes the token to itself and sums up. What the first
# takes longer than the second is the switch, with what it does to the caches; that is how lmbench counts.
#
# Watch for:  - with 0 KiB: the bare switch: registers, the scheduler, another address space;
#             - the cost stays about the same while all arrays together fit into the second-level cache, and jumps once they do not:
#               each process finds its array gone from the cache when its turn comes. That is the indirect cost of a switch;
#             - -o does not jump: its array stays in the cache as long as it fits at all.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "arguments.inc"

    .equ PROCESSES, 0               # arguments
    .equ KIB, 1
    .equ ROUNDS, 2
    .equ STRIDE, 3
    .equ KIB_SHIFT, 10

# s0 = hand-overs   s1 = unit that is printed   s2 = argc   s3 = argv   s4 = processes of the ring

    .text
    .globl main
main:
    enter 5
    mv s2, a0
    mv s3, a1
    lstr s1, "a hand-over"
    li s4, 0
    li t0, 2
    blt s2, t0, 1f
    ld a0, 8(s3)
    lstr a1, "-o"
    call strcmp
    bnez a0, 1f
    lstr s1, "a hand-over to itself"
    li s4, 1
    addi s2, s2, -1
    addi s3, s3, 8
1:  mv a0, s2
    mv a1, s3
    la a2, arguments
    call parse_arguments
    argument t0, KIB
    slli t0, t0, KIB_SHIFT
    la t1, bytes
    sd t0, 0(t1)
    argument a5, PROCESSES
    argument a1, ROUNDS
    mul s0, a1, a5
    bnez s4, 2f                     # alone: a lap of the ring for each of them
    mv s4, a5
    li a5, 1
2:
    mv a0, s4
    la a2, prepare
    la a3, turn
    lstr a4, "ctx-ring"
    call ring
    mv a1, s0
    mv a2, s1
    lstr a3, "%ld processes, %ld KiB each"
    argument a4, PROCESSES
    argument a5, KIB
    call report
    li a0, 0
    leave 5

# prepare() -> this process's array.
prepare:
    enter 0
    la a0, bytes
    ld a0, 0(a0)
    call map_array
    leave 0

# turn(array): sums it up.
turn:
    la a1, bytes
    ld a1, 0(a1)
    argument a2, STRIDE
    tail read_array

    .bss
    .balign 8
bytes: .zero 8                      # of an array

    .data
    .balign 8
arguments:
    number_argument "the number of processes", 2, 2, 500
    number_argument "the size in KiB", 0, 0, 65536
    number_argument "the number of rounds", 100, 1, 1000000000
    number_argument "the stride", 32, 8, 4096
    end_arguments
