# Experiment: how many page-table entries does a TLB miss read? Four levels make four; the caches of walks make it fewer.
# Run:        walk-depth [PAGES [cold|warm [small|huge [ROUNDS]]]]
#             PAGES = 1..65536, 1024 when not given   cold, small when not given   ROUNDS = 10 when not given
#
# The lab reads a word in each of PAGES pages, over and over. Take more pages than the TLB has entries, so that every read misses.
#   warm    one page after the other: 512 of them (4 KiB each) have their entries in the same last-level table
#   cold    each page in 2 MiB of its own, so that no two of them share a last-level table (or, huge, an entry)
#   huge    the memory is mapped with pages of 2 MiB, whose walks are a level shorter
#
# Watch for:  - without walk caches: four entries for a page of 4 KiB, three for one of 2 MiB, cold or warm;
#             - with them, warm: little more than one, for the last-level table is remembered from the page before;
#             - with them, cold: the upper levels are remembered still, and each last-level table has to be found again;
#             - entries are memory and come through the data caches: that is what a walk costs, not the number alone.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "arguments.inc"

    .equ PAGES, 0                   # arguments
    .equ WARM, 1
    .equ HUGE, 2
    .equ ROUNDS, 3
    .equ LINE_OF_ENTRIES, 8 * PAGE_SIZE     # what a cache line of a last-level table maps

# s0 = pages   s1 = bytes from one to the next   s2 = address   s3 = rounds left

    .text
    .globl main
main:
    enter 4
    la a2, arguments
    call parse_arguments
    argument s0, PAGES
    argument t0, WARM
    argument t1, HUGE
    li s1, PAGE_SIZE
    bnez t0, 1f
    li s1, HUGE_PAGE_SIZE
    bnez t1, 1f
    li t2, LINE_OF_ENTRIES          # or the entries of all pages would fall into the same set of a cache
    add s1, s1, t2
1:  mul a0, s0, s1
    li a1, MAP_PRIVATE | MAP_NORESERVE
    beqz t1, 2f
    li a1, MAP_PRIVATE | MAP_HUGETLB
2:  call map_whole
    mv s2, a0
    mv a1, s0
    mv a2, s1
    call write_pages
    call measure_warm
    li s3, 1
    call read_rounds
    lstr a0, "walk-depth"
    call measure_begin
    argument s3, ROUNDS
    call read_rounds
    call measure_end
    argument a1, ROUNDS
    mul a1, a1, s0
    lstr a2, "a read"
    lstr a3, "%ld pages of %s, %ld KiB apart"
    mv a4, s0
    lstr a5, "4 KiB"
    argument t0, HUGE
    beqz t0, 3f
    lstr a5, "2 MiB"
3:  srli a6, s1, 10
    call report
    li a0, 0
    leave 4

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
arguments:
    number_argument "the number of pages", 1024, 1, 65536
    word_argument "the state of the walks", "cold warm"
    word_argument "the kind of page", "small huge"
    number_argument "the number of rounds", 10, 1, 1000000000
    end_arguments
