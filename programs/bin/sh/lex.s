# Characters into tokens. A word keeps its quotes and its expansions as they were written; what the lexer has to know is only where it ends.
    .include "sh.inc"

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
