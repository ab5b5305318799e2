# Here-documents: their bodies begin on the line after the command that announces them.
    .include "sh.inc"

    .text
# read_here_documents(): after a newline: reads the bodies of the here-documents that the line announced. A chain of cells holds them.
    .globl read_here_documents
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

    .bss
    .balign 8
# here_documents: cells with the redirections whose bodies begin after the next newline.
    .globl here_documents
here_documents: .zero 8
