# grep: prints the lines of files that match a pattern (see lib/regex.s for what a pattern may be). Every file is taken as text.
#   -e PATTERN several patterns  -E extended syntax  -F fixed text  -i case does not count  -v lines that do not match  -w whole words
#   -x whole lines  -c count  -l, -L names of files with, without a match  -n line numbers  -o only what matches  -q only the status
#   -h, -H names of files never, always  -s no complaints about files  -r everything in directories
# Status 0 when a line was selected, 1 when none was, 2 after an error.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "reader.inc"
    .include "options.inc"
    .include "regex.inc"

    .equ STATUS_NONE, 1
    .equ STATUS_TROUBLE, 2
    .equ NAMES_NEVER, 1             # with_names; 0 is not decided yet
    .equ NAMES_ALWAYS, 2
    .equ NAMES_WITH, 1              # only_names
    .equ NAMES_WITHOUT, 2

    .text
    .globl main
main:
    enter 3
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    ld t0, patterns
    bnez t0, 1f
    beqz s0, no_pattern
    ld a0, 0(s1)
    addi s1, s1, 8
    addi s0, s0, -1
    call add_pattern
1:  call compile_patterns
    lb t0, with_names
    bnez t0, 3f
    li t1, NAMES_ALWAYS             # by themselves: for several files, or a tree
    lb t2, recursive
    bnez t2, 2f
    li t2, 1
    bgtu s0, t2, 2f
    li t1, NAMES_NEVER
2:  sb t1, with_names, t0
3:  lb t0, recursive
    beqz t0, 5f
    bnez s0, 4f
    li s0, 1                        # -r without files: the working directory
    la s1, nowhere
4:  ld a0, 0(s1)
    call search_tree
    addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, 4b
    j 6f
5:  mv a0, s0
    mv a1, s1
    call search_operands
6:  lb t0, trouble
    li a0, STATUS_TROUBLE
    bnez t0, 7f
    lb t0, selected_any
    li a0, 0
    bnez t0, 7f
    li a0, STATUS_NONE
7:  leave 3

# search_operands(count, operands)
search_operands:
    enter 2
    mv s0, a0
    mv s1, a1
    bnez s0, 1f
    li s0, 1
    la s1, only_stdin
1:  ld a0, 0(s1)
    lhu t0, 0(a0)
    addi t0, t0, -'-'
    bnez t0, 2f
    lstr a1, "(standard input)"
    li a0, STDIN
    call search
    j 3f
2:  call search_path
3:  addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, 1b
    leave 2

# search_path(path)
search_path:
    enter 2
    mv s0, a0
    li a1, O_RDONLY
    li a2, 0
    call open
    bltz a0, 1f
    mv s1, a0
    mv a1, s0
    call search
    mv a0, s1
    call close
    leave 2
1:  mv a1, s0
    call complain
    leave 2

# search_tree(path): a file, or all files in a directory; symbolic links inside are passed over. The empty path is the working directory,
# whose name then does not appear in the names of its files.
search_tree:
    enter 3, STAT_SIZEOF
    mv s0, a0
    lbu t0, 0(a0)
    mv a1, sp
    bnez t0, 10f
    la a0, here
10: call stat
    bltz a0, 4f
    lwu t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFDIR
    mv a0, s0
    beq t0, t1, 1f
    call search_path
    leave 3, STAT_SIZEOF
1:  lbu t0, 0(s0)
    bnez t0, 15f
    la a0, here
15: call list_directory
    mv s1, a0
    mv a0, a1
    beqz s1, 4f
    mv a1, a0
    mv a0, s1
    li a2, 8
    la a3, compare_names
    call qsort
2:  ld a1, 0(s1)
    beqz a1, 5f
    addi s1, s1, 8
    mv a0, s0
    call join_path
    mv s2, a0
    mv a1, sp
    call lstat
    lwu t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    mv a0, s2
    li t1, S_IFDIR
    beq t0, t1, 3f
    li t1, S_IFREG
    bne t0, t1, 2b
    call search_path
    j 2b
3:  call search_tree
    j 2b
4:  mv a1, s0
    call complain
5:  leave 3, STAT_SIZEOF

# complain(errno, path)
complain:
    li t0, 1
    sb t0, trouble, t1
    lb t0, no_complaints
    bnez t0, 1f
    mv a2, a1
    lstr a1, "%s"
    tail warn
1:  ret

# search(fd, name): one file
search:
    enter 8, READER_SIZEOF
    mv s0, a1                       # s0 = name
    li s1, 0                        # s1 = lines selected
    li s2, 0                        # s2 = line number
    mv a1, a0
    mv a0, sp
    call reader_init
1:  mv a0, sp
    call read_line
    beqz a0, 6f
    mv s3, a0                       # s3 = line
    add s4, a0, a1                  # s4 = its end
    addi s2, s2, 1
    mv a0, s3
    mv a1, s3
    mv a2, s4
    call find_match
    snez a0, a0
    lb t0, inverted
    beq a0, t0, 1b
    addi s1, s1, 1
    li t0, 1
    sb t0, selected_any, t1
    lb t0, quiet
    bnez t0, found
    lb t0, only_names
    bnez t0, 6f                     # the first one tells enough
    lb t0, only_count
    bnez t0, 1b
    lb t0, only_matching
    bnez t0, 3f
    mv a0, s0
    mv a1, s2
    call print_prefix
    mv a0, s3
    sub a1, s4, s3
    call stdout_write
    li a0, '\n'
    call putchar
    j 1b
3:  lb t0, inverted                 # -o: each match on a line of its own
    bnez t0, 1b
    mv s5, s3
4:  mv a0, s5
    mv a1, s3
    mv a2, s4
    call find_match
    beqz a0, 1b
    mv s5, a0                       # s5, s6 = match and its end
    mv s6, a1
    beq s5, s6, 5f
    mv a0, s0
    mv a1, s2
    call print_prefix
    mv a0, s5
    sub a1, s6, s5
    call stdout_write
    li a0, '\n'
    call putchar
    mv s5, s6
    bltu s5, s4, 4b
    j 1b
5:  addi s5, s5, 1                  # an empty match is not printed
    bleu s5, s4, 4b
    j 1b

6:  lw a0, READER_ERROR(sp)
    beqz a0, 7f
    mv a1, s0
    call complain
    j 9f
7:  lb t0, only_names
    beqz t0, 8f
    addi t0, t0, -NAMES_WITHOUT     # -L: those without a match
    seqz t0, t0
    snez t1, s1
    beq t0, t1, 9f
    mv a0, s0
    call puts
    j 9f
8:  lb t0, only_count
    beqz t0, 9f
    mv a0, s0
    li a1, 0
    call print_prefix
    lstr a0, "%ld\n"
    mv a1, s1
    call printf
9:  mv a0, sp
    call reader_close
    leave 8, READER_SIZEOF
found:                              # -q: nothing more can change the answer
    li a0, 0
    call exit

# print_prefix(name, line number): what goes before a line; number 0 for none
print_prefix:
    enter 1
    mv s0, a1
    lb t0, with_names
    li t1, NAMES_ALWAYS
    bne t0, t1, 1f
    mv a1, a0
    lstr a0, "%s:"
    call printf
1:  lb t0, with_numbers
    beqz t0, 2f
    beqz s0, 2f
    lstr a0, "%ld:"
    mv a1, s0
    call printf
2:  leave 1

# find_match(from, start, end) -> a0 = leftmost match in a line that begins at `from` or later, a1 = its end; a0 = 0 when there is none.
# Of several patterns that match there, the one that matches most counts.
find_match:
    enter 7
    mv s0, a0
    mv s1, a1
    mv s2, a2
1:  ld s3, programs
    li s4, 0                        # s4 = end of the longest match here
2:  ld a0, 0(s3)
    beqz a0, 4f
    mv a1, s0
    mv a2, s1
    mv a3, s2
    call match_regex
    bleu a0, s4, 3f
    mv s4, a0
3:  addi s3, s3, 8
    j 2b
4:  bnez s4, 5f
    addi s0, s0, 1
    bleu s0, s2, 1b
    li a0, 0
    leave 7
5:  mv a0, s0
    mv a1, s4
    leave 7

# add_pattern(text): -e. Patterns are gathered with newlines between, for a newline in a pattern separates patterns anyway.
add_pattern:
    enter 3
    mv s0, a0
    call strlen
    mv s1, a0
    ld a0, patterns
    ld s2, patterns_length
    add a1, s1, s2
    addi a1, a1, 2
    call realloc
    sd a0, patterns, t0
    add a0, a0, s2
    add s2, s2, s1
    addi s2, s2, 1
    sd s2, patterns_length, t0
    mv a1, s0
    mv a2, s1
    call memcpy
    add a0, a0, s1
    li t0, '\n'
    sb t0, 0(a0)
    leave 3

# compile_patterns(): from `patterns` to `programs`, one for each alternative of each pattern; the end of the program when one is wrong
compile_patterns:
    enter 7
    ld s0, patterns
    ld t0, patterns_length
    add s1, s0, t0                  # s1 = end, just behind a newline
    li t1, NODE_SIZE                # every alternative takes a byte of text, or the newline, and at most 4 nodes more than it has bytes
    slli t0, t0, 2
    addi t0, t0, 4
    mul a0, t0, t1
    call malloc
    mv s2, a0                       # s2 = next node
    ld a0, patterns_length
    addi a0, a0, 1
    slli a0, a0, 3
    call malloc
    sd a0, programs, t0
    mv s3, a0                       # s3 = next program
    lb s4, regex_flags
1:  mv a0, s0
    li a1, '\n'
    sub a2, s1, s0
    call memchr
    mv s5, a0                       # s5 = end of this pattern
2:  sd s2, 0(s3)
    addi s3, s3, 8
    mv a0, s0
    mv a1, s5
    mv a2, s4
    mv a3, s2
    call compile_regex
    beqz a0, 4f
    mv s2, a0
    mv s0, a1
    bleu s0, s5, 2b                 # there is another alternative, be it empty
    addi s0, s5, 1
    bltu s0, s1, 1b
    sd zero, 0(s3)
    leave 7
4:  mv a2, a1
    li a0, STATUS_TROUBLE
    li a1, 0
    call die

# The options that change the meaning of the pattern.
.macro regex_flag name, flag
\name:
    lb t0, regex_flags
    ori t0, t0, \flag
    sb t0, regex_flags, t1
    ret
.endm
    regex_flag set_extended, REGEX_EXTENDED
    regex_flag set_fixed, REGEX_FIXED
    regex_flag set_ignore_case, REGEX_IGNORE_CASE
    regex_flag set_word, REGEX_WORD
    regex_flag set_line, REGEX_LINE
set_basic:
    lb t0, regex_flags
    andi t0, t0, ~(REGEX_EXTENDED | REGEX_FIXED)
    sb t0, regex_flags, t1
    ret

no_pattern:
    lstr a1, "%s\n"
    la a2, usage
    li a0, STDERR
    call dprintf
    li a0, STATUS_TROUBLE
    call exit

    .section .rodata
empty: .asciz ""
here: .asciz "."
usage: .asciz "Usage: grep [-EFGchHilLnoqrsvwx] [-e] PATTERN [FILE]..."
    .balign 8
nowhere: .dword empty
options:
    option 'e', OPTION_CALL_TEXT, add_pattern
    option 'E', OPTION_CALL, set_extended
    option 'F', OPTION_CALL, set_fixed
    option 'G', OPTION_CALL, set_basic
    option 'i', OPTION_CALL, set_ignore_case
    option 'w', OPTION_CALL, set_word
    option 'x', OPTION_CALL, set_line
    option 'v', OPTION_SET, inverted
    option 'c', OPTION_SET, only_count
    option 'l', OPTION_SET, only_names, NAMES_WITH
    option 'L', OPTION_SET, only_names, NAMES_WITHOUT
    option 'n', OPTION_SET, with_numbers
    option 'o', OPTION_SET, only_matching
    option 'q', OPTION_SET, quiet
    option 'h', OPTION_SET, with_names, NAMES_NEVER
    option 'H', OPTION_SET, with_names, NAMES_ALWAYS
    option 's', OPTION_SET, no_complaints
    option 'r', OPTION_SET, recursive
    end_options 2

    .bss
    .balign 8
patterns: .zero 8
patterns_length: .zero 8
programs: .zero 8                   # array of node arrays; 0 ends it
regex_flags: .zero 1
inverted: .zero 1
only_count: .zero 1
only_names: .zero 1
with_numbers: .zero 1
only_matching: .zero 1
quiet: .zero 1
with_names: .zero 1
no_complaints: .zero 1
recursive: .zero 1
selected_any: .zero 1
trouble: .zero 1
