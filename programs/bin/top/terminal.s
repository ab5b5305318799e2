# top: keys one by one, and the size of the screen.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "durations.inc"
    .include "proc.inc"
    .include "top.inc"

    .text
# enter_raw_mode(): keys come one by one, unseen, and Ctrl-C is a key too: so nobody leaves without leave_raw_mode
    .globl enter_raw_mode
enter_raw_mode:
    enter 0, TERMIOS_ROOM
    li a0, STDIN
    li a1, TCGETS
    la a2, saved_termios
    call ioctl
    bnez a0, 1f
    li t0, 1
    sb t0, raw, t1
    mv a0, sp
    la a1, saved_termios
    li a2, TERMIOS_SIZE
    call memcpy
    lw t0, TERMIOS_LFLAG(sp)
    li t1, ~(ICANON | ECHO | ISIG)
    and t0, t0, t1
    sw t0, TERMIOS_LFLAG(sp)
    li a0, STDIN
    li a1, TCSETSW
    mv a2, sp
    call ioctl
1:  leave 0, TERMIOS_ROOM
    .globl leave_raw_mode
leave_raw_mode:
    lb t0, raw
    bnez t0, 1f
    ret
1:  enter 0
    li a0, STDIN
    li a1, TCSETSW
    la a2, saved_termios
    call ioctl
    leave 0

# wait_for_next() -> 1 when the user wants to leave: waits for the delay, or for a key
    .globl wait_for_next
wait_for_next:
    enter 0, 32
    ld t0, delay
    li t1, NS_PER_SECOND
    div t2, t0, t1
    sd t2, 0(sp)
    rem t2, t0, t1
    sd t2, 8(sp)
    lb t0, raw
    bnez t0, 2f
1:  mv a0, sp
    mv a1, sp
    call nanosleep
    li t0, -EINTR
    beq a0, t0, 1b
    li a0, 0
    leave 0, 32
2:  li t0, STDIN
    sw t0, 16 + POLLFD_FD(sp)
    li t0, POLLIN
    sh t0, 16 + POLLFD_EVENTS(sp)
    addi a0, sp, 16
    li a1, 1
    mv a2, sp
    li a3, 0
    call ppoll
    li t0, 1
    bne a0, t0, 4f
    li a0, STDIN
    addi a1, sp, 24
    li a2, 1
    call read
    li t0, 1
    bne a0, t0, 3f                  # the terminal is gone
    lbu t0, 24(sp)
    li a0, 1
    li t1, 'q'
    beq t0, t1, 5f
    li t1, CTRL_C
    beq t0, t1, 5f
4:  li a0, 0
    leave 0, 32
3:  li a0, 1
5:  leave 0, 32
