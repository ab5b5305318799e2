# File modes as text: "-rw-r--r--" out of a mode, and a mode out of what chmod and mkdir -m take.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "modes.inc"

    .text
# mode_text(mode, buffer): fills in 10 letters as `ls -l` shows them, and a zero
    .globl mode_text
mode_text:
    srli t0, a0, 12
    andi t0, t0, 15
    la t1, type_letters
    add t1, t1, t0
    lbu t1, 0(t1)
    sb t1, 0(a1)
    la t1, permission_letters       # rwx three times
    li t2, 8                        # t2 = bit
    addi t3, a1, 1
1:  lbu t4, 0(t1)
    srl t5, a0, t2
    andi t5, t5, 1
    bnez t5, 2f
    li t4, '-'
2:  sb t4, 0(t3)
    addi t1, t1, 1
    addi t3, t3, 1
    addi t2, t2, -1
    bgez t2, 1b
    sb zero, 0(t3)
    la t0, special_bits             # set-user-id and its like take the place of an x
3:  lh t1, 0(t0)
    beqz t1, 5f
    and t2, a0, t1
    beqz t2, 4f
    lbu t2, 2(t0)
    add t2, t2, a1
    lbu t3, 0(t2)
    lbu t4, 3(t0)
    li t5, 'x'
    beq t3, t5, 35f
    addi t4, t4, 'A' - 'a'          # a capital says that the x is missing
35: sb t4, 0(t2)
4:  addi t0, t0, 4
    j 3b
5:  ret

# parse_mode(text, mode, umask) -> mode after the change, or -1 when the text is neither octal nor symbolic.
# Symbolic: clauses with commas between, each [ugoa...] and one or more of [+-=][rwxXst...] or [+-=][ugo]. Where nobody is named, all
# are meant, but for what the umask takes away. `mode` may contain the file's type: X wants to know whether it is a directory.
    .globl parse_mode
parse_mode:
    enter 8, 16
    mv s0, a0
    mv s1, a1                       # s1 = mode
    mv s2, a2                       # s2 = umask
    lbu t0, 0(s0)
    addi t0, t0, -'0'
    sltiu t0, t0, 8
    beqz t0, mode_clause
    mv a1, sp
    li a2, 8
    call strtol
    ld t0, 0(sp)
    lbu t0, 0(t0)
    bnez t0, mode_wrong
    li t0, MODE_BITS
    bgtu a0, t0, mode_wrong
    leave 8, 16

mode_clause:
    li s3, 0                        # s3 = who: a mask of permission bits
    li s4, 0                        # s4 = the set-id and sticky bits that go with who
1:  lbu t0, 0(s0)
    la t1, who_bits
2:  lh t2, 0(t1)
    beqz t2, 3f
    addi t1, t1, 6
    bne t2, t0, 2b
    lhu t3, -4(t1)
    or s3, s3, t3
    lhu t3, -2(t1)
    or s4, s4, t3
    addi s0, s0, 1
    j 1b
3:  mv s7, s3                       # s7 = 0 when nobody was named
    bnez s3, mode_action
    not s3, s2
    andi s3, s3, 0777
    li s4, 07000
mode_action:
    lbu s5, 0(s0)                   # s5 = + - or =
    li t1, '+'
    beq s5, t1, 4f
    li t1, '-'
    beq s5, t1, 4f
    li t1, '='
    bne s5, t1, mode_wrong
4:  addi s0, s0, 1
    li s6, 0                        # s6 = permissions, the same for all three, and special bits
    lbu t0, 0(s0)                   # u, g or o: take somebody's present permissions
    li t1, 6
    li t2, 'u'
    beq t0, t2, 5f
    li t1, 3
    li t2, 'g'
    beq t0, t2, 5f
    li t1, 0
    li t2, 'o'
    bne t0, t2, 6f
5:  srl t1, s1, t1
    andi t1, t1, 7
    li t2, 0111
    mul s6, t1, t2
    addi s0, s0, 1
    j 9f
6:  lbu t0, 0(s0)
    la t1, what_bits
7:  lhu t2, 0(t1)
    beqz t2, 8f
    addi t1, t1, 4
    bne t2, t0, 7b
    lhu t3, -2(t1)
    or s6, s6, t3
    addi s0, s0, 1
    j 6b
8:  li t1, 'X'                      # x, if it is a directory or somebody has x already
    bne t0, t1, 9f
    addi s0, s0, 1
    andi t1, s1, 0111
    bnez t1, 85f
    li t1, S_IFMT
    and t1, s1, t1
    li t2, S_IFDIR
    bne t1, t2, 6b
85: ori s6, s6, 0111
    j 6b
9:  or t0, s3, s4                   # the bits that this action is about
    and t1, s6, t0
    li t2, '+'
    bne s5, t2, 10f
    or s1, s1, t1
    j 13f
10: li t2, '-'
    bne s5, t2, 11f
    not t1, t1
    and s1, s1, t1
    j 13f
11: mv t2, s3                       # = clears the others of those that were named, but the set-id bits of directories stay
    bnez s7, 12f
    li t2, 0777
12: not t2, t2
    and s1, s1, t2
    li t3, S_IFMT
    and t3, s1, t3
    li t4, S_IFDIR
    beq t3, t4, 125f
    not t2, s4
    and s1, s1, t2
125:
    or s1, s1, t1
13: lbu t0, 0(s0)
    beqz t0, 14f
    li t1, ','
    bne t0, t1, mode_action
    addi s0, s0, 1
    j mode_clause
14: li t0, MODE_BITS
    and a0, s1, t0
    leave 8, 16
mode_wrong:
    li a0, -1
    leave 8, 16

    .section .rodata
type_letters: .ascii "?pc?d?b?-?l?s???"
permission_letters: .ascii "rwxrwxrwx"
    .balign 2
# mode bit, place among the ten letters, letter
special_bits:
    .half S_ISUID
    .byte 3, 's'
    .half S_ISGID
    .byte 6, 's'
    .half S_ISVTX
    .byte 9, 't'
    .half 0
# letter, its permission bits, its special bits
who_bits:
    .half 'u', 0700, S_ISUID
    .half 'g', 0070, S_ISGID
    .half 'o', 0007, S_ISVTX
    .half 'a', 0777, S_ISUID | S_ISGID | S_ISVTX
    .half 0
# letter, bits
what_bits:
    .half 'r', 0444
    .half 'w', 0222
    .half 'x', 0111
    .half 's', S_ISUID | S_ISGID
    .half 't', S_ISVTX
    .half 0
