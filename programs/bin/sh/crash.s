# What a program died of, in the kernel's words: its log has a line `name[pid]: read of 0x0 at pc 0x10124, main: no region there`.
    .include "sh.inc"
    .include "fcntl.inc"
    .include "errno.inc"
    .include "signal.inc"

    .equ RECORD_BYTES, 4096

# Signals that the kernel sends for something that a program did: its mistakes, and taking all memory.
    .equ EXPLAINED, 1 << SIGILL | 1 << SIGTRAP | 1 << SIGBUS | 1 << SIGFPE | 1 << SIGKILL | 1 << SIGSEGV

    .text
# explain_job(job): prints the sentence about its last process, if it died of such a signal and there is one
    .globl explain_job
explain_job:
    lw t0, JOB_COUNT(a0)
    slli t0, t0, 4          # PROC_SIZEOF
    add t0, a0, t0
    lw t1, JOB_PROCS - PROC_SIZEOF + PROC_STATUS(t0)
    lw a3, JOB_PROCS - PROC_SIZEOF + PROC_PID(t0)
    andi t1, t1, 0x7f
    li t0, EXPLAINED
    srl t0, t0, t1
    andi t0, t0, 1
    bnez t0, 5f
    ret
5:  enter 2, 32
    mv a0, sp
    li a1, 32
    lstr a2, "[%d]: "
    call snprintf
    la t0, sentence
    sb zero, 0(t0)
    lstr a0, "/dev/kmsg"
    li a1, O_RDONLY | O_NONBLOCK | O_CLOEXEC
    call open
    bltz a0, 4f
    mv s0, a0
1:  mv a0, s0               # each read is one record: priority,number,time,flags;text
    la a1, record
    li a2, RECORD_BYTES - 1
    call read
    li t0, -EPIPE           # the oldest were forgotten meanwhile
    beq a0, t0, 1b
    blez a0, 3f
    la t0, record
    add t1, t0, a0
    sb zero, 0(t1)
    lbu t0, 1(t0)           # the kernel's own have a priority of one digit
    li t1, ','
    bne t0, t1, 1b
    la a0, record
    mv a1, sp
    call strstr
    beqz a0, 1b
    la a0, record
    lstr a1, "]: unhandled signal "
    call strstr
    bnez a0, 1b
    la a0, record
    li a1, ';'
    call strchr
    beqz a0, 1b
    addi a1, a0, 1
    la a0, sentence         # the last one counts: pids come round again
    call strcpy
    j 1b
3:  mv a0, s0
    call close
    la a2, sentence
    lbu t0, 0(a2)
    beqz t0, 4f
    li a0, STDERR
    lstr a1, "%s"
    call dprintf
4:  leave 2, 32

    .bss
record: .zero RECORD_BYTES
sentence: .zero RECORD_BYTES
