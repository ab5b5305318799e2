# Page faults, as the kernel counts them for each process, and what they cost.
    .include "macros.inc"
    .include "fcntl.inc"

    .text
# minor_faults() -> how many faults that needed no device this process has taken since it began
    .globl minor_faults
minor_faults:
    enter 0, RUSAGE_SIZE
    li a0, RUSAGE_SELF
    mv a1, sp
    call getrusage
    ld a0, RUSAGE_MINFLT(sp)
    leave 0, RUSAGE_SIZE

# measure_faults(interval, label, touch, address, pages): measures touch(address, pages, bytes from one to the next), which is read_pages or
# write_pages, and prints how many faults it took and how long.
    .globl measure_faults
measure_faults:
    enter 6
    mv s0, a0
    mv s1, a1
    mv s2, a2
    mv s3, a3
    mv s4, a4
    call measure_warm
    call minor_faults
    mv s5, a0                       # s5 = faults before
    mv a0, s0
    call measure_begin
    mv a0, s3
    mv a1, s4
    li a2, PAGE_SIZE
    jalr s2
    call measure_end
    mv s0, a0                       # s0 = nanoseconds
    call minor_faults
    sub a6, a0, s5
    mv a0, s0
    mv a1, s4
    lstr a2, "a page"
    lstr a3, "%s, %ld pages, %ld faults"
    mv a4, s1
    mv a5, s4
    call report
    leave 6
