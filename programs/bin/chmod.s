# chmod: changes permissions: octal (755) or symbolic (u+x,go-w). -R goes down into directories, -v tells of each, -f keeps quiet about
# files that cannot be changed.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "modes.inc"
    .include "options.inc"

    .text
    .globl main
main:
    enter 5
    mv s0, a0
    mv s1, a1
    call take_minus_mode
    mv s2, a0                       # s2 = mode as text
    beqz a0, 1f
    addi s0, s0, -1
1:  mv a0, s0
    mv a1, s1
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    bnez s2, 2f
    beqz s0, missing
    ld s2, 0(s1)
    addi s0, s0, -1
    addi s1, s1, 8
2:  sd s2, mode_argument, t0
    li a0, 0
    call umask                      # the way to read it is to set it
    sd a0, mask, t0
    call umask
    mv a0, s2
    li a1, 0
    li a2, 0
    call parse_mode
    bltz a0, bad_mode
    beqz s0, missing_after
    li s3, 0                        # s3 = status
3:  ld a0, 0(s1)
    call change
    or s3, s3, a0
    addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, 3b
    mv a0, s3
    leave 5

# take_minus_mode() -> the first argument like -x or -rw, which is a mode and no option, taken out of the s0 arguments at s1; 0 if none
take_minus_mode:
    enter 2
    addi s1, s1, 8
1:  ld a0, 0(s1)
    beqz a0, 4f
    lbu t0, 0(a0)
    addi t0, t0, -'-'
    bnez t0, 3f
    lbu a1, 1(a0)
    beqz a1, 3f
    addi t0, a1, -'-'
    beqz t0, 2f
    lstr a0, "rwxXstugoa,+="
    call strchr
    beqz a0, 3f
    ld a0, 0(s1)
15: ld t0, 8(s1)                    # close the gap
    sd t0, 0(s1)
    addi s1, s1, 8
    bnez t0, 15b
    leave 2
2:  lbu t0, 2(a0)
    beqz t0, 4f                     # "--": only operands from here on
3:  addi s1, s1, 8
    j 1b
4:  li a0, 0
    leave 2

# change(path) -> 0 or 1
change:
    enter 6, STAT_SIZEOF
    mv s0, a0
    li s5, 0                        # s5 = result
    mv a1, sp
    call stat
    lstr a1, "cannot access '%s'"
    bltz a0, 6f
    ld a0, mode_argument
    lwu a1, STAT_MODE(sp)
    ld a2, mask
    call parse_mode
    mv s1, a0
    mv a1, a0
    mv a0, s0
    call chmod
    lstr a1, "changing permissions of '%s'"
    bltz a0, 6f
    lb t0, verbose
    beqz t0, 1f
    call tell
1:  lb t0, recursive
    beqz t0, 5f
    lwu t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFDIR
    bne t0, t1, 5f
    mv a0, s0
    call list_directory
    mv s2, a0
    mv s3, a0
    mv a0, a1
    lstr a1, "cannot read directory '%s'"
    beqz s2, 6f
2:  ld a1, 0(s3)
    beqz a1, 4f
    addi s3, s3, 8
    mv a0, s0
    call join_path
    mv s4, a0
    addi a1, sp, 0
    call lstat                      # symbolic links on the way down are left alone
    lwu t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFLNK
    beq t0, t1, 3f
    mv a0, s4
    call change
    or s5, s5, a0
3:  mv a0, s4
    call free
    j 2b
4:  mv a0, s2
    call free_names
5:  mv a0, s5
    leave 6, STAT_SIZEOF
6:  li s5, 1
    lb t0, quiet
    bnez t0, 5b
    mv a2, s0
    call warn
    j 5b

# tell(): the line of -v. Part of change, whose STAT lies right above this frame.
    .equ OLD_TEXT, 0
    .equ NEW_TEXT, 16
    .equ TELL_FRAME, 48
tell:
    enter 0, 40
    lwu a0, TELL_FRAME + STAT_MODE(sp)
    addi a1, sp, OLD_TEXT
    call mode_text
    mv a0, s1
    addi a1, sp, NEW_TEXT
    call mode_text
    lwu a2, TELL_FRAME + STAT_MODE(sp)
    li t0, MODE_BITS
    and a2, a2, t0
    mv a1, s0
    beq a2, s1, 1f
    lstr a0, "mode of '%s' changed from %04o (%s) to %04o (%s)\n"
    addi a3, sp, OLD_TEXT + 1       # without the letter of the type
    mv a4, s1
    addi a5, sp, NEW_TEXT + 1
    call printf
    leave 0, 40
1:  lstr a0, "mode of '%s' retained as %04o (%s)\n"
    addi a3, sp, NEW_TEXT + 1
    call printf
    leave 0, 40

missing:
    lstr a0, "missing operand"
    call usage_error
missing_after:
    lstr a0, "missing operand after '%s'"
    mv a1, s2
    call usage_error
bad_mode:
    lstr a0, "invalid mode: '%s'"
    mv a1, s2
    call usage_error

    .section .rodata
usage: .asciz "Usage: chmod [-fRv] MODE FILE..."
    .balign 8
options:
    option 'R', OPTION_SET, recursive
    option 'f', OPTION_SET, quiet
    option 'v', OPTION_SET, verbose
    end_options

    .bss
    .balign 8
mode_argument: .zero 8
mask: .zero 8
recursive: .zero 1
quiet: .zero 1
verbose: .zero 1
