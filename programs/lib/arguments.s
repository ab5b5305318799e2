# The labs' positional arguments, read by a table. See include/arguments.inc.
    .include "macros.inc"
    .include "arguments.inc"

    .equ USAGE_STATUS, 2

    .text
# parse_arguments(argc, argv, table): fills argument_values. A wrong argument, or one too many, ends the program with a message.
    .globl parse_arguments
parse_arguments:
    enter 4, 16
    addi s0, a0, -1                 # s0 = arguments left
    addi s1, a1, 8                  # s1 = the next one
    mv s2, a2                       # s2 = row
    la s3, argument_values          # s3 = where its value goes
next_row:
    ld t0, ARGUMENT_NAME(s2)
    beqz t0, no_more_rows
    ld a0, ARGUMENT_DEFAULT(s2)
    blez s0, store_value
    ld a1, 0(s1)
    addi s1, s1, 8
    addi s0, s0, -1
    ld a0, ARGUMENT_WORDS(s2)
    beqz a0, read_number
    call find_word
    bltz a0, bad_word
    j store_value
read_number:
    mv a0, a1
    mv a1, sp
    li a2, 10
    call strtol
    ld t0, 0(sp)                    # the first character that does not belong to the number
    ld t1, -8(s1)
    beq t0, t1, bad_number
    lbu t0, 0(t0)
    bnez t0, bad_number
    ld t1, ARGUMENT_LEAST(s2)
    blt a0, t1, bad_number
    ld t1, ARGUMENT_MOST(s2)
    bgt a0, t1, bad_number
store_value:
    sd a0, 0(s3)
    addi s3, s3, 8
    addi s2, s2, ARGUMENT_SIZE
    j next_row
no_more_rows:
    bgtz s0, extra
    leave 4, 16

bad_number:
    li a0, USAGE_STATUS
    li a1, 0
    lstr a2, "%s must be from %ld to %ld"
    ld a3, ARGUMENT_NAME(s2)
    ld a4, ARGUMENT_LEAST(s2)
    ld a5, ARGUMENT_MOST(s2)
    call die
bad_word:
    li a0, USAGE_STATUS
    li a1, 0
    lstr a2, "%s must be one of: %s"
    ld a3, ARGUMENT_NAME(s2)
    ld a4, ARGUMENT_WORDS(s2)
    call die
extra:
    li a0, USAGE_STATUS
    li a1, 0
    lstr a2, "extra argument '%s'"
    ld a3, 0(s1)
    call die

# find_word(words, text) -> index of the one of `words` (blanks between them) that is `text`, or -1
find_word:
    li t0, 0                        # t0 = index
1:  mv t1, a1
2:  lbu t2, 0(a0)
    lbu t3, 0(t1)
    addi t4, t2, -' '
    beqz t4, 3f
    beqz t2, 3f
    bne t2, t3, 4f
    addi a0, a0, 1
    addi t1, t1, 1
    j 2b
3:  bnez t3, 4f                     # the word ended; so must the text
    mv a0, t0
    ret
4:  lbu t2, 0(a0)                   # on to the next word
    beqz t2, 5f
    addi a0, a0, 1
    addi t2, t2, -' '
    bnez t2, 4b
    addi t0, t0, 1
    j 1b
5:  li a0, -1
    ret

    .bss
    .balign 8
# argument_values: one word for each row of the table.
    .globl argument_values
argument_values: .zero MAX_ARGUMENTS * 8
