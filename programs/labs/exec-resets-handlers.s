# Experiment: what becomes of a process's signal settings when it executes another program?
# Run:        exec-resets-handlers
#
# The lab catches SIGUSR1, ignores SIGUSR2, blocks SIGTERM and lets one SIGTERM arrive, so that it is pending. Then it executes itself;
# the argument makes the second image print the same table.
#
# Watch for:  - the caught signal is back at its default: the handler's code is gone with the old image, so it could not stay;
#             - the ignored one is still ignored. That is what `nohup` is made of;
#             - the mask stays, and the pending signal stays pending: both belong to the process, not to the program;
#             - nothing else could kill the second image by SIGTERM but unblocking it, which the lab does at its end: the exit
#               status is then 143 = 128 + 15 as a shell shows it.
    .include "macros.inc"
    .include "signal.inc"
    .include "fcntl.inc"

    .text
    .globl main
main:
    li t0, 1
    bgt a0, t0, second_image

# First image: main(argc, argv, envp).
    enter 2, 32
    mv s0, a1
    mv s1, a2
    li a0, SIGUSR1
    la a1, on_signal
    li a2, 0
    call signal
    bltz a0, failed
    li a0, SIGUSR2
    li a1, SIG_IGN
    li a2, 0
    call signal
    bltz a0, failed
    li t0, 1 << (SIGTERM - 1)
    sd t0, 0(sp)
    li a0, SIG_BLOCK
    mv a1, sp
    li a2, 0
    call sigprocmask
    call getpid
    li a1, SIGTERM
    call kill
    lstr a0, "before exec"
    call report

    ld t0, 0(s0)
    sd t0, 0(sp)
    lstr t0, "second"
    sd t0, 8(sp)
    sd zero, 16(sp)
    lstr a0, "/proc/self/exe"
    mv a1, sp
    mv a2, s1
    call execve                     # returns only when it fails
failed:
    mv a1, a0
    li a0, 1
    lstr a2, "a system call failed"
    call die

second_image:
    enter 0, 16
    lstr a0, "after exec"
    call report
    li a0, STDOUT
    lstr a1, "unblocking SIGTERM\n"
    call dprintf
    sd zero, 0(sp)
    li a0, SIG_SETMASK
    mv a1, sp
    li a2, 0
    call sigprocmask
    li a0, 0                        # only reached when no SIGTERM was pending
    leave 0, 16

on_signal:
    ret

# report(when): the table.
    .equ ACTION, 0                  # locals; a word to spare after it, for qemu-riscv64 7.2 in user mode writes one too many
    .equ BLOCKED, SIGACTION_SIZE + 8
    .equ PENDING, BLOCKED + 8
    .equ LOCALS, PENDING + 8
report:
    enter 3, LOCALS
    mv a2, a0
    li a0, STDOUT
    lstr a1, "%s\n"
    call dprintf
    li a0, SIG_BLOCK
    li a1, 0
    addi a2, sp, BLOCKED
    call sigprocmask
    addi a0, sp, PENDING
    call sigpending
    la s0, watched
1:  lw s1, 0(s0)
    beqz s1, 5f
    mv a0, s1
    li a1, 0
    addi a2, sp, ACTION
    call sigaction
    ld t0, ACTION + SIGACTION_HANDLER(sp)
    lstr a3, "default"
    beqz t0, 2f                     # SIG_DFL
    lstr a3, "ignored"
    li t1, SIG_IGN
    beq t0, t1, 2f
    lstr a3, "caught"
2:  addi t0, s1, -1                 # signal n is bit n - 1 of a set
    ld t1, BLOCKED(sp)
    srl t1, t1, t0
    andi t1, t1, 1
    lstr a4, ""
    beqz t1, 3f
    lstr a4, ", blocked"
3:  ld t1, PENDING(sp)
    addi t0, s1, -1
    srl t1, t1, t0
    andi t1, t1, 1
    lstr a5, ""
    beqz t1, 4f
    lstr a5, ", pending"
4:  lwu a2, 4(s0)                   # offset of its name
    la t0, names
    add a2, a2, t0
    li a0, STDOUT
    lstr a1, "  %s: %s%s%s\n"
    call dprintf
    addi s0, s0, 8
    j 1b
5:  leave 3, LOCALS

    .section .rodata
    .balign 4
# The signals of the table: number, offset of the name in `names`; 0 ends it.
watched:
    .word SIGUSR1, name_usr1 - names
    .word SIGUSR2, name_usr2 - names
    .word SIGTERM, name_term - names
    .word 0
names:
name_usr1: .asciz "SIGUSR1"
name_usr2: .asciz "SIGUSR2"
name_term: .asciz "SIGTERM"
