# A program with a mistake: it tests a flag, and sleeps when the flag is not set. The signal that sets it arrives in between, so pause sleeps
# for ever. (sigsuspend, with the signal blocked until then, is the cure.) docs/debugging.md finds out what happened.
# Run:        lost-wakeup
    .include "macros.inc"
    .include "signal.inc"
    .include "sys.inc"

    .equ DELAY, 4000000             # longer than a time slice: the child gets its turn meanwhile

    .text
    .globl main
main:
    enter 1
    li a0, SIGUSR1
    la a1, on_signal
    li a2, 0
    call signal
    call getpid
    mv s0, a0
    call fork
    beqz a0, child
    lw t0, ready
    bnez t0, done
    li t1, DELAY                    # an innocent computation
1:  addi t1, t1, -1
    bnez t1, 1b
sleep:
    li a0, 0                        # what pause is on this system: ppoll of nothing
    li a1, 0
    li a2, 0
    li a3, 0
    li a7, SYS_ppoll
    ecall
done:
    li a0, 0
    leave 1

child:
    mv a0, s0
    li a1, SIGUSR1
    call kill
    li a0, 0
    call _exit

on_signal:
    la t0, ready
    li t1, 1
    sw t1, 0(t0)
    ret

    .data
    .balign 4
    .globl ready
ready:  .word 0
