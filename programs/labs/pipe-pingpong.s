# Experiment: two processes and a byte that goes back and forth through two pipes: what context switches are made of.
# Run:        pipe-pingpong [N]        N = round trips, 1000 when not given
#
# Each side reads the byte, adds one to it and sends it back. Neither can do anything while the other has the byte, so every round
# trip makes the machine go from one process to the other and back.
#
# Watch for:  - about one voluntary context switch a round trip in each process (it blocks in read), however fast the machine is; fewer
#               where two processors let a reader catch the byte before it goes to sleep;
#             - hardly any involuntary ones: nobody uses up a time slice;
#             - the byte itself: it counted every trip, modulo 256, so nothing was lost or came twice.
#             Measure it: run it with machine statistics, N = 10000, and divide the time by 2 N.
    .include "macros.inc"
    .include "fcntl.inc"

    .equ DEFAULT_TRIPS, 1000
    .equ READ_END, 0
    .equ WRITE_END, 4
    .equ BYTE_MASK, 0xff

# locals of main
    .equ THERE, 0                   # the two pipes
    .equ BACK, 8
    .equ BYTE, 16
    .equ STATUS, 24
    .equ LOCALS, 32

# s0 = N   s1 = descriptor to read from   s2 = descriptor to write to   s3 = trips left   s4 = the child's pid

    .text
    .globl main
main:
    enter 5, LOCALS
    li s0, DEFAULT_TRIPS
    li t0, 2
    blt a0, t0, 1f
    ld a0, 8(a1)
    call atoi
    mv s0, a0
    blez s0, bad_count
1:  addi a0, sp, THERE
    li a1, 0
    call pipe2
    bltz a0, failed
    addi a0, sp, BACK
    li a1, 0
    call pipe2
    bltz a0, failed
    sb zero, BYTE(sp)
    call fork
    bltz a0, failed
    mv s4, a0
    mv s3, s0
    bnez a0, parent

    lw s1, THERE + READ_END(sp)
    lw s2, BACK + WRITE_END(sp)
child_turn:
    call receive
    call send
    addi s3, s3, -1
    bnez s3, child_turn
    lstr a2, "child"
    call switches
    li a0, 0
    leave 5, LOCALS

parent:
    lw s1, BACK + READ_END(sp)
    lw s2, THERE + WRITE_END(sp)
parent_turn:
    call send
    call receive
    addi s3, s3, -1
    bnez s3, parent_turn
    mv a0, s4
    addi a1, sp, STATUS
    li a2, 0
    call waitpid                    # so that its line comes before ours
    lstr a2, "parent"
    call switches
    lbu s3, BYTE(sp)
    li a0, STDOUT
    lstr a1, "%d round trips, the byte is %d\n"
    mv a2, s0
    mv a3, s3
    call dprintf
    slli s0, s0, 1                  # it was counted twice a trip
    sub a0, s0, s3
    andi a0, a0, BYTE_MASK
    snez a0, a0
    leave 5, LOCALS

# receive(): the byte comes into the caller's local BYTE, and is counted.   send(): it goes out.
# Both are called by main alone, whose frame lies right above theirs.
    .equ TURN_FRAME, 16
receive:
    enter 0
    mv a0, s1
    addi a1, sp, TURN_FRAME + BYTE
    li a2, 1
    call read
    blez a0, failed
    lbu t0, TURN_FRAME + BYTE(sp)
    addi t0, t0, 1
    sb t0, TURN_FRAME + BYTE(sp)
    leave 0
send:
    enter 0
    mv a0, s2
    addi a1, sp, TURN_FRAME + BYTE
    li a2, 1
    call write
    blez a0, failed
    leave 0

# switches(-, -, who): prints how often this process was switched away from, by its own waiting and against its will.
switches:
    enter 1, RUSAGE_SIZE
    mv s0, a2
    li a0, RUSAGE_SELF
    mv a1, sp
    call getrusage
    ld a3, RUSAGE_NVCSW(sp)
    ld a4, RUSAGE_NIVCSW(sp)
    mv a2, s0
    li a0, STDOUT
    lstr a1, "%s: %ld voluntary switches, %ld involuntary\n"
    call dprintf
    leave 1, RUSAGE_SIZE

    failure failed, "a system call failed"
    refusal bad_count, "the number of round trips must be above 0", 2
