# Regular expressions: matching what regex.s compiled.
    .include "macros.inc"
    .include "regex.inc"

    .text
# match_regex(nodes, place, start, end) -> end of the match that begins at `place`, or 0. start and end are those of the whole text.
# Of all repetitions the longest are tried first.
    .globl match_regex
match_regex:
    lw t0, NODE_KIND(a0)
    li t1, NODE_CHARACTER
    beq t0, t1, match_characters
    beqz t0, 1f
    la t1, regex_places
    slli t0, t0, 3
    add t1, t1, t0
    ld t1, -NODE_LINE_START * 8(t1)
    jr t1
1:  mv a0, a1
    ret

match_characters:
    enter 6
    mv s0, a0
    mv s1, a1
    mv s2, a2
    mv s3, a3
    lw s4, NODE_MIN(s0)
    lw t1, NODE_MAX(s0)
    add s4, s4, s1                  # s4 = the shortest this may end at
    li t6, 1
2:  beq s1, s3, 3f                  # as many as possible
    blez t1, 3f
    lbu t2, 0(s1)
    srli t3, t2, 3
    add t3, t3, s0
    lbu t3, NODE_SET(t3)
    andi t2, t2, 7
    srl t3, t3, t2
    andi t3, t3, 1
    beqz t3, 3f
    addi s1, s1, 1
    addi t1, t1, -1
    j 2b
3:  bltu s1, s4, 4f                 # then the rest, giving back one after the other
    addi a0, s0, NODE_SIZE
    mv a1, s1
    mv a2, s2
    mv a3, s3
    call match_regex
    bnez a0, 5f
    addi s1, s1, -1
    j 3b
4:  li a0, 0
5:  leave 6

# The places: each goes on with the next node when it holds.
    .globl place_line_start
place_line_start:
    bne a1, a2, place_wrong
place_right:
    addi a0, a0, NODE_SIZE
    j match_regex
place_wrong:
    li a0, 0
    ret
    .globl place_line_end
place_line_end:
    beq a1, a3, place_right
    j place_wrong
    .globl place_word_start
place_word_start:
    enter 0
    call words_around
    slt t0, t0, t1
    j place_decide
    .globl place_word_end
place_word_end:
    enter 0
    call words_around
    slt t0, t1, t0
    j place_decide
    .globl place_word_edge
place_word_edge:
    enter 0
    call words_around
    xor t0, t0, t1
    j place_decide
    .globl place_no_word_edge
place_no_word_edge:
    enter 0
    call words_around
    xor t0, t0, t1
    xori t0, t0, 1
    j place_decide
    .globl place_no_word_before
place_no_word_before:
    enter 0
    call words_around
    xori t0, t0, 1
    j place_decide
    .globl place_no_word_after
place_no_word_after:
    enter 0
    call words_around
    xori t0, t1, 1
place_decide:
    restore 0
    bnez t0, place_right
    j place_wrong

# words_around(-, place, start, end) -> t0, t1 = 1 when the character before, at the place belongs to a word. Keeps a0 to a3.
words_around:
    li t0, 0
    li t1, 0
    beq a1, a2, 1f
    lbu t2, -1(a1)
    la t3, regex_word_ranges
15: lbu t4, 0(t3)
    lbu t5, 1(t3)
    beqz t5, 1f
    addi t3, t3, 2
    bltu t2, t4, 15b
    bgtu t2, t5, 15b
    li t0, 1
1:  beq a1, a3, 2f
    lbu t2, 0(a1)
    la t3, regex_word_ranges
25: lbu t4, 0(t3)
    lbu t5, 1(t3)
    beqz t5, 2f
    addi t3, t3, 2
    bltu t2, t4, 25b
    bgtu t2, t5, 25b
    li t1, 1
2:  ret
