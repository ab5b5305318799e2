# Experiment: which open files does a program keep when it executes another one?
# Run:        exec-fd-inheritance
#
# The lab opens four descriptors, tells of each, and executes itself; the argument makes the second image look at the same numbers.
#
# Watch for:  - a plain descriptor survives exec. That is how a shell hands redirected files and pipes to what it starts;
#             - one opened with O_CLOEXEC is closed by exec;
#             - the mark belongs to the descriptor, not to the open file: a duplicate of a marked one is unmarked, and survives;
#             - fcntl(F_SETFD, FD_CLOEXEC) marks one afterwards;
#             - the two images are one process: the pid is the same, and so is the offset of the file.
    .include "macros.inc"
    .include "fcntl.inc"

    .equ BASE_FD, 10                # the four get fixed numbers, from here on
    .equ COUNT, 4

    .text
    .globl main
main:
    li t0, 1
    bgt a0, t0, second_image
    j first_image

# first_image(argc, argv, envp)
first_image:
    enter 3, 32
    mv s0, a1
    mv s1, a2
    call getpid
    mv a2, a0
    li a0, STDOUT
    lstr a1, "first image, pid %d\n"
    call dprintf

    li a1, O_RDONLY
    li a2, BASE_FD
    call open_at                    # plain
    li a1, O_RDONLY | O_CLOEXEC
    li a2, BASE_FD + 1
    call open_at                    # marked when it was opened
    li a0, BASE_FD + 1
    li a1, BASE_FD + 2
    li a2, 0
    call dup3                       # a duplicate of the marked one
    bltz a0, failed
    li a1, O_RDONLY
    li a2, BASE_FD + 3
    call open_at
    li a0, BASE_FD + 3
    li a1, F_SETFD
    li a2, FD_CLOEXEC
    call fcntl                      # marked afterwards
    bltz a0, failed
    li a0, BASE_FD
    li a1, 7
    li a2, SEEK_SET
    call lseek                      # an offset to recognise
    call report

    ld t0, 0(s0)                    # argv of the second image: our name, and a word that says which image it is
    sd t0, 0(sp)
    lstr t0, "second"
    sd t0, 8(sp)
    sd zero, 16(sp)
    lstr a0, "/proc/self/exe"
    mv a1, sp
    mv a2, s1
    call execve                     # returns only when it fails
    j failed

second_image:
    enter 0
    call getpid
    mv a2, a0
    li a0, STDOUT
    lstr a1, "second image, pid %d\n"
    call dprintf
    call report
    li a0, 0
    leave 0

# open_at(-, flags, fd): opens the lab's own file, which surely exists, as descriptor fd.
open_at:
    enter 3
    mv s0, a1
    mv s1, a2
    lstr a0, "/proc/self/exe"
    li a2, 0
    call open
    bltz a0, failed
    mv s2, a0
    mv a1, s1
    li t0, O_CLOEXEC
    and a2, s0, t0
    call dup3
    bltz a0, failed
    mv a0, s2
    call close
    leave 3

# report(): one line for each of the four descriptors.
report:
    enter 3
    li s0, 0
1:  li a1, F_GETFD
    li a2, 0
    addi a0, s0, BASE_FD
    call fcntl
    la a3, names
    slli t0, s0, 3
    add a3, a3, t0
    ld a3, 0(a3)
    addi a2, s0, BASE_FD
    bltz a0, 3f
    andi t0, a0, FD_CLOEXEC
    lstr a4, "open"
    beqz t0, 2f
    lstr a4, "open, close-on-exec"
2:  mv s1, a3
    mv s2, a4
    addi a0, s0, BASE_FD
    li a1, 0
    li a2, SEEK_CUR
    call lseek
    mv a5, a0
    mv a4, s2
    mv a3, s1
    addi a2, s0, BASE_FD
    li a0, STDOUT
    lstr a1, "  fd %d (%s): %s, offset %ld\n"
    call dprintf
    j 4f
3:  li a0, STDOUT
    lstr a1, "  fd %d (%s): closed\n"
    call dprintf
4:  addi s0, s0, 1
    li t0, COUNT
    blt s0, t0, 1b
    leave 3

    failure failed, "a system call failed"

    .section .rodata
    .balign 8
names: .dword plain, at_open, duplicate, afterwards
plain: .asciz "plain"
at_open: .asciz "opened with O_CLOEXEC"
duplicate: .asciz "duplicate of that one"
afterwards: .asciz "marked with F_SETFD"
