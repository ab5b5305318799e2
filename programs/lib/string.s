# Zero-terminated strings.
    .include "macros.inc"

    .text
# strlen(s) -> bytes before the closing zero
    .globl strlen
strlen:
    mv t0, a0
1:  lbu t1, 0(t0)
    addi t0, t0, 1
    bnez t1, 1b
    sub a0, t0, a0
    addi a0, a0, -1
    ret

# strcmp(a, b) -> negative, 0 or positive, as unsigned bytes
    .globl strcmp
strcmp:
1:  lbu t0, 0(a0)
    lbu t1, 0(a1)
    addi a0, a0, 1
    addi a1, a1, 1
    bne t0, t1, 2f
    bnez t0, 1b
2:  sub a0, t0, t1
    ret

# strncmp(a, b, n) -> as strcmp, over at most n bytes
    .globl strncmp
strncmp:
    add a2, a0, a2
1:  beq a0, a2, 3f
    lbu t0, 0(a0)
    lbu t1, 0(a1)
    addi a0, a0, 1
    addi a1, a1, 1
    bne t0, t1, 2f
    bnez t0, 1b
2:  sub a0, t0, t1
    ret
3:  li a0, 0
    ret

# strchr(s, c) -> the first c in s, or 0; c may be 0
    .globl strchr
strchr:
    andi a1, a1, 0xff
1:  lbu t0, 0(a0)
    beq t0, a1, 2f
    addi a0, a0, 1
    bnez t0, 1b
    li a0, 0
2:  ret

# strrchr(s, c) -> the last c in s, or 0; c may be 0
    .globl strrchr
strrchr:
    andi a1, a1, 0xff
    mv t1, a0
    li a0, 0
1:  lbu t0, 0(t1)
    bne t0, a1, 2f
    mv a0, t1
2:  addi t1, t1, 1
    bnez t0, 1b
    ret

# strcpy(to, from) -> to
    .globl strcpy
strcpy:
    mv t0, a0
1:  lbu t1, 0(a1)
    sb t1, 0(t0)
    addi a1, a1, 1
    addi t0, t0, 1
    bnez t1, 1b
    ret

# strncpy(to, from, n) -> to: writes exactly n bytes, zeros after a shorter string, no zero after a longer one
    .globl strncpy
strncpy:
    mv t0, a0
    add a2, a0, a2
1:  beq t0, a2, 2f
    lbu t1, 0(a1)
    sb t1, 0(t0)
    addi t0, t0, 1
    beqz t1, 1b             # at the end of `from`: stay on its zero
    addi a1, a1, 1
    j 1b
2:  ret

# strcat(to, from) -> to: `to` must have room
    .globl strcat
strcat:
    mv t0, a0
1:  lbu t1, 0(t0)
    addi t0, t0, 1
    bnez t1, 1b
    addi t0, t0, -1
2:  lbu t1, 0(a1)
    sb t1, 0(t0)
    addi a1, a1, 1
    addi t0, t0, 1
    bnez t1, 2b
    ret

# strstr(s, part) -> where `part` first stands in s, or 0
    .globl strstr
strstr:
1:  mv t0, a0
    mv t1, a1
2:  lbu t2, 0(t1)
    beqz t2, 4f             # all of `part` matched
    lbu t3, 0(t0)
    addi t0, t0, 1
    addi t1, t1, 1
    beq t2, t3, 2b
    beqz t3, 3f             # s ended first, so it ends before any later match too
    addi a0, a0, 1
    j 1b
3:  li a0, 0
4:  ret
