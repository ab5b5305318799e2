# Blocks of bytes. Copies go eight bytes at a time where both sides allow it.

    .text
# memmove(to, from, n) -> to: the blocks may overlap
    .globl memmove
memmove:
    sub t0, a0, a1
    bgeu t0, a2, memcpy     # `to` does not start inside `from`: forwards is safe
    add t1, a0, a2
    add t2, a1, a2
1:  beq t1, a0, 2f
    addi t1, t1, -1
    addi t2, t2, -1
    lbu t3, 0(t2)
    sb t3, 0(t1)
    j 1b
2:  ret

# memcpy(to, from, n) -> to: from the lowest byte upwards
    .globl memcpy
memcpy:
    mv t0, a0
    xor t1, a0, a1
    andi t1, t1, 7
    bnez t1, 3f             # never aligned together
1:  andi t1, t0, 7          # up to the first boundary
    beqz t1, 2f
    beqz a2, 4f
    lbu t2, 0(a1)
    sb t2, 0(t0)
    addi a1, a1, 1
    addi t0, t0, 1
    addi a2, a2, -1
    j 1b
2:  li t1, 8                # whole words
    bltu a2, t1, 3f
    ld t2, 0(a1)
    sd t2, 0(t0)
    addi a1, a1, 8
    addi t0, t0, 8
    addi a2, a2, -8
    j 2b
3:  beqz a2, 4f             # the rest
    lbu t2, 0(a1)
    sb t2, 0(t0)
    addi a1, a1, 1
    addi t0, t0, 1
    addi a2, a2, -1
    j 3b
4:  ret

# memset(to, byte, n) -> to
    .globl memset
memset:
    andi a1, a1, 0xff
    mv t0, a0
1:  andi t1, t0, 7
    beqz t1, 2f
    beqz a2, 5f
    sb a1, 0(t0)
    addi t0, t0, 1
    addi a2, a2, -1
    j 1b
2:  slli t1, a1, 8          # the byte in all eight places of a word
    or t2, a1, t1
    slli t1, t2, 16
    or t2, t2, t1
    slli t1, t2, 32
    or t2, t2, t1
    li t1, 8
3:  bltu a2, t1, 4f
    sd t2, 0(t0)
    addi t0, t0, 8
    addi a2, a2, -8
    j 3b
4:  beqz a2, 5f
    sb a1, 0(t0)
    addi t0, t0, 1
    addi a2, a2, -1
    j 4b
5:  ret

# memcmp(a, b, n) -> negative, 0 or positive, as unsigned bytes
    .globl memcmp
memcmp:
    add a2, a0, a2
1:  beq a0, a2, 2f
    lbu t0, 0(a0)
    lbu t1, 0(a1)
    addi a0, a0, 1
    addi a1, a1, 1
    beq t0, t1, 1b
    sub a0, t0, t1
    ret
2:  li a0, 0
    ret

# memchr(block, c, n) -> the first byte c, or 0
    .globl memchr
memchr:
    andi a1, a1, 0xff
    add a2, a0, a2
1:  beq a0, a2, 2f
    lbu t0, 0(a0)
    beq t0, a1, 3f
    addi a0, a0, 1
    j 1b
2:  li a0, 0
3:  ret
