# The line that a measuring lab prints: what was measured, and what one of it took.
    .include "macros.inc"
    .include "fcntl.inc"

    .equ LABEL_SIZE, 256

    .text
# report(ns, count, unit, fmt, ...): prints "LABEL: NS.N ns UNIT\n", with the label formatted from fmt and what follows it, and the number
# ns / count to a tenth.
    .globl report
report:
    open_varargs
    enter 3, LABEL_SIZE
    mv s2, a2                       # s2 = unit
    mv s0, a3                       # s0 = format, later the whole nanoseconds
    call measure_per
    mv s1, a1                       # s1 = the tenths
    mv a2, s0
    mv s0, a0
    mv a0, sp
    li a1, LABEL_SIZE
    varargs a3, 3, LABEL_SIZE, 4
    call vsnprintf
    li a0, STDOUT
    lstr a1, "%s: %ld.%ld ns %s\n"
    mv a2, sp
    mv a3, s0
    mv a4, s1
    mv a5, s2
    call dprintf
    restore 3, LABEL_SIZE
    close_varargs
