# rm: removes files. -r also directories with all that is in them, -d empty directories; -f neither complains about files that do not
# exist nor about having nothing to do; -v tells of each operand.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .text
    .globl main
main:
    enter 3, STAT_SIZEOF
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    li s2, 0                        # s2 = status
    bnez s0, next_operand
    lb t0, force
    bnez t0, done
    lstr a0, "missing operand"
    call usage_error
next_operand:
    beqz s0, done
    ld a0, 0(s1)
    call remove_operand
    or s2, s2, a0
    addi s1, s1, 8
    addi s0, s0, -1
    j next_operand
done:
    mv a0, s2
    leave 3, STAT_SIZEOF

# remove_operand(path) -> 0 or 1
remove_operand:
    enter 1, STAT_SIZEOF
    mv s0, a0
    mv a1, sp
    call lstat
    bltz a0, 5f
    lw t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFDIR
    bne t0, t1, 3f
    lb t0, recursive
    bnez t0, 1f
    lb t0, empty_directories
    beqz t0, 4f
    mv a0, s0
    call rmdir
    bltz a0, 6f
    j 7f
1:  mv a0, s0                       # neither the working directory nor the one above
    call base_name
    lbu t0, 0(a0)
    addi t0, t0, -'.'
    bnez t0, 2f
    li t0, 1
    beq a1, t0, 9f
    li t0, 2
    bne a1, t0, 2f
    lbu t0, 1(a0)
    addi t0, t0, -'.'
    beqz t0, 9f
2:  mv a0, s0
    call is_root
    bnez a0, 8f
    mv a0, s0
    call remove_tree
    bnez a0, 75f
    j 7f
3:  mv a0, s0
    call unlink
    bltz a0, 6f
    j 7f
4:  li a0, EISDIR
    j 6f
5:  lb t0, force
    beqz t0, 6f
    li t0, -ENOENT
    beq a0, t0, 72f
    li t0, -ENOTDIR
    beq a0, t0, 72f
6:  lstr a1, "cannot remove '%s'"
    mv a2, s0
    call warn
    li a0, 1
    leave 1, STAT_SIZEOF
7:  lb t0, verbose
    beqz t0, 72f
    lstr a0, "removed '%s'\n"
    mv a1, s0
    call printf
72: li a0, 0
75: leave 1, STAT_SIZEOF
8:  li a0, 0
    lstr a1, "it is dangerous to operate recursively on '%s'"
    mv a2, s0
    call warn
    li a0, 0
    lstr a1, "use --no-preserve-root to override this failsafe"
    call warn
    li a0, 1
    leave 1, STAT_SIZEOF
9:  li a0, 0
    lstr a1, "refusing to remove '.' or '..' directory: skipping '%s'"
    mv a2, s0
    call warn
    li a0, 1
    leave 1, STAT_SIZEOF

# is_root(path) -> 1 when it is the root directory
is_root:
    enter 0, STAT_SIZEOF * 2
    mv a1, sp
    call lstat
    lstr a0, "/"
    addi a1, sp, STAT_SIZEOF
    call lstat
    ld t0, STAT_INO(sp)
    ld t1, STAT_SIZEOF + STAT_INO(sp)
    bne t0, t1, 1f
    ld t0, STAT_DEV(sp)
    ld t1, STAT_SIZEOF + STAT_DEV(sp)
    bne t0, t1, 1f
    li a0, 1
    leave 0, STAT_SIZEOF * 2
1:  li a0, 0
    leave 0, STAT_SIZEOF * 2

    .section .rodata
usage: .asciz "Usage: rm [-dfrRv] [FILE]..."
    .balign 8
options:
    option 'r', OPTION_SET, recursive
    option 'R', OPTION_SET, recursive
    option 'd', OPTION_SET, empty_directories
    option 'f', OPTION_SET, force
    option 'v', OPTION_SET, verbose
    end_options

    .bss
recursive: .zero 1
empty_directories: .zero 1
force: .zero 1
verbose: .zero 1
