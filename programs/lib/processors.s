# Where a process runs: which processors it may use, and how it keeps to one of them. Of the first 64.
    .include "macros.inc"

    .equ CPU_SET_SIZE, 128          # room for 1024 processors, for kernels that refuse less than they have

    .text
# processors() -> how many processors the caller may use; pin_processor counts among these from then on. 0: the kernel does not say.
    .globl processors
processors:
    enter 0, CPU_SET_SIZE
    li a0, 0
    li a1, CPU_SET_SIZE
    mv a2, sp
    call sched_getaffinity
    li t0, 0
    blez a0, 1f
    ld t0, 0(sp)
1:  la t1, usable
    sd t0, 0(t1)
    li a0, 0
    beqz t0, 3f
2:  addi t1, t0, -1                 # clears the lowest bit
    and t0, t0, t1
    addi a0, a0, 1
    bnez t0, 2b
3:  leave 0, CPU_SET_SIZE

# pin_processor(index) -> 0 or -errno: the calling thread will run only on the processor that is number `index` among those which
# `processors` counted; so will the children that it makes.
    .globl pin_processor
pin_processor:
    enter 0, 16
    la t0, usable
    ld t0, 0(t0)
1:  neg t1, t0
    and t1, t1, t0                  # the lowest bit
    beqz a0, 2f
    xor t0, t0, t1
    addi a0, a0, -1
    j 1b
2:  sd t1, 0(sp)
    li a1, 8
    mv a2, sp
    call sched_setaffinity
    leave 0, 16

# stay_on_one_processor(): pins the caller to the first of its processors; a kernel that will not do that is left alone.
    .globl stay_on_one_processor
stay_on_one_processor:
    enter 0
    call processors
    beqz a0, 1f
    li a0, 0
    call pin_processor
1:  leave 0

    .bss
    .balign 8
usable: .zero 8                     # a bit for each
