# Words into the arguments of a command: expansion, splitting at IFS, file names for patterns, and the quotes fall off.
    .include "sh.inc"

    .text
# expand_words(cells, arguments): appends the fields of all words to a buffer of pointers
    .globl expand_words
expand_words:
    enter 2
    mv s0, a0
    mv s1, a1
1:  beqz s0, 2f
    ld a0, CELL_VALUE(s0)
    mv a1, s1
    call expand_word
    ld s0, CELL_NEXT(s0)
    j 1b
2:  leave 2

# expand_word(text, arguments): appends the fields of one word
expand_word:
    enter 2, BUFFER_SIZEOF + 8
    mv s0, a0
    mv s1, a1
    li t2, 63
1:  lbu t0, 0(a0)           # most words hold nothing special
    beqz t0, 3f
    addi a0, a0, 1
    ld t1, active_low
    bleu t0, t2, 2f
    ld t1, active_high
    sltiu t3, t0, 128
    beqz t3, 1b
2:  srl t1, t1, t0          # the shift counts modulo 64
    andi t1, t1, 1
    beqz t1, 1b
    mv a0, sp
    call buffer_init
    mv a0, sp
    mv a1, s0
    li a2, EXPAND_TILDE
    call expand_text
    ld a0, BUFFER_DATA(sp)
    ld a1, BUFFER_LENGTH(sp)
    add a1, a0, a1
    mv a2, s1
    call split_fields
    leave 2, BUFFER_SIZEOF + 8
3:  mv a0, s1
    mv a1, s0
    call buffer_word
    leave 2, BUFFER_SIZEOF + 8

# is_separator(c, IFS) -> 0: not in IFS, 1: a blank of IFS, 2: another character of IFS
    .globl is_separator
is_separator:
1:  lbu t0, 0(a1)
    beqz t0, 3f
    addi a1, a1, 1
    bne t0, a0, 1b
    li t0, ' '
    beq a0, t0, 2f
    li t0, '\t'
    beq a0, t0, 2f
    li t0, '\n'
    beq a0, t0, 2f
    li a0, 2
    ret
2:  li a0, 1
    ret
3:  li a0, 0
    ret

# split_fields(start, end, arguments): makes fields of units and appends them
split_fields:
    enter 8, BUFFER_SIZEOF + 8
    mv s0, a0
    mv s1, a1
    mv s2, a2
    lstr a0, "IFS"
    lstr a1, " \t\n"
    call get_var_or
    mv s3, a0
    li s4, 0                # 1: there is a field, maybe an empty one
    li s5, 0                # 1: the last field was ended by a blank; one other separator after it belongs to the same gap
    mv a0, sp
    call buffer_init        # the field so far
split_next:
    bgeu s0, s1, split_done
    lhu s6, 0(s0)
    addi s0, s0, 2
    andi t0, s6, UNIT_EMPTY
    beqz t0, 1f
    li s4, 1
    j split_next
1:  li t0, UNIT_BREAK
    and t0, s6, t0
    bnez t0, split_break
    andi t0, s6, UNIT_SPLIT
    beqz t0, split_ordinary
    andi a0, s6, 0xff
    mv a1, s3
    call is_separator
    beqz a0, split_ordinary
    li t0, 2
    beq a0, t0, 3f
    beqz s4, split_next     # a blank: ends a field if there is one
    li s5, 1
    call end_field
    j split_next
3:  bnez s4, 4f             # another separator: ends a field, or makes an empty one
    bnez s5, 5f
4:  call end_field
5:  li s5, 0
    j split_next
split_break:
    li s5, 0
    beqz s4, split_next
    call end_field
    j split_next
split_ordinary:
    li s4, 1
    li s5, 0
    mv a0, sp
    mv a1, s6
    call buffer_unit
    j split_next
split_done:
    beqz s4, 1f
    call end_field
1:  leave 8, BUFFER_SIZEOF + 8

# end_field: appends the field in the buffer at split_fields' sp to the arguments (s2), as file names if it is a pattern; s4 = 0 after it.
end_field:
    mv s7, ra               # sp must stay where the buffer is
    lbu t0, options + OPTION_NOGLOB
    bnez t0, 1f
    ld a0, BUFFER_DATA(sp)
    ld a1, BUFFER_LENGTH(sp)
    add a1, a0, a1
    mv a2, s2
    call glob_expand
    bnez a0, 2f
1:  ld a0, BUFFER_DATA(sp)
    ld a1, BUFFER_LENGTH(sp)
    add a1, a0, a1
    call units_string
    mv a1, a0
    mv a0, s2
    call buffer_word
2:  sd zero, BUFFER_LENGTH(sp)
    li s4, 0
    jr s7

    .section .rodata
    .balign 8
# The characters that make a word special, one bit each: those below 64, and those from 64 to 127.
active_low: .dword 1 << '"' | 1 << '$' | 1 << '\'' | 1 << '*' | 1 << '?'
active_high: .dword 1 << ('[' - 64) | 1 << ('\\' - 64) | 1 << ('`' - 64) | 1 << ('~' - 64)
