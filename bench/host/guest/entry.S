# First instruction of a bench kernel in user mode: a0 = rounds. It ends with a system call, a0 = the checksum.
        .section .entry, "ax"
        lla     sp, stack_top
        call    kernel
        ecall

        .bss
        .balign 16
        .skip   65536
stack_top:
