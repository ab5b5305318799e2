# Character classes of tr and of regular expressions, in the C locale: [:alpha:] and its like.

    .section .rodata
# class name, ranges: one row of the table.
.macro class name, ranges
    .dword \name, \ranges
.endm
    .balign 8
    .globl classes
classes:                            # name and ":]", ranges; 0 ends the table
    class name_alnum, range_alnum
    class name_alpha, range_alpha
    class name_blank, range_blank
    class name_cntrl, range_cntrl
    class name_digit, range_digit
    class name_graph, range_graph
    class name_lower, range_lower
    class name_print, range_print
    class name_punct, range_punct
    class name_space, range_space
    class name_upper, range_upper
    class name_xdigit, range_xdigit
    .dword 0, 0
name_alnum: .asciz "alnum:]"
name_alpha: .asciz "alpha:]"
name_blank: .asciz "blank:]"
name_cntrl: .asciz "cntrl:]"
name_digit: .asciz "digit:]"
name_graph: .asciz "graph:]"
name_lower: .asciz "lower:]"
name_print: .asciz "print:]"
name_punct: .asciz "punct:]"
name_space: .asciz "space:]"
name_upper: .asciz "upper:]"
name_xdigit: .asciz "xdigit:]"
# First and last character of each range, in order; a pair that ends in 0 ends the list.
range_alnum: .byte '0', '9', 'A', 'Z', 'a', 'z', 0, 0
range_alpha: .byte 'A', 'Z', 'a', 'z', 0, 0
range_blank: .byte '\t', '\t', ' ', ' ', 0, 0
range_cntrl: .byte 0, 31, 127, 127, 0, 0
range_digit: .byte '0', '9', 0, 0
range_graph: .byte 33, 126, 0, 0
range_lower: .byte 'a', 'z', 0, 0
range_print: .byte 32, 126, 0, 0
range_punct: .byte 33, 47, 58, 64, 91, 96, 123, 126, 0, 0
    .globl range_space
range_space: .byte 9, 13, ' ', ' ', 0, 0
range_upper: .byte 'A', 'Z', 0, 0
range_xdigit: .byte '0', '9', 'A', 'F', 'a', 'f', 0, 0
