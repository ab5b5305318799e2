# The names in a directory.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"

    .equ DIRENT_BLOCK, 32768        # bytes asked of getdents64 at a time

    .text
# list_directory(path) -> a0 = array of names (each and the array malloc'ed, in the directory's order, a 0 at the end), a1 = their number;
# a0 = 0 and a1 = -errno when it cannot be read. "." and ".." are left out.
    .globl list_directory
list_directory:
    enter 3
    li a1, O_RDONLY | O_DIRECTORY | O_CLOEXEC
    li a2, 0
    call open
    mv a1, a0
    bltz a0, 1f
    mv s0, a0
    call list_descriptor
    mv s1, a0
    mv s2, a1
    mv a0, s0
    call close
    mv a0, s1
    mv a1, s2
    leave 3
1:  li a0, 0
    leave 3

# list_descriptor(fd) -> as list_directory, for a directory that is open and stays so
    .globl list_descriptor
list_descriptor:
    enter 8
    mv s0, a0                       # s0 = descriptor
    li s1, 0                        # s1 = array
    li s2, 0                        # s2 = names
    li s3, 0                        # s3 = room
    li a0, DIRENT_BLOCK
    call malloc
    mv s4, a0                       # s4 = block
    beqz s4, 7f
1:  addi t0, s2, 1
    bltu t0, s3, 2f
    slli s3, s3, 1
    bnez s3, 15f
    li s3, 64
15: mv a0, s1
    slli a1, s3, 3
    call realloc
    beqz a0, 7f
    mv s1, a0
2:  mv a0, s0
    mv a1, s4
    li a2, DIRENT_BLOCK
    call getdents64
    bltz a0, 8f
    beqz a0, 6f
    mv s5, s4                       # s5 = entry
    add s6, s4, a0                  # s6 = end of the entries
3:  addi a0, s5, DIRENT_NAME
    lbu t0, 0(a0)
    addi t0, t0, -'.'
    bnez t0, 4f
    lbu t0, 1(a0)
    beqz t0, 5f
    addi t0, t0, -'.'
    bnez t0, 4f
    lbu t0, 2(a0)
    beqz t0, 5f
4:  call strdup
    beqz a0, 7f
    slli t0, s2, 3
    add t0, t0, s1
    sd a0, 0(t0)
    addi s2, s2, 1
    addi t0, s2, 1
    bltu t0, s3, 5f
    slli s3, s3, 1
    mv a0, s1
    slli a1, s3, 3
    call realloc
    beqz a0, 7f
    mv s1, a0
5:  lhu t0, DIRENT_RECLEN(s5)
    add s5, s5, t0
    bltu s5, s6, 3b
    j 2b
6:  slli t0, s2, 3
    add t0, t0, s1
    sd zero, 0(t0)
    mv a0, s4
    call free
    mv a0, s1
    mv a1, s2
    leave 8
7:  li a0, -ENOMEM
8:  mv s7, a0
    mv a0, s4
    call free
    mv a0, s1
    call free
    mv a1, s7
    li a0, 0
    leave 8

# free_names(array): frees a list that ends with a 0, and the names in it
    .globl free_names
free_names:
    enter 2
    mv s0, a0
    mv s1, a0
1:  ld a0, 0(s1)
    beqz a0, 2f
    call free
    addi s1, s1, 8
    j 1b
2:  mv a0, s0
    call free
    leave 2

# compare_names(a, b): for qsort, over an array of addresses of texts
    .globl compare_names
compare_names:
    ld a0, 0(a0)
    ld a1, 0(a1)
    tail strcmp
