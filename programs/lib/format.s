# The heart of the printf family: turns a format and an array of argument words into pieces of text, and hands each piece to a sink.
# Conversions: %d %i %u %x %X %o %c %s %p %%, with the flags - 0 + space #, a width or *, a precision or .*, and the lengths hh h l ll z j.
    .include "macros.inc"

    .equ FLAG_LEFT, 1       # -
    .equ FLAG_ZERO, 2       # 0
    .equ FLAG_PLUS, 4       # +
    .equ FLAG_SPACE, 8      # blank
    .equ FLAG_ALTERNATE, 16 # #
    .equ FLAG_LONG, 32      # l, ll, z, j: the argument has 64 bits, not 32
    .equ FLAG_UPPER, 64     # %X

    .equ DIGITS, 32         # room for the 22 octal digits of a 64-bit number
    .equ CONVERSION_SIZE, 16

    .text
# vformat(sink, context, fmt, args) -> bytes produced. args is an array of 8-byte words. sink(context, text, length) takes one piece.
# Registers here and in the private parts below: s0 sink, s1 context, s2 format, s3 next argument, s4 bytes produced, s5 flags,
# s6 width, s7 precision (-1: none), s8 and s9 the converted text and its length, s10 and s11 what goes before it (a sign, 0x).
    .globl vformat
vformat:
    enter 12, DIGITS
    mv s0, a0
    mv s1, a1
    mv s2, a2
    mv s3, a3
    li s4, 0

next_piece:                 # plain text up to the next %
    mv a0, s2
1:  lbu t0, 0(s2)
    beqz t0, 2f
    li t1, '%'
    beq t0, t1, 2f
    addi s2, s2, 1
    j 1b
2:  sub a1, s2, a0
    call emit
    lbu t0, 0(s2)
    beqz t0, format_done
    addi s2, s2, 1
    li s5, 0
    li s11, 0

read_flags:
    lbu a0, 0(s2)
    la t0, flag_table
1:  lbu t1, 0(t0)           # rows: character, flag
    beqz t1, read_width
    lbu t2, 1(t0)
    addi t0, t0, 2
    bne t1, a0, 1b
    or s5, s5, t2
    addi s2, s2, 1
    j read_flags

read_width:
    call read_count
    mv s6, a0
    bgez a0, 1f
    neg s6, s6              # a negative * width means: to the left
    ori s5, s5, FLAG_LEFT
1:  li s7, -1
    lbu t0, 0(s2)
    li t1, '.'
    bne t0, t1, read_length
    addi s2, s2, 1
    call read_count
    mv s7, a0

read_length:
    lbu a0, 0(s2)
    beqz a0, format_done    # the format ends inside a conversion
    addi s2, s2, 1
    li t0, 'h'
    beq a0, t0, read_length # shorter than int: passed as an int anyway
    la t0, long_letters
1:  lbu t1, 0(t0)
    addi t0, t0, 1
    beqz t1, find_conversion
    bne t1, a0, 1b
    ori s5, s5, FLAG_LONG
    j read_length

find_conversion:
    la t0, conversions
1:  lbu t1, 0(t0)
    ld t2, 8(t0)
    addi t0, t0, CONVERSION_SIZE
    beqz t1, 2f             # the last row takes every other character
    bne t1, a0, 1b
2:  jr t2

convert_other:              # %% and unknown ones: the character itself
    sb a0, 0(sp)
    mv s8, sp
    li s9, 1
    li s6, 0
    j put_text

convert_char:
    ld t0, 0(s3)
    addi s3, s3, 8
    sb t0, 0(sp)
    mv s8, sp
    li s9, 1
    j put_text

convert_string:
    ld s8, 0(s3)
    addi s3, s3, 8
    bnez s8, 1f
    lstr s8, "(null)"
1:  li s9, 0                # its length, at most the precision; as unsigned, -1 is no limit
2:  beq s9, s7, put_text
    add t0, s8, s9
    lbu t0, 0(t0)
    beqz t0, put_text
    addi s9, s9, 1
    j 2b

convert_signed:
    ld a0, 0(s3)
    addi s3, s3, 8
    andi t0, s5, FLAG_LONG
    bnez t0, 1f
    sext.w a0, a0
1:  lstr s10, "-+ "
    bltz a0, 2f
    addi s10, s10, 1
    andi t0, s5, FLAG_PLUS
    bnez t0, 3f
    addi s10, s10, 1
    andi t0, s5, FLAG_SPACE
    bnez t0, 3f
    j 4f
2:  neg a0, a0
3:  li s11, 1
4:  li a1, 10
    j put_number

convert_octal:
    li a1, 8
    j convert_unsigned
convert_pointer:
    ori s5, s5, FLAG_ALTERNATE | FLAG_LONG
    j convert_hex
convert_upper_hex:
    ori s5, s5, FLAG_UPPER
convert_hex:
    li a1, 16
    j convert_unsigned
convert_decimal:
    li a1, 10
convert_unsigned:
    ld a0, 0(s3)
    addi s3, s3, 8
    andi t0, s5, FLAG_LONG
    bnez t0, 1f
    slli a0, a0, 32
    srli a0, a0, 32
1:  andi t0, s5, FLAG_ALTERNATE
    beqz t0, put_number
    beqz a0, put_number     # 0 has no prefix
    lstr s10, "0x0X"
    li t0, 10
    beq a1, t0, put_number
    li s11, 1
    li t0, 8
    beq a1, t0, put_number
    li s11, 2
    andi t0, s5, FLAG_UPPER
    beqz t0, put_number
    addi s10, s10, 2

put_number:                 # a0 = magnitude, a1 = base: digits from the back of the buffer
    addi s8, sp, DIGITS
    addi t3, sp, DIGITS
    bnez s7, 1f             # precision 0 shows 0 as nothing
    beqz a0, 4f
1:  remu t0, a0, a1
    divu a0, a0, a1
    li t1, 10
    bltu t0, t1, 3f
    addi t0, t0, 'a' - '0' - 10
    andi t1, s5, FLAG_UPPER
    beqz t1, 3f
    addi t0, t0, 'A' - 'a'
3:  addi t0, t0, '0'
    addi s8, s8, -1
    sb t0, 0(s8)
    bnez a0, 1b
4:  sub s9, t3, s8
    bgez s7, 5f             # digits asked for by precision, else by the flag 0
    li s7, 0
    andi t0, s5, FLAG_ZERO | FLAG_LEFT
    li t1, FLAG_ZERO
    bne t0, t1, 5f
    sub s7, s6, s11
5:  sub s7, s7, s9          # s7 = zeros before the digits
    bgez s7, put_field
put_text:
    li s7, 0
put_field:                  # blanks, prefix, zeros, text, blanks
    sub s6, s6, s9
    sub s6, s6, s11
    sub s6, s6, s7
    andi t0, s5, FLAG_LEFT
    bnez t0, 1f
    li a0, ' '
    mv a1, s6
    call pad
1:  mv a0, s10
    mv a1, s11
    call emit
    li a0, '0'
    mv a1, s7
    call pad
    mv a0, s8
    mv a1, s9
    call emit
    andi t0, s5, FLAG_LEFT
    beqz t0, next_piece
    li a0, ' '
    mv a1, s6
    call pad
    j next_piece

format_done:
    mv a0, s4
    leave 12, DIGITS

# read_count() -> the decimal number at s2, or the next argument for *, or 0; moves s2 past it. Private: uses vformat's registers.
read_count:
    lbu t0, 0(s2)
    li t1, '*'
    beq t0, t1, 3f
    li a0, 0
1:  lbu t0, 0(s2)
    addi t0, t0, -'0'
    li t1, 10
    bgeu t0, t1, 2f
    mul a0, a0, t1
    add a0, a0, t0
    addi s2, s2, 1
    j 1b
2:  ret
3:  addi s2, s2, 1
    lw a0, 0(s3)
    addi s3, s3, 8
    ret

# emit(text, length): hands a piece to the sink and counts it. Private: uses vformat's registers.
emit:
    beqz a1, 1f
    add s4, s4, a1
    mv a2, a1
    mv a1, a0
    mv a0, s1
    jr s0                   # the sink returns to emit's caller
1:  ret

# pad(character, count): emits a character count times; count may be negative. Private: uses vformat's registers.
pad:
    enter 0, 16
    sd a1, 0(sp)
    sb a0, 8(sp)
1:  ld t0, 0(sp)
    blez t0, 2f
    addi t0, t0, -1
    sd t0, 0(sp)
    addi a0, sp, 8
    li a1, 1
    call emit
    j 1b
2:  leave 0, 16

    .section .rodata
flag_table:
    .byte '-', FLAG_LEFT
    .byte '0', FLAG_ZERO
    .byte '+', FLAG_PLUS
    .byte ' ', FLAG_SPACE
    .byte '#', FLAG_ALTERNATE
    .byte 0
long_letters: .asciz "lzjt"

# conversion letter, handler: one row of the table.
.macro conversion letter, handler
    .byte \letter
    .balign 8
    .dword \handler
.endm
    .balign 8
conversions:
    conversion 'd', convert_signed
    conversion 'i', convert_signed
    conversion 'u', convert_decimal
    conversion 'x', convert_hex
    conversion 'X', convert_upper_hex
    conversion 'o', convert_octal
    conversion 'p', convert_pointer
    conversion 'c', convert_char
    conversion 's', convert_string
    conversion 0, convert_other
