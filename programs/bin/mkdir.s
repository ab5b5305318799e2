# mkdir: makes directories. -p makes the missing ones above them too, and is content with one that exists; -m MODE sets permissions as
# chmod would; -v tells of each.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .equ FULL_MODE, 0777
    .equ NO_MODE, -1

    .text
    .globl main
main:
    enter 3
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    li s2, 0                        # s2 = status
    beqz s0, missing
    li a0, NO_MODE
    ld t0, mode_argument
    beqz t0, 1f
    li a0, 0
    call umask                      # the way to read it is to set it
    mv s2, a0
    call umask
    ld a0, mode_argument
    li a1, FULL_MODE                # bits that the text does not mention are as without -m
    not t0, s2
    and a1, a1, t0
    mv a2, s2
    call parse_mode
    li s2, 0
    bltz a0, bad_mode
1:  sd a0, mode, t0
2:  ld a0, 0(s1)
    call make
    or s2, s2, a0
    addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, 2b
    mv a0, s2
    leave 3

# make(path) -> 0 or 1
make:
    enter 2, STAT_SIZEOF
    mv s0, a0
    lb t0, parents
    beqz t0, 1f
    call make_parents
    bltz a0, 4f
1:  mv a0, s0
    li a1, FULL_MODE
    call mkdir
    bltz a0, 3f
    lb t0, verbose
    beqz t0, 2f
    lstr a0, "mkdir: created directory '%s'\n"
    mv a1, s0
    call printf
2:  ld a1, mode
    li a0, 0
    bltz a1, 5f
    mv a0, s0
    call chmod                      # not through mkdir: the umask would take its part
    bltz a0, 4f
    li a0, 0
    leave 2, STAT_SIZEOF
3:  lb t0, parents
    beqz t0, 4f
    li t0, -EEXIST
    bne a0, t0, 4f
    mv s1, a0
    mv a0, s0
    mv a1, sp
    call stat
    bltz a0, 35f
    lw t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFDIR
    li a0, 0
    beq t0, t1, 5f
35: mv a0, s1
4:  lstr a1, "cannot create directory '%s'"
    mv a2, s0
    call warn
    li a0, 1
5:  leave 2, STAT_SIZEOF

# make_parents() -> 0 or -errno: makes each directory above s0 that is missing. Part of make; on failure s0 is the one that failed.
make_parents:
    enter 0, STAT_SIZEOF
    mv s1, s0
1:  lbu t0, 0(s1)                   # over the slashes at the beginning, then to the one after each name
    addi t0, t0, -'/'
    bnez t0, 2f
    addi s1, s1, 1
    j 1b
2:  lbu t0, 0(s1)
    beqz t0, 5f
    addi t0, t0, -'/'
    beqz t0, 3f
    addi s1, s1, 1
    j 2b
3:  lbu t0, 1(s1)                   # slashes at the very end are not a parent's
    beqz t0, 5f
    sb zero, 0(s1)
    mv a0, s0
    li a1, FULL_MODE
    call mkdir
    li t0, -EEXIST
    bne a0, t0, 35f
    mv a0, s0
    mv a1, sp
    call stat
    bltz a0, 6f
    lw t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFDIR
    li a0, -ENOTDIR
    bne t0, t1, 6f
    j 4f
35: bltz a0, 6f
    lb t0, verbose
    beqz t0, 4f
    lstr a0, "mkdir: created directory '%s'\n"
    mv a1, s0
    call printf
4:  li t0, '/'
    sb t0, 0(s1)
    j 1b
5:  li a0, 0
6:  leave 0, STAT_SIZEOF

missing:
    lstr a0, "missing operand"
    call usage_error
bad_mode:
    li a0, 1
    li a1, 0
    lstr a2, "invalid mode '%s'"
    ld a3, mode_argument
    call die

    .section .rodata
usage: .asciz "Usage: mkdir [-pv] [-m MODE] DIRECTORY..."
    .balign 8
options:
    option 'p', OPTION_SET, parents
    option 'm', OPTION_TEXT, mode_argument
    option 'v', OPTION_SET, verbose
    end_options

    .bss
    .balign 8
mode_argument: .zero 8
mode: .zero 8                       # permissions asked for, or NO_MODE
parents: .zero 1
verbose: .zero 1
