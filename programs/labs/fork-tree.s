# Experiment: fork makes a tree of processes (every operating systems course, week one).
# Run:        fork-tree [DEPTH]        DEPTH 0..14, 3 when not given
#
# Every process of a generation below DEPTH forks two children, one after the other, and waits for each. So there are
# 1 + 2 + 4 + ... processes, and as a parent does not fork its second child before the first one's whole family has ended, the
# lines come out as a drawing of the tree.
#
# Watch for:  - each process has its own pid, and its parent is the pid printed one level above it;
#             - generation g has 2^g processes, though at no moment do more than DEPTH + 1 of them exist: look at `ps` meanwhile;
#             - the counters are in a page that is mapped MAP_SHARED: in ordinary memory each child would count in a copy of its own.
    .include "macros.inc"
    .include "fcntl.inc"

    .equ CHILDREN, 2                # how many each process forks
    .equ DEFAULT_DEPTH, 3
    .equ MAX_DEPTH, 14              # 2^15 - 1 processes in all
    .equ INDENT, 4                  # columns per generation

# The shared page: a misfit counter, then one 8-byte counter for each generation.
    .equ SHARED_MISFITS, 0
    .equ SHARED_GENERATIONS, 8

# What stays in registers. A child starts with a copy of all of them, which is how it knows its generation.
#   s0 = depth   s1 = shared page   s2 = this process's generation   s3 = its pid   s4 = children it has yet to fork
#   s5 = pid that the parent had, as the parent saw it

    .text
    .globl main
main:
    enter 7, 16
    li s0, DEFAULT_DEPTH
    li t0, 2
    blt a0, t0, 1f
    ld a0, 8(a1)
    call atoi
    mv s0, a0
    li t0, MAX_DEPTH
    bgtu s0, t0, bad_depth
1:  li a0, 0
    li a1, PAGE_SIZE
    li a2, PROT_READ | PROT_WRITE
    li a3, MAP_SHARED | MAP_ANONYMOUS
    li a4, -1
    li a5, 0
    call mmap
    mv s1, a0
    bltz a0, no_memory
    li s2, 0

# Every process comes through here once, the root from above and the others from their fork.
process:
    call getpid
    mv s3, a0
    call getppid
    mv a5, a0
    beqz s2, 1f                     # the root's parent is whoever started the lab
    beq a5, s5, 1f
    li t0, 1
    addi t1, s1, SHARED_MISFITS
    amoadd.d zero, t0, (t1)
1:  li a0, STDOUT
    lstr a1, "%*s%d (parent %d, generation %d)\n"
    li t0, INDENT
    mul a2, s2, t0
    lstr a3, ""
    mv a4, s3
    mv a6, s2
    call dprintf
    slli t1, s2, 3
    add t1, t1, s1
    addi t1, t1, SHARED_GENERATIONS
    li t0, 1
    amoadd.d zero, t0, (t1)         # atomic: the counter belongs to all of them

    beq s2, s0, family_complete     # the last generation has no children
    li s4, CHILDREN
next_child:
    call fork
    bltz a0, no_fork
    bnez a0, in_parent
    addi s2, s2, 1                  # the child: one generation further, and s3 still holds the pid of its parent
    mv s5, s3
    j process
in_parent:
    mv a1, sp
    li a2, 0
    call waitpid
    addi s4, s4, -1
    bnez s4, next_child
family_complete:
    beqz s2, totals
    li a0, 0
    call exit

# totals: the root, when all its descendants have ended and been waited for.
totals:
    li s2, 0                        # generation
    li s3, 0                        # processes so far
1:  slli t0, s2, 3
    add t0, t0, s1
    ld s4, SHARED_GENERATIONS(t0)
    add s3, s3, s4
    li a0, STDOUT
    lstr a1, "generation %d: %ld\n"
    mv a2, s2
    mv a3, s4
    call dprintf
    addi s2, s2, 1
    ble s2, s0, 1b
    li a0, STDOUT
    lstr a1, "%ld processes, %ld with a wrong parent\n"
    mv a2, s3
    ld s4, SHARED_MISFITS(s1)
    mv a3, s4
    call dprintf
    snez a0, s4
    leave 7, 16

bad_depth:
    li a0, 2
    li a1, 0
    lstr a2, "the depth must be a number from 0 to %d"
    li a3, MAX_DEPTH
    call die
    failure no_memory, "mmap"
    failure no_fork, "fork"
