# ln: gives a file a second name (a hard link), or with -s makes a symbolic link to it. -f replaces a file that is in the way, -n takes a
# symbolic link to a directory in the last place for a file, -v tells of each. ln FROM TO, ln FROM... DIRECTORY, ln FROM (into ".").
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .text
    .globl main
main:
    enter 2, STAT_SIZEOF
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    li t0, 1
    bne s0, t0, 1f
    lstr t0, "."
    sd t0, 8(s1)                    # the place of argv's closing 0
    li s0, 2
1:  lb t0, no_dereference
    beqz t0, 2f
    li t0, 2
    bne s0, t0, 2f
    ld a0, 8(s1)
    mv a1, sp
    call lstat
    bltz a0, 2f
    lw t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFLNK
    bne t0, t1, 2f
    ld a0, 0(s1)
    ld a1, 8(s1)
    call make_link
    leave 2, STAT_SIZEOF
2:  mv a0, s0
    mv a1, s1
    la a2, make_link
    call each_target
    leave 2, STAT_SIZEOF

# make_link(from, to) -> 0 or 1
make_link:
    enter 3, STAT_SIZEOF
    mv s0, a0
    mv s1, a1
    lb t0, symbolic
    bnez t0, 1f
    mv a1, sp
    call lstat
    bltz a0, 6f
    lw t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFDIR
    beq t0, t1, 7f
1:  call link_once
    li t0, -EEXIST
    bne a0, t0, 2f
    lb t1, force
    beqz t1, 2f
    mv a0, s1
    call unlink
    bltz a0, 5f
    call link_once
2:  bltz a0, 5f
    lb t0, verbose
    beqz t0, 4f
    lstr a0, "'%s' -> '%s'\n"
    lb t0, symbolic
    bnez t0, 3f
    lstr a0, "'%s' => '%s'\n"
3:  mv a1, s1
    mv a2, s0
    call printf
4:  li a0, 0
    leave 3, STAT_SIZEOF
5:  lstr a1, "failed to create symbolic link '%s'"
    mv a2, s1
    lb t0, symbolic
    bnez t0, 8f
    lstr a1, "failed to create hard link '%s'"
    li t0, -EEXIST
    beq a0, t0, 8f
    lstr a1, "failed to create hard link '%s' => '%s'"
    mv a3, s0
    j 8f
6:  lstr a1, "failed to access '%s'"
    mv a2, s0
    j 8f
7:  li a0, 0
    lstr a1, "%s: hard link not allowed for directory"
    mv a2, s0
8:  call warn
    li a0, 1
    leave 3, STAT_SIZEOF

# link_once() -> 0 or -errno. Part of make_link.
link_once:
    lb t0, symbolic
    beqz t0, 1f
    mv a0, s0
    li a1, AT_FDCWD
    mv a2, s1
    tail symlinkat
1:  li a0, AT_FDCWD
    mv a1, s0
    li a2, AT_FDCWD
    mv a3, s1
    li a4, 0
    tail linkat

    .section .rodata
usage: .asciz "Usage: ln [-fnsv] FROM... [TO]"
    .balign 8
options:
    option 's', OPTION_SET, symbolic
    option 'f', OPTION_SET, force
    option 'n', OPTION_SET, no_dereference
    option 'v', OPTION_SET, verbose
    end_options

    .bss
symbolic: .zero 1
force: .zero 1
no_dereference: .zero 1
verbose: .zero 1
