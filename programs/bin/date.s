# date: prints the time, always UTC (so -u changes nothing). date [-u] [-d @SECONDS | -r FILE] [-R | -I] [+FORMAT]; the letters of
# FORMAT are those of lib/times.s.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"
    .include "times.inc"

    .equ TEXT_SIZE, 4096

    .text
    .globl main
main:
    enter 4, STAT_SIZEOF
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    li t0, 1
    bgtu s0, t0, extra
    li a0, CLOCK_REALTIME
    mv a1, sp
    call clock_gettime
    bltz a0, no_clock
    ld s2, TIMESPEC_SEC(sp)         # s2, s3 = the time to print
    ld s3, TIMESPEC_NSEC(sp)
    ld a0, reference
    beqz a0, 1f
    mv a1, sp
    call stat
    ld a3, reference
    bltz a0, no_file
    ld s2, STAT_MTIME(sp)
    ld s3, STAT_MTIME + 8(sp)
1:  ld a0, date_text
    beqz a0, 2f
    lbu t0, 0(a0)
    addi t0, t0, -'@'
    bnez t0, bad_date
    addi a0, a0, 1
    mv a1, sp
    li a2, 10
    call strtol
    mv s2, a0
    li s3, 0
    ld t0, 0(sp)
    lbu t0, 0(t0)
    bnez t0, bad_date
2:  mv a0, s2
    mv a1, s3
    la a2, broken_down
    call break_down
    ld s2, format
    beqz s0, 3f
    ld s2, 0(s1)
    lbu t0, 0(s2)
    addi t0, t0, -'+'
    bnez t0, bad_date_operand
    addi s2, s2, 1
3:  la a0, text
    li a1, TEXT_SIZE
    mv a2, s2
    la a3, broken_down
    call format_time
    la a0, text
    call puts
    li a0, 0
    leave 4, STAT_SIZEOF

# use_rfc(), use_iso(): -R, -I
use_rfc:
    la t0, format_rfc
    sd t0, format, t1
    ret
use_iso:
    la t0, format_f
    sd t0, format, t1
    ret

extra:
    lstr a0, "extra operand '%s'"
    ld a1, 8(s1)
    call usage_error
bad_date:
    ld a3, date_text
    j 1f
bad_date_operand:
    ld a3, 0(s1)
1:  li a0, 1
    li a1, 0
    lstr a2, "invalid date '%s'"
    call die
no_file:
    mv a1, a0
    li a0, 1
    lstr a2, "%s"
    call die
no_clock:
    mv a1, a0
    li a0, 1
    lstr a2, "cannot get time of day"
    call die

    .section .rodata
usage: .asciz "Usage: date [-uRI] [-d @SECONDS | -r FILE] [+FORMAT]"
format_default: .asciz "%a %b %e %H:%M:%S %Z %Y"
format_rfc: .asciz "%a, %d %b %Y %H:%M:%S %z"
    .balign 8
options:
    option 'u', OPTION_SET, universal
    option 'd', OPTION_TEXT, date_text
    option 'r', OPTION_TEXT, reference
    option 'R', OPTION_CALL, use_rfc
    option 'I', OPTION_CALL, use_iso
    end_options

    .data
    .balign 8
format: .dword format_default

    .bss
    .balign 8
date_text: .zero 8
reference: .zero 8
broken_down: .zero TM_SIZE
universal: .zero 1
text: .zero TEXT_SIZE
