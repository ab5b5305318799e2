# touch: makes files that do not exist, and sets the times of those that do to now. -a only the time of access, -m only that of change,
# -c makes no file, -r FILE takes the times of another file, -d @SECONDS a time since 1970.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .equ FILE_MODE, 0666

    .text
    .globl main
main:
    enter 3, STAT_SIZEOF
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    li s2, 0
    beqz s0, missing
    ld a0, reference
    beqz a0, 1f
    mv a1, sp
    call stat
    bltz a0, no_reference
    la t0, times
    ld t1, STAT_ATIME(sp)
    sd t1, 0(t0)
    ld t1, STAT_ATIME + 8(sp)
    sd t1, 8(t0)
    ld t1, STAT_MTIME(sp)
    sd t1, 16(t0)
    ld t1, STAT_MTIME + 8(sp)
    sd t1, 24(t0)
1:  ld a0, date
    beqz a0, 2f
    call parse_date
2:  lb t1, only_access              # -a and -m together are neither
    lb t2, only_change
    beq t1, t2, next_operand
    li t0, UTIME_OMIT
    bnez t2, 3f
    sd t0, times + 24, t1
    j next_operand
3:  sd t0, times + 8, t1
next_operand:
    ld a0, 0(s1)
    call touch
    or s2, s2, a0
    addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, next_operand
    mv a0, s2
    leave 3, STAT_SIZEOF

# touch(path) -> 0 or 1
touch:
    enter 1
    mv s0, a0
    lb t0, no_create
    bnez t0, 1f
    li a1, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY
    li a2, FILE_MODE
    call open
    bltz a0, 1f                     # perhaps a directory, or not ours to write: its times may still be ours to set
    call close
1:  li a0, AT_FDCWD
    mv a1, s0
    la a2, times
    li a3, 0
    call utimensat
    beqz a0, 2f
    lb t0, no_create
    beqz t0, 3f
    li t0, -ENOENT
    bne a0, t0, 3f
    li a0, 0
2:  leave 1
3:  lstr a1, "cannot touch '%s'"
    mv a2, s0
    call warn
    li a0, 1
    leave 1

# parse_date(text): "@SECONDS" into both times
parse_date:
    enter 1, 16
    mv s0, a0
    lbu t0, 0(a0)
    addi t0, t0, -'@'
    bnez t0, bad_date
    lbu t0, 1(a0)
    beqz t0, bad_date
    addi a0, a0, 1
    mv a1, sp
    li a2, 10
    call strtol
    ld t0, 0(sp)
    lbu t0, 0(t0)
    bnez t0, bad_date
    la t0, times
    sd a0, 0(t0)
    sd zero, 8(t0)
    sd a0, 16(t0)
    sd zero, 24(t0)
    leave 1, 16

bad_date:
    li a0, 1
    li a1, 0
    lstr a2, "invalid date format '%s'"
    mv a3, s0
    call die
missing:
    lstr a0, "missing file operand"
    call usage_error
no_reference:
    mv a1, a0
    li a0, 1
    lstr a2, "failed to get attributes of '%s'"
    ld a3, reference
    call die

    .section .rodata
usage: .asciz "Usage: touch [-acm] [-d @SECONDS] [-r FILE] FILE..."
    .balign 8
options:
    option 'a', OPTION_SET, only_access
    option 'm', OPTION_SET, only_change
    option 'c', OPTION_SET, no_create
    option 'd', OPTION_TEXT, date
    option 'r', OPTION_TEXT, reference
    end_options

    .data
    .balign 8
times:                              # two timespecs: access, change
    .dword 0, UTIME_NOW
    .dword 0, UTIME_NOW

    .bss
    .balign 8
date: .zero 8
reference: .zero 8
only_access: .zero 1
only_change: .zero 1
no_create: .zero 1
