# Experiment: what is it worth that TLB entries carry the number of their address space (ASID)?
# Run:        asid-pages [PAGES [ROUNDS]]   PAGES = pages of each process, 0..65536, 64 when not given   ROUNDS = 100 when not given
#
# Two processes hand a token to each other. Whoever has it reads one word in each of its pages.
#
# Watch for:  - with ASIDs a switch flushes nothing: as long as the pages of both fit into the TLB, nobody misses;
#             - without them every switch empties the TLB, and each page touched costs a walk through the page table again;
#             - once the pages do not fit any more, both cost the same.
#             Compare the misses: a timed machine counts them, with and without ASIDs.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "arguments.inc"

    .equ PAGES, 0                   # arguments
    .equ ROUNDS, 1
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
    la a2, prepare
    la a3, turn
    lstr a4, "asid-pages"
    li a5, 1
    call ring
    mv a1, s0
    lstr a2, "a hand-over"
    lstr a3, "%ld pages each"
    argument a4, PAGES
    call report
    li a0, 0
    leave 1

# prepare() -> this process's pages
prepare:
    argument a0, PAGES
    li t0, PAGE_SIZE
    mul a0, a0, t0
    tail map_array

# turn(pages): touches each of them.
turn:
    argument a1, PAGES
    li a2, PAGE_SIZE
    tail read_pages

    .data
    .balign 8
arguments:
    number_argument "the number of pages", 64, 0, 65536
    number_argument "the number of rounds", 100, 1, 1000000000
    end_arguments
