# false: fails, with status 1.
    .text
    .globl main
main:
    li a0, 1
    ret
