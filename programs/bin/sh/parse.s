# Tokens into a tree: the grammar of the shell, by recursive descent. Nodes live in the parse arena.
#
#   list      = and_or { (; | & | newline) and_or }
#   and_or    = pipeline { (&& | ||) pipeline }
#   pipeline  = { ! } command { | command }
#   command   = simple | ( list ) | { list } | if | while | until | for | case | name () command, with redirections
    .include "sh.inc"

    .text
# parse_line() -> a0 = 1 and a1 = the tree of one line of commands (0: an empty line), or a0 = 0 at the end of the input
    .globl parse_line
parse_line:
    enter 1
    sd zero, token_ready, t0
    sd zero, here_documents, t0
    call peek_token
    beqz a0, 2f             # TOKEN_EOF
    li s0, 0
    li t0, TOKEN_NEWLINE
    beq a0, t0, 1f
    li a0, 0
    call parse_list
    mv s0, a0
    call peek_token
    beqz a0, 3f
    li t0, TOKEN_NEWLINE
    bne a0, t0, unexpected
1:  call skip_token
3:  mv a1, s0
    li a0, 1
    leave 1
2:  li a0, 0
    li a1, 0
    leave 1

# parse_command_substitution() -> the tree of the commands up to ), which is taken too; 0 when there are none
    .globl parse_command_substitution
parse_command_substitution:
    enter 1
    sd zero, token_ready, t0
    call skip_newlines
    call peek_command
    li s0, 0
    li t0, TOKEN_RPAREN
    beq a0, t0, 1f
    li a0, 1
    call parse_list
    mv s0, a0
1:  li a0, TOKEN_RPAREN
    call expect
    mv a0, s0
    leave 1

# parse_all() -> the tree of all commands up to the end of the source; 0 when there are none
    .globl parse_all
parse_all:
    enter 1
    sd zero, token_ready, t0
    call skip_newlines
    call peek_token
    li s0, 0
    beqz a0, 1f             # TOKEN_EOF
    li a0, 1
    call parse_list
    mv s0, a0
1:  li a0, TOKEN_EOF
    call expect
    mv a0, s0
    leave 1

# unexpected: reports the token that does not fit. Does not return.
    .globl unexpected
unexpected:
    call peek_command
    li t0, TOKEN_EOF
    beq a0, t0, 1f
    li t0, TOKEN_NEWLINE
    beq a0, t0, 2f
    li t0, TOKEN_AND_IF
    bltu a0, t0, 3f
    li t0, TOKEN_IF
    bgeu a0, t0, 3f
    la a1, operator_names   # an operator: its name is in a table of equally long rows
    addi a0, a0, -TOKEN_AND_IF
    slli a0, a0, 2
    add a1, a1, a0
    j 4f
1:  lstr a1, "end of file"
    j 5f
2:  lstr a1, "newline"
    j 5f
3:  ld a1, token_text
4:  lstr a0, "syntax error: unexpected \"%s\""
    tail syntax_error
5:  lstr a0, "syntax error: unexpected %s"
    tail syntax_error

# expect(kind): takes the next token, which must be of this kind (a reserved word's kind works too)
    .globl expect
expect:
    enter 1
    mv s0, a0
    call peek_command
    bne a0, s0, unexpected
    call skip_token
    leave 1

# new_node(kind, a, b, c) -> a node
    .globl new_node
new_node:
    enter 4
    mv s0, a0
    mv s1, a1
    mv s2, a2
    mv s3, a3
    li a0, NODE_SIZEOF
    call alloc
    sd s0, NODE_KIND(a0)
    sd s1, NODE_A(a0)
    sd s2, NODE_B(a0)
    sd s3, NODE_C(a0)
    ld t0, source
    ld t0, SOURCE_LINE(t0)
    sd t0, NODE_LINE(a0)
    leave 4

# append_cell(link, value) -> the new cell's link: puts a cell behind the one whose CELL_NEXT is at `link`
    .globl append_cell
append_cell:
    enter 2
    mv s0, a0
    mv s1, a1
    li a0, CELL_SIZEOF
    call alloc
    sd s1, CELL_VALUE(a0)
    sd a0, 0(s0)            # CELL_NEXT is the first field, so the cell's address is its link
    leave 2

# parse_list(compound) -> its tree. compound: newlines separate commands too, and the list ends before a token that cannot begin a command.
    .globl parse_list
parse_list:
    enter 5, 16
    mv s0, a0
    sd zero, 0(sp)          # the first cell
    mv s1, sp               # link of the next one
    li s4, 0                # how many
    beqz s0, next_and_or
    call skip_newlines
next_and_or:
    call parse_and_or
    mv s2, a0
    call peek_token
    mv s3, a0
    li t0, TOKEN_AMP
    bne a0, t0, 1f
    li a0, KIND_ASYNC
    mv a1, s2
    call new_node
    mv s2, a0
1:  mv a0, s1
    mv a1, s2
    call append_cell
    mv s1, a0
    addi s4, s4, 1
    li t0, TOKEN_AMP
    beq s3, t0, 2f
    li t0, TOKEN_SEMI
    beq s3, t0, 2f
    beqz s0, list_ends
    li t0, TOKEN_NEWLINE
    bne s3, t0, list_ends
2:  call skip_token
    beqz s0, 3f
    call skip_newlines
3:  call peek_command       # does another command follow?
    li t0, TOKEN_WORD
    beq a0, t0, next_and_or
    li t0, TOKEN_IO_NUMBER
    beq a0, t0, next_and_or
    li t0, TOKEN_LPAREN
    beq a0, t0, next_and_or
    addi t0, a0, -TOKEN_LESS
    sltiu t0, t0, TOKEN_CLOBBER - TOKEN_LESS + 1
    bnez t0, next_and_or
    la t0, command_words
4:  lbu t1, 0(t0)
    addi t0, t0, 1
    beqz t1, list_ends
    bne t1, a0, 4b
    j next_and_or
list_ends:
    ld t0, 0(sp)
    ld a0, CELL_VALUE(t0)
    li t1, 1
    beq s4, t1, 5f          # a list of one is that one
    mv a1, t0
    li a0, KIND_LIST
    call new_node
5:  leave 5, 16

# parse_and_or() -> its tree
parse_and_or:
    enter 2
    call parse_pipeline
    mv s0, a0
1:  call peek_token
    li s1, KIND_AND
    li t0, TOKEN_AND_IF
    beq a0, t0, 2f
    li s1, KIND_OR
    li t0, TOKEN_OR_IF
    bne a0, t0, 3f
2:  call skip_token
    call skip_newlines
    call parse_pipeline
    mv a2, a0
    mv a1, s0
    mv a0, s1
    call new_node
    mv s0, a0
    j 1b
3:  mv a0, s0
    leave 2

# parse_pipeline() -> its tree
parse_pipeline:
    enter 3, 16
    li s2, 0                # how many !
1:  call peek_command
    li t0, TOKEN_BANG
    bne a0, t0, 2f
    call skip_token
    addi s2, s2, 1
    j 1b
2:  call parse_command
    mv s0, a0
    call peek_token
    li t0, TOKEN_PIPE
    bne a0, t0, 4f
    sd zero, 0(sp)
    mv a0, sp
    mv a1, s0
    call append_cell
    mv s1, a0
3:  call skip_token
    call skip_newlines
    call parse_command
    mv a1, a0
    mv a0, s1
    call append_cell
    mv s1, a0
    call peek_token
    li t0, TOKEN_PIPE
    beq a0, t0, 3b
    li a0, KIND_PIPE
    ld a1, 0(sp)
    call new_node
    mv s0, a0
4:  beqz s2, 5f
    addi s2, s2, -1
    li a0, KIND_NOT
    mv a1, s0
    call new_node
    mv s0, a0
    j 4b
5:  mv a0, s0
    leave 3, 16

# parse_command() -> its tree
parse_command:
    enter 2
    call peek_command
    la t0, compounds
1:  ld t1, 0(t0)            # rows: token, parser
    ld t2, 8(t0)
    addi t0, t0, 16
    beqz t1, parse_other
    bne t1, a0, 1b
    jalr t2
    mv s0, a0
    addi s1, s0, NODE_REDIRS
2:  call peek_token         # redirections after the compound command
    mv a1, s1
    call parse_redirection
    mv s1, a1
    bnez a0, 2b
    mv a0, s0
    leave 2
parse_other:                # no other reserved word may stand here, but `in` is one only after for and case
    li t0, TOKEN_IN
    beq a0, t0, 3f
    li t0, TOKEN_IF
    bgeu a0, t0, unexpected
3:  restore 2
    j parse_simple

# parse_redirection(kind of the next token, link) -> a0 = 1 and a1 = the new link when there was one, else a0 = 0 and a1 = link
parse_redirection:
    enter 4
    mv s1, a1
    li s2, -1               # no number
    li t0, TOKEN_IO_NUMBER
    bne a0, t0, 1f
    ld a0, token_text
    call atoi
    mv s2, a0
    call skip_token
    call peek_token
1:  mv s3, a0
    addi t0, s3, -TOKEN_LESS
    li t1, TOKEN_CLOBBER - TOKEN_LESS
    bgtu t0, t1, 5f
    call skip_token
    call peek_token
    li t0, TOKEN_WORD
    bne a0, t0, unexpected
    call skip_token
    li a0, REDIR_SIZEOF
    call alloc
    mv s0, a0
    sd s3, REDIR_OP(s0)
    ld t0, token_text
    sd t0, REDIR_TEXT(s0)
    ld t0, token_quoted
    sd t0, REDIR_LITERAL(s0)
    bgez s2, 2f
    la t0, input_operators  # without a number: 0 for reading, 1 for writing
    li s2, 1
11: lbu t1, 0(t0)
    addi t0, t0, 1
    beqz t1, 2f
    bne t1, s3, 11b
    li s2, 0
2:  sd s2, REDIR_FD(s0)
    sd s0, 0(s1)
    mv s1, s0
    li t0, TOKEN_DLESS
    beq s3, t0, 3f
    li t0, TOKEN_DLESSDASH
    bne s3, t0, 4f
3:  la a0, here_documents   # its body is to be read: put it at the end of the chain
31: ld t0, 0(a0)
    beqz t0, 32f
    mv a0, t0
    j 31b
32: mv a1, s0
    call append_cell
4:  li a0, 1
    mv a1, s1
    leave 4
5:  li a0, 0
    mv a1, s1
    leave 4

# parse_simple() -> the tree of a simple command, or of a function definition
parse_simple:
    enter 6
    li a0, KIND_SIMPLE
    li a1, 0
    li a2, 0
    li a3, 0
    call new_node
    mv s0, a0
    addi s1, s0, NODE_A     # link of the next word
    addi s2, s0, NODE_B     # link of the next assignment
    addi s3, s0, NODE_REDIRS
    li s4, 0                # words so far
simple_next:
    call peek_token
    mv s5, a0
    li t0, TOKEN_WORD
    beq a0, t0, simple_word
    mv a1, s3
    call parse_redirection
    mv s3, a1
    bnez a0, simple_next
    li t0, TOKEN_LPAREN     # name ( ) ...
    bne s5, t0, simple_ends
    li t0, 1
    bne s4, t0, unexpected
    ld t0, NODE_B(s0)
    bnez t0, unexpected
    call skip_token
    li a0, TOKEN_RPAREN
    call expect
    call skip_newlines
    call parse_command
    mv a2, a0
    ld t0, NODE_A(s0)
    ld a1, CELL_VALUE(t0)
    ld a3, parse_arena
    li a0, KIND_FUNCTION
    call new_node
    leave 6
simple_word:
    call skip_token
    bnez s4, 1f
    ld a0, token_text
    call assignment_length
    beqz a0, 1f
    mv a0, s2
    ld a1, token_text
    call append_cell
    mv s2, a0
    j simple_next
1:  mv a0, s1
    ld a1, token_text
    call append_cell
    mv s1, a0
    addi s4, s4, 1
    j simple_next
simple_ends:                # something must have been there
    ld t0, NODE_A(s0)
    ld t1, NODE_B(s0)
    ld t2, NODE_REDIRS(s0)
    or t0, t0, t1
    or t0, t0, t2
    beqz t0, unexpected
    mv a0, s0
    leave 6

    .section .rodata
    .balign 8
# Rows: the token that a compound command begins with, its parser.
compounds:
    .dword TOKEN_IF, parse_if
    .dword TOKEN_WHILE, parse_while
    .dword TOKEN_UNTIL, parse_until
    .dword TOKEN_FOR, parse_for
    .dword TOKEN_CASE, parse_case
    .dword TOKEN_LBRACE, parse_group
    .dword TOKEN_LPAREN, parse_subshell
    .dword 0, 0
# Reserved words that a command may begin with.
command_words: .byte TOKEN_IF, TOKEN_WHILE, TOKEN_UNTIL, TOKEN_FOR, TOKEN_CASE, TOKEN_LBRACE, TOKEN_BANG, 0
# Redirections whose descriptor is 0 unless said otherwise.
input_operators: .byte TOKEN_LESS, TOKEN_LESSGREAT, TOKEN_LESSAND, TOKEN_DLESS, TOKEN_DLESSDASH, 0
# Operators as written, 4 bytes each, from TOKEN_AND_IF on.
    .globl operator_names
operator_names:
    .ascii "&&\0\0", "||\0\0", ";\0\0\0", ";;\0\0", "&\0\0\0", "|\0\0\0", "(\0\0\0", ")\0\0\0"
    .ascii "<\0\0\0", ">\0\0\0", ">>\0\0", "<>\0\0", "<&\0\0", ">&\0\0", "<<\0\0", "<<-\0", ">|\0\0"
