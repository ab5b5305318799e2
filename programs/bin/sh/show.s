# A tree back into text, for the list of jobs.
    .include "sh.inc"

    .text
# node_text(node) -> the command on one line, in the scratch arena
    .globl node_text
node_text:
    enter 0, BUFFER_SIZEOF + 8
    sd a0, BUFFER_SIZEOF(sp)
    mv a0, sp
    call buffer_init
    mv a0, sp
    ld a1, BUFFER_SIZEOF(sp)
    call show_node
    mv a0, sp
    call buffer_string
    leave 0, BUFFER_SIZEOF + 8

# show_node(buffer, node): s0 = buffer, s1 = node in it and in all the show_... parts
show_node:
    enter 3
    mv s0, a0
    mv s1, a1
    la t0, show_table
    ld t1, NODE_KIND(s1)
    slli t1, t1, 3
    add t0, t0, t1
    ld t0, 0(t0)
    jalr t0
    ld s2, NODE_REDIRS(s1)
1:  beqz s2, 2f
    call show_redirection
    ld s2, REDIR_NEXT(s2)
    j 1b
2:  leave 3

# text "literal": appends it to the buffer in s0.
.macro text literal
    lstr a1, "\literal"
    mv a0, s0
    call buffer_text
.endm

# child offset: shows the node in that field of s1.
.macro child offset
    ld a1, \offset(s1)
    mv a0, s0
    call show_node
.endm

# show_cells(first cell, separator): words
show_cells:
    enter 4
    mv s2, a0
    mv s3, a1
1:  beqz s2, 2f
    mv a0, s0
    ld a1, CELL_VALUE(s2)
    call buffer_text
    ld s2, CELL_NEXT(s2)
    beqz s2, 2f
    mv a0, s0
    mv a1, s3
    call buffer_text
    j 1b
2:  leave 4

# show_node_cells(first cell, separator): nodes; after an `&` a blank is separator enough
show_node_cells:
    enter 4
    mv s2, a0
    mv s3, a1
1:  beqz s2, 3f
    ld a1, CELL_VALUE(s2)
    mv a0, s0
    call show_node
    ld t0, CELL_VALUE(s2)
    ld s2, CELL_NEXT(s2)
    beqz s2, 3f
    ld t0, NODE_KIND(t0)
    li t1, KIND_ASYNC
    mv a1, s3
    bne t0, t1, 2f
    lstr a1, " "
2:  mv a0, s0
    call buffer_text
    j 1b
3:  leave 4

# show_redirection: the one in s2, with a blank before it
show_redirection:
    enter 1, 16
    text " "
    ld t0, REDIR_FD(s2)     # the number only when it is not the operator's own
    ld t1, REDIR_OP(s2)
    li t2, 1
    li t3, TOKEN_GREAT
    beq t1, t3, 1f
    li t3, TOKEN_DGREAT
    beq t1, t3, 1f
    li t3, TOKEN_GREATAND
    beq t1, t3, 1f
    li t3, TOKEN_CLOBBER
    beq t1, t3, 1f
    li t2, 0
1:  beq t0, t2, 2f
    mv a3, t0
    lstr a2, "%ld"
    mv a0, sp
    li a1, 16
    call snprintf
    mv a0, s0
    mv a1, sp
    call buffer_text
2:  la a1, operator_names
    ld t1, REDIR_OP(s2)
    addi t1, t1, -TOKEN_AND_IF
    slli t1, t1, 2
    add a1, a1, t1
    mv a0, s0
    call buffer_text
    ld t1, REDIR_OP(s2)
    li t0, TOKEN_DLESS
    beq t1, t0, 4f
    li t0, TOKEN_DLESSDASH
    beq t1, t0, 4f
    li t0, TOKEN_LESSAND
    beq t1, t0, 3f
    li t0, TOKEN_GREATAND
    beq t1, t0, 3f
    text " "
3:  mv a0, s0
    ld a1, REDIR_TEXT(s2)
    call buffer_text
4:  leave 1, 16

show_simple:
    enter 0
    ld a0, NODE_B(s1)
    lstr a1, " "
    call show_cells
    ld t0, NODE_A(s1)
    beqz t0, 2f
    ld t0, NODE_B(s1)
    beqz t0, 1f
    text " "
1:  ld a0, NODE_A(s1)
    lstr a1, " "
    call show_cells
2:  leave 0

show_pipe:
    lstr a1, " | "
    ld a0, NODE_A(s1)
    j show_node_cells

show_list:
    lstr a1, "; "
    ld a0, NODE_A(s1)
    j show_node_cells

show_not:
    enter 0
    text "! "
    child NODE_A
    leave 0

show_and:
    enter 0
    child NODE_A
    text " && "
    child NODE_B
    leave 0

show_or:
    enter 0
    child NODE_A
    text " || "
    child NODE_B
    leave 0

show_async:
    enter 0
    child NODE_A
    text " &"
    leave 0

show_subshell:
    enter 0
    text "( "
    child NODE_A
    text " )"
    leave 0

show_group:
    enter 0
    text "{ "
    child NODE_A
    text "; }"
    leave 0

show_if:
    enter 0
    text "if "
    child NODE_A
    text "; then "
    child NODE_B
    ld t0, NODE_C(s1)
    beqz t0, 1f
    text "; else "
    child NODE_C
1:  text "; fi"
    leave 0

show_while:
    enter 0
    text "while "
1:  child NODE_A
    text "; do "
    child NODE_B
    text "; done"
    leave 0
show_until:
    enter 0
    text "until "
    j 1b

show_for:
    enter 0
    text "for "
    mv a0, s0
    ld a1, NODE_A(s1)
    call buffer_text
    text " in "
    ld a0, NODE_B(s1)
    lstr a1, " "
    call show_cells
    text "; do "
    child NODE_C
    text "; done"
    leave 0

show_case:
    enter 0
    text "case "
    mv a0, s0
    ld a1, NODE_A(s1)
    call buffer_text
    text " in"
    ld s2, NODE_B(s1)       # show_node reloads s2 afterwards
1:  beqz s2, 3f
    text " "
    ld a0, ITEM_PATTERNS(s2)
    lstr a1, " | "
    call show_cells
    text ") "
    ld a1, ITEM_BODY(s2)
    beqz a1, 2f
    mv a0, s0
    call show_node
2:  text ";;"
    ld s2, ITEM_NEXT(s2)
    j 1b
3:  text " esac"
    leave 0

show_function:
    enter 0
    mv a0, s0
    ld a1, NODE_A(s1)
    call buffer_text
    text "() "
    child NODE_B
    leave 0

    .section .rodata
    .balign 8
# In the order of KIND_SIMPLE and on.
show_table:
    .dword show_simple, show_pipe, show_not, show_and, show_or, show_list, show_async, show_subshell, show_group
    .dword show_if, show_while, show_until, show_for, show_case, show_function
