# top: what each process used since the picture before.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "proc.inc"
    .include "top.inc"

    .text
# take_sample(): fills in `records` and what was used since the sample before; sorts by that
    .globl take_sample
take_sample:
    enter 6
    ld a0, previous
    call free
    ld t0, records
    sd t0, previous, t1
    ld t0, record_count
    sd t0, previous_count, t1
    ld s4, uptime                   # s4 = time of the sample before; 0 at first
    call list_processes
    mv s0, a0
    mv s1, a1
    sd a0, records, t0
    sd a1, record_count, t0
    call uptime_ticks
    sd a0, uptime, t0
    sub s4, a0, s4                  # s4 = ticks that went by
    call read_times
    mv s2, s0
    mv s3, s1
1:  beqz s3, 4f
    ld t0, PROC_UTIME(s2)
    ld t1, PROC_STIME(s2)
    add s5, t0, t1
    mv a0, s2
    call find_previous
    mv t3, s4                       # since the sample before
    bnez a0, 2f
    ld t0, uptime                   # or since it started
    ld t1, PROC_START(s2)
    sub t3, t0, t1
    j 3f
2:  ld t0, PROC_UTIME(a0)
    ld t1, PROC_STIME(a0)
    sub s5, s5, t0
    sub s5, s5, t1
3:  sd s5, PROC_USED(s2)
    li t0, 1000
    mul s5, s5, t0
    bgtz t3, 35f
    li t3, 1
35: divu s5, s5, t3
    sd s5, PROC_SHARE(s2)
    li t0, PROC_SIZE
    add s2, s2, t0
    addi s3, s3, -1
    j 1b
4:  ld a0, order                    # the order of pids is still needed next time, so what is sorted is an array of addresses
    call free
    slli a0, s1, 3
    call malloc
    beqz a0, proc_memory
    sd a0, order, t0
    mv t0, a0
    mv t1, s1
5:  beqz t1, 6f
    sd s0, 0(t0)
    addi t0, t0, 8
    li t2, PROC_SIZE
    add s0, s0, t2
    addi t1, t1, -1
    j 5b
6:  mv a1, s1
    li a2, 8
    la a3, compare_shares
    call qsort
    leave 6

# compare_shares(a, b): for qsort, over addresses of records: the greater share first, then the lower pid (the order they are in)
compare_shares:
    ld a0, 0(a0)
    ld a1, 0(a1)
    ld a0, PROC_SHARE(a0)
    ld a1, PROC_SHARE(a1)
    sub a0, a1, a0
    ret

# find_previous(record) -> the record of the same process in the sample before, or 0. A pid that was used again is another process.
find_previous:
    ld t0, previous
    li t1, 0
    ld t2, previous_count
    ld a1, PROC_PID(a0)
1:  bgeu t1, t2, 3f
    add t3, t1, t2
    srli t3, t3, 1
    li t4, PROC_SIZE
    mul t4, t3, t4
    add t4, t4, t0
    ld t5, PROC_PID(t4)
    beq t5, a1, 4f
    blt t5, a1, 2f
    mv t2, t3
    j 1b
2:  addi t1, t3, 1
    j 1b
4:  ld t0, PROC_START(t4)
    ld t1, PROC_START(a0)
    mv a0, t4
    beq t0, t1, 5f
3:  li a0, 0
5:  ret

# read_times(): the processor's times from /proc/stat: `processor_times` = since the sample before
read_times:
    enter 3, 16
    lstr a0, "/proc/stat"
    la a1, proc_text
    li a2, PROC_TEXT_SIZE
    call read_text
    bltz a0, 3f
    la s0, proc_text
    addi s0, s0, 3                  # "cpu"
    li s1, 0
1:  mv a0, s0
    mv a1, sp
    li a2, 10
    call strtol
    ld s0, 0(sp)
    slli t0, s1, 3
    la t1, times_total
    add t1, t1, t0
    ld t2, 0(t1)
    sd a0, 0(t1)
    sub t2, a0, t2
    la t1, processor_times
    add t1, t1, t0
    sd t2, 0(t1)
    addi s1, s1, 1
    li t0, TIMES
    blt s1, t0, 1b
3:  leave 3, 16
