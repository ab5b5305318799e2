# uname: what system this is. -s kernel (the default), -n host name, -r release, -v version, -m machine, -o operating system; -p and -i are
# not known to the kernel; -a is all that is known.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .equ NOT_IN_UTSNAME, 0xffff     # instead of the offset of a field
    .equ IN_ALL, 1                  # -a shows it

    .equ FIELD_TARGET, 0            # a row of `fields`
    .equ FIELD_OFFSET, 8
    .equ FIELD_IN_ALL, 10
    .equ FIELD_TEXT, 16
    .equ FIELD_SIZE, 24

    .text
    .globl main
main:
    enter 4
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    bnez a0, extra
    la a0, names
    call uname
    bltz a0, failed
    li s1, 0                        # s1 = fields printed
    lb s2, all
1:  la s0, fields
2:  ld t0, FIELD_TARGET(s0)
    beqz t0, 5f
    lb t0, 0(t0)
    bnez t0, 3f
    beqz s2, 4f
    lbu t0, FIELD_IN_ALL(s0)
    beqz t0, 4f
3:  ld s3, FIELD_TEXT(s0)
    lhu t0, FIELD_OFFSET(s0)
    li t1, NOT_IN_UTSNAME
    beq t0, t1, 35f
    la s3, names
    add s3, s3, t0
35: lstr a0, " %s"
    bnez s1, 36f
    lstr a0, "%s"
36: addi s1, s1, 1
    mv a1, s3
    call printf
4:  addi s0, s0, FIELD_SIZE
    j 2b
5:  li t0, 1                        # nothing was asked for: -s
    sb t0, show_kernel, t1
    beqz s1, 1b
    li a0, '\n'
    call putchar
    li a0, 0
    leave 4

extra:
    lstr a0, "extra operand '%s'"
    ld a1, 0(a1)
    call usage_error
failed:
    mv a1, a0
    li a0, 1
    lstr a2, "cannot get system name"
    call die

    .section .rodata
usage: .asciz "Usage: uname [-aimnoprsv]"
unknown: .asciz "unknown"
system: .asciz "GNU/Linux"

# field target, offset in struct utsname, in -a or not, text of a field that is not there: one row, in the order of printing
.macro field target, offset, in_all, text=0
    .dword \target
    .half \offset
    .byte \in_all
    .balign 8
    .dword \text
.endm
    .balign 8
fields:
    field show_kernel, UTSNAME_SYSNAME, IN_ALL
    field show_host, UTSNAME_NODENAME, IN_ALL
    field show_release, UTSNAME_RELEASE, IN_ALL
    field show_version, UTSNAME_VERSION, IN_ALL
    field show_machine, UTSNAME_MACHINE, IN_ALL
    field show_processor, NOT_IN_UTSNAME, 0, unknown
    field show_platform, NOT_IN_UTSNAME, 0, unknown
    field show_system, NOT_IN_UTSNAME, IN_ALL, system
    .dword 0
options:
    option 'a', OPTION_SET, all
    option 's', OPTION_SET, show_kernel
    option 'n', OPTION_SET, show_host
    option 'r', OPTION_SET, show_release
    option 'v', OPTION_SET, show_version
    option 'm', OPTION_SET, show_machine
    option 'p', OPTION_SET, show_processor
    option 'i', OPTION_SET, show_platform
    option 'o', OPTION_SET, show_system
    end_options

    .bss
all: .zero 1
show_kernel: .zero 1
show_host: .zero 1
show_release: .zero 1
show_version: .zero 1
show_machine: .zero 1
show_processor: .zero 1
show_platform: .zero 1
show_system: .zero 1
names: .zero UTSNAME_SIZE
