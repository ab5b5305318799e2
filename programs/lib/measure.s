# How the labs measure. On a timed machine, lines written to /dev/timing cut its cycle ledger into named intervals; elsewhere there is no
# such device and nothing is written. The guest's clock is read beside it, so that a lab has a result of its own everywhere.
    .include "macros.inc"
    .include "sys.inc"
    .include "fcntl.inc"

    .equ NS_PER_SECOND, 1000000000
    .equ LINE_SIZE, 64
    .equ NOT_OPENED, -1
    .equ NO_DEVICE, -2
    .equ END_LENGTH, 4              # of "end\n"

    .text
# measure_warm(): from here on the timed model runs, though nothing is measured yet. Call it before the rounds that warm the caches up.
# It goes the way of measure_begin, so that the latter will cause no page fault.
    .globl measure_warm
measure_warm:
    lstr a1, "warm\n"
    j announce

# measure_begin(name): an interval begins. The ledger is cut last, so what this function does is not in it. begin and end must come from
# the same process for measure_end's result to mean anything; the ledger does not mind.
    .globl measure_begin
measure_begin:
    lstr a1, "begin %s\n"
announce:                           # (name, format)
    enter 1, LINE_SIZE
    mv a3, a0
    mv a2, a1
    mv a0, sp
    li a1, LINE_SIZE
    call snprintf
    mv s0, a0
    call open_timing
    call measure_now
    la t0, began
    sd a0, 0(t0)
    mv a0, sp
    mv a1, s0
    call tell
    leave 1, LINE_SIZE

# measure_end() -> nanoseconds since measure_begin, by the monotonic clock. The ledger is cut first, before anything is stored to memory:
# right after a fork that would be a copy-on-write fault more.
    .globl measure_end
measure_end:
    la t0, timing
    lw a0, 0(t0)
    bltz a0, 1f
    lstr a1, "end\n"
    li a2, END_LENGTH
    li a7, SYS_write
    ecall
    bltz a0, refused
1:  enter 0
    call measure_now
    la t0, began
    ld t0, 0(t0)
    sub a0, a0, t0
    leave 0

# measure_now() -> nanoseconds of the monotonic clock
    .globl measure_now
measure_now:
    enter 0, TIMESPEC_SIZE
    li a0, CLOCK_MONOTONIC
    mv a1, sp
    call clock_gettime
    bltz a0, 1f
    ld a0, TIMESPEC_SEC(sp)
    li t0, NS_PER_SECOND
    mul a0, a0, t0
    ld t0, TIMESPEC_NSEC(sp)
    add a0, a0, t0
    leave 0, TIMESPEC_SIZE
1:  mv a1, a0
    li a0, 1
    lstr a2, "the clock cannot be read"
    call die

# measure_per(total, count) -> a0 = total / count rounded to a tenth: the whole part, a1 = the tenths; 0 when count is 0
    .globl measure_per
measure_per:
    beqz a1, 1f
    li t0, 10
    mul a0, a0, t0
    srli t1, a1, 1
    add a0, a0, t1
    divu t1, a0, a1
    divu a0, t1, t0
    remu a1, t1, t0
    ret
1:  li a0, 0
    ret

# open_timing(): opens the device, the first time. Children inherit it.
open_timing:
    enter 0
    la t0, timing
    lw t0, 0(t0)
    li t1, NOT_OPENED
    bne t0, t1, 2f
    lstr a0, "/dev/timing"
    li a1, O_WRONLY | O_CLOEXEC
    li a2, 0
    call open
    bgez a0, 1f
    li a0, NO_DEVICE
1:  la t0, timing
    sw a0, 0(t0)
2:  leave 0

# tell(line, length): writes a line to the device, where there is one.
tell:
    mv a2, a1
    mv a1, a0
    la t0, timing
    lw a0, 0(t0)
    bltz a0, 1f
    li a7, SYS_write
    ecall
    bltz a0, refused
1:  ret

refused:
    mv a1, a0
    li a0, 1
    lstr a2, "/dev/timing"
    call die

    .data
    .balign 8
timing: .word NOT_OPENED            # the device's descriptor
    .bss
    .balign 8
began: .zero 8                      # when the interval began
