# The compound commands: ( ) { } if while until for case. Each parser is called at the token that begins its command.
    .include "sh.inc"

    .text
# parse_body(opening, closing) -> the list between two reserved words (or parentheses), which are taken
parse_body:
    enter 2
    mv s1, a1
    call expect
    li a0, 1
    call parse_list
    mv s0, a0
    mv a0, s1
    call expect
    mv a0, s0
    leave 2

    .globl parse_subshell
parse_subshell:
    enter 0
    li a0, TOKEN_LPAREN
    li a1, TOKEN_RPAREN
    call parse_body
    mv a1, a0
    li a0, KIND_SUBSHELL
    call new_node
    leave 0

    .globl parse_group
parse_group:
    enter 0
    li a0, TOKEN_LBRACE
    li a1, TOKEN_RBRACE
    call parse_body
    mv a1, a0
    li a0, KIND_GROUP
    call new_node
    leave 0

# if list then list { elif list then list } [ else list ] fi: an elif is an if in the place of the else
    .globl parse_if
parse_if:
    enter 3
    call skip_token         # if or elif
    li a0, 1
    call parse_list
    mv s0, a0
    li a0, TOKEN_THEN
    call expect
    li a0, 1
    call parse_list
    mv s1, a0
    li s2, 0
    call peek_command
    li t0, TOKEN_ELIF
    beq a0, t0, 1f
    li t0, TOKEN_ELSE
    bne a0, t0, 2f
    call skip_token
    li a0, 1
    call parse_list
    mv s2, a0
    j 2f
1:  call parse_if           # takes the fi
    mv s2, a0
    j 3f
2:  li a0, TOKEN_FI
    call expect
3:  li a0, KIND_IF
    mv a1, s0
    mv a2, s1
    mv a3, s2
    call new_node
    leave 3

    .globl parse_while
parse_while:
    li a0, KIND_WHILE
    j parse_loop
    .globl parse_until
parse_until:
    li a0, KIND_UNTIL
    # falls into parse_loop

# parse_loop(kind): list do list done, after while or until
parse_loop:
    enter 3
    mv s0, a0
    call skip_token
    li a0, 1
    call parse_list
    mv s1, a0
    li a0, TOKEN_DO
    li a1, TOKEN_DONE
    call parse_body
    mv a2, a0
    mv a1, s1
    mv a0, s0
    call new_node
    leave 3

# for name [ in words ] do list done: without `in` it walks "$@"
    .globl parse_for
parse_for:
    enter 3, 16
    call skip_token
    call peek_token
    li t0, TOKEN_WORD
    bne a0, t0, unexpected
    ld s0, token_text
    mv a0, s0
    call name_length
    beqz a0, unexpected
    add a0, s0, a0
    lbu t0, 0(a0)
    bnez t0, unexpected
    call skip_token
    sd zero, 0(sp)
    call skip_newlines
    call peek_command
    li t0, TOKEN_IN
    beq a0, t0, 1f
    mv a0, sp
    la a1, all_parameters
    call append_cell
    call peek_token
    li t0, TOKEN_SEMI
    bne a0, t0, 3f
    call skip_token
    j 3f
1:  call skip_token
    mv s1, sp
2:  call peek_token
    li t0, TOKEN_WORD
    bne a0, t0, 21f
    call skip_token
    mv a0, s1
    ld a1, token_text
    call append_cell
    mv s1, a0
    j 2b
21: li t0, TOKEN_NEWLINE
    beq a0, t0, 22f
    li t0, TOKEN_SEMI
    bne a0, t0, unexpected
22: call skip_token
3:  call skip_newlines
    li a0, TOKEN_DO
    li a1, TOKEN_DONE
    call parse_body
    mv a3, a0
    li a0, KIND_FOR
    mv a1, s0
    ld a2, 0(sp)
    call new_node
    leave 3, 16

# case word in { [(] pattern { | pattern } ) [list] ;; } esac
    .globl parse_case
parse_case:
    enter 5, 16
    call skip_token
    call peek_token
    li t0, TOKEN_WORD
    bne a0, t0, unexpected
    ld s0, token_text
    call skip_token
    call skip_newlines
    li a0, TOKEN_IN
    call expect
    sd zero, 0(sp)
    mv s1, sp               # link of the next item
next_item:
    call skip_newlines
    call peek_command
    li t0, TOKEN_ESAC
    beq a0, t0, case_ends
    li t0, TOKEN_LPAREN
    bne a0, t0, 1f
    call skip_token
1:  li a0, ITEM_SIZEOF
    call alloc
    mv s2, a0
    sd s2, 0(s1)
    mv s1, s2               # ITEM_NEXT is the first field
    addi s3, s2, ITEM_PATTERNS
2:  call peek_token
    li t0, TOKEN_WORD
    bne a0, t0, unexpected
    call skip_token
    mv a0, s3
    ld a1, token_text
    call append_cell
    mv s3, a0
    call peek_token
    li t0, TOKEN_PIPE
    bne a0, t0, 3f
    call skip_token
    j 2b
3:  li a0, TOKEN_RPAREN
    call expect
    call skip_newlines
    call peek_command
    li t0, TOKEN_DSEMI
    beq a0, t0, 4f
    li t0, TOKEN_ESAC
    beq a0, t0, case_ends
    li a0, 1
    call parse_list
    sd a0, ITEM_BODY(s2)
    call peek_command
    li t0, TOKEN_DSEMI
    bne a0, t0, case_ends
4:  call skip_token
    j next_item
case_ends:
    li a0, TOKEN_ESAC
    call expect
    li a0, KIND_CASE
    mv a1, s0
    ld a2, 0(sp)
    call new_node
    leave 5, 16

    .section .rodata
all_parameters: .asciz "\"$@\""
