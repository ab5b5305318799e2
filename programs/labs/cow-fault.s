# Experiment: what does a copy-on-write fault cost, with the copy and without it?
# Run:        cow-fault [PAGES]             PAGES = 1..65536, 256 when not given
#
# The parent writes to PAGES pages and forks. The child writes to each of them, which copies it. When the child has ended, the parent
# writes to each of them too: nobody shares them any more.
#
# Watch for:  - copy: a fault a page: trap in, a fresh frame, 4 KiB read and 4 KiB written, a page-table entry, trap out;
#             - last owner: a fault a page just the same, for fork took the write permission away; but the frame is the parent's alone,
#               so that the kernel only gives the permission back. The difference is what the copy costs.
#             Counts may be a little higher where an emulator's own faults are counted along.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "arguments.inc"

    .equ PAGES, 0                   # arguments

# s0 = pages   s1 = address

    .text
    .globl main
main:
    enter 2, 16
    la a2, arguments
    call parse_arguments
    argument s0, PAGES
    li t0, PAGE_SIZE
    mul a0, s0, t0
    call map_array
    mv s1, a0
    call measure_warm               # before the fork: the child inherits what it opens
    call fork
    bltz a0, failed
    beqz a0, child
    mv a1, sp
    li a2, 0
    call waitpid
    bltz a0, failed
    lw t0, 0(sp)
    bnez t0, child_failed
    lstr a0, "last-owner"
    lstr a1, "parent, the last owner"
    call write_to_all
    li a0, 0
    leave 2, 16
child:
    lstr a0, "copy"
    lstr a1, "child, which copies"
    call write_to_all
    li a0, 0
    leave 2, 16

# write_to_all(interval, label): writes to all pages and prints what that took. Private: uses main's registers.
write_to_all:
    la a2, write_pages
    mv a3, s1
    mv a4, s0
    tail measure_faults

    refusal child_failed, "the child failed"
    failure failed, "a system call failed"

    .data
    .balign 8
arguments:
    number_argument "the number of pages", 256, 1, 65536
    end_arguments
