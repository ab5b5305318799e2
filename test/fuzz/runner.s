# Process 1 of the ELF fuzzer. `runner N` executes /m000, /m001, ... in a child each, kills what does not end, and writes how each ended:
# `errno N` when it could not be executed, `exit N`, or `signal N`.
    .include "sys.inc"
    .equ SIGCHLD, 17
    .equ SIGKILL, 9
    .equ WNOHANG, 1
    .equ PATIENCE, 20               # milliseconds a file may run

    .macro sys name
    li a7, SYS_\name
    ecall
    .endm

    .text
    .globl _start
_start:
    ld s0, 16(sp)                   # argv[1]
    li s1, 0
1:  lbu t0, 0(s0)
    beqz t0, 2f
    addi t0, t0, -'0'
    li t1, 10
    mul s1, s1, t1
    add s1, s1, t0
    addi s0, s0, 1
    j 1b
2:  li s0, 0
    li a0, 0                        # a shared page in which the child leaves the errno of its exec
    li a1, 4096
    li a2, 3
    li a3, 0x21
    li a4, -1
    li a5, 0
    sys mmap
    mv s5, a0

next:
    beq s0, s1, end
    li t1, 10                       # /mNNN
    la t2, path + 4
    mv t0, s0
    li t4, 3
1:  remu t3, t0, t1
    addi t3, t3, '0'
    sb t3, 0(t2)
    divu t0, t0, t1
    addi t2, t2, -1
    addi t4, t4, -1
    bnez t4, 1b
    sd zero, 0(s5)
    li a0, SIGCHLD
    li a1, 0
    li a2, 0
    li a3, 0
    li a4, 0
    sys clone
    beqz a0, child
    mv s2, a0
    li s3, PATIENCE
wait:
    li a0, -1
    la a1, status
    li a2, WNOHANG
    li a3, 0
    sys wait4
    bltz a0, next_file
    beqz a0, 1f
    bne a0, s2, wait
    call tell
    j wait
1:  la a0, millisecond
    li a1, 0
    sys nanosleep
    addi s3, s3, -1
    bnez s3, wait
    li a0, -1
    li a1, SIGKILL
    sys kill
    li s3, PATIENCE
    j wait
next_file:
    addi s0, s0, 1
    j next

child:
    la a0, path
    la a1, arguments
    la a2, environment
    sys execve
    neg a0, a0
    sd a0, 0(s5)
    li a0, 0
    sys exit_group

end:
    li a0, 0
    sys exit_group

tell:                               # one line about the child that was waited for
    ld s4, 0(s5)
    la a1, errno_text
    li a2, 6
    bnez s4, 1f
    la t0, status
    lwu s4, 0(t0)
    andi t1, s4, 0x7f
    srli s4, s4, 8
    andi s4, s4, 0xff
    la a1, exit_text
    li a2, 5
    beqz t1, 1f
    mv s4, t1
    la a1, signal_text
    li a2, 7
1:  li a0, 1
    sys write
    la t0, number_end
    li t1, 10
    sb t1, 0(t0)
    li a2, 1
2:  remu t2, s4, t1
    addi t2, t2, '0'
    addi t0, t0, -1
    sb t2, 0(t0)
    addi a2, a2, 1
    divu s4, s4, t1
    bnez s4, 2b
    mv a1, t0
    li a0, 1
    sys write
    ret

    .data
path: .asciz "/m000"
errno_text: .ascii "errno "
exit_text: .ascii "exit "
signal_text: .ascii "signal "
number: .skip 10
number_end: .skip 1
    .balign 8
status: .dword 0
millisecond: .dword 0, 1000000
arguments: .dword path, 0
environment: .dword 0
