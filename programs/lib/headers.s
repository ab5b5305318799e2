# The "==> name <==" lines that head and tail print above each of several files.
    .include "macros.inc"
    .include "headers.inc"

    .text
# choose_headers(count): settles header_choice for that many files
    .globl choose_headers
choose_headers:
    lb t0, header_choice
    bnez t0, 1f
    li t0, HEADERS_NEVER
    li t1, 2
    blt a0, t1, 1f
    li t0, HEADERS_ALWAYS
1:  sb t0, header_choice, t1
    ret

# print_header(name): the line above a file, if there is to be one; "-" is standard input
    .globl print_header
print_header:
    lb t0, header_choice
    li t1, HEADERS_ALWAYS
    beq t0, t1, 1f
    ret
1:  enter 1
    mv s0, a0
    lhu t0, 0(s0)
    addi t0, t0, -'-'
    bnez t0, 2f
    lstr s0, "standard input"
2:  lstr a0, "==> %s <==\n"
    lb t0, header_printed
    beqz t0, 3f
    lstr a0, "\n==> %s <==\n"
3:  mv a1, s0
    call printf
    li t0, 1
    sb t0, header_printed, t1
    leave 1

    .bss
    .globl header_choice
header_choice: .zero 1
header_printed: .zero 1
