# sort: the part of a line that -k names.
    .include "macros.inc"
    .include "lines.inc"
    .include "sort.inc"

    .text
# find_key(line) -> a0 = text, a1 = length of its key
    .globl find_key
find_key:
    enter 5
    ld s0, LINE_TEXT(a0)
    ld s1, LINE_LENGTH(a0)
    mv s2, s0
    add s3, s0, s1                  # s2, s3 = key and its end; s1 = end of the line from here on
    mv s1, s3
    ld t0, key_from_field
    beqz t0, 3f
    mv a0, s0
    addi a1, t0, -1
    mv a2, s1
    li a3, 1
    call skip_fields
    mv s2, a0
    lb t0, key_from_blanks
    beqz t0, 1f
    mv a1, s1
    call skip_blanks
    mv s2, a0
1:  ld t0, key_from_character
    add s2, s2, t0
    bleu s2, s1, 2f
    mv s2, s1
2:  ld a1, key_to_field
    beqz a1, 4f
    mv a0, s0
    mv a2, s1
    ld t0, key_to_character
    li a3, 0
    beqz t0, 25f
    addi a1, a1, -1
    li a3, 1
25: call skip_fields
    mv s3, a0
    ld t0, key_to_character
    beqz t0, 4f
    lb t0, key_to_blanks
    beqz t0, 27f
    mv a1, s1
    call skip_blanks
    mv s3, a0
27: ld t0, key_to_character
    add s3, s3, t0
    bleu s3, s1, 4f
    mv s3, s1
    j 4f
3:  lb t0, key_from_blanks
    beqz t0, 4f
    mv a0, s2
    mv a1, s1
    call skip_blanks
    mv s2, a0
4:  mv a0, s2
    sub a1, s3, s2
    bgez a1, 5f
    li a1, 0
5:  leave 5

# skip_fields(text, n, end, past) -> behind n fields; with `past`, behind the separator after the last of them too
skip_fields:
    ld t0, separator
    li t1, NO_SEPARATOR
    beq t0, t1, 4f
1:  beqz a1, 3f
    addi a1, a1, -1
2:  bgeu a0, a2, 3f
    lbu t1, 0(a0)
    addi a0, a0, 1
    bne t1, t0, 2b
    bnez a1, 1b
    bnez a3, 3f
    addi a0, a0, -1
3:  ret
4:  beqz a1, 3b
    addi a1, a1, -1
5:  bgeu a0, a2, 3b                 # blanks, then what is not blank
    lbu t1, 0(a0)
    addi t2, t1, -' '
    beqz t2, 6f
    addi t2, t1, -'\t'
    bnez t2, 7f
6:  addi a0, a0, 1
    j 5b
7:  bgeu a0, a2, 3b
    lbu t1, 0(a0)
    addi t2, t1, -' '
    beqz t2, 4b
    addi t2, t1, -'\t'
    beqz t2, 4b
    addi a0, a0, 1
    j 7b

# skip_blanks(text, end) -> behind the blanks
skip_blanks:
    bgeu a0, a1, 2f
    lbu t1, 0(a0)
    addi t2, t1, -' '
    beqz t2, 1f
    addi t2, t1, -'\t'
    bnez t2, 2f
1:  addi a0, a0, 1
    j skip_blanks
2:  ret

# set_key(text): -k
    .globl set_key
set_key:
    enter 2, 16
    mv s0, a0
    mv s1, a0
    ld t0, key_from_field
    bnez t0, second_key
    call key_number
    beqz a0, zero_field
    sd a0, key_from_field, t0
    call key_character
    addi a0, a0, -1
    bgez a0, 1f
    li a0, 0
1:  sd a0, key_from_character, t0
    la a0, key_from_blanks
    call key_letters
    lbu t0, 0(s0)
    beqz t0, 2f
    addi t0, t0, -','
    bnez t0, bad_key
    addi s0, s0, 1
    call key_number
    beqz a0, zero_field
    sd a0, key_to_field, t0
    call key_character
    sd a0, key_to_character, t0
    la a0, key_to_blanks
    call key_letters
    lbu t0, 0(s0)
    bnez t0, bad_key
2:  leave 2, 16

# key_number() -> the number at s0, which moves behind it. This and the next two: parts of set_key.
key_number:
    enter 0, 8
    lbu t0, 0(s0)
    addi t0, t0, -'0'
    sltiu t0, t0, 10
    beqz t0, bad_key
    mv a0, s0
    mv a1, sp
    li a2, 10
    call strtol
    ld s0, 0(sp)
    leave 0, 8
# key_character() -> the number after a point, 0 when there is none
key_character:
    lbu t0, 0(s0)
    addi t0, t0, -'.'
    li a0, 0
    bnez t0, 1f
    addi s0, s0, 1
    j key_number
1:  ret
# key_letters(blanks flag): n, r and f count for the whole key, b for this end of it
key_letters:
1:  lbu t0, 0(s0)
    li t1, 1
    li t2, 'b'
    bne t0, t2, 2f
    sb t1, 0(a0)
    j 5f
2:  li t2, 'n'
    bne t0, t2, 3f
    sb t1, numeric, t3
    j 5f
3:  li t2, 'r'
    bne t0, t2, 4f
    sb t1, reverse, t3
    j 5f
4:  li t2, 'f'
    bne t0, t2, 6f
    sb t1, fold_case, t3
5:  addi s0, s0, 1
    j 1b
6:  ret
