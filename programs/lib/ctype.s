# What kind of character a byte is, in the C locale. Each predicate returns 1 or 0.

# in_range name, low, high: a function that says whether a0 lies between two characters.
.macro in_range name, low, high
    .globl \name
\name:
    addi a0, a0, -(\low)
    sltiu a0, a0, (\high) - (\low) + 1
    ret
.endm

    .text
    in_range isdigit, '0', '9'
    in_range isupper, 'A', 'Z'
    in_range islower, 'a', 'z'
    in_range isprint, ' ', '~'

# isspace(c): blank, tab, newline, vertical tab, form feed, carriage return
    .globl isspace
isspace:
    addi t0, a0, -'\t'
    sltiu t0, t0, '\r' - '\t' + 1
    addi a0, a0, -' '
    seqz a0, a0
    or a0, a0, t0
    ret

# isalpha(c)
    .globl isalpha
isalpha:
    ori a0, a0, 'a' - 'A'   # one bit tells the cases apart
    j islower

# isalnum(c)
    .globl isalnum
isalnum:
    addi t0, a0, -'0'
    sltiu t0, t0, 10
    ori a0, a0, 'a' - 'A'
    addi a0, a0, -'a'
    sltiu a0, a0, 26
    or a0, a0, t0
    ret

# tolower(c)
    .globl tolower
tolower:
    addi t0, a0, -'A'
    sltiu t0, t0, 26
    slli t0, t0, 5          # 'a' - 'A', or nothing
    add a0, a0, t0
    ret

# toupper(c)
    .globl toupper
toupper:
    addi t0, a0, -'a'
    sltiu t0, t0, 26
    slli t0, t0, 5
    sub a0, a0, t0
    ret
