# A word, as it was written, into units: characters that remember whether they were quoted or came out of an expansion. fields.s makes
# fields of them, glob.s patterns.
    .include "sh.inc"

    .text
# expand_text(buffer, text, flags): appends the units of the text to the buffer; flags are EXPAND_...
# Registers here and in the private parts below: s0 buffer, s1 next character of the text, s2 flags, s3 start of the text, s4 how long the
# buffer was when the current double quotes opened, s5 = 1 when a "$@" without parameters stood in them.
    .globl expand_text
expand_text:
    enter 6
    mv s0, a0
    mv s1, a1
    mv s2, a2
    mv s3, a1
    li s5, 0
expand_next:
    lbu a0, 0(s1)
    beqz a0, expand_done
    addi s1, s1, 1
    li t0, 'a'
    bltu a0, t0, 1f
    li t0, 'z'
    bleu a0, t0, expand_literal
1:  la t0, special_characters
2:  ld t1, 0(t0)            # rows: character, handler
    beqz t1, expand_literal
    ld t2, 8(t0)
    addi t0, t0, 16
    bne t1, a0, 2b
    jr t2
expand_literal:             # the character in a0 stands for itself
    call literal
    j expand_next
expand_done:
    leave 6

# literal(c): appends a character of the text itself. Private.
literal:
    andi t0, s2, EXPAND_QUOTED | EXPAND_HERE
    beqz t0, 1f
    ori a0, a0, UNIT_QUOTED
    j put_unit
1:  andi t0, s2, EXPAND_INNER
    beqz t0, put_unit
    ori a0, a0, UNIT_SPLIT
    # falls into put_unit

# put_unit(unit): appends one unit. Private.
put_unit:
    mv a1, a0
    mv a0, s0
    j buffer_unit

expand_backslash:
    lbu a0, 0(s1)
    beqz a0, 3f
    andi t0, s2, EXPAND_QUOTED | EXPAND_HERE
    beqz t0, 2f
    la t0, escapable        # in quotes it is special only before these
    andi t1, s2, EXPAND_HERE
    beqz t1, 1f
    addi t0, t0, 1          # without the "
1:  lbu t1, 0(t0)
    beqz t1, 3f
    addi t0, t0, 1
    bne t1, a0, 1b
2:  addi s1, s1, 1
    ori a0, a0, UNIT_QUOTED
    call put_unit
    j expand_next
3:  li a0, '\\'
    j expand_literal

expand_single_quote:
    andi t0, s2, EXPAND_QUOTED | EXPAND_HERE
    bnez t0, expand_literal
    li a0, UNIT_EMPTY
    call put_unit
1:  lbu a0, 0(s1)
    beqz a0, expand_next
    addi s1, s1, 1
    li t0, '\''
    beq a0, t0, expand_next
    ori a0, a0, UNIT_QUOTED
    call put_unit
    j 1b

expand_double_quote:
    andi t0, s2, EXPAND_HERE
    bnez t0, expand_literal
    andi t0, s2, EXPAND_FIXED
    bnez t0, expand_next
    xori s2, s2, EXPAND_QUOTED
    andi t0, s2, EXPAND_QUOTED
    beqz t0, 1f
    li a0, UNIT_EMPTY       # opens
    call put_unit
    ld s4, BUFFER_LENGTH(s0)
    li s5, 0
    j expand_next
1:  beqz s5, expand_next    # closes: "$@" of nothing is no field at all
    ld t0, BUFFER_LENGTH(s0)
    bne t0, s4, expand_next
    addi t0, t0, -2
    sd t0, BUFFER_LENGTH(s0)
    j expand_next

expand_tilde:
    andi t0, s2, EXPAND_QUOTED | EXPAND_HERE
    bnez t0, expand_literal
    andi t0, s2, EXPAND_TILDE
    beqz t0, expand_literal
    addi t0, s1, -1
    beq t0, s3, 1f          # at the start, or after a : of an assignment
    andi t1, s2, EXPAND_ASSIGN
    beqz t1, expand_literal
    lbu t0, -1(t0)
    li t1, ':'
    bne t0, t1, expand_literal
1:  lbu t0, 0(s1)           # only ~ and ~/, no user names
    beqz t0, 2f
    li t1, '/'
    beq t0, t1, 2f
    andi t1, s2, EXPAND_ASSIGN
    beqz t1, expand_literal
    li t1, ':'
    bne t0, t1, expand_literal
2:  lstr a0, "HOME"
    call get_var
    li t0, '~'
    mv t1, a0
    mv a0, t0
    beqz t1, expand_literal
    mv a0, t1
    li a1, UNIT_QUOTED
    call insert_text
    j expand_next

expand_backquote:
    mv a0, s1
    call substitute_backquote
    mv s1, a1
    call insert_value
    j expand_next

expand_dollar:
    lbu a0, 0(s1)
    li t0, '('
    beq a0, t0, dollar_parenthesis
    li t0, '{'
    beq a0, t0, dollar_brace
    mv a0, s1
    call param_length
    beqz a0, 1f
    mv a1, a0
    mv a0, s1
    add s1, s1, a1
    call insert_param
    j expand_next
1:  li a0, '$'
    j expand_literal

dollar_parenthesis:
    lbu t0, 1(s1)
    li t1, '('
    beq t0, t1, dollar_arithmetic
    addi a0, s1, 1
    call substitute_command
    mv s1, a1
    call insert_value
    j expand_next

dollar_arithmetic:
    addi a0, s1, 2
    la a1, lex_arithmetic
    li a2, 2                # the closing ))
    li a3, 0
    call read_construct
    mv s1, a1
    li a1, EXPAND_QUOTED
    call expand_string
    call arith_eval
    call number_text
    call insert_value
    j expand_next

dollar_brace:
    addi a0, s1, 1
    la a1, lex_brace
    li a2, 1                # the closing }
    andi a3, s2, EXPAND_QUOTED | EXPAND_HERE
    call read_construct
    mv s1, a1
    call insert_brace       # in param.s; shares our registers
    j expand_next

# insert_value(text): appends the result of an expansion. Private, also to param.s.
    .globl insert_value
insert_value:
    andi t0, s2, EXPAND_QUOTED | EXPAND_HERE
    li a1, UNIT_SPLIT
    beqz t0, insert_text
    li a1, UNIT_QUOTED
    # falls into insert_text

# insert_text(text, attribute): appends a text whose units all have one attribute. Private, also to param.s.
    .globl insert_text
insert_text:
    enter 4
    mv s1, a0
    mv s3, a1
    call strlen
    mv s2, a0
    slli a1, a0, 1
    mv a0, s0
    call buffer_reserve
    ld t0, BUFFER_LENGTH(s0)
    slli t1, s2, 1
    add t0, t0, t1
    sd t0, BUFFER_LENGTH(s0)
1:  beqz s2, 2f
    lbu t0, 0(s1)
    or t0, t0, s3
    sh t0, 0(a0)
    addi s1, s1, 1
    addi a0, a0, 2
    addi s2, s2, -1
    j 1b
2:  leave 4

# read_construct(text, lexer, closing, quoted) -> a0 = the construct's inside without its `closing` last characters, a1 = the text after it:
# lets a lexer find where an expansion ends.
    .globl read_construct
read_construct:
    enter 4, SOURCE_SIZEOF + BUFFER_SIZEOF + 8
    mv s0, a0
    mv s1, a1
    mv s2, a2
    mv s3, a3
    mv a1, a0
    mv a0, sp
    ld a2, current_line
    call source_string
    addi a0, sp, SOURCE_SIZEOF
    call buffer_init
    addi a0, sp, SOURCE_SIZEOF
    mv a1, s3
    jalr s1
    call source_pop
    ld a0, SOURCE_SIZEOF + BUFFER_DATA(sp)
    ld a1, SOURCE_SIZEOF + BUFFER_LENGTH(sp)
    sub a1, a1, s2
    call scratch_copy
    ld t0, SOURCE_POS(sp)
    add a1, s0, t0
    leave 4, SOURCE_SIZEOF + BUFFER_SIZEOF + 8

# substitute_command(text) -> a0 = the output of the commands in text up to their ), a1 = the text after it
substitute_command:
    enter 3, SOURCE_SIZEOF
    mv s0, a0
    ld s1, parse_arena      # a tree of its own, so that a loop does not pile up trees
    call arena_new
    sd a0, parse_arena, t0
    mv a0, sp
    mv a1, s0
    ld a2, current_line
    call source_string
    call parse_command_substitution
    mv s2, a0
    call source_pop
    mv a0, s2
    call capture_output
    mv s2, a0
    ld a0, parse_arena
    sd s1, parse_arena, t0
    call arena_free
    ld t0, SOURCE_POS(sp)
    add a1, s0, t0
    mv a0, s2
    leave 3, SOURCE_SIZEOF

# substitute_backquote(text) -> as substitute_command, for `...`: inside, \ quotes only $ ` and \ .
substitute_backquote:
    enter 5, SOURCE_SIZEOF
    la a1, lex_backquote
    li a2, 1                # the closing `
    li a3, 0
    call read_construct
    mv s0, a0
    mv s1, a1
    mv t0, a0               # drop the backslashes that served their purpose, in place
    mv t1, a0
1:  lbu t2, 0(t0)
    addi t0, t0, 1
    li t3, '\\'
    bne t2, t3, 3f
    lbu t4, 0(t0)
    beq t4, t3, 2f
    li t5, '$'
    beq t4, t5, 2f
    li t5, '`'
    bne t4, t5, 3f
2:  mv t2, t4
    addi t0, t0, 1
3:  sb t2, 0(t1)
    addi t1, t1, 1
    bnez t2, 1b
    ld s2, parse_arena
    call arena_new
    sd a0, parse_arena, t0
    mv a0, sp
    mv a1, s0
    ld a2, current_line
    call source_string
    call parse_all
    mv s3, a0
    call source_pop
    mv a0, s3
    call capture_output
    mv s3, a0
    ld a0, parse_arena
    sd s2, parse_arena, t0
    call arena_free
    mv a0, s3
    mv a1, s1
    leave 5, SOURCE_SIZEOF

# expand_string(text, flags) -> the expanded text as one string, neither split nor matched against files
    .globl expand_string
expand_string:
    enter 0, BUFFER_SIZEOF + 16
    sd a0, BUFFER_SIZEOF(sp)
    sd a1, BUFFER_SIZEOF + 8(sp)
    mv a0, sp
    call buffer_init
    mv a0, sp
    ld a1, BUFFER_SIZEOF(sp)
    ld a2, BUFFER_SIZEOF + 8(sp)
    call expand_text
    ld a0, BUFFER_DATA(sp)
    ld a1, BUFFER_LENGTH(sp)
    add a1, a0, a1
    call units_string
    leave 0, BUFFER_SIZEOF + 16

# units_string(start, end) -> the units as a string; where one parameter ends and the next begins there is a blank
    .globl units_string
units_string:
    enter 2
    mv s0, a0
    mv s1, a1
    sub a0, a1, a0
    srli a0, a0, 1
    addi a0, a0, 1
    call scratch_alloc
    mv t0, a0
1:  bgeu s0, s1, 3f
    lhu t1, 0(s0)
    addi s0, s0, 2
    andi t2, t1, UNIT_EMPTY
    bnez t2, 1b
    slli t2, t1, 63 - 11    # UNIT_BREAK into the sign
    bgez t2, 2f
    li t1, ' '
2:  sb t1, 0(t0)
    addi t0, t0, 1
    j 1b
3:  leave 2

# number_text(n) -> the number in decimal
    .globl number_text
number_text:
    enter 0, 32
    mv a3, a0
    mv a0, sp
    li a1, 32
    lstr a2, "%ld"
    call snprintf
    mv a1, a0
    mv a0, sp
    call scratch_copy
    leave 0, 32

# remove_quotes(text) -> the text without its quotes; nothing is expanded
    .globl remove_quotes
remove_quotes:
    enter 1
    mv s0, a0
    call strlen
    addi a0, a0, 1
    call scratch_alloc
    mv t0, a0
    li t1, 0                # the quote that is open, or 0
1:  lbu t2, 0(s0)
    addi s0, s0, 1
    beqz t2, 6f
    beq t2, t1, 3f          # closes
    bnez t1, 4f
    li t3, '\''
    beq t2, t3, 2f
    li t3, '"'
    bne t2, t3, 4f
2:  mv t1, t2               # opens
    j 1b
3:  li t1, 0
    j 1b
4:  li t3, '\\'
    bne t2, t3, 5f
    li t3, '\''
    beq t1, t3, 5f
    lbu t2, 0(s0)
    beqz t2, 6f
    addi s0, s0, 1
5:  sb t2, 0(t0)
    addi t0, t0, 1
    j 1b
6:  leave 1

    .section .rodata
    .balign 8
special_characters:
    .dword '$', expand_dollar
    .dword '\\', expand_backslash
    .dword '"', expand_double_quote
    .dword '\'', expand_single_quote
    .dword '`', expand_backquote
    .dword '~', expand_tilde
    .dword 0, 0
# What a backslash quotes inside double quotes; in a here-document all but the first.
escapable: .asciz "\"$`\\"
