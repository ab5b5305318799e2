# Texts that grow. Their bytes live in the scratch arena, so nobody has to free them.
    .include "sh.inc"

    .equ FIRST_ROOM, 64

    .text
# buffer_init(buffer): empty
    .globl buffer_init
buffer_init:
    sd zero, BUFFER_DATA(a0)
    sd zero, BUFFER_LENGTH(a0)
    sd zero, BUFFER_ROOM(a0)
    ret

# buffer_reserve(buffer, n) -> where n more bytes may be stored (the length is not changed)
    .globl buffer_reserve
buffer_reserve:
    ld t0, BUFFER_LENGTH(a0)
    ld t1, BUFFER_ROOM(a0)
    add t2, t0, a1
    bgtu t2, t1, 1f
    ld t3, BUFFER_DATA(a0)
    add a0, t3, t0
    ret
1:  enter 2
    mv s0, a0
    slli s1, t1, 1          # twice the room, and at least what is needed
    bgeu s1, t2, 2f
    mv s1, t2
2:  li t0, FIRST_ROOM
    bgeu s1, t0, 3f
    mv s1, t0
3:  mv a0, s1
    call scratch_room
    sd s1, BUFFER_ROOM(s0)
    ld a1, BUFFER_DATA(s0)
    sd a0, BUFFER_DATA(s0)
    ld a2, BUFFER_LENGTH(s0)
    call memcpy
    ld t0, BUFFER_LENGTH(s0)
    add a0, a0, t0
    leave 2

# buffer_byte(buffer, c): appends a byte
    .globl buffer_byte
buffer_byte:
    enter 2
    mv s0, a0
    mv s1, a1
    li a1, 1
    call buffer_reserve
    sb s1, 0(a0)
    ld t0, BUFFER_LENGTH(s0)
    addi t0, t0, 1
    sd t0, BUFFER_LENGTH(s0)
    leave 2

# buffer_unit(buffer, unit): appends a 16-bit unit
    .globl buffer_unit
buffer_unit:
    enter 2
    mv s0, a0
    mv s1, a1
    li a1, 2
    call buffer_reserve
    sh s1, 0(a0)
    ld t0, BUFFER_LENGTH(s0)
    addi t0, t0, 2
    sd t0, BUFFER_LENGTH(s0)
    leave 2

# buffer_word(buffer, value): appends 8 bytes
    .globl buffer_word
buffer_word:
    enter 2
    mv s0, a0
    mv s1, a1
    li a1, 8
    call buffer_reserve
    sd s1, 0(a0)
    ld t0, BUFFER_LENGTH(s0)
    addi t0, t0, 8
    sd t0, BUFFER_LENGTH(s0)
    leave 2

# buffer_bytes(buffer, text, n): appends n bytes
    .globl buffer_bytes
buffer_bytes:
    enter 3
    mv s0, a0
    mv s1, a1
    mv s2, a2
    mv a1, a2
    call buffer_reserve
    mv a1, s1
    mv a2, s2
    call memcpy
    ld t0, BUFFER_LENGTH(s0)
    add t0, t0, s2
    sd t0, BUFFER_LENGTH(s0)
    leave 3

# buffer_text(buffer, text): appends a zero-terminated text without its zero
    .globl buffer_text
buffer_text:
    enter 2
    mv s0, a0
    mv s1, a1
    mv a0, a1
    call strlen
    mv a2, a0
    mv a0, s0
    mv a1, s1
    restore 2
    j buffer_bytes

# buffer_string(buffer) -> its bytes, with a zero after them; valid until the buffer grows
    .globl buffer_string
buffer_string:
    enter 1
    mv s0, a0
    li a1, 1
    call buffer_reserve
    sb zero, 0(a0)
    ld a0, BUFFER_DATA(s0)
    leave 1
