# uniq: of equal lines that follow each other, prints one. -c puts their number before it, -d prints only lines that were repeated, -u
# only those that were not, -i ignores case. uniq [INPUT [OUTPUT]].
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "reader.inc"
    .include "options.inc"

    .equ FILE_MODE, 0666
    .equ FILES_MAX, 2

# s0 = the group's line (malloc'ed)   s1 = its length   s2 = lines in the group   s3 = the next line   s4 = its length

    .text
    .globl main
main:
    enter 6, READER_SIZEOF
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    li t0, FILES_MAX
    bgtu s0, t0, extra
    call redirect
    mv a0, sp
    li a1, STDIN
    call reader_init
    li s0, 0
    li s2, 0
1:  mv a0, sp
    call read_line
    beqz a0, 4f
    mv s3, a0
    mv s4, a1
    beqz s2, 2f
    call same_line
    beqz a0, 2f
    addi s2, s2, 1
    j 1b
2:  call print_group
    mv a0, s0
    mv a1, s4
    call realloc
    beqz a0, no_memory
    mv s0, a0
    mv a1, s3
    mv a2, s4
    call memcpy
    mv s1, s4
    li s2, 1
    j 1b
4:  call print_group
    lw a1, READER_ERROR(sp)
    bnez a1, read_error
    li a0, 0
    leave 6, READER_SIZEOF

# redirect(): the files named by the operands (s0 of them at s1) become standard input and output
redirect:
    enter 0
    beqz s0, 3f
    ld a0, 0(s1)
    lhu t0, 0(a0)
    addi t0, t0, -'-'
    beqz t0, 1f
    li a1, O_RDONLY
    li a2, 0
    call open
    ld a3, 0(s1)
    bltz a0, cannot_open
    li a1, STDIN
    call dup2
1:  addi s0, s0, -1
    beqz s0, 3f
    ld a0, 8(s1)
    lhu t0, 0(a0)
    addi t0, t0, -'-'
    beqz t0, 3f
    li a1, O_WRONLY | O_CREAT | O_TRUNC
    li a2, FILE_MODE
    call open
    ld a3, 8(s1)
    bltz a0, cannot_open
    li a1, STDOUT
    call dup2
3:  leave 0

# same_line() -> 1 when the next line equals the group's
same_line:
    enter 0
    bne s1, s4, 2f
    mv t0, s0
    mv t1, s3
    add t2, s0, s1
1:  beq t0, t2, 3f
    lbu a0, 0(t0)
    lbu a1, 0(t1)
    addi t0, t0, 1
    addi t1, t1, 1
    beq a0, a1, 1b
    lb t3, ignore_case
    beqz t3, 2f
    xor t3, a0, a1                  # letters differ in this bit alone between cases
    li t4, 0x20
    bne t3, t4, 2f
    ori a0, a0, 0x20
    addi a0, a0, -'a'
    sltiu t3, a0, 26
    bnez t3, 1b
2:  li a0, 0
    leave 0
3:  li a0, 1
    leave 0

# print_group(): the group's line, when there is one and the options ask for such
print_group:
    enter 0
    beqz s2, 3f
    lb t0, only_repeated
    beqz t0, 1f
    li t0, 1
    beq s2, t0, 3f
1:  lb t0, only_unique
    beqz t0, 2f
    li t0, 1
    bne s2, t0, 3f
2:  lb t0, show_count
    beqz t0, 25f
    lstr a0, "%7ld "
    mv a1, s2
    call printf
25: mv a0, s0
    mv a1, s1
    call stdout_write
    li a0, '\n'
    call putchar
3:  leave 0

extra:
    lstr a0, "extra operand '%s'"
    ld a1, 16(s1)
    call usage_error
cannot_open:
    mv a1, a0
    li a0, 1
    lstr a2, "%s"
    call die
no_memory:
    li a0, 1
    li a1, 0
    lstr a2, "memory exhausted"
    call die
read_error:
    li a0, 1
    lstr a2, "read error"
    call die

    .section .rodata
usage: .asciz "Usage: uniq [-cdiu] [INPUT [OUTPUT]]"
    .balign 8
options:
    option 'c', OPTION_SET, show_count
    option 'd', OPTION_SET, only_repeated
    option 'u', OPTION_SET, only_unique
    option 'i', OPTION_SET, ignore_case
    end_options

    .bss
show_count: .zero 1
only_repeated: .zero 1
only_unique: .zero 1
ignore_case: .zero 1
