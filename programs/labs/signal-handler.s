# Experiment: a signal handler runs in the middle of a program, learns who sent the signal, and the program goes on as if nothing was.
# Run:        signal-handler
#
# The lab installs a handler for SIGUSR1 with SA_SIGINFO, whose action also blocks SIGUSR2 while the handler runs. A child sends SIGUSR1
# and SIGUSR2; then the lab sends SIGUSR1 to itself.
#
# Watch for:  - the handler gets the sender's pid in siginfo: the child's first, then the lab's own;
#             - the mask inside the handler: SIGUSR1 itself (bit 9, value 200) and SIGUSR2 (bit 11, value 800) are blocked; before
#               and after it is what it was. A SIGUSR2 that arrives meanwhile has to wait until the handler has returned;
#             - all registers are the program's own again afterwards: the kernel saved them in a frame on the user stack, and the
#               handler's return is a system call (rt_sigreturn) that puts them back. Look at the stack while it runs.
    .include "macros.inc"
    .include "errno.inc"
    .include "signal.inc"
    .include "fcntl.inc"

    .equ PATTERN, 0x5ee5            # what the interrupted code keeps in a register

    .equ ACTION, 0                  # locals of main
    .equ ACTION_MASK_QEMU, ACTION + SIGACTION_SIZE
    .equ MASK, ACTION_MASK_QEMU + 8
    .equ LOCALS, MASK + 8

    .text
    .globl main
main:
    enter 2, LOCALS
    la t0, on_signal
    sd t0, ACTION + SIGACTION_HANDLER(sp)
    li t0, SA_SIGINFO
    sd t0, ACTION + SIGACTION_FLAGS(sp)
    li t0, 1 << (SIGUSR2 - 1)
    sd t0, ACTION + SIGACTION_MASK(sp)
    sd t0, ACTION_MASK_QEMU(sp)     # where qemu-riscv64 7.2 in user mode looks for it; no kernel reads this word
    li a0, SIGUSR1
    addi a1, sp, ACTION
    li a2, 0
    call sigaction
    bltz a0, failed
    sd zero, ACTION + SIGACTION_MASK(sp)
    sd zero, ACTION_MASK_QEMU(sp)
    li a0, SIGUSR2
    addi a1, sp, ACTION
    li a2, 0
    call sigaction
    bltz a0, failed

    call getpid
    mv s0, a0
    li a0, STDOUT
    lstr a1, "I am %d\n"
    mv a2, s0
    call dprintf
    lstr a0, "before"
    call print_mask

# Both are blocked while the child sends, so they arrive together, at the sigsuspend.
    li t0, (1 << (SIGUSR1 - 1)) | (1 << (SIGUSR2 - 1))
    sd t0, MASK(sp)
    li a0, SIG_BLOCK
    addi a1, sp, MASK
    li a2, 0
    call sigprocmask
    call fork
    bltz a0, failed
    beqz a0, sender
    addi a1, sp, MASK
    li a2, 0
    call waitpid
    sd zero, MASK(sp)
    addi a0, sp, MASK
    call sigsuspend                 # waits with an empty mask; returns when a handler has run
    li t0, -EINTR
    bne a0, t0, failed
    li a0, SIG_SETMASK
    addi a1, sp, MASK
    li a2, 0
    call sigprocmask

    li s1, PATTERN
    mv a0, s0
    li a1, SIGUSR1
    call kill                       # the signal is delivered before kill returns
    li t0, PATTERN
    bne s1, t0, clobbered
    lstr a0, "after"
    call print_mask
    la t0, handled
    lw a2, 0(t0)
    li a0, STDOUT
    lstr a1, "%d signals handled\n"
    call dprintf
    li a0, 0
    leave 2, LOCALS

sender:
    call getpid
    mv a2, a0
    li a0, STDOUT
    lstr a1, "child %d sends SIGUSR1 and SIGUSR2\n"
    call dprintf
    mv a0, s0
    li a1, SIGUSR1
    call kill
    mv a0, s0
    li a1, SIGUSR2
    call kill
    li a0, 0
    call _exit

failed:
    mv a1, a0
    li a0, 1
    lstr a2, "a system call failed"
    call die
clobbered:
    li a0, 1
    li a1, 0
    lstr a2, "a register changed while the handler ran"
    call die

# on_signal(signal, siginfo, ucontext): the handler. It is an ordinary function; what is special is only where its ra points.
on_signal:
    enter 2
    mv s0, a0
    mv s1, a1
    lw a3, SIGINFO_PID(s1)
    lw a4, SIGINFO_CODE(s1)
    li a0, STDOUT
    lstr a1, "  handler: signal %d from pid %d, code %d\n"
    mv a2, s0
    call dprintf
    lstr a0, "  handler"
    call print_mask
    la t0, handled
    li t1, 1
    amoadd.w zero, t1, (t0)
    leave 2

# print_mask(when)
print_mask:
    enter 1, 8
    mv s0, a0
    li a0, SIG_BLOCK
    li a1, 0                        # no set: only ask
    mv a2, sp
    call sigprocmask
    ld a3, 0(sp)
    mv a2, s0
    li a0, STDOUT
    lstr a1, "%s: blocked signals %lx\n"
    call dprintf
    leave 1, 8

    .bss
    .balign 4
handled: .zero 4
