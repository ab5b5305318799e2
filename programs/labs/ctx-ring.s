# Experiment: what does a context switch cost, by the number of processes and by how much memory each of them uses?
# Run:        ctx-ring [-o] [PROCESSES [KIB [ROUNDS [STRIDE]]]]
#             PROCESSES = 2..500, 2 when not given   KIB = size of each one's array, 0..65536, 0 when not given
#             ROUNDS = rounds to measure, 100 when not given   STRIDE = bytes from one load to the next, 8..4096, 32 when not given
#
# A token goes round a ring of processes joined by pipes. Whoever gets it sums up its own array, with one 8-byte load every STRIDE bytes,
# and passes it on. With -o one process does it all by itself: it passes the token to itself and sums up as many arrays in turn. What
# the first takes longer than the second is the switch.
#
# Watch for:  - with 0 KiB: the bare switch: registers, the scheduler, another address space;
#             - the cost stays about the same while all arrays together fit into the second-level cache, and jumps once they do not:
#               each process finds its array gone from the cache when its turn comes. That is the indirect cost of a switch;
#             - -o jumps at the same place, for its arrays are as many: what is left after subtracting it are the switches alone.
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
    bnez s4, 2f                     # alone: a lap of the ring for each of them, and all the arrays
    mv s4, a5
    li a5, 1
2:  li t1, PAGE_SIZE - 1
    add t0, t0, t1
    not t1, t1
    and t0, t0, t1
    la t1, spacing
    sd t0, 0(t1)
    mul t0, t0, a5
    la t1, all_bytes
    sd t0, 0(t1)
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

# prepare() -> this process's state: its arrays, which array it is at.
    .equ FIRST, 0
    .equ AT, 8
    .equ END, 16
    .equ STATE_SIZE, 24
prepare:
    enter 0
    la a0, all_bytes
    ld a0, 0(a0)
    call map_array
    mv t0, a0
    la a0, state
    sd t0, FIRST(a0)
    sd t0, AT(a0)
    la t1, all_bytes
    ld t1, 0(t1)
    add t0, t0, t1
    sd t0, END(a0)
    leave 0

# turn(state): sums up an array, another one each time when there are several.
turn:
    mv t0, a0
    ld a0, AT(t0)
    la t1, spacing
    ld t1, 0(t1)
    add t1, t1, a0
    ld t2, END(t0)
    bltu t1, t2, 1f
    ld t1, FIRST(t0)
1:  sd t1, AT(t0)
    la a1, bytes
    ld a1, 0(a1)
    argument a2, STRIDE
    tail read_array

    .bss
    .balign 8
bytes: .zero 8                      # of an array
spacing: .zero 8                    # from one array to the next: whole pages
all_bytes: .zero 8                  # of all the arrays that a process has
state: .zero STATE_SIZE

    .data
    .balign 8
arguments:
    number_argument "the number of processes", 2, 2, 500
    number_argument "the size in KiB", 0, 0, 65536
    number_argument "the number of rounds", 100, 1, 1000000000
    number_argument "the stride", 32, 8, 4096
    end_arguments
