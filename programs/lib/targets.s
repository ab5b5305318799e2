# The operands of cp, mv and ln: FROM TO, or FROM... DIRECTORY.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"

    .text
# each_target(count, operands, action) -> 0, or 1 when an action returned something else than 0. Calls action(from, to) for each pair; where
# the last operand is a directory, `to` is the name in it. Wrong operands end the program.
    .globl each_target
each_target:
    enter 7, STAT_SIZEOF
    mv s0, a0
    mv s1, a1
    mv s2, a2
    li s3, 0                        # s3 = result
    beqz s0, targets_missing
    li t0, 1
    beq s0, t0, targets_missing_to
    addi s0, s0, -1
    slli t0, s0, 3
    add t0, t0, s1
    ld s4, 0(t0)                    # s4 = the last operand
    call is_directory
    bnez a0, 2f
    li t0, 1
    bne s0, t0, targets_not_directory
    ld a0, 0(s1)
    mv a1, s4
    jalr s2
    leave 7, STAT_SIZEOF
2:  ld s5, 0(s1)
    addi s1, s1, 8
    mv a0, s5
    call base_name
    call strndup
    mv a1, a0
    mv a0, s4
    call join_path
    mv a1, a0
    mv a0, s5
    jalr s2
    or s3, s3, a0
    addi s0, s0, -1
    bnez s0, 2b
    mv a0, s3
    leave 7, STAT_SIZEOF

# is_directory() -> 1 when s4 is one, else 0 and s6 = why. Part of each_target.
is_directory:
    enter 0, STAT_SIZEOF
    mv a0, s4
    mv a1, sp
    call stat
    mv s6, a0
    bltz a0, 1f
    lw t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFDIR
    li s6, -ENOTDIR
    beq t0, t1, 2f
1:  li a0, 0
    leave 0, STAT_SIZEOF
2:  li a0, 1
    leave 0, STAT_SIZEOF

targets_missing:
    lstr a0, "missing file operand"
    call usage_error
targets_missing_to:
    lstr a0, "missing destination file operand after '%s'"
    ld a1, 0(s1)
    call usage_error
targets_not_directory:
    mv a1, s6
    li a0, 1
    lstr a2, "target '%s'"
    mv a3, s4
    call die
