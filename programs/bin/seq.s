# seq: prints the numbers from FIRST (1) to LAST by steps of INCREMENT (1). Decimal fractions are exact, up to nine places: inside, all
# numbers are integers, scaled by a power of ten. -s TEXT stands between numbers instead of a newline, -w pads with zeros to one width.
    .include "macros.inc"
    .include "options.inc"

    .equ MAX_PLACES, 9

    .equ NUMBER_VALUE, 0            # a parsed number: value = text * 10^places, decimal places in the text
    .equ NUMBER_PLACES, 8
    .equ NUMBER_SIZE, 16

# s0 = current   s1 = increment   s2 = last, all scaled   s3 = decimal places printed   s4 = width   s5 = scale   s6 = separator

    .text
    .globl main
main:
    enter 8
    la a2, options
    li a3, OPTIONS_BEFORE_NUMBERS
    call parse_options
    beqz a0, missing
    li t0, 3
    bgtu a0, t0, extra
    mv s0, a0
    mv s1, a1
    la s2, first
    li t0, 1
    bne s0, t0, 1f
    la s2, last                     # one operand: LAST
1:  li s3, 0
2:  ld a0, 0(s1)
    mv a1, s2
    call parse_number
    addi s1, s1, 8
    addi s3, s3, 1
    la t0, first
    beq s2, t0, 3f
    la t0, increment
    la s2, last
    beq s3, s0, 5f
    j 2b
3:  la s2, increment                # after FIRST: INCREMENT when there are three
    li t0, 3
    beq s0, t0, 2b
    la s2, last
    j 2b

# One scale for all three: the most decimal places that any of them has.
5:  la t0, first
    la t1, increment
    la t2, last
    ld s3, NUMBER_PLACES(t0)
    ld t3, NUMBER_PLACES(t1)
    bge s3, t3, 6f
    mv s3, t3
6:  ld t4, NUMBER_PLACES(t2)
    mv s7, s3
    bge s7, t4, 7f
    mv s7, t4
7:  mv a0, t0
    mv a1, s7
    call scaled
    mv s0, a0
    la a0, increment
    mv a1, s7
    call scaled
    mv s1, a0
    la a0, last
    mv a1, s7
    call scaled
    mv s2, a0
    beqz s1, zero_increment
    li a0, 1
    mv a1, s7
    call times_ten
    mv s5, a0
    call choose_width
    ld s6, separator

    call past_last
    bnez a0, 9f
8:  call print_current
    add s0, s0, s1
    call past_last
    bnez a0, 85f
    mv a0, s6
    call print_text
    j 8b
85: li a0, '\n'
    call putchar
9:  li a0, 0
    leave 8

# past_last() -> 1 when the current number is beyond LAST. Private, as all below: uses main's registers.
past_last:
    bltz s1, 1f
    sgt a0, s0, s2
    ret
1:  slt a0, s0, s2
    ret

# print_text(text)
print_text:
    enter 1
    mv s0, a0
    call strlen
    mv a1, a0
    mv a0, s0
    call stdout_write
    leave 1

# print_current(): s0 / s5 with s3 decimal places, padded with zeros to s4 columns
print_current:
    enter 0, 80
    mv a0, sp
    mv a1, s0
    call number_text
    mv a0, sp
    call print_text
    leave 0, 80

# number_text(buffer, scaled number) -> length: as print_current prints it
number_text:
    enter 0
    mv t6, a0
    mv t0, a1
    lstr a3, ""
    bgez t0, 1f
    neg t0, t0
    lstr a3, "-"
1:  div a5, t0, s5                  # whole part
    rem a7, t0, s5                  # fraction, with s7 places, of which s3 are printed
    mv t1, s7
2:  ble t1, s3, 3f
    li t2, 10
    div a7, a7, t2
    addi t1, t1, -1
    j 2b
3:  mv a4, s4
    lbu t2, 0(a3)
    snez t2, t2
    sub a4, a4, t2
    beqz s3, 4f
    sub a4, a4, s3
    addi a4, a4, -1
4:  bgez a4, 5f
    li a4, 0
5:  mv a6, s3
    lstr a2, "%s%0*ld.%0*ld"
    bnez s3, 6f
    lstr a2, "%s%0*ld"
6:  li a1, 64
    mv a0, t6
    call snprintf
    leave 0

# choose_width(): sets s4: 0, or with -w the larger width of FIRST and LAST
choose_width:
    enter 0, 80
    li s4, 0
    lb t0, equal_width
    beqz t0, 2f
    mv a0, sp
    mv a1, s0
    call number_text
    sd a0, 72(sp)
    mv a0, sp
    mv a1, s2
    call number_text
    ld s4, 72(sp)
    bge s4, a0, 2f
    mv s4, a0
2:  leave 0, 80

# scaled(number, places) -> value with that many decimal places
scaled:
    ld t0, NUMBER_PLACES(a0)
    sub a1, a1, t0
    ld a0, NUMBER_VALUE(a0)
# times_ten(value, n) -> value * 10^n
times_ten:
    li t0, 10
1:  beqz a1, 2f
    mul a0, a0, t0
    addi a1, a1, -1
    j 1b
2:  ret

# parse_number(text, number): fills in the number, or ends the program
parse_number:
    enter 1
    mv s0, a0
    lbu t0, 0(a0)
    addi t6, t0, -'-'
    seqz t6, t6                     # t6 = 1 for a minus
    bnez t6, 1f
    addi t1, t0, -'+'
    bnez t1, 2f
1:  addi a0, a0, 1
2:  li t0, 0                        # t0 = value
    li t1, -1                       # t1 = places, -1 before the point
    li t2, 0                        # t2 = digits
    li t5, 10
3:  lbu t3, 0(a0)
    addi a0, a0, 1
    beqz t3, 6f
    addi t4, t3, -'.'
    bnez t4, 4f
    bgez t1, bad_number
    li t1, 0
    j 3b
4:  addi t4, t3, -'0'
    bgeu t4, t5, bad_number
    mul t0, t0, t5
    add t0, t0, t4
    addi t2, t2, 1
    bltz t1, 3b
    addi t1, t1, 1
    j 3b
6:  beqz t2, bad_number
    li t3, 18                       # more digits than that may not fit 64 bits
    bgt t2, t3, bad_number
    li t3, MAX_PLACES
    bgt t1, t3, bad_number
    bgez t1, 7f
    li t1, 0
7:  beqz t6, 8f
    neg t0, t0
8:  sd t0, NUMBER_VALUE(a1)
    sd t1, NUMBER_PLACES(a1)
    leave 1
bad_number:
    lstr a0, "invalid floating point argument: '%s'"
    mv a1, s0
    call usage_error

missing:
    lstr a0, "missing operand"
    call usage_error
extra:
    ld a1, 24(a1)
    lstr a0, "extra operand '%s'"
    call usage_error
zero_increment:
    lstr a0, "invalid Zero increment value: '%s'"
    lstr a1, "0"
    call usage_error

    .section .rodata
usage: .asciz "Usage: seq [-w] [-s TEXT] [FIRST [INCREMENT]] LAST"
newline: .asciz "\n"
    .balign 8
options:
    option 's', OPTION_TEXT, separator
    option 'w', OPTION_SET, equal_width
    end_options

    .data
    .balign 8
separator: .dword newline
first: .dword 1, 0
increment: .dword 1, 0
last: .dword 1, 0

    .bss
equal_width: .zero 1
