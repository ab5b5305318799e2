# Regular expressions: compiled to an array of nodes, matched by backtracking.
#
# A node matches one character out of a set, `min` to `max` times, or tests a place. Understood are: characters, . [..] [^..] with ranges
# and classes, \w \W \s \S, * and repetitions {m,n}, ^ $ \< \> \b \B, and alternatives at the top level. In basic syntax + ? { } | are
# written \+ \? \{ \} \|. Groups and back-references are not understood, and refused.
    .include "macros.inc"
    .include "regex.inc"

    .text
# compile_regex(text, end, flags, nodes) -> a0 = node after the last one, a1 = where the next alternative begins, end + 1 when this was the
# last one; a0 = 0 and a1 = message when the expression is wrong. There is room for end - text + 4 nodes.
    .globl compile_regex
compile_regex:
    enter 9, 16
    mv s0, a0                       # s0 = text
    mv s1, a1                       # s1 = end
    mv s2, a2                       # s2 = flags
    mv s3, a3                       # s3 = next node
    mv s8, a0                       # s8 = start
    li a0, NODE_LINE_START
    andi t0, s2, REGEX_LINE
    bnez t0, 1f
    li a0, NODE_NO_WORD_BEFORE
    andi t0, s2, REGEX_WORD
    beqz t0, 2f
1:  call add_node
2:  li s4, 0                        # s4 = the node that a repetition would apply to, 0: none
regex_next:
    beq s0, s1, regex_complete
    lbu s5, 0(s0)                   # s5 = character
    addi s0, s0, 1
    andi t0, s2, REGEX_FIXED
    bnez t0, regex_literal
    li s6, 0                        # s6 = 1 after a backslash
    li t0, '\\'
    bne s5, t0, 3f
    beq s0, s1, regex_trailing_backslash
    lbu s5, 0(s0)
    addi s0, s0, 1
    li s6, 1
3:  la t0, regex_operators          # in extended syntax the bare character is the operator, in basic syntax the one with a backslash
    andi t1, s2, REGEX_EXTENDED
    seqz t1, t1
    bne s6, t1, 5f
4:  lbu t2, 0(t0)
    beqz t2, 5f
    addi t0, t0, 16
    bne t2, s5, 4b
    ld t0, -8(t0)
    jr t0
5:  la t0, regex_plain              # the same in both
    bnez s6, 6f
    j 7f
6:  la t0, regex_escaped
7:  lbu t2, 0(t0)
    beqz t2, regex_literal
    addi t0, t0, 16
    bne t2, s5, 7b
    ld t0, -8(t0)
    jr t0

regex_literal:
    call add_character
    mv a0, s5
    call add_to_set
    andi t0, s2, REGEX_IGNORE_CASE
    beqz t0, regex_next
    ori t0, s5, 0x20
    addi t1, t0, -'a'
    sltiu t1, t1, 26
    beqz t1, regex_next
    xori a0, s5, 0x20               # letters differ in this bit alone between cases
    call add_to_set
    j regex_next

regex_any:
    call add_character
    li t0, -1
    sd t0, NODE_SET(s4)
    sd t0, NODE_SET + 8(s4)
    sd t0, NODE_SET + 16(s4)
    sd t0, NODE_SET + 24(s4)
    j regex_next

# \w, \s and their opposites
regex_word:
    la t0, regex_word_ranges
    li s7, 0
    j 1f
regex_not_word:
    la t0, regex_word_ranges
    li s7, 1
    j 1f
regex_space:
    la t0, range_space
    li s7, 0
    j 1f
regex_not_space:
    la t0, range_space
    li s7, 1
1:  sd t0, 0(sp)
    call add_character
    ld a0, 0(sp)
    call add_ranges
    bnez s7, regex_invert
    j regex_next
regex_invert:
    addi t0, s4, NODE_SET
    addi t1, t0, 32
1:  ld t2, 0(t0)
    not t2, t2
    sd t2, 0(t0)
    addi t0, t0, 8
    bne t0, t1, 1b
    j regex_next

# [...]: a ] that comes first stands for itself
regex_bracket:
    call add_character
    li s7, 0                        # s7 = 1 for [^
    beq s0, s1, regex_open_bracket
    lbu t0, 0(s0)
    addi t0, t0, -'^'
    bnez t0, 1f
    li s7, 1
    addi s0, s0, 1
1:  sd s0, 0(sp)                    # where ] is plain
2:  beq s0, s1, regex_open_bracket
    lbu s5, 0(s0)
    addi s0, s0, 1
    li t0, ']'
    bne s5, t0, 3f
    ld t0, 0(sp)
    addi t1, s0, -1
    bne t0, t1, 7f
3:  li t0, '['
    bne s5, t0, 4f
    beq s0, s1, 4f
    lbu t0, 0(s0)
    addi t0, t0, -':'
    bnez t0, 4f
    call regex_named_class
    beqz a0, regex_bad_class
    call add_ranges
    j 2b
4:  mv s6, s5                       # s6 = last character of the range
    sub t0, s1, s0
    li t1, 2
    blt t0, t1, 5f
    lbu t0, 0(s0)
    addi t0, t0, -'-'
    bnez t0, 5f
    lbu t0, 1(s0)
    li t1, ']'
    beq t0, t1, 5f
    mv s6, t0
    addi s0, s0, 2
    bltu s6, s5, regex_bad_range
5:  mv a0, s5
    call add_folded
    addi s5, s5, 1
    bleu s5, s6, 5b
    j 2b
7:  bnez s7, regex_invert
    j regex_next

# A repetition: of the node before it. Where there is none it is a plain character.
regex_star:
    beqz s4, regex_literal
    li t0, 0
    li t1, REPEAT_MAX
    j regex_repeat
regex_plus:
    beqz s4, regex_literal
    li t0, 1
    li t1, REPEAT_MAX
    j regex_repeat
regex_question:
    beqz s4, regex_literal
    li t0, 0
    li t1, 1
regex_repeat:                       # (a*)+ and the like: the numbers multiply
    lw t2, NODE_MIN(s4)
    mul t0, t0, t2
    lw t2, NODE_MAX(s4)
    li t3, REPEAT_MAX
    beq t2, t3, 1f
    beq t1, t3, 2f
    mul t1, t1, t2
    j 2f
1:  beqz t1, 2f
    mv t1, t3
2:  sw t0, NODE_MIN(s4)
    sw t1, NODE_MAX(s4)
    j regex_next
regex_brace:
    beqz s4, regex_literal
    call regex_number
    mv s6, a0                       # s6 = min
    mv s7, a0                       # s7 = max
    beq s0, s1, regex_open_brace
    lbu t0, 0(s0)
    addi t1, t0, -','
    bnez t1, 1f
    addi s0, s0, 1
    call regex_number
    mv s7, a0
    bgez a0, 1f
    li s7, REPEAT_MAX
1:  bgez s6, 2f
    li s6, 0
2:  andi t0, s2, REGEX_EXTENDED
    bnez t0, 3f
    beq s0, s1, regex_open_brace
    lbu t0, 0(s0)
    addi s0, s0, 1
    addi t0, t0, -'\\'
    bnez t0, regex_bad_brace
3:  beq s0, s1, regex_open_brace
    lbu t0, 0(s0)
    addi s0, s0, 1
    addi t0, t0, -'}'
    bnez t0, regex_bad_brace
    bltz s7, regex_bad_brace
    blt s7, s6, regex_bad_brace
    mv t0, s6
    mv t1, s7
    j regex_repeat

regex_caret:                        # in basic syntax an anchor only where the expression begins
    andi t0, s2, REGEX_EXTENDED
    bnez t0, 1f
    addi t0, s0, -1
    bne t0, s8, regex_literal
1:  li a0, NODE_LINE_START
    j regex_place
regex_dollar:                       # and only where it ends
    andi t0, s2, REGEX_EXTENDED
    bnez t0, 1f
    beq s0, s1, 1f
    sub t0, s1, s0
    li t1, 2
    blt t0, t1, regex_literal
    lbu t0, 0(s0)
    addi t0, t0, -'\\'
    bnez t0, regex_literal
    lbu t0, 1(s0)
    addi t0, t0, -'|'
    bnez t0, regex_literal
1:  li a0, NODE_LINE_END
    j regex_place
regex_word_start:
    li a0, NODE_WORD_START
    j regex_place
regex_word_end:
    li a0, NODE_WORD_END
    j regex_place
regex_word_edge:
    li a0, NODE_WORD_EDGE
    j regex_place
regex_no_word_edge:
    li a0, NODE_NO_WORD_EDGE
regex_place:
    call add_node
    li s4, 0
    j regex_next

regex_complete:
    addi s0, s1, 1
regex_alternative:                  # s0 is behind the | already
    li a0, NODE_LINE_END
    andi t0, s2, REGEX_LINE
    bnez t0, 1f
    li a0, NODE_NO_WORD_AFTER
    andi t0, s2, REGEX_WORD
    beqz t0, 2f
1:  call add_node
2:  li a0, NODE_END
    call add_node
    mv a0, s3
    mv a1, s0
    leave 9, 16

# complaint name, text: a label that returns with that message.
.macro regex_complaint name, text
\name:
    lstr a1, "\text"
    li a0, 0
    leave 9, 16
.endm
    regex_complaint regex_trailing_backslash, "Trailing backslash"
    regex_complaint regex_open_bracket, "Unmatched [, [^, [:, [., or [="
    regex_complaint regex_open_brace, "Unmatched { or \\{"
    regex_complaint regex_bad_brace, "Invalid content of \\{\\}"
    regex_complaint regex_bad_range, "Invalid range end"
    regex_complaint regex_bad_class, "Invalid character class name"
    regex_complaint regex_group, "groups are not supported"
    regex_complaint regex_back_reference, "back-references are not supported"

# The helpers below are parts of compile_regex and use its registers.
# add_node(kind)
add_node:
    sw a0, NODE_KIND(s3)
    li t0, 1
    sw t0, NODE_MIN(s3)
    sw t0, NODE_MAX(s3)
    addi s3, s3, NODE_SIZE
    ret
# add_character(): a node with an empty set, s4
add_character:
    mv s4, s3
    sd zero, NODE_SET(s4)
    sd zero, NODE_SET + 8(s4)
    sd zero, NODE_SET + 16(s4)
    sd zero, NODE_SET + 24(s4)
    li a0, NODE_CHARACTER
    j add_node
# add_to_set(character): to the set of node s4
add_to_set:
    srli t0, a0, 3
    add t0, t0, s4
    andi t1, a0, 7
    li t2, 1
    sll t2, t2, t1
    lbu t1, NODE_SET(t0)
    or t1, t1, t2
    sb t1, NODE_SET(t0)
    ret
# add_folded(character): with its other case, when case does not count
add_folded:
    enter 0
    call add_to_set
    andi t0, s2, REGEX_IGNORE_CASE
    beqz t0, 1f
    ori t0, a0, 0x20
    addi t1, t0, -'a'
    sltiu t1, t1, 26
    beqz t1, 1f
    xori a0, a0, 0x20
    call add_to_set
1:  leave 0
# add_ranges(ranges): pairs of first and last character; a pair that ends in 0 ends the list
add_ranges:
    enter 2
    mv s0, a0
1:  lbu s1, 0(s0)
    lbu t0, 1(s0)
    addi s0, s0, 2
    beqz t0, 3f
2:  mv a0, s1
    call add_folded
    addi s1, s1, 1
    lbu t0, -1(s0)
    bleu s1, t0, 2b
    j 1b
3:  leave 2
# regex_number() -> the number at s0, -1 when there is none or it is too large
regex_number:
    li a0, -1
    li t3, 10
    li t4, REPEAT_LIMIT
1:  beq s0, s1, 3f
    lbu t0, 0(s0)
    addi t0, t0, -'0'
    bgeu t0, t3, 3f
    bgez a0, 2f
    li a0, 0
2:  mul a0, a0, t3
    add a0, a0, t0
    addi s0, s0, 1
    ble a0, t4, 1b
    li a0, -1
3:  ret
# regex_named_class() -> ranges of the class whose ":name:]" is at s0, which moves behind it; 0 when there is none
regex_named_class:
    enter 4
    mv s3, s0
    la s2, classes
1:  ld s0, 0(s2)
    beqz s0, 2f
    mv a0, s0
    call strlen
    mv a2, a0
    mv a1, s0
    addi a0, s3, 1
    mv s1, a2
    call strncmp
    addi s2, s2, 16
    bnez a0, 1b
    addi t0, s3, 1
    add t0, t0, s1
    ld a0, -8(s2)
    restore 4
    mv s0, t0
    ret
2:  li a0, 0
    leave 4

# regex_row character, label: what compile_regex does at that character.
.macro regex_row character, label
    .byte \character
    .balign 8
    .dword \label
.endm

    .section .rodata
    .balign 8
regex_operators:                    # bare in extended syntax, behind a backslash in basic
    regex_row '+', regex_plus
    regex_row '?', regex_question
    regex_row '{', regex_brace
    regex_row '|', regex_alternative
    regex_row '(', regex_group
    regex_row ')', regex_group
    .dword 0, 0
regex_plain:                        # bare in both
    regex_row '.', regex_any
    regex_row '[', regex_bracket
    regex_row '*', regex_star
    regex_row '^', regex_caret
    regex_row '$', regex_dollar
    .dword 0, 0
regex_escaped:                      # behind a backslash in both
    regex_row 'w', regex_word
    regex_row 'W', regex_not_word
    regex_row 's', regex_space
    regex_row 'S', regex_not_space
    regex_row '<', regex_word_start
    regex_row '>', regex_word_end
    regex_row 'b', regex_word_edge
    regex_row 'B', regex_no_word_edge
    regex_row '1', regex_back_reference
    regex_row '2', regex_back_reference
    regex_row '3', regex_back_reference
    regex_row '4', regex_back_reference
    regex_row '5', regex_back_reference
    regex_row '6', regex_back_reference
    regex_row '7', regex_back_reference
    regex_row '8', regex_back_reference
    regex_row '9', regex_back_reference
    .dword 0, 0
    .globl regex_places
regex_places:                       # by kind, from NODE_LINE_START on
    .dword place_line_start, place_line_end, place_word_start, place_word_end, place_word_edge, place_no_word_edge
    .dword place_no_word_before, place_no_word_after
    .text
    .section .rodata
    .globl regex_word_ranges
regex_word_ranges: .byte '0', '9', 'A', 'Z', '_', '_', 'a', 'z', 0, 0
