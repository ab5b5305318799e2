# taskset: runs a program on some processors only, or tells and changes where a process runs: taskset MASK PROGRAM [ARGUMENT]...,
# taskset -p [MASK] PID. With -c, a list of processors (0,2-3) stands for the mask.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "cpu-sets.inc"
    .include "options.inc"

    .equ MAX_PID, 0x7fffffff

# s0 = operands   s1 = the first of them   s2 = process, 0 for this one   s3 = last argument of all   s4 = errno

    .text
    .globl main
main:
    enter 5, 16
    slli t0, a0, 3
    add t0, t0, a1
    ld s3, -8(t0)
    la a2, options
    li a3, OPTIONS_FIRST
    call parse_options
    mv s0, a0
    mv s1, a1
    li s2, 0
    lb t0, of_process
    bnez t0, process

    li t0, 2
    blt s0, t0, bad_usage
    call parse
    call change
    ld a0, 8(s1)
    addi a1, s1, 8
    ld a2, environ
    call execute
    mv s4, a0
    lstr a1, "failed to execute %s"
    ld a2, 8(s1)
    call warn
    mv a0, s4
    call not_run_status
    leave 5, 16

process:
    mv a0, s3                       # the process comes last, wherever the option stands
    mv a1, sp
    li a2, 10
    call strtol
    mv s2, a0
    ld t0, 0(sp)
    beq t0, s3, bad_pid
    lbu t0, 0(t0)
    bnez t0, bad_pid
    li t0, MAX_PID
    bgtu s2, t0, bad_pid
    beqz s2, bad_usage
    li t0, 1
    beq s0, t0, 1f
    li t0, 2
    bne s0, t0, bad_usage
    call parse
    lstr a0, "current"
    call tell
    call change
    lstr a0, "new"
    call tell
    j 2f
1:  lstr a0, "current"
    call tell
2:  li a0, 0
    leave 5, 16

# parse(): `wanted` is the set that the argument *s1 says. change(): the process s2 gets it. tell(which): prints the set that the process
# has. What fails ends the program. Private: use main's registers.
parse:
    enter 0
    ld a0, 0(s1)
    la a1, wanted
    lb t0, as_list
    bnez t0, 1f
    call parse_cpu_mask
    lstr a2, "failed to parse CPU mask: %s"
    bltz a0, bad_set
    leave 0
1:  call parse_cpu_list
    lstr a2, "failed to parse CPU list: %s"
    bltz a0, bad_set
    leave 0
change:
    enter 0
    mv a0, s2
    li a1, CPU_SET_SIZE
    la a2, wanted
    call sched_setaffinity
    lstr a2, "failed to set pid %d's affinity"
    bltz a0, failed
    leave 0
tell:
    enter 1, CPU_SET_SIZE
    mv s0, a0
    mv a0, sp
    li a1, 0
    li a2, CPU_SET_SIZE
    call memset
    mv a0, s2
    li a1, CPU_SET_SIZE
    mv a2, sp
    call sched_getaffinity
    lstr a2, "failed to get pid %d's affinity"
    bltz a0, failed
    lb t0, as_list
    lstr a3, "mask"
    beqz t0, 1f
    lstr a3, "list"
1:  mv a1, s2
    mv a2, s0
    lstr a0, "pid %d's %s affinity %s: "
    call printf
    mv a0, sp
    lb t0, as_list
    bnez t0, 2f
    call print_cpu_mask
    j 3f
2:  call print_cpu_list
3:  li a0, '\n'
    call putchar
    leave 1, CPU_SET_SIZE

bad_set:
    li a0, 1
    li a1, 0
    ld a3, 0(s1)
    call die
bad_pid:
    li a0, 1
    li a1, 0
    lstr a2, "invalid PID argument: '%s'"
    mv a3, s3
    call die
bad_usage:
    lstr a0, "bad usage"
    call usage_error
failed:
    mv s4, a0
    mv s1, a2
    mv a3, s2
    bnez s2, 1f
    call getpid
    mv a3, a0
1:  li a0, 1
    mv a1, s4
    mv a2, s1
    call die

    .section .rodata
usage: .asciz "Usage: taskset [-c] MASK|LIST PROGRAM [ARGUMENT]...\n   or: taskset -p [-c] [MASK|LIST] PID"
    .balign 8
options:
    option 'p', OPTION_SET, of_process
    option 'c', OPTION_SET, as_list
    end_options

    .bss
    .balign 8
wanted: .zero CPU_SET_SIZE
of_process: .zero 1
as_list: .zero 1
