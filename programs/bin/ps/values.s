# ps: what stands in the columns.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "proc.inc"
    .include "times.inc"
    .include "ps.inc"

    .text
# The columns: function(record, argument) puts its text into `value`.
# value_is format: the rest of such a function, for one argument in a3
.macro value_is format
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "\format"
    tail snprintf
.endm

    .globl show_field
show_field:                         # argument: offset in the record
    add a0, a0, a1
    ld a3, 0(a0)
    value_is "%ld"
    .globl show_name
show_name:
    enter 1
    mv s0, a0
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%s%s"
    addi a3, s0, PROC_COMM
    ld t0, PROC_STATE(s0)
    lstr a4, ""
    addi t0, t0, -'Z'
    bnez t0, 1f
    lstr a4, " <defunct>"
1:  call snprintf
    leave 1
    .globl show_command
show_command:                       # the command line; [name] when there is none, as with kernel threads and zombies
    enter 1
    mv s0, a0
    ld a0, PROC_PID(s0)
    lstr a1, "cmdline"
    la a2, value
    li a3, VALUE_SIZE
    call read_proc_text
    blez a0, 3f
    la t0, value
    add t1, t0, a0
1:  lbu t2, -1(t1)                  # the zeros between its words become blanks
    bnez t2, 2f
    addi t1, t1, -1
    bgtu t1, t0, 1b
2:  sb zero, 0(t1)
25: bgeu t0, t1, 4f
    lbu t2, 0(t0)
    li t3, ' '
    beqz t2, 26f
    bgeu t2, t3, 27f
    li t3, '?'
26: sb t3, 0(t0)
27: addi t0, t0, 1
    j 25b
3:  la a0, value
    li a1, VALUE_SIZE
    lstr a2, "[%s]%s"
    addi a3, s0, PROC_COMM
    lstr a4, ""
    ld t0, PROC_STATE(s0)
    addi t0, t0, -'Z'
    bnez t0, 35f
    lstr a4, " <defunct>"
35: call snprintf
4:  leave 1
    .globl show_state
show_state:
    ld a3, PROC_STATE(a0)
    value_is "%c"
    .globl show_states
show_states:                        # the letter, and what else there is to know
    la t0, value
    ld t1, PROC_STATE(a0)
    sb t1, 0(t0)
    addi t0, t0, 1
    ld t1, PROC_NICE(a0)
    beqz t1, 2f
    li t2, '<'
    bltz t1, 1f
    li t2, 'N'
1:  sb t2, 0(t0)
    addi t0, t0, 1
2:  ld t1, PROC_SESSION(a0)
    ld t2, PROC_PID(a0)
    bne t1, t2, 3f
    li t1, 's'
    sb t1, 0(t0)
    addi t0, t0, 1
3:  ld t1, PROC_THREADS(a0)
    li t2, 1
    ble t1, t2, 4f
    li t1, 'l'
    sb t1, 0(t0)
    addi t0, t0, 1
4:  ld t1, PROC_TPGID(a0)
    ld t2, PROC_PGRP(a0)
    bne t1, t2, 5f
    li t1, '+'
    sb t1, 0(t0)
    addi t0, t0, 1
5:  sb zero, 0(t0)
    ret
    .globl show_user
show_user:                          # a name of more than 8 letters is cut, with a + to say so
    enter 0
    ld a0, PROC_UID(a0)
    call user_name
    mv a3, a0
    call strlen
    li t0, 8
    bgtu a0, t0, 1f
    la a0, value
    mv a1, a3
    call strcpy
    leave 0
1:  la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%.7s+"
    call snprintf
    leave 0
    .globl show_uid
show_uid:
    ld a3, PROC_UID(a0)
    value_is "%ld"
    .globl show_terminal
show_terminal:
    ld a0, PROC_TTY(a0)
    la a1, value
    li a2, VALUE_SIZE
    tail terminal_name
    .globl show_memory
show_memory:                        # resident, in K
    ld a3, PROC_RSS(a0)
    li t0, PAGE_K
    mul a3, a3, t0
    value_is "%ld"
    .globl show_size
show_size:                          # of the address space, in K
    ld a3, PROC_VSIZE(a0)
    srli a3, a3, 10
    value_is "%ld"
    .globl show_memory_share
show_memory_share:
    enter 1
    ld s0, PROC_RSS(a0)
    li t0, PAGE_K * 1000
    mul s0, s0, t0
    lstr a0, "MemTotal:"
    call memory_k
    bnez a0, 1f
    li a0, 1
1:  divu a3, s0, a0
    restore 1
    j show_tenths
    .globl show_cpu_share
show_cpu_share:                     # time used of the time it has been there
    enter 0
    call cpu_per_mille
    mv a3, a0
    restore 0
show_tenths:                        # a3 per mille as a percentage; 100% and more without a decimal place
    li t0, 10
    li t1, 999
    divu a4, a3, t0
    bgtu a3, t1, 1f
    remu t2, a3, t0
    mv a3, a4
    mv a4, t2
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%ld.%ld"
    tail snprintf
1:  mv a3, a4
    value_is "%ld"
    .globl show_cpu_percent
show_cpu_percent:
    enter 0
    call cpu_per_mille
    li t0, 10
    divu a3, a0, t0
    li t0, 99
    bleu a3, t0, 1f
    mv a3, t0
1:  restore 0
    value_is "%ld"
# cpu_per_mille(record) -> time used per time since the start
cpu_per_mille:
    ld t0, PROC_UTIME(a0)
    ld t1, PROC_STIME(a0)
    add t0, t0, t1
    li t1, 1000
    mul t0, t0, t1
    ld t1, uptime
    ld t2, PROC_START(a0)
    sub t1, t1, t2
    li a0, 0
    blez t1, 1f
    divu a0, t0, t1
1:  ret
# cpu_seconds(record) -> processor time used
cpu_seconds:
    ld t0, PROC_UTIME(a0)
    ld t1, PROC_STIME(a0)
    add t0, t0, t1
    li t1, TICKS_PER_SECOND
    divu a0, t0, t1
    ret
    .globl show_time
show_time:                          # [DD-]HH:MM:SS
    enter 0
    call cpu_seconds
    restore 0
show_seconds:
    li t0, SECONDS_PER_DAY
    divu a3, a0, t0
    remu a0, a0, t0
    li t0, SECONDS_PER_HOUR
    divu a4, a0, t0
    remu a0, a0, t0
    li t0, SECONDS_PER_MINUTE
    divu a5, a0, t0
    remu a6, a0, t0
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%ld-%02ld:%02ld:%02ld"
    bnez a3, 1f
    lstr a2, "%02ld:%02ld:%02ld"
    mv a3, a4
    mv a4, a5
    mv a5, a6
1:  tail snprintf
    .globl show_bsd_time
show_bsd_time:                      # MMM:SS
    enter 0
    call cpu_seconds
    restore 0
    li t0, SECONDS_PER_MINUTE
    divu a3, a0, t0
    remu a4, a0, t0
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%ld:%02ld"
    tail snprintf
# age(record) -> seconds since it started
age:
    ld t0, uptime
    ld t1, PROC_START(a0)
    sub a0, t0, t1
    bgez a0, 1f
    li a0, 0
1:  li t0, TICKS_PER_SECOND
    divu a0, a0, t0
    ret
    .globl show_age_seconds
show_age_seconds:
    enter 0
    call age
    mv a3, a0
    restore 0
    value_is "%ld"
    .globl show_age
show_age:                           # [[DD-]HH:]MM:SS
    enter 0
    call age
    restore 0
    li t0, SECONDS_PER_HOUR
    bgeu a0, t0, show_seconds
    li t0, SECONDS_PER_MINUTE
    divu a3, a0, t0
    remu a4, a0, t0
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%02ld:%02ld"
    tail snprintf
    .globl show_start
show_start:                         # the time of day, or the day when that was not within the last one
    enter 2
    ld s1, PROC_START(a0)
    call age
    lstr s0, "%H:%M"
    li t0, SECONDS_PER_DAY
    bltu a0, t0, 1f
    lstr s0, "%b%d"
    j 1f
    .globl show_long_start
show_long_start:
    enter 2
    ld s1, PROC_START(a0)
    lstr s0, "%a %b %e %H:%M:%S %Y"
1:  ld t0, now                      # the machine started at now - uptime
    ld t1, uptime
    sub t0, t0, t1
    add a0, t0, s1
    li t0, TICKS_PER_SECOND
    div a0, a0, t0
    li a1, 0
    la a2, broken_down
    call break_down
    la a0, value
    li a1, VALUE_SIZE
    mv a2, s0
    la a3, broken_down
    call format_time
    leave 2
    .globl show_priority
show_priority:                      # ps counts them downwards
    ld t0, PROC_PRIORITY(a0)
    li a3, 39
    sub a3, a3, t0
    value_is "%ld"
    .globl show_wait
show_wait:                          # where in the kernel it waits
    enter 0
    ld a0, PROC_PID(a0)
    lstr a1, "wchan"
    la a2, value
    li a3, VALUE_SIZE
    call read_proc_text
    blez a0, 1f
    lbu t0, value
    addi t0, t0, -'0'
    bnez t0, 2f
1:  la a0, value
    lstr a1, "-"
    call strcpy
2:  leave 0
