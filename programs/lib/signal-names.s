# Signals by name and number, as the user writes them.
    .include "macros.inc"
    .include "signal.inc"
    .include "tables.inc"

    .equ SIGRTMIN_C, 34             # where programs count from: libraries keep the first two for themselves
    .equ SIGNAL_NAME_SIZE, 16

    .text
# signal_number(text) -> number of a signal named TERM, SIGTERM, term or 15; -1 when there is none. 0 is accepted: it only asks.
    .globl signal_number
signal_number:
    enter 3, 16
    mv s0, a0
    lbu t0, 0(s0)
    addi t0, t0, -'0'
    sltiu t0, t0, 10
    beqz t0, 1f
    mv a1, sp
    li a2, 10
    call strtol
    ld t0, 0(sp)
    lbu t0, 0(t0)
    bnez t0, 5f
    li t0, SIGRTMAX
    bgtu a0, t0, 5f
    leave 3, 16
1:  lstr a1, "SIG"
    call has_prefix
    add s0, s0, a0
    la s1, signal_names
2:  lbu s2, 0(s1)
    beqz s2, 3f
    mv a0, s0
    addi a1, s1, 1
    call same_letters
    beqz a0, 25f
    mv a0, s2
    leave 3, 16
25: addi a0, s1, 1
    call strlen
    add s1, s1, a0
    addi s1, s1, 2
    j 2b
3:  mv a0, s0                       # RTMIN+n, RTMAX-n
    lstr a1, "RTMIN"
    call has_prefix
    li s1, SIGRTMIN_C
    bnez a0, 4f
    mv a0, s0
    lstr a1, "RTMAX"
    call has_prefix
    li s1, SIGRTMAX
    beqz a0, 5f
4:  add a0, a0, s0
    lbu t0, 0(a0)
    beqz t0, 45f
    call atoi
    add s1, s1, a0
    li t0, SIGRTMIN_C
    blt s1, t0, 5f
    li t0, SIGRTMAX
    bgt s1, t0, 5f
45: mv a0, s1
    leave 3, 16
5:  li a0, -1
    leave 3, 16

# signal_name(number) -> its name without SIG, in a buffer that the next call overwrites; 0 when there is no such signal
    .globl signal_name
signal_name:
    enter 2
    mv s0, a0
    la s1, signal_names
1:  lbu t0, 0(s1)
    addi a0, s1, 1
    beqz t0, 2f
    beq t0, s0, 5f
    call strlen
    add s1, s1, a0
    addi s1, s1, 2
    j 1b
2:  li a0, 0
    li t0, SIGRTMAX
    bgtu s0, t0, 5f
    lstr a2, "RTMAX"
    beq s0, t0, 4f
    li t0, SIGRTMIN_C
    bltu s0, t0, 5f
    lstr a2, "RTMIN"
    sub a3, s0, t0
    beqz a3, 4f
    lstr a2, "RTMIN+%d"
    li t0, 15                       # the upper half counts down from the end
    ble a3, t0, 4f
    lstr a2, "RTMAX-%d"
    li t0, SIGRTMAX
    sub a3, t0, s0
4:  la a0, signal_name_text
    li a1, SIGNAL_NAME_SIZE
    call snprintf
    la a0, signal_name_text
5:  leave 2

# has_prefix(text, prefix) -> length of the prefix when the text begins with it, in letters of any case; else 0
has_prefix:
    mv t0, a1
1:  lbu t1, 0(t0)
    beqz t1, 2f
    lbu t2, 0(a0)
    andi t2, t2, ~0x20              # letters differ in this bit alone between cases
    bne t1, t2, 3f
    addi t0, t0, 1
    addi a0, a0, 1
    j 1b
2:  sub a0, t0, a1
    ret
3:  li a0, 0
    ret

# same_letters(text, NAME) -> 1 when they are equal but for case
    .globl same_letters
same_letters:
1:  lbu t0, 0(a0)
    lbu t1, 0(a1)
    addi t2, t0, -'a'
    sltiu t2, t2, 26
    slli t2, t2, 5
    sub t0, t0, t2
    bne t0, t1, 2f
    addi a0, a0, 1
    addi a1, a1, 1
    bnez t0, 1b
    li a0, 1
    ret
2:  li a0, 0
    ret

    .section .rodata
# signal number, name: one row of the table.
.macro signal_row number, name
    .byte \number
    .asciz "\name"
.endm
signal_names:
    each_signal signal_row
    .byte 0

    .bss
signal_name_text: .zero SIGNAL_NAME_SIZE
