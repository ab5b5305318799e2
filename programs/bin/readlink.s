# readlink: prints where a symbolic link points to. -n leaves out the newline, -f prints the absolute path of a file, free of links (its
# last part need not exist). Status 1, and no message, for a file that is not a link.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .equ LINKS_MAX, 40              # as many as the kernel follows

    .text
    .globl main
main:
    enter 3
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    li s2, 0                        # s2 = status
    bnez s0, 1f
    lstr a0, "missing operand"
    call usage_error
1:  lb t0, no_newline
    li t1, 1
    beqz t0, 15f
    beq s0, t1, 15f
    sb zero, no_newline, t0
    li a0, 0
    lstr a1, "ignoring --no-newline with multiple arguments"
    call warn
15: lstr a0, "."
    li a1, O_RDONLY | O_DIRECTORY
    li a2, 0
    call open
    sd a0, start, t0
2:  ld a0, 0(s1)
    lb t0, canonical
    bnez t0, 3f
    call read_link
    j 35f
3:  call resolve
35: beqz a0, 5f
    mv a1, a0
    lstr a0, "%s\n"
    lb t0, no_newline
    beqz t0, 4f
    lstr a0, "%s"
4:  call printf
    j 6f
5:  li s2, 1
6:  addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, 2b
    mv a0, s2
    leave 3

# read_link(path) -> what it says (malloc'ed), or 0 when it is no link
read_link:
    enter 2
    mv s0, a0
    li a0, PATH_MAX
    call malloc
    mv s1, a0
    mv a0, s0
    mv a1, s1
    li a2, PATH_MAX - 1
    call readlink
    bltz a0, 1f
    add t0, s1, a0
    sb zero, 0(t0)
    mv a0, s1
    leave 2
1:  mv a0, s1
    call free
    li a0, 0
    leave 2

# resolve(path) -> its absolute path without links, "." and ".." (malloc'ed), or 0: follows a link in the last place, then asks the
# kernel for the name of the directory
resolve:
    enter 4
    mv s0, a0
    li s1, LINKS_MAX
1:  mv a0, s0
    call read_link
    beqz a0, 3f
    mv s2, a0
    addi s1, s1, -1
    beqz s1, 9f
    lbu t0, 0(s2)
    addi t0, t0, -'/'
    mv a0, s2
    beqz t0, 2f                     # a relative link begins where the link is
    mv a0, s0
    call dir_name
    call strndup
    mv a1, s2
    call join_path
2:  mv s0, a0
    j 1b
3:  mv a0, s0                       # a directory: go there
    call chdir
    lstr s2, ""
    beqz a0, 4f
    mv a0, s0
    call base_name
    call strndup
    mv s2, a0
    mv a0, s0
    call dir_name
    call strndup
    call chdir
    bnez a0, 9f
4:  li a0, PATH_MAX
    call malloc
    mv s3, a0
    li a1, PATH_MAX
    call getcwd
    bltz a0, 9f
    mv a0, s3
    lbu t0, 0(s2)
    beqz t0, 5f
    mv a1, s2
    call join_path
5:  mv s3, a0
    ld a0, start                    # back to where relative operands begin
    call fchdir
    mv a0, s3
    leave 4
9:  ld a0, start
    call fchdir
    li a0, 0
    leave 4

    .section .rodata
usage: .asciz "Usage: readlink [-fn] FILE..."
    .balign 8
options:
    option 'f', OPTION_SET, canonical
    option 'n', OPTION_SET, no_newline
    end_options

    .bss
    .balign 8
start: .zero 8
canonical: .zero 1
no_newline: .zero 1
