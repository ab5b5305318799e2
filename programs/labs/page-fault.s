# Experiment: what does it cost to touch memory for the first time?
# Run:        page-fault [PAGES]            PAGES = 1..65536, 256 when not given
#
# Memory that has been mapped has no frames yet. The lab touches PAGES fresh pages in each of three ways.
#   zero        writes to anonymous memory: each fault gets a frame, filled with zeros
#   zero-read   reads from it: nothing was ever written there, so one page of zeros does for all
#   file        reads from a file that is mapped: the page cache has its pages already, they only have to be entered
#
# Watch for:  - a fault a page (a kernel may enter several pages of a file at one fault, and then there are fewer);
#             - zero costs more than the other two by what it takes to clear a frame, but less than a copy-on-write fault (cow-fault);
#             - what is left is trap in and out, finding the region, and the page-table entry.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "arguments.inc"

    .equ PAGES, 0                   # arguments

# s0 = pages   s1 = bytes   s2 = the file

    .text
    .globl main
main:
    enter 3
    la a2, arguments
    call parse_arguments
    argument s0, PAGES
    li t0, PAGE_SIZE
    mul s1, s0, t0

    mv a0, s1
    li a1, MAP_PRIVATE
    call map_memory
    mv a3, a0
    lstr a0, "zero"
    lstr a1, "zero"
    la a2, write_pages
    mv a4, s0
    call measure_faults

    mv a0, s1
    li a1, MAP_PRIVATE
    call map_memory
    mv a3, a0
    lstr a0, "zero-read"
    lstr a1, "zero-read"
    la a2, read_pages
    mv a4, s0
    call measure_faults

    call make_file
    li a0, 0
    mv a1, s1
    li a2, PROT_READ
    li a3, MAP_PRIVATE
    mv a4, s2
    li a5, 0
    call mmap
    bltz a0, failed
    mv a3, a0
    lstr a0, "file"
    lstr a1, "file"
    la a2, read_pages
    mv a4, s0
    call measure_faults
    li a0, 0
    leave 3

# make_file: s2 = a nameless file of s1 bytes, written just now. Private: uses main's registers.
make_file:
    enter 2
    lstr a0, "page-fault"
    li a1, 0
    call memfd_create
    bltz a0, failed
    mv s2, a0
    mv s0, s1                       # s0 = bytes left
    mv a0, s1
    call map_array
    mv s1, a0                       # s1 = what is written next
1:  mv a0, s2
    mv a1, s1
    mv a2, s0
    call write
    blez a0, failed
    add s1, s1, a0
    sub s0, s0, a0
    bgtz s0, 1b
    leave 2

    failure failed, "a system call failed"

    .data
    .balign 8
arguments:
    number_argument "the number of pages", 256, 1, 65536
    end_arguments
