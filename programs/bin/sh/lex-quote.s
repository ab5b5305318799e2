# What stands inside a word: quotes and expansions, copied as they were written up to where they end.
    .include "sh.inc"

    .text
# The functions lex_... copy one construct into a buffer, as written, and read up to its end. The character that opens it has been read;
# lex_dollar, lex_brace, lex_arithmetic and lex_backquote expect the opening character in the buffer already.

# lex_single_quote(buffer): '...'
    .globl lex_single_quote
lex_single_quote:
    enter 2
    mv s0, a0
    li a1, '\''
1:  mv a0, s0
    mv s1, a1
    call buffer_byte
    call getc
    bltz a0, unterminated
    mv a1, a0
    li t0, '\''
    bne a0, t0, 1b
    mv a0, s0
    call buffer_byte
    leave 2

# lex_double_quote(buffer): "..."
    .globl lex_double_quote
lex_double_quote:
    enter 2
    mv s0, a0
    li s1, '"'
1:  mv a0, s0
    mv a1, s1
    call buffer_byte
2:  call getc
    mv s1, a0
    bltz a0, unterminated
    li t0, '\\'
    beq a0, t0, 3f
    mv a0, s0
    mv a1, s1
    call buffer_byte
    mv a0, s0
    li a1, 1
    li t0, '$'
    beq s1, t0, 4f
    li t0, '`'
    beq s1, t0, 5f
    li t0, '"'
    bne s1, t0, 2b
    leave 2
3:  call getc
    bltz a0, unterminated
    li t0, '\n'
    beq a0, t0, 2b
    mv s1, a0
    mv a0, s0
    li a1, '\\'
    call buffer_byte
    j 1b
4:  call lex_dollar
    j 2b
5:  call lex_backquote
    j 2b

# lex_backquote(buffer): `...`
    .globl lex_backquote
lex_backquote:
    enter 2
    mv s0, a0
1:  call getc
    mv s1, a0
    bltz a0, unterminated
    mv a0, s0
    mv a1, s1
    call buffer_byte
    li t0, '`'
    beq s1, t0, 2f
    li t0, '\\'
    bne s1, t0, 1b
    call getc
    bltz a0, unterminated
    mv a1, a0
    mv a0, s0
    call buffer_byte
    j 1b
2:  leave 2

# lex_dollar(buffer, quoted): what may follow a $: (...), ((...)) or {...}; anything else is left unread
    .globl lex_dollar
lex_dollar:
    enter 3
    mv s0, a0
    mv s2, a1
    call getc
    mv s1, a0
    li t0, '('
    beq s1, t0, 1f
    li t0, '{'
    beq s1, t0, 3f
    call ungetc
    leave 3
1:  mv a0, s0
    mv a1, s1
    call buffer_byte
    call getc
    li t0, '('
    beq a0, t0, 2f
    call ungetc
    mv a0, s0
    restore 3
    j lex_command
2:  mv a1, a0
    mv a0, s0
    call buffer_byte
    mv a0, s0
    restore 3
    j lex_arithmetic
3:  mv a0, s0
    mv a1, s1
    call buffer_byte
    mv a0, s0
    mv a1, s2
    restore 3
    # falls into lex_brace

# lex_brace(buffer, quoted): ${ has been read; reads up to its }. quoted: inside double quotes ' is an ordinary character.
    .globl lex_brace
lex_brace:
    enter 3
    mv s0, a0
    mv s2, a1
1:  call getc
    mv s1, a0
    bltz a0, unterminated
    li t0, '\''
    bne s1, t0, 2f
    bnez s2, 2f
    mv a0, s0
    call lex_single_quote
    j 1b
2:  li t0, '"'
    bne s1, t0, 3f
    mv a0, s0
    call lex_double_quote
    j 1b
3:  mv a0, s0
    mv a1, s1
    call buffer_byte
    mv a0, s0
    mv a1, s2
    li t0, '}'
    beq s1, t0, 6f
    li t0, '$'
    beq s1, t0, 4f
    li t0, '`'
    beq s1, t0, 5f
    li t0, '\\'
    bne s1, t0, 1b
    call getc
    bltz a0, unterminated
    mv a1, a0
    mv a0, s0
    call buffer_byte
    j 1b
4:  call lex_dollar
    j 1b
5:  call lex_backquote
    j 1b
6:  leave 3

# lex_arithmetic(buffer): $(( has been read; reads up to its ))
    .globl lex_arithmetic
lex_arithmetic:
    enter 3
    mv s0, a0
    li s2, 2                # parentheses still open
1:  call getc
    mv s1, a0
    bltz a0, unterminated
    mv a1, a0
    mv a0, s0
    call buffer_byte
    li t0, '('
    bne s1, t0, 2f
    addi s2, s2, 1
2:  li t0, ')'
    bne s1, t0, 1b
    addi s2, s2, -1
    bnez s2, 1b
    leave 3

# lex_command(buffer): $( has been read; reads up to its ). Only the parser knows which ) that is, so it reads the commands, and what it
# read is taken from the tape.
lex_command:
    enter 3
    mv s0, a0
    ld s1, here_documents   # those announced before this word are read after it
    sd zero, here_documents, t0
    call tape_start
    mv s2, a0
    call parse_command_substitution
    sd s1, here_documents, t0
    mv a0, s2
    call tape_stop
    mv a2, a1
    mv a1, a0
    mv a0, s0
    restore 3
    tail buffer_bytes

# unterminated: the input ended inside quotes or an expansion.
unterminated:
    lstr a0, "syntax error: unterminated quoted string or expansion"
    tail syntax_error
