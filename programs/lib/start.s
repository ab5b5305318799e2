# Where every program begins: the kernel leaves argc, argv and envp on the stack, main wants them in registers.
    .include "macros.inc"

    .text
# _start: sp points at argc, argv[0..argc-1], 0, envp[0..], 0, then the auxiliary vector. Never returns: main's result is the exit status.
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    ld a0, 0(sp)            # argc
    addi a1, sp, 8          # argv
    addi a2, a0, 1          # envp stands after argv's closing 0
    slli a2, a2, 3
    add a2, a1, a2
    la t0, environ
    sd a2, 0(t0)
    la t0, argv0
    ld t1, 0(a1)
    sd t1, 0(t0)
    andi sp, sp, -16
    call main
    tail exit

    .bss
    .balign 8
# environ: the environment as a 0-terminated array of "NAME=value" pointers.
    .globl environ
environ: .zero 8
# argv0: the name that the program was called by; see progname.
    .globl argv0
argv0: .zero 8
