# Patterns: * ? [...] against strings, and against the names of files.
    .include "sh.inc"
    .include "fcntl.inc"

    .text
# match_units(pattern, pattern end, string, string end) -> 1 when the whole string matches, else 0. After a mismatch the last * takes one
# character more.
    .globl match_units
match_units:
    enter 6
    mv s0, a0               # s0 .. s1 pattern
    mv s1, a1
    mv s2, a2               # s2 .. s3 string
    mv s3, a3
    li s4, 0                # pattern after the last *, or 0
    li s5, 0                # where in the string that * ends for now
match_next:
    bgeu s0, s1, pattern_ends
    lhu a0, 0(s0)
    li t0, UNIT_MARK
    and t0, a0, t0
    bnez t0, skip_unit
    andi a0, a0, 0xff | UNIT_QUOTED
    li t0, '*'
    beq a0, t0, match_star  # a quoted one has that bit set and is not equal
    bgeu s2, s3, mismatch
    li t0, '?'
    beq a0, t0, match_one
    li t0, '['
    beq a0, t0, match_set
match_literal:
    andi t0, a0, 0xff
    lbu t1, 0(s2)
    bne t0, t1, mismatch
match_one:
    addi s2, s2, 1
skip_unit:
    addi s0, s0, 2
    j match_next
match_star:
    addi s0, s0, 2
    mv s4, s0
    mv s5, s2
    j match_next
match_set:
    mv a0, s0
    mv a1, s1
    lbu a2, 0(s2)
    call match_bracket
    li t0, '['
    beqz a1, 1f             # no closing ]: an ordinary [
    beqz a0, mismatch
    mv s0, a1
    addi s2, s2, 1
    j match_next
1:  mv a0, t0
    j match_literal
pattern_ends:
    bgeu s2, s3, matched
mismatch:
    beqz s4, not_matched
    bgeu s5, s3, not_matched
    addi s5, s5, 1
    mv s0, s4
    mv s2, s5
    j match_next
matched:
    li a0, 1
    leave 6
not_matched:
    li a0, 0
    leave 6

# match_bracket(pattern at [, pattern end, c) -> a0 = 1 when c is in the set, a1 = the pattern after its ] (0: there is none)
match_bracket:
    enter 6
    addi s0, a0, 2
    mv s1, a1
    mv s2, a2
    li s3, 0                # found
    li s4, 0                # 1: the set is inverted
    bgeu s0, s1, bracket_open
    lhu t0, 0(s0)
    andi t1, t0, 0xff       # ! may come out of an expansion, quoted it is a member
    andi t2, t0, UNIT_QUOTED
    bnez t2, 1f
    li t2, '!'
    beq t1, t2, 11f
    li t2, '^'
    bne t1, t2, 1f
11: li s4, 1
    addi s0, s0, 2
1:  mv s5, s0               # a ] right here is a member
bracket_next:
    bgeu s0, s1, bracket_open
    lhu t0, 0(s0)
    li t1, UNIT_MARK
    and t1, t0, t1
    bnez t1, 3f
    andi t1, t0, UNIT_QUOTED
    bnez t1, 2f
    andi t1, t0, 0xff
    li t2, ']'
    bne t1, t2, 12f
    bne s0, s5, bracket_closed
12: li t2, '['              # [:class:] ?
    bne t1, t2, 2f
    addi t3, s0, 2
    bgeu t3, s1, 2f
    lbu t4, 0(t3)
    li t5, ':'
    bne t4, t5, 2f
    addi a0, s0, 4
    mv a1, s1
    mv a2, s2
    call match_class
    beqz a1, 2f
    or s3, s3, a0
    mv s0, a1
    j bracket_next
2:  lbu t0, 0(s0)           # a character, or a range
    mv t3, t0
    addi t1, s0, 4
    bgeu t1, s1, 21f
    lhu t2, 2(s0)
    andi t2, t2, 0xff | UNIT_QUOTED
    li t4, '-'
    bne t2, t4, 21f
    lhu t2, 4(s0)
    li t4, ']'
    andi t5, t2, 0xff | UNIT_QUOTED
    beq t5, t4, 21f         # a - before the ] is a member
    andi t3, t2, 0xff
    addi s0, s0, 4
21: bltu s2, t0, 3f
    bgtu s2, t3, 3f
    li s3, 1
3:  addi s0, s0, 2
    j bracket_next
bracket_closed:
    addi a1, s0, 2
    xor a0, s3, s4
    leave 6
bracket_open:
    li a0, 0
    li a1, 0
    leave 6

# match_class(pattern after [:, pattern end, c) -> a0 = 1 when c is of that class, a1 = the pattern after :] (0: not a class)
match_class:
    enter 3
    mv s0, a1
    mv s1, a2
    la s2, classes
1:  ld t0, 8(s2)            # rows: name and ":]", predicate
    beqz t0, 4f
    mv t1, a0
    mv t2, s2
2:  lbu t3, 0(t2)
    beqz t3, 3f
    bgeu t1, s0, 21f
    lbu t4, 0(t1)
    addi t1, t1, 2
    addi t2, t2, 1
    beq t3, t4, 2b
21: addi s2, s2, 16
    j 1b
3:  mv s0, t1
    mv a0, s1
    jalr t0
    mv a1, s0
    leave 3
4:  li a1, 0
    leave 3

# glob_expand(start, end, arguments) -> how many files the pattern matched; their names are appended to the arguments, sorted. 0 when the
# units are no pattern.
    .globl glob_expand
glob_expand:
    enter 3
    mv s0, a0
    mv s1, a1
    mv s2, a2
    call has_pattern
    beqz a0, 1f
    sd s1, glob_end, t0
    sd s2, glob_arguments, t0
    ld t0, BUFFER_LENGTH(s2)
    mv a1, s0
    mv s0, t0
    li a0, 0
    call glob_walk
    ld a1, BUFFER_LENGTH(s2)
    sub a1, a1, s0
    srli s1, a1, 3
    mv a1, s1
    ld a0, BUFFER_DATA(s2)
    add a0, a0, s0
    li a2, 8
    la a3, compare_strings
    call qsort
    mv a0, s1
1:  leave 3

# compare_strings(a, b): through pointers, for qsort
    .globl compare_strings
compare_strings:
    ld a0, 0(a0)
    ld a1, 0(a1)
    tail strcmp

# has_pattern(start, end) -> 1 when there is an unquoted * or ?, or a [ with a ] after it
has_pattern:
    li t3, 0                # 1 after a [
1:  bgeu a0, a1, 3f
    lhu t0, 0(a0)
    addi a0, a0, 2
    li t1, 0xff | UNIT_QUOTED | UNIT_EMPTY | UNIT_BREAK
    and t0, t0, t1
    li t1, '*'
    beq t0, t1, 2f
    li t1, '?'
    beq t0, t1, 2f
    li t1, ']'
    bne t0, t1, 11f
    bnez t3, 2f
11: li t1, '['
    bne t0, t1, 1b
    li t3, 1
    j 1b
2:  li a0, 1
    ret
3:  li a0, 0
    ret

    .equ ENTRIES, 2048      # bytes for directory entries

# glob_walk(length, pattern): extends the path glob_path[0..length) by the next component of the pattern in all ways that exist, and goes on
# with the rest of the pattern; complete names go to the arguments.
glob_walk:
    enter 11, 16
    mv s0, a0
    mv s1, a1
    ld s2, glob_end
    la s3, glob_path
1:  bgeu s1, s2, walk_found # slashes are taken as they are
    lbu t0, 0(s1)
    li t1, '/'
    bne t0, t1, 2f
    li t1, PATH_MAX - NAME_MAX - 2
    bgeu s0, t1, walk_done  # longer paths do not exist
    add t1, s3, s0
    sb t0, 0(t1)
    addi s0, s0, 1
    addi s1, s1, 2
    j 1b
2:  mv s4, s1               # s1 .. s4 = the component
3:  bgeu s4, s2, 4f
    lbu t0, 0(s4)
    li t1, '/'
    beq t0, t1, 4f
    addi s4, s4, 2
    j 3b
4:  mv a0, s1
    mv a1, s4
    call has_pattern
    bnez a0, walk_directory
    mv a0, s1               # an ordinary name
    mv a1, s4
    call units_string
    mv s5, a0
    call strlen
    li t0, PATH_MAX - NAME_MAX - 2
    add t1, s0, a0
    bgeu t1, t0, walk_done
    mv s6, t1
    add a0, s3, s0
    mv a1, s5
    call strcpy
    mv s0, s6
    bgeu s4, s2, walk_found
    mv a0, s0
    mv a1, s4
    call glob_walk
    j walk_done

walk_found:                 # the pattern is used up: does it exist?
    add t0, s3, s0
    sb zero, 0(t0)
    addi sp, sp, -STAT_SIZEOF
    mv a0, s3
    mv a1, sp
    call lstat
    addi sp, sp, STAT_SIZEOF
    bltz a0, walk_done
    mv a0, s3
    mv a1, s0
    call scratch_copy
    mv a1, a0
    ld a0, glob_arguments
    call buffer_word
walk_done:
    leave 11, 16

walk_directory:
    add t0, s3, s0
    sb zero, 0(t0)
    mv a0, s3
    bnez s0, 1f
    lstr a0, "."
1:  li a1, O_RDONLY | O_DIRECTORY | O_CLOEXEC
    call open
    mv s5, a0               # s5 = the directory
    bltz a0, walk_done
    li a0, ENTRIES
    call scratch_alloc
    mv s6, a0
walk_read:
    mv a0, s5
    mv a1, s6
    li a2, ENTRIES
    call getdents64
    blez a0, walk_close
    mv s7, s6
    add s8, s6, a0
walk_entry:
    bgeu s7, s8, walk_read
    addi s9, s7, DIRENT_NAME
    lhu t0, DIRENT_RECLEN(s7)
    add s7, s7, t0
    lbu t0, 0(s9)           # a leading dot must be in the pattern
    li t1, '.'
    bne t0, t1, 1f
    lbu t0, 0(s1)
    bne t0, t1, walk_entry
1:  mv a0, s9
    call strlen
    mv s10, a0
    mv a0, s1
    mv a1, s4
    mv a2, s9
    add a3, s9, s10
    call match_units
    beqz a0, walk_entry
    add a0, s3, s0
    mv a1, s9
    call strcpy
    add a0, s0, s10
    bgeu s4, s2, 2f
    mv a1, s4
    call glob_walk
    j walk_entry
2:  mv a1, a0
    mv a0, s3
    call scratch_copy
    mv a1, a0
    ld a0, glob_arguments
    call buffer_word
    j walk_entry
walk_close:
    mv a0, s5
    call close
    j walk_done

    .section .rodata
# class name, predicate: one row of the table.
.macro class name, predicate
    .balign 8
990:
    .ascii "\name:]"
    .zero 8 - (. - 990b)
    .dword \predicate
.endm
    .balign 8
classes:
    class "alpha", isalpha
    class "digit", isdigit
    class "alnum", isalnum
    class "upper", isupper
    class "lower", islower
    class "space", isspace
    class "print", isprint
    .dword 0, 0

    .bss
    .balign 8
glob_end: .zero 8
glob_arguments: .zero 8
glob_path: .zero PATH_MAX
