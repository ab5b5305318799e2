# true: succeeds. Its exit status is all it does; shells loop and branch on it.
    .text
    .globl main
main:
    li a0, 0
    ret
