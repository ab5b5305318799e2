# ps: which processes and which columns the user wants.
    .include "macros.inc"
    .include "ps.inc"

    .text
# parse_bsd(): the s0 operands at s1: letters without a dash, or pids
    .globl parse_bsd
parse_bsd:
    enter 4
1:  beqz s0, 9f
    ld s2, 0(s1)
    addi s1, s1, 8
    addi s0, s0, -1
    lbu t0, 0(s2)
    addi t1, t0, -'0'
    li t2, 10
    bltu t1, t2, 7f
2:  lbu t0, 0(s2)
    beqz t0, 1b
    addi s2, s2, 1
    li t1, 'o'
    beq t0, t1, 5f
    li t1, 'p'
    beq t0, t1, 5f
    la t1, bsd_letters
3:  lbu t2, 0(t1)
    beqz t2, bad_bsd
    addi t1, t1, 24
    bne t2, t0, 3b
    ld t2, -16(t1)
    li t3, 1
    sb t3, 0(t2)
    ld t2, -8(t1)
    la t3, format_bsd               # u and j say more about columns than a and x
    bne t2, t3, 4f
    ld t3, format
    la t4, format_plain_ps
    bne t3, t4, 2b
4:  sd t2, format, t3
    j 2b
5:  la s3, add_columns
    li t1, 'o'
    beq t0, t1, 6f
    la s3, add_pids
6:  mv a0, s2                       # its argument: the rest, or the next operand
    lbu t0, 0(s2)
    bnez t0, 8f
    beqz s0, bad_bsd
    ld a0, 0(s1)
    addi s1, s1, 8
    addi s0, s0, -1
    j 8f
7:  mv a0, s2
    la s3, add_pids
    ld t0, format
    la t1, format_plain_ps
    bne t0, t1, 8f
    la t0, format_bsd
    sd t0, format, t1
8:  jalr s3
    j 1b
9:  leave 4

bad_bsd:
    li a0, 0
    lstr a1, "unsupported option in '%s'"
    ld a2, -8(s1)
    call warn
    j try_help

# add_pids(list): -p
    .globl add_pids
add_pids:
    enter 2, 16
    mv s0, a0
1:  lbu t0, 0(s0)
    beqz t0, 3f
    mv a0, s0
    mv a1, sp
    li a2, 10
    call strtol
    ld t0, 0(sp)
    beq t0, s0, bad_pids
    mv s0, t0
    ld t1, pid_count
    li t2, PIDS_MAX
    bgeu t1, t2, bad_pids
    la t2, pids
    slli t3, t1, 3
    add t2, t2, t3
    sd a0, 0(t2)
    addi t1, t1, 1
    sd t1, pid_count, t2
    lbu t0, 0(s0)
    beqz t0, 3f
    addi s0, s0, 1
    addi t1, t0, -','
    beqz t1, 1b
    addi t1, t0, -' '
    beqz t1, 1b
bad_pids:
    lstr a0, "process ID list syntax error"
    call usage_error
3:  leave 2, 16

# add_columns(list): -o
    .globl add_columns
add_columns:
    enter 6
    mv s0, a0
1:  mv s1, s0                       # s1 = end of the name
2:  lbu t0, 0(s1)
    beqz t0, 3f
    addi t1, t0, -','
    beqz t1, 3f
    addi t1, t0, -' '
    beqz t1, 3f
    addi t1, t0, -'='
    beqz t1, 3f
    addi s1, s1, 1
    j 2b
3:  mv a0, s0
    sub a1, s1, s0
    call find_column
    mv s2, a0
    beqz a0, bad_column
    ld s3, shown_count
    li t0, SHOWN_MAX
    bgeu s3, t0, bad_column
    li t0, SHOWN_SIZE
    mul t0, s3, t0
    la s4, shown
    add s4, s4, t0
    addi s3, s3, 1
    sd s3, shown_count, t0
    sd s2, SHOWN_COLUMN(s4)
    ld t0, COLUMN_HEADER(s2)
    sd t0, SHOWN_HEADER(s4)
    lbu t0, 0(s1)
    li t1, '='
    beq t0, t1, 5f
4:  addi s0, s1, 1
    bnez t0, 1b
    leave 6
5:  addi s0, s1, 1                  # a header of the user's, up to the next comma
    mv s1, s0
6:  lbu t0, 0(s1)
    beqz t0, 7f
    addi t1, t0, -','
    beqz t1, 7f
    addi s1, s1, 1
    j 6b
7:  mv a0, s0
    sub a1, s1, s0
    call strndup
    sd a0, SHOWN_HEADER(s4)
    lbu t0, 0(s1)
    j 4b

# find_column(name, length) -> its row, or 0
find_column:
    enter 4
    mv s0, a0
    mv s1, a1
    la s2, columns
1:  ld s3, COLUMN_NAME(s2)
    li a0, 0
    beqz s3, 3f
    mv a0, s3
    call strlen
    bne a0, s1, 2f
    mv a0, s3
    mv a1, s0
    mv a2, s1
    call memcmp
    beqz a0, 25f
2:  addi s2, s2, COLUMN_SIZE
    j 1b
25: mv a0, s2
3:  leave 4

bad_column:
    mv a0, s0
    sub a1, s1, s0
    call strndup
    mv a1, a0
    lstr a0, "unknown user-defined format specifier \"%s\""
    call usage_error
