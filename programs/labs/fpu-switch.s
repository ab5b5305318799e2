# Experiment: do the floating-point registers make a context switch dearer?
# Run:        fpu-switch [none|clean|dirty [ROUNDS]]      none when not given   ROUNDS = 100 when not given
#
# Two processes hand a token to each other. Each time,
#   none    neither of them has ever used a floating-point register
#   clean   whoever has the token reads one that it wrote long ago
#   dirty   it reads it and writes a new value there
#
# Watch for:  - none: nothing is saved and nothing loaded: sstatus.FS says that the registers were never used;
#             - clean: they are loaded when the process comes back, but what is in memory is still true and need not be saved;
#             - dirty: 264 bytes (32 registers and fcsr) are saved at every switch too;
#             - each process finds its own value, always.
    .include "macros.inc"
    .include "arguments.inc"

    .equ USE, 0                     # arguments
    .equ ROUNDS, 1
    .equ PROCESSES, 2
    .equ USE_SIZE, 24               # a row of uses
    .equ USE_PREPARE, 0
    .equ USE_TURN, 8
    .equ USE_NAME, 16
    .equ PID_SHIFT, 32              # the values of a process begin with its number

# s0 = row of uses   s1 = hand-overs

    .text
    .globl main
main:
    enter 2
    la a2, arguments
    call parse_arguments
    argument t0, USE
    li t1, USE_SIZE
    mul t0, t0, t1
    la s0, uses
    add s0, s0, t0
    li a0, PROCESSES
    argument a1, ROUNDS
    mul s1, a0, a1
    ld a2, USE_PREPARE(s0)
    ld a3, USE_TURN(s0)
    lstr a4, "fpu-switch"
    li a5, 1
    call ring
    mv a1, s1
    lstr a2, "a hand-over"
    lstr a3, "floating-point registers %s"
    ld a4, USE_NAME(s0)
    call report
    li a0, 0
    leave 2

# The prepare functions -> address of the value that fs0 has, or nothing for those who do not use it
prepare_none:
    ret
prepare_used:
    enter 0
    call getpid
    slli t0, a0, PID_SHIFT
    la a0, expected
    sd t0, 0(a0)
    fmv.d.x fs0, t0
    leave 0

# The turns, each called with what its prepare returned.
turn_none:
    ret
turn_clean:
    ld t0, 0(a0)
    fmv.x.d t1, fs0
    bne t0, t1, lost
    ret
turn_dirty:
    ld t0, 0(a0)
    fmv.x.d t1, fs0
    bne t0, t1, lost
    addi t0, t0, 1
    fmv.d.x fs0, t0
    sd t0, 0(a0)
    ret

    refusal lost, "fs0 does not hold what this process wrote there"

    .data
    .balign 8
uses:                               # in the order of the words: prepare, turn, what is printed
    .dword prepare_none, turn_none, none
    .dword prepare_used, turn_clean, clean
    .dword prepare_used, turn_dirty, dirty
arguments:
    word_argument "the use of the registers", "none clean dirty"
    number_argument "the number of rounds", 100, 1, 1000000000
    end_arguments

    .section .rodata
none: .asciz "never used"
clean: .asciz "read"
dirty: .asciz "written"

    .bss
    .balign 8
expected: .zero 8                   # each process's own
