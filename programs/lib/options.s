# Reading a command line by a table of options. See include/options.inc.
    .include "macros.inc"
    .include "options.inc"

    .text
# parse_options(argc, argv, table, order) -> a0 = number of operands, a1 = the first of them (the array ends with a 0).
# Moves options to the front of argv. A wrong option ends the program with a message.
    .globl parse_options
parse_options:
    enter 8
    mv s0, a0
    mv s1, a1
    mv s2, a2
    sd a2, options_read, t0
    mv s3, a3
    li s4, 1                        # s4 = index of the argument to look at
    li s5, 0                        # s5 = operands seen so far; they stand right before s4
parse_argument:
    bge s4, s0, parsed
    slli t0, s4, 3
    add t0, t0, s1
    ld s6, 0(t0)                    # s6 = rest of the argument
    lbu t1, 0(s6)
    li t2, '-'
    bne t1, t2, 1f
    lbu t1, 1(s6)
    beqz t1, 1f
    li t2, OPTIONS_BEFORE_NUMBERS
    bne s3, t2, 2f
    addi t2, t1, -'.'
    beqz t2, 1f
    addi t2, t1, -'0'
    li t3, 10
    bgeu t2, t3, 2f
1:  bnez s3, parsed                 # an operand
    addi s5, s5, 1
    addi s4, s4, 1
    j parse_argument
2:  addi s6, s6, 1
    call take_argument
    lbu t1, 0(s6)
    li t2, '-'
    bne t1, t2, parse_letter
    lbu t1, 1(s6)
    beqz t1, parsed                 # "--"
    addi a0, s6, 1
    lstr a1, "help"
    call strcmp
    bnez a0, unrecognized_option
    call last_option
    ld a0, OPTION_TARGET(a0)
    call puts
    li a0, 0
    call exit

parse_letter:
    lbu a0, 0(s6)
    beqz a0, parse_argument
    addi s6, s6, 1
    mv s7, s2                       # s7 = row
1:  lbu t0, OPTION_LETTER(s7)
    beqz t0, invalid_option
    beq t0, a0, 3f
    lbu t1, OPTION_KIND(s7)
    li t2, OPTION_NUMBER
    bne t1, t2, 2f
    addi t3, a0, -'0'
    li t2, 10
    bltu t3, t2, 3f
2:  addi s7, s7, OPTION_SIZE
    j 1b
3:  lbu t0, OPTION_KIND(s7)
    ld t1, OPTION_TARGET(s7)
    li t2, OPTION_SET
    beq t0, t2, set_option
    li t2, OPTION_CALL
    beq t0, t2, call_option
    li t2, OPTION_NUMBER
    beq t0, t2, number_option
    lbu t2, 0(s6)                   # an argument: the rest of this word, or the next one
    beqz t2, 4f
    mv a0, s6
    j 5f
4:  bge s4, s0, option_needs_argument
    call take_argument
5:  lstr s6, ""
    lbu t0, OPTION_KIND(s7)
    ld t1, OPTION_TARGET(s7)
    li t2, OPTION_CALL_TEXT
    beq t0, t2, call_option
    sd a0, 0(t1)
    j parse_letter
set_option:
    lbu t0, OPTION_VALUE(s7)
    sb t0, 0(t1)
    j parse_letter
call_option:
    jalr t1
    j parse_letter
number_option:
    addi s6, s6, -1
    sd s6, 0(t1)
    j parse_argument

parsed:
    sub s4, s4, s5
    sub a0, s0, s4
    slli s4, s4, 3
    add a1, s1, s4
    leave 8

# take_argument() -> argument s4, which moves in front of the s5 operands before it. Private: uses parse_options' registers.
take_argument:
    slli t0, s4, 3
    add t0, t0, s1
    ld a0, 0(t0)
    mv t1, s5
1:  beqz t1, 2f
    ld t2, -8(t0)
    sd t2, 0(t0)
    addi t0, t0, -8
    addi t1, t1, -1
    j 1b
2:  sd a0, 0(t0)
    addi s4, s4, 1
    ret

invalid_option:
    mv a2, a0
    li a0, 0
    lstr a1, "invalid option -- '%c'"
    call warn
    j try_help
option_needs_argument:
    li a0, 0
    lstr a1, "option requires an argument -- '%c'"
    lbu a2, -1(s6)
    call warn
    j try_help
unrecognized_option:
    li a0, 0
    lstr a1, "unrecognized option '-%s'"
    mv a2, s6
    call warn
    j try_help

# usage_error(fmt, text): prints the message and where to find help, and ends the program.
    .globl usage_error
usage_error:
    mv a2, a1
    mv a1, a0
    li a0, 0
    call warn
# try_help: ends the program after a message about its arguments.
    .globl try_help
try_help:
    call progname
    mv a2, a0
    li a0, 2
    lstr a1, "Try '%s --help' for more information.\n"
    call dprintf
    call last_option
    lbu a0, OPTION_VALUE(a0)
    call exit

# last_option() -> the row that closes the table read last: its target is the usage, its value the status
last_option:
    ld a0, options_read
1:  lbu t0, OPTION_LETTER(a0)
    bnez t0, 2f
    ret
2:  addi a0, a0, OPTION_SIZE
    j 1b

    .bss
    .balign 8
options_read: .zero 8
