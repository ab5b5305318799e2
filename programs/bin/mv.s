# mv: renames files, or moves them into a directory. Between file systems it copies and then removes. -n never replaces a file, -f does
# (and does not ask, which this mv never does), -v tells of each.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .text
    .globl main
main:
    enter 0
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    la a2, move
    call each_target
    leave 0

# move(from, to) -> 0 or 1
    .equ FROM_STAT, 0
    .equ TO_STAT, STAT_SIZEOF
move:
    enter 3, STAT_SIZEOF * 2
    mv s0, a0
    mv s1, a1
    addi a1, sp, FROM_STAT
    call lstat
    lstr a1, "cannot stat '%s'"
    bltz a0, 6f
    mv a0, s1
    addi a1, sp, TO_STAT
    call lstat
    bltz a0, 2f
    lb t0, no_replace
    bnez t0, 4f
    ld t0, FROM_STAT + STAT_INO(sp)
    ld t1, TO_STAT + STAT_INO(sp)
    bne t0, t1, 1f
    ld t0, FROM_STAT + STAT_DEV(sp)
    ld t1, TO_STAT + STAT_DEV(sp)
    beq t0, t1, 7f
1:  lwu t0, FROM_STAT + STAT_MODE(sp)
    lwu t1, TO_STAT + STAT_MODE(sp)
    li t2, S_IFMT
    and t0, t0, t2
    and t1, t1, t2
    li t2, S_IFDIR
    beq t0, t2, 15f
    bne t1, t2, 2f
    j 8f                            # a file on a directory
15: bne t1, t2, 9f                  # a directory on a file
2:  mv a0, s0
    mv a1, s1
    call rename
    li t0, -EXDEV
    beq a0, t0, 5f
    li t0, -EINVAL
    beq a0, t0, 10f
    lstr a1, "cannot move '%s' to '%s'"
    bltz a0, 6f
    lb t0, verbose
    beqz t0, 4f
    lstr a0, "renamed '%s' -> '%s'\n"
    mv a1, s0
    mv a2, s1
    call printf
4:  li a0, 0
    leave 3, STAT_SIZEOF * 2

5:  li t0, 1                        # another file system
    sb t0, copy_recursive, t1
    sb t0, copy_preserve, t1
    sb t0, copy_force, t1
    mv a0, s0
    mv a1, s1
    call copy_file
    bnez a0, 55f
    mv a0, s0
    call remove_tree
55: leave 3, STAT_SIZEOF * 2

6:  mv a2, s0
    mv a3, s1
65: call warn
    li a0, 1
    leave 3, STAT_SIZEOF * 2
7:  li a0, 0
    lstr a1, "'%s' and '%s' are the same file"
    j 6b
8:  li a0, 0
    lstr a1, "cannot overwrite directory '%s' with non-directory"
    mv a2, s1
    j 65b
9:  li a0, 0
    lstr a1, "cannot overwrite non-directory '%s' with directory '%s'"
    mv a2, s1
    mv a3, s0
    j 65b
10: li a0, 0
    lstr a1, "cannot move '%s' to a subdirectory of itself, '%s'"
    j 6b

    .section .rodata
usage: .asciz "Usage: mv [-fnv] FROM TO\n   or: mv [-fnv] FROM... DIRECTORY"
    .balign 8
options:
    option 'f', OPTION_SET, no_replace, 0
    option 'n', OPTION_SET, no_replace, 1
    option 'v', OPTION_SET, verbose
    end_options

    .bss
no_replace: .zero 1
verbose: .zero 1
