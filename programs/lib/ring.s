# A token that goes round a ring of processes joined by pipes: whoever gets it has the processor, does its turn and passes it on. With
# two processes it is the ping-pong that context switches are measured by; with one, the same work and pipe traffic without a switch.
    .include "macros.inc"
    .include "sys.inc"
    .include "fcntl.inc"

    .equ READ_END, 0                # of a pipe's two descriptors
    .equ WRITE_END, 4
    .equ PIPE, 0                    # locals of ring
    .equ STATUS, 8
    .equ LOCALS, 16

    .text
# ring(processes, rounds, prepare, turn, name, laps) -> nanoseconds that `rounds` rounds took: rounds * laps * processes hand-overs, each
# with a turn. A round is one lap of the token, or several where one process does the turns of many. The caller is the first process, and
# the others are its children, gone when it returns. Each process calls prepare() -> context once, for memory of its own, and
# turn(context) each time the token comes. A round goes before those that are measured so that nobody faults any more, and a second one
# so that the caches are warm. The interval is called `name`.
    .globl ring
ring:
    enter 10, LOCALS
    mv s1, a1                       # s1 = rounds, later nanoseconds
    mv s2, a2                       # s2 = prepare
    mv s3, a3                       # s3 = turn
    mv s4, a4                       # s4 = name
    mv s9, a5                       # s9 = laps of a round
    addi s0, a0, -1                 # s0 = children yet to start
    mv s8, s0                       # s8 = children
    call stay_on_one_processor      # on several, the token could move without a switch
    addi a0, sp, PIPE
    li a1, O_CLOEXEC
    call pipe2
    bltz a0, failed
    lw s5, PIPE + READ_END(sp)      # s5 = where the next process of the ring gets the token
    lw s6, PIPE + WRITE_END(sp)     # s6 = where this process passes it on
start_next:
    beqz s0, all_started
    addi a0, sp, PIPE
    li a1, O_CLOEXEC
    call pipe2
    bltz a0, failed
    call fork
    bltz a0, failed
    beqz a0, child
    mv a0, s5
    call close
    lw s5, PIPE + READ_END(sp)
    lw a0, PIPE + WRITE_END(sp)
    call close
    addi s0, s0, -1
    j start_next

all_started:
    jalr s2
    mv s7, a0                       # s7 = context
    li s0, 1
    call go_round
    call measure_warm
    li s0, 1
    call go_round
    mv a0, s4
    call measure_begin
    mv s0, s1
    call go_round
    call measure_end
    mv s1, a0
    mv a0, s6                       # the next process finds its pipe at an end, and so on round the ring
    call close
    mv a0, s5
    call close
reap_next:
    beqz s8, 1f
    addi a0, sp, STATUS
    call wait
    bltz a0, failed
    lw t0, STATUS(sp)
    bnez t0, broken
    addi s8, s8, -1
    j reap_next
1:  mv a0, s1
    leave 10, LOCALS

child:
    mv a0, s6
    call close
    lw s6, PIPE + WRITE_END(sp)
    lw a0, PIPE + READ_END(sp)
    call close
    jalr s2
    mv s7, a0
1:  mv a0, s5
    call take_token
    beqz a0, 2f
    mv a0, s7
    jalr s3
    mv a0, s6
    call pass_token
    j 1b
2:  li a0, 0
    call _exit

# go_round: sends the token round, for s0 rounds. Private: uses ring's registers.
go_round:
    enter 0
    mul s0, s0, s9
1:  mv a0, s6
    call pass_token
    mv a0, s5
    call take_token
    beqz a0, broken
    mv a0, s7
    jalr s3
    addi s0, s0, -1
    bnez s0, 1b
    leave 0

# pass_token(fd): writes the byte that is the token.
pass_token:
    addi sp, sp, -16
    sb zero, 0(sp)
    mv a1, sp
    li a2, 1
    li a7, SYS_write
    ecall
    bltz a0, failed
    addi sp, sp, 16
    ret

# take_token(fd) -> 1, or 0 when nobody will pass it any more
take_token:
    addi sp, sp, -16
    mv a1, sp
    li a2, 1
    li a7, SYS_read
    ecall
    bltz a0, failed
    addi sp, sp, 16
    ret

failed:
    mv a1, a0
    li a0, 1
    lstr a2, "the ring of processes"
    call die
broken:
    li a0, 1
    li a1, 0
    lstr a2, "a process of the ring ended early"
    call die
