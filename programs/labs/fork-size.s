# Experiment: what does fork cost, by the memory that the parent has? Nothing is copied but page tables; they are what grows.
# Run:        fork-size [MIB [fork|vfork|spawn [small|huge [ROUNDS]]]]
#             MIB = memory of the parent, 0..65536, 16 when not given   fork, small when not given   ROUNDS = 1 when not given
#
# The parent touches MIB MiB, starts a child ROUNDS times, and measures only how long its own call takes.
#   fork     a copy, which ends at once
#   vfork    a child on the parent's own memory, which ends at once; the parent sleeps until then
#   spawn    vfork, and the child executes /bin/true, as posix_spawn does; the parent sleeps until then
#
# Watch for:  - fork: the time is a straight line over the number of page-table entries that are copied;
#             - huge: pages of 2 MiB have a 512th of the entries;
#             - vfork and spawn: the same however much memory there is, since no table is copied.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "arguments.inc"

    .equ MIB, 0                     # arguments
    .equ WAY, 1
    .equ HUGE, 2
    .equ ROUNDS, 3
    .equ MIB_SHIFT, 20
    .equ WAY_SIZE, 24               # a row of ways
    .equ WAY_FORK, 0
    .equ WAY_CHILD, 8
    .equ WAY_NAME, 16
    .equ EXEC_FAILED, 127

# s0 = rounds left   s1 = nanoseconds so far   s2 = row of ways   s3 = the child

    .text
    .globl main
main:
    enter 4, 16
    la a2, arguments
    call parse_arguments
    argument s3, MIB
    beqz s3, 2f
    slli s3, s3, MIB_SHIFT
    mv a0, s3
    li a1, MAP_PRIVATE
    li s2, PAGE_SIZE
    argument t0, HUGE
    beqz t0, 1f
    li a1, MAP_PRIVATE | MAP_HUGETLB
    li s2, HUGE_PAGE_SIZE
1:  call map_whole
    add a1, s3, s2                  # a part of a page counts as one
    addi a1, a1, -1
    divu a1, a1, s2
    mv a2, s2
    call write_pages
2:  argument t0, WAY
    li t1, WAY_SIZE
    mul t0, t0, t1
    la s2, ways
    add s2, s2, t0
    argument s0, ROUNDS
    li s1, 0
    call measure_warm
next_child:
    lstr a0, "fork-size"
    call measure_begin
    ld t0, WAY_FORK(s2)
    jalr t0
    beqz a0, in_child
    mv s3, a0
    call measure_end
    bltz s3, failed
    add s1, s1, a0
    mv a0, s3
    mv a1, sp
    li a2, 0
    call waitpid
    bltz a0, waiting_failed
    lw t0, 0(sp)
    bnez t0, child_failed
    addi s0, s0, -1
    bnez s0, next_child
    mv a0, s1
    argument a1, ROUNDS
    lstr a2, "a call"
    lstr a3, "%s of a process with %ld MiB in %s pages"
    ld a4, WAY_NAME(s2)
    argument a5, MIB
    lstr a6, "small"
    argument t0, HUGE
    beqz t0, 3f
    lstr a6, "huge"
3:  call report
    li a0, 0
    leave 4, 16

in_child:
    ld t0, WAY_CHILD(s2)
    jr t0

# The two lives of a child. Neither writes to memory, which may be the parent's.
end_at_once:
    li a0, 0
    call _exit
execute:
    la a0, program
    la a1, program_argv
    la a2, environ
    ld a2, 0(a2)
    call execve
    li a0, EXEC_FAILED
    call _exit

failed:
    mv a0, s3
waiting_failed:
    mv a1, a0
    li a0, 1
    lstr a2, "%s"
    ld a3, WAY_NAME(s2)
    call die
child_failed:
    li a0, 1
    li a1, 0
    lstr a2, "the child could not execute %s"
    la a3, program
    call die

    .data
    .balign 8
ways:                               # in the order of the words: the call, what the child does, what is printed
    .dword fork, end_at_once, fork_name
    .dword vfork, end_at_once, vfork_name
    .dword vfork, execute, spawn_name
program_argv: .dword program, 0
arguments:
    number_argument "the size in MiB", 16, 0, 65536
    word_argument "the way to start a child", "fork vfork spawn"
    word_argument "the kind of page", "small huge"
    number_argument "the number of rounds", 1, 1, 1000000000
    end_arguments

    .section .rodata
program: .asciz "/bin/true"
fork_name: .asciz "fork"
vfork_name: .asciz "vfork"
spawn_name: .asciz "spawn"
