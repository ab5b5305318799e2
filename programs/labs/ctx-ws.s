# Experiment: what does a context switch cost by the size of the working set and how it is walked through? (Li, Ding and Shen, 2007)
# Run:        ctx-ws [two|one] [KIB [STRIDE [read|write [ROUNDS]]]]
#             two when not given   KIB = size of an array, 0..65536, 64 when not given   STRIDE = 8..4096, 64 when not given
#             read when not given   ROUNDS = 100 when not given
#
# two: two processes with an array each. Whoever has the token walks through its array, reading a word every STRIDE bytes (or adding one
# to it), and hands over through a pipe. one: a single process does the work of both on its one array, with the same pipe traffic, but
# never a switch. The difference of a hand-over between the two is all that a switch costs.
#
# Watch for:  - KIB = 0: the direct cost;
#             - while both arrays fit into the cache, little is added; from the size on where only one of them does, `one` stays fast and
#               `two` loads its array from memory at every switch;
#             - when not even one fits, both load it every time: the difference gets smaller again;
#             - write: what is thrown out of the cache must first be written back, so a switch costs about twice as much.
    .include "macros.inc"
    .include "arguments.inc"

    .equ ALONE, 0                   # arguments
    .equ KIB, 1
    .equ STRIDE, 2
    .equ WRITES, 3
    .equ ROUNDS, 4
    .equ KIB_SHIFT, 10
    .equ PROCESSES, 2

# s0 = hand-overs

    .text
    .globl main
main:
    enter 1
    la a2, arguments
    call parse_arguments
    argument a1, ROUNDS
    li a0, PROCESSES
    mul s0, a0, a1
    li a5, 1
    argument t0, ALONE
    beqz t0, 1f
    mv a5, a0
    li a0, 1
1:  la a2, prepare
    argument t0, WRITES
    la a3, read_turn
    beqz t0, 2f
    la a3, write_turn
2:  lstr a4, "ctx-ws"
    call ring
    mv a1, s0
    lstr a2, "a hand-over"
    argument t0, ALONE
    beqz t0, 3f
    lstr a2, "a hand-over to itself"
3:  argument t0, WRITES
    lstr a6, "read"
    beqz t0, 4f
    lstr a6, "written"
4:  lstr a3, "%ld KiB %s every %ld bytes"
    argument a4, KIB
    mv a5, a6
    argument a6, STRIDE
    call report
    li a0, 0
    leave 1

# prepare() -> this process's array
prepare:
    argument a0, KIB
    slli a0, a0, KIB_SHIFT
    tail map_array

# read_turn(array), write_turn(array): one walk.
read_turn:
    argument a1, KIB
    slli a1, a1, KIB_SHIFT
    argument a2, STRIDE
    tail read_array
write_turn:
    argument a1, KIB
    slli a1, a1, KIB_SHIFT
    argument a2, STRIDE
    tail update_array

    .data
    .balign 8
arguments:
    word_argument "the number of processes", "two one"
    number_argument "the size in KiB", 64, 0, 65536
    number_argument "the stride", 64, 8, 4096
    word_argument "the kind of access", "read write"
    number_argument "the number of rounds", 100, 1, 1000000000
    end_arguments
