# sleep: waits for a time: numbers of seconds, or of minutes (m), hours (h) or days (d), with fractions. Several are added up.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "durations.inc"
    .include "options.inc"

    .text
    .globl main
main:
    enter 4, TIMESPEC_SIZE
    la a2, options
    li a3, OPTIONS_FIRST
    call parse_options
    mv s0, a0
    mv s1, a1
    beqz s0, missing
    li s2, 0                        # s2 = nanoseconds in all
    li s3, 0                        # s3 = status
1:  ld a0, 0(s1)
    call parse_duration
    bltz a0, 2f
    add s2, s2, a0
    bgez s2, 3f
    li s2, DURATION_MAX
    j 3f
2:  li a0, 0
    lstr a1, "invalid time interval '%s'"
    ld a2, 0(s1)
    call warn
    li s3, 1
3:  addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, 1b
    bnez s3, try_help

    li t0, NS_PER_SECOND
    div t1, s2, t0
    sd t1, TIMESPEC_SEC(sp)
    rem t1, s2, t0
    sd t1, TIMESPEC_NSEC(sp)
4:  mv a0, sp
    mv a1, sp                       # interrupted by a signal that did not end us: sleep for what is left
    call nanosleep
    li t0, -EINTR
    beq a0, t0, 4b
    bltz a0, 5f
    li a0, 0
    leave 4, TIMESPEC_SIZE
5:  mv a1, a0
    li a0, 1
    lstr a2, "cannot sleep"
    call die

missing:
    lstr a0, "missing operand"
    call usage_error

    .section .rodata
usage: .asciz "Usage: sleep NUMBER[smhd]..."
    .balign 8
options:
    end_options
