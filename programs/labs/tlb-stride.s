# Experiment: how many pages can a program use before address translation slows it down? (OSTEP, chapter 19, measures the TLB this way)
# Run:        tlb-stride [PAGES [ROUNDS [small|huge|stride2m]]]
#             PAGES = 1..1048576, 16 when not given   ROUNDS = 100 when not given   small when not given
#
# The lab reads one word in each of PAGES pages, over and over, and prints what one read took.
#   small      pages of 4 KiB, one read in each
#   huge       the same addresses, 4 KiB apart, in memory that is mapped with pages of 2 MiB
#   stride2m   one read in each of PAGES pages of 2 MiB
#
# Watch for:  - two steps up: one when there are more pages than first-level TLB entries, one when they exceed the second level's too;
#             - huge: 512 times as many reads fit before the same steps, for one entry covers 512 of them. stride2m: the steps are back;
#             - the cache has steps too, at as many reads as it has lines: each read is in a line of its own.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "arguments.inc"

    .equ PAGES, 0                   # arguments
    .equ ROUNDS, 1
    .equ KIND, 2
    .equ KIND_SIZE, 24              # a row of kinds

# s0 = pages   s1 = bytes from one to the next   s2 = address   s3 = rounds left   s4 = row of kinds

    .text
    .globl main
main:
    enter 5
    la a2, arguments
    call parse_arguments
    argument s0, PAGES
    argument t0, KIND
    li t1, KIND_SIZE
    mul t0, t0, t1
    la s4, kinds
    add s4, s4, t0
    ld s1, 0(s4)
    ld a1, 8(s4)
    mul a0, s0, s1
    call map_whole
    mv s2, a0
    mv a1, s0
    mv a2, s1
    call write_pages
    call measure_warm
    li s3, 1
    call read_rounds
    lstr a0, "tlb-stride"
    call measure_begin
    argument s3, ROUNDS
    call read_rounds
    call measure_end
    argument a1, ROUNDS
    mul a1, a1, s0
    lstr a2, "a read"
    lstr a3, "%ld %s"
    mv a4, s0
    ld a5, 16(s4)
    call report
    li a0, 0
    leave 5

# read_rounds: touches all the pages s3 times. Private: uses main's registers.
read_rounds:
    enter 0
1:  mv a0, s2
    mv a1, s0
    mv a2, s1
    call read_pages
    addi s3, s3, -1
    bnez s3, 1b
    leave 0

    .data
    .balign 8
kinds:                              # in the order of the words: bytes between reads, flags to map with, what is printed
    .dword PAGE_SIZE, MAP_PRIVATE, small
    .dword PAGE_SIZE, MAP_PRIVATE | MAP_HUGETLB, huge
    .dword HUGE_PAGE_SIZE, MAP_PRIVATE | MAP_HUGETLB, stride2m
arguments:
    number_argument "the number of pages", 16, 1, 1048576
    number_argument "the number of rounds", 100, 1, 1000000000
    word_argument "the kind of page", "small huge stride2m"
    end_arguments

    .section .rodata
small: .asciz "pages of 4 KiB"
huge: .asciz "places in pages of 2 MiB"
stride2m: .asciz "pages of 2 MiB"
