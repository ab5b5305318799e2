# Runs the kernel under qemu-system-riscv64 with nothing else: machine mode maps 72 MiB of user pages with Sv48 (4 KiB leaves, as our
# machine has them), enters user mode with a0 = ROUNDS, prints a0 in hexadecimal when the kernel makes its system call, and powers off.
        .equ UART, 0x10000000
        .equ TEST_DEVICE, 0x100000
        .equ TEST_PASS, 0x5555
        .equ PTE_TABLE, 0x01                    # V
        .equ PTE_USER, 0xdf                     # D A U X W R V
        .equ GUEST_PA, 0x80200000
        .equ GUEST_PAGES, 18432
        .equ GUEST_TABLES, 36

        .section .boot, "ax"
        .globl _start
_start: li      t0, -1
        srli    t0, t0, 10
        csrw    pmpaddr0, t0                    # all of memory to user mode
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        lla     t0, trap
        csrw    mtvec, t0
        lla     t0, root
        lla     t1, level2
        srli    t2, t1, 2
        ori     t2, t2, PTE_TABLE
        sd      t2, 0(t0)
        lla     t3, level1
        srli    t2, t3, 2
        ori     t2, t2, PTE_TABLE
        sd      t2, 0(t1)
        lla     t4, level0
        srli    t2, t4, 2
        ori     t2, t2, PTE_TABLE
        li      t5, GUEST_TABLES
1:      sd      t2, 16(t3)                      # 0x400000: from level-1 index 2 on
        addi    t3, t3, 8
        addi    t2, t2, 1024
        addi    t5, t5, -1
        bnez    t5, 1b
        li      t5, GUEST_PAGES
        li      t6, (GUEST_PA >> 2) | PTE_USER
1:      sd      t6, 0(t4)
        addi    t4, t4, 8
        addi    t6, t6, 1024
        addi    t5, t5, -1
        bnez    t5, 1b
        srli    t0, t0, 12
        li      t1, 9 << 60 >> 60
        slli    t1, t1, 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
        li      t0, 0x1800
        csrc    mstatus, t0                     # return to user mode
        li      t0, 0x6000
        csrs    mstatus, t0                     # with floating point
        li      t0, 0x400000
        csrw    mepc, t0
        li      a0, ROUNDS
        mret

        .balign 4
trap:   li      t0, UART
        li      t1, 60
1:      srl     t2, a0, t1
        andi    t2, t2, 15
        addi    t2, t2, '0'
        li      t3, '9'
        bleu    t2, t3, 2f
        addi    t2, t2, 'a' - '0' - 10
2:      sb      t2, 0(t0)
        addi    t1, t1, -4
        bgez    t1, 1b
        li      t2, '\n'
        sb      t2, 0(t0)
        li      t0, TEST_DEVICE
        li      t1, TEST_PASS
        sw      t1, 0(t0)
3:      j       3b

        .section .tables, "aw", @nobits
        .balign 4096
root:   .skip   4096
level2: .skip   4096
level1: .skip   4096
level0: .skip   GUEST_TABLES * 4096
