# Experiment: copy-on-write. fork copies no memory; the first write to each page does.
# Run:        cow [PAGES]              PAGES = size of the buffer in pages, 1..4096, 16 when not given
#
# The parent fills a buffer, forks, and waits. The child reads the whole buffer, writes one byte to each page, then writes again. Then the
# parent does the same. Each step prints how many page faults it took the process, from getrusage's count of minor faults.
#
# Watch for:  - filling the buffer first costs one fault a page: memory that was mapped but not touched has no frame (demand zero);
#             - reading after the fork costs nothing: parent and child look at the same frames;
#             - the child's first writes cost one fault a page: each of them copies a page. The second round costs nothing;
#             - the parent's buffer did not change, though both use the same addresses;
#             - the parent's writes after the child has ended fault once a page too, for fork took its write permission as well; but
#               nobody shares the frames any more, so the kernel just gives the permission back, and copies nothing.
#             Counts may be a little higher where an emulator's own faults are counted along.
    .include "macros.inc"
    .include "fcntl.inc"

    .equ DEFAULT_PAGES, 16
    .equ MAX_PAGES, 4096
    .equ PARENT_MARK, 'P'
    .equ CHILD_MARK, 'C'

# s0 = buffer   s1 = pages   s2 = name of the process that prints

    .text
    .globl main
main:
    enter 3, 16
    li s1, DEFAULT_PAGES
    li t0, 2
    blt a0, t0, 1f
    ld a0, 8(a1)
    call atoi
    mv s1, a0
    addi t1, s1, -1
    li t0, MAX_PAGES
    bgeu t1, t0, bad_count
1:  li a0, 0
    li t0, PAGE_SIZE
    mul a1, s1, t0
    li a2, PROT_READ | PROT_WRITE
    li a3, MAP_PRIVATE | MAP_ANONYMOUS
    li a4, -1
    li a5, 0
    call mmap
    bltz a0, failed
    mv s0, a0
    call minor_faults               # so that the pages that counting itself needs are there already

    lstr s2, "parent"
    li a0, PARENT_MARK
    lstr a1, "fills the fresh buffer"
    call write_step
    call fork
    bltz a0, failed
    beqz a0, child
    mv a1, sp
    li a2, 0
    call waitpid
    lstr a1, "reads after the child's end"
    call read_step
    bnez a0, changed
    li a0, STDOUT
    lstr a1, "parent: all %d pages still hold what I wrote\n"
    mv a2, s1
    call dprintf
    li a0, PARENT_MARK
    lstr a1, "writes again"
    call write_step
    li a0, 0
    leave 3, 16

child:
    lstr s2, "child "
    call minor_faults               # its stack page, shared too, is copied here and not in a step
    lstr a1, "reads every page"
    call read_step
    bnez a0, changed
    li a0, CHILD_MARK
    lstr a1, "writes to every page"
    call write_step
    li a0, CHILD_MARK
    lstr a1, "writes a second time"
    call write_step
    li a0, 0
    leave 3, 16

changed:
    li a0, 1
    li a1, 0
    lstr a2, "a page does not hold what was written there"
    call die
failed:
    mv a1, a0
    li a0, 1
    lstr a2, "a system call failed"
    call die
bad_count:
    li a0, 2
    li a1, 0
    lstr a2, "the number of pages must be from 1 to %d"
    li a3, MAX_PAGES
    call die

# write_step(mark, what): writes mark to the first byte of each page and prints the faults that took.
write_step:
    enter 6
    mv s3, a0
    mv s4, a1
    call minor_faults
    mv s5, a0
    mv t0, s0
    mv t1, s1
    li t2, PAGE_SIZE
1:  sb s3, 0(t0)
    add t0, t0, t2
    addi t1, t1, -1
    bnez t1, 1b
    call minor_faults
    sub a4, a0, s5
    mv a3, s4
    call report
    leave 6

# read_step(-, what) -> number of pages whose first byte is not the parent's mark; prints the faults that took.
read_step:
    enter 6
    mv s4, a1
    call minor_faults
    mv s5, a0
    mv t0, s0
    mv t1, s1
    li t2, PAGE_SIZE
    li t4, PARENT_MARK
    li s3, 0
1:  lbu t3, 0(t0)
    sub t3, t3, t4
    snez t3, t3
    add s3, s3, t3
    add t0, t0, t2
    addi t1, t1, -1
    bnez t1, 1b
    call minor_faults
    sub a4, a0, s5
    mv a3, s4
    call report
    mv a0, s3
    leave 6

# report(-, -, -, what, faults)
report:
    enter 0
    li a0, STDOUT
    lstr a1, "%s %-28s %4ld faults\n"
    mv a2, s2
    call dprintf
    leave 0
