# Characters into tokens. A word keeps its quotes and its expansions as they were written; what the lexer has to know is only where it ends.
    .include "sh.inc"
    .include "errno.inc"

    .text
# peek_token() -> the kind of the next token (TOKEN_...), which stays the next one
    .globl peek_token
peek_token:
    ld t0, token_ready
    bnez t0, 1f
    enter 0
    call read_token
    sd a0, token_kind, t0
    li t0, 1
    sd t0, token_ready, t1
    restore 0
1:  ld a0, token_kind
    ret

# skip_token(): takes the token that peek_token showed
    .globl skip_token
skip_token:
    sd zero, token_ready, t0
    ret

# peek_command() -> as peek_token, at a place where a command may begin: a reserved word gives its own kind
    .globl peek_command
peek_command:
    enter 2
    call peek_token
    li t0, TOKEN_WORD
    bne a0, t0, 3f
    la s0, reserved_words
    li s1, TOKEN_IF
1:  lbu t0, 0(s0)
    beqz t0, 2f
    mv a0, s0
    ld a1, token_text
    call strcmp
    beqz a0, 4f
    mv a0, s0
    call strlen
    add s0, s0, a0
    addi s0, s0, 1
    addi s1, s1, 1
    j 1b
2:  li a0, TOKEN_WORD
3:  leave 2
4:  mv a0, s1
    leave 2

# skip_newlines(): takes all newlines that come next
    .globl skip_newlines
skip_newlines:
    enter 0
1:  call peek_token
    li t0, TOKEN_NEWLINE
    bne a0, t0, 2f
    call skip_token
    j 1b
2:  leave 0

# read_token() -> its kind; sets token_text (and token_quoted) for words and numbers
read_token:
    enter 2
next_character:
    call getc
    mv s0, a0
    li t0, ' '
    beq s0, t0, next_character
    li t0, '\t'
    beq s0, t0, next_character
    li t0, '#'
    beq s0, t0, skip_comment
    li t0, '\\'
    beq s0, t0, maybe_joined_line
    bltz s0, 1f
    li t0, '\n'
    beq s0, t0, 2f
    mv a0, s0
    call is_operator
    bnez a0, read_operator
    mv a0, s0
    call ungetc
    restore 2
    j read_word
1:  li a0, TOKEN_EOF
    leave 2
2:  call read_here_documents
    li a0, TOKEN_NEWLINE
    leave 2

skip_comment:
    call getc
    bltz a0, 1b
    li t0, '\n'
    bne a0, t0, skip_comment
    j 2b

maybe_joined_line:          # a backslash before a newline joins two lines
    call getc
    mv s1, a0
    li t0, '\n'
    beq a0, t0, next_character
    call ungetc
    mv a0, s0               # any other backslash begins a word: put it back too
    call ungetc
    restore 2
    j read_word

read_operator:              # s0 = its first character
    call getc
    mv s1, a0
    la t0, operators
1:  lbu t1, 0(t0)           # rows: first character, second (0: none), token
    lbu t2, 1(t0)
    lbu a0, 2(t0)
    addi t0, t0, 3
    bne t1, s0, 1b
    beq t2, s1, 2f
    bnez t2, 1b
    mv s0, a0               # one character only
    mv a0, s1
    call ungetc
    mv a0, s0
    leave 2
2:  li t0, TOKEN_DLESS
    bne a0, t0, 3f
    call getc               # <<-
    li t0, '-'
    mv s1, a0
    li a0, TOKEN_DLESSDASH
    beq s1, t0, 3f
    mv a0, s1
    call ungetc
    li a0, TOKEN_DLESS
3:  leave 2

# is_operator(c) -> 1 for a character that ends a word and begins an operator
is_operator:
    la t0, operator_characters
1:  lbu t1, 0(t0)
    addi t0, t0, 1
    beqz t1, 2f
    bne t1, a0, 1b
    li a0, 1
    ret
2:  li a0, 0
    ret

# read_word() -> TOKEN_WORD or TOKEN_IO_NUMBER
read_word:
    enter 2, BUFFER_SIZEOF
    mv a0, sp
    call buffer_init
    li s1, 0                # 1 once there was a quote
word_character:
    call getc
    mv s0, a0
    bltz s0, word_ends
    li t0, ' '
    beq s0, t0, word_ends
    li t0, '\t'
    beq s0, t0, word_ends
    li t0, '\n'
    beq s0, t0, word_ends
    call is_operator
    bnez a0, word_ends
    li t0, '\\'
    beq s0, t0, word_backslash
    li t0, '\''
    beq s0, t0, word_single_quote
    li t0, '"'
    beq s0, t0, word_double_quote
    mv a0, sp
    mv a1, s0
    call buffer_byte
    li t0, '$'
    beq s0, t0, 1f
    li t0, '`'
    bne s0, t0, word_character
    mv a0, sp
    call lex_backquote
    j word_character
1:  mv a0, sp
    li a1, 0
    call lex_dollar
    j word_character

word_backslash:
    call getc
    li t0, '\n'
    beq a0, t0, word_character
    li s1, 1
    mv s0, a0
    mv a0, sp
    li a1, '\\'
    call buffer_byte
    bltz s0, word_character
    mv a0, sp
    mv a1, s0
    call buffer_byte
    j word_character

word_single_quote:
    li s1, 1
    mv a0, sp
    call lex_single_quote
    j word_character

word_double_quote:
    li s1, 1
    mv a0, sp
    call lex_double_quote
    j word_character

word_ends:
    mv a0, s0
    call ungetc
    mv a0, sp
    call buffer_string
    ld a1, BUFFER_LENGTH(sp)
    call arena_copy
    sd a0, token_text, t0
    sd s1, token_quoted, t0
    li t0, '<'
    beq s0, t0, 1f
    li t0, '>'
    bne s0, t0, 3f
1:  lbu t0, 0(a0)           # only digits before < or >: the number of a descriptor
    beqz t0, 3f
2:  addi t1, t0, -'0'
    sltiu t1, t1, 10
    beqz t1, 3f
    addi a0, a0, 1
    lbu t0, 0(a0)
    bnez t0, 2b
    li a0, TOKEN_IO_NUMBER
    leave 2, BUFFER_SIZEOF
3:  li a0, TOKEN_WORD
    leave 2, BUFFER_SIZEOF

# The functions lex_... copy one construct into a buffer, as written, and read up to its end. The character that opens it has been read;
# lex_dollar, lex_brace, lex_arithmetic and lex_backquote expect the opening character in the buffer already.

# lex_single_quote(buffer): '...'
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

# read_here_documents(): after a newline: reads the bodies of the here-documents that the line announced. A chain of cells holds them.
read_here_documents:
    enter 1
    ld s0, here_documents
    sd zero, here_documents, t0
1:  beqz s0, 2f
    ld a0, CELL_VALUE(s0)
    call read_here_document
    ld s0, CELL_NEXT(s0)
    j 1b
2:  leave 1

# read_here_document(redir): reads lines up to the delimiter, and makes them its text.
read_here_document:
    enter 5, BUFFER_SIZEOF + 8
    mv s0, a0
    mv a0, sp
    call buffer_init
    ld a0, REDIR_TEXT(s0)   # the delimiter without its quotes
    call remove_quotes
    mv s1, a0
here_line:
    ld s2, BUFFER_LENGTH(sp)    # s2 = where this line begins
here_strip:
    call getc
    mv s3, a0
    li t0, '\t'
    bne s3, t0, here_character
    ld t0, REDIR_OP(s0)
    li t1, TOKEN_DLESSDASH
    beq t0, t1, here_strip  # <<- drops leading tabs
here_character:
    bltz s3, here_line_done
    li t0, '\n'
    beq s3, t0, here_line_done
    li t0, '\\'
    bne s3, t0, here_store
    ld t0, REDIR_LITERAL(s0)
    bnez t0, here_store
    call getc               # an unquoted backslash: newline after it joins lines, else both characters stay
    li t0, '\n'
    beq a0, t0, here_next
    bltz a0, here_store
    mv s4, a0
    mv a0, sp
    li a1, '\\'
    call buffer_byte
    mv s3, s4
here_store:
    mv a0, sp
    mv a1, s3
    call buffer_byte
here_next:
    call getc
    mv s3, a0
    j here_character
here_line_done:             # is it the delimiter?
    mv a0, sp
    call buffer_string
    add a0, a0, s2
    mv a1, s1
    call strcmp
    beqz a0, here_ends
    bltz s3, here_missing
    mv a0, sp
    li a1, '\n'
    call buffer_byte
    j here_line
here_missing:               # the input ended first: take what there is
    ld s2, BUFFER_LENGTH(sp)
here_ends:
    mv a0, sp
    call buffer_string
    mv a1, s2
    call arena_copy
    sd a0, REDIR_TEXT(s0)
    leave 5, BUFFER_SIZEOF + 8

    .section .rodata
operator_characters: .asciz "&|;<>()"
# Rows: first character, second or 0, token. Longer operators stand before their beginnings; every first character has a one-character row.
operators:
    .byte '&', '&', TOKEN_AND_IF
    .byte '&', 0, TOKEN_AMP
    .byte '|', '|', TOKEN_OR_IF
    .byte '|', 0, TOKEN_PIPE
    .byte ';', ';', TOKEN_DSEMI
    .byte ';', 0, TOKEN_SEMI
    .byte '<', '<', TOKEN_DLESS
    .byte '<', '&', TOKEN_LESSAND
    .byte '<', '>', TOKEN_LESSGREAT
    .byte '<', 0, TOKEN_LESS
    .byte '>', '>', TOKEN_DGREAT
    .byte '>', '&', TOKEN_GREATAND
    .byte '>', '|', TOKEN_CLOBBER
    .byte '>', 0, TOKEN_GREAT
    .byte '(', 0, TOKEN_LPAREN
    .byte ')', 0, TOKEN_RPAREN
# In the order of TOKEN_IF and on.
    .globl reserved_words
reserved_words:
    .asciz "if"
    .asciz "then"
    .asciz "elif"
    .asciz "else"
    .asciz "fi"
    .asciz "while"
    .asciz "until"
    .asciz "for"
    .asciz "do"
    .asciz "done"
    .asciz "case"
    .asciz "esac"
    .asciz "{"
    .asciz "}"
    .asciz "!"
    .asciz "in"
    .byte 0

    .bss
    .balign 8
# The next token, once peek_token has read it (token_ready).
    .globl token_ready
    .globl token_kind
    .globl token_text
    .globl token_quoted
token_ready: .zero 8
token_kind: .zero 8
token_text: .zero 8
token_quoted: .zero 8
# here_documents: cells with the redirections whose bodies begin after the next newline.
    .globl here_documents
here_documents: .zero 8
