# top: the lines above the processes: time, tasks, processor, memory.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "proc.inc"
    .include "top.inc"

    .text
# draw_first_line(): the time, how long the machine has been up, and its load
    .globl draw_first_line
draw_first_line:
    enter 3, TEXT_SIZE
    li a0, CLOCK_REALTIME
    mv a1, sp
    call clock_gettime
    ld a0, 0(sp)
    li a1, 0
    la a2, broken_down
    call break_down
    mv a0, sp
    li a1, TEXT_SIZE
    lstr a2, "top - %H:%M:%S up "
    la a3, broken_down
    call format_time
    mv a0, sp
    call begin_line
    ld t0, uptime
    li t1, TICKS_PER_SECOND * 60
    div t0, t0, t1                  # minutes
    li t1, 60 * 24
    div a3, t0, t1
    rem t0, t0, t1
    li t1, 60
    div a5, t0, t1
    rem a6, t0, t1
    mv a0, sp
    li a1, TEXT_SIZE
    lstr a2, "%ld day%s, %2ld:%02ld,"
    lstr a4, "s"
    li t0, 1
    bgtu a3, t0, 1f
    lstr a4, ""
    bnez a3, 1f
    mv a3, a5
    mv a4, a6
    lstr a2, "%2ld:%02ld,"
    bnez a3, 1f
    mv a3, a6
    lstr a2, "%ld min,"
1:  call snprintf
    mv a0, sp
    call add_text
    lstr a0, "/proc/loadavg"
    mv a1, sp
    li a2, TEXT_SIZE / 2
    call read_text
    blez a0, 4f
    li s2, 3                        # "0.10 0.20 0.30 1/2 3": the first three
    mv s0, sp
    mv s1, sp
    lstr a0, "  0 user,  load average: "  # nobody logs in here
    call add_text
2:  lbu t0, 0(s1)
    beqz t0, 3f
    addi s1, s1, 1
    addi t0, t0, -' '
    bnez t0, 2b
    sb zero, -1(s1)
3:  mv a0, s0
    call add_text
    mv s0, s1
    addi s2, s2, -1
    beqz s2, 4f
    lstr a0, ", "
    call add_text
    j 2b
4:  call end_line
    leave 3, TEXT_SIZE

# draw_tasks(): how many there are in which state
    .globl draw_tasks
draw_tasks:
    enter 0, TEXT_SIZE
    ld t0, records
    ld t1, record_count
    mv a3, t1
    li a4, 0                        # running
    li a6, 0                        # stopped
    li a7, 0                        # zombies
1:  beqz t1, 4f
    ld t2, PROC_STATE(t0)
    li t3, 'R'
    bne t2, t3, 2f
    addi a4, a4, 1
2:  ori t3, t2, 0x20                # T, and t of a traced one
    addi t3, t3, -'t'
    bnez t3, 3f
    addi a6, a6, 1
3:  addi t3, t2, -'Z'
    seqz t3, t3
    add a7, a7, t3
    li t2, PROC_SIZE
    add t0, t0, t2
    addi t1, t1, -1
    j 1b
4:  sub a5, a3, a4
    sub a5, a5, a6
    sub a5, a5, a7
    mv a0, sp
    li a1, TEXT_SIZE
    lstr a2, "Tasks: %3ld total, %3ld running, %3ld sleeping, %3ld stopped, %3ld zombie"
    call snprintf
    mv a0, sp
    call begin_line
    call end_line
    leave 0, TEXT_SIZE

# draw_times(): what the processor did since the picture before
    .globl draw_times
draw_times:
    enter 4, TEXT_SIZE
    lstr a0, "%Cpu(s):"
    call begin_line
    la t0, processor_times
    li t1, TIMES
    li s0, 0                        # s0 = sum
1:  ld t2, 0(t0)
    add s0, s0, t2
    addi t0, t0, 8
    addi t1, t1, -1
    bnez t1, 1b
    bnez s0, 2f
    li s0, 1
2:  la s1, time_rows
3:  lbu t0, 0(s1)
    beqz t0, 5f
    addi t0, t0, -1
    slli t0, t0, 3
    la t1, processor_times
    add t1, t1, t0
    ld t0, 0(t1)
    li t1, 1000
    mul t0, t0, t1
    srli t1, s0, 1                  # rounded
    add t0, t0, t1
    divu t0, t0, s0
    li t1, 10
    divu a3, t0, t1
    remu a4, t0, t1
    addi a5, s1, 1
    mv a0, sp
    li a1, TEXT_SIZE
    lstr a2, "%3ld.%ld %s"
    call snprintf
    mv a0, sp
    call add_text
    addi s1, s1, TIME_ROW_SIZE
    lbu t0, 0(s1)
    beqz t0, 3b
    lstr a0, ","
    call add_text
    j 3b
5:  call end_line
    leave 4, TEXT_SIZE

# draw_memory(): two lines, in MiB
    .globl draw_memory
draw_memory:
    enter 6, TEXT_SIZE
    sb zero, proc_meminfo_read, t0  # read it anew
    lstr a0, "MemTotal:"
    call memory_k
    mv s0, a0
    lstr a0, "MemFree:"
    call memory_k
    mv s1, a0
    lstr a0, "Buffers:"
    call memory_k
    mv s2, a0
    lstr a0, "\nCached:"            # not SwapCached
    call memory_k
    add s2, s2, a0
    lstr a0, "SReclaimable:"
    call memory_k
    add s2, s2, a0
    lstr a0, "MemAvailable:"
    call memory_k
    mv s3, a0
    lstr a0, "MiB Mem :"
    call begin_line
    mv a0, s0
    lstr a1, " total,"
    call add_mib
    mv a0, s1
    lstr a1, " free,"
    call add_mib
    sub a0, s0, s3                  # used is what programs could not get
    lstr a1, " used,"
    call add_mib
    mv a0, s2
    lstr a1, " buff/cache"
    call add_mib
    call end_line
    lstr a0, "SwapTotal:"
    call memory_k
    mv s0, a0
    lstr a0, "SwapFree:"
    call memory_k
    mv s1, a0
    lstr a0, "MiB Swap:"
    call begin_line
    mv a0, s0
    lstr a1, " total,"
    call add_mib
    mv a0, s1
    lstr a1, " free,"
    call add_mib
    sub a0, s0, s1
    lstr a1, " used."
    call add_mib
    mv a0, s3
    lstr a1, " avail Mem"
    call add_mib
    call end_line
    leave 6, TEXT_SIZE

# add_mib(K, text): the number in MiB with one decimal place, and the text
add_mib:
    enter 0, TEXT_SIZE
    mv a5, a1
    li t0, 10
    mul a0, a0, t0
    addi a0, a0, 512                # rounded
    srli a0, a0, 10
    divu a3, a0, t0
    remu a4, a0, t0
    mv a0, sp
    li a1, TEXT_SIZE
    lstr a2, " %6ld.%ld%s"
    call snprintf
    mv a0, sp
    call add_text
    leave 0, TEXT_SIZE
