# cp: copies files. -r (-R) also directories, with all that is in them; -p keeps times, permissions and owners; -a is -rp; -f removes a
# file that cannot be opened for writing first; -v tells of each. cp FROM TO, cp FROM... DIRECTORY.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .text
    .globl main
main:
    enter 0
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    lb t0, archive
    beqz t0, 1f
    sb t0, copy_recursive, t1
    sb t0, copy_preserve, t1
1:  la a2, copy_file
    call each_target
    leave 0

    .section .rodata
usage: .asciz "Usage: cp [-afprRv] FROM TO\n   or: cp [-afprRv] FROM... DIRECTORY"
    .balign 8
options:
    option 'r', OPTION_SET, copy_recursive
    option 'R', OPTION_SET, copy_recursive
    option 'p', OPTION_SET, copy_preserve
    option 'a', OPTION_SET, archive
    option 'f', OPTION_SET, copy_force
    option 'v', OPTION_SET, copy_verbose
    end_options

    .bss
archive: .zero 1
