# echo: prints its arguments, a blank between each two. -n leaves out the newline, -e understands backslash escapes, -E does not.
    .include "macros.inc"

    .text
    .globl main
# main(argc, argv). An argument that is not made of the letters n, e and E only is text, and so is everything after it.
main:
    enter 5
    addi s0, a0, -1                 # s0 = arguments left
    addi s1, a1, 8                  # s1 = next one
    li s2, 0                        # s2 = no newline
    li s3, 0                        # s3 = escapes
next_option:
    beqz s0, print
    ld t0, 0(s1)
    lbu t1, 0(t0)
    addi t1, t1, -'-'
    bnez t1, print
    lbu t1, 1(t0)
    beqz t1, print
    mv t2, s2                       # nothing counts unless all letters are known
    mv t3, s3
1:  addi t0, t0, 1
    lbu t1, 0(t0)
    beqz t1, 4f
    li t4, 'n'
    bne t1, t4, 2f
    li t2, 1
    j 1b
2:  li t4, 'e'
    bne t1, t4, 3f
    li t3, 1
    j 1b
3:  li t4, 'E'
    bne t1, t4, print
    li t3, 0
    j 1b
4:  mv s2, t2
    mv s3, t3
    addi s0, s0, -1
    addi s1, s1, 8
    j next_option

print:
    beqz s0, newline
    ld s4, 0(s1)
    addi s1, s1, 8
    addi s0, s0, -1
    mv a0, s4
    beqz s3, 1f
    call print_escaped
    bnez a0, done                   # \c ends all output
    j 2f
1:  call strlen
    mv a1, a0
    mv a0, s4
    call stdout_write
2:  beqz s0, newline
    li a0, ' '
    call putchar
    j print
newline:
    bnez s2, done
    li a0, '\n'
    call putchar
done:
    li a0, 0
    leave 5
