# Removing a file, or a whole tree of them.
    .include "macros.inc"
    .include "fcntl.inc"

    .text
# remove_tree(path) -> 0, or 1 after a message about each file that stays. A symbolic link goes, not what it points to.
    .globl remove_tree
remove_tree:
    enter 6, STAT_SIZEOF
    mv s0, a0
    mv a1, sp
    call lstat
    bltz a0, 5f
    lw t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFDIR
    mv a0, s0
    beq t0, t1, 1f
    call unlink
    bltz a0, 5f
    leave 6, STAT_SIZEOF
1:  call list_directory
    li s5, 0                        # s5 = result
    mv s1, a0
    bnez a0, 2f
    mv s4, a1                       # a directory that cannot be read can still be removed when it is empty
    mv a0, s0
    call rmdir
    beqz a0, 4f
    mv a0, s4
    j 5f
2:  mv s2, s1
3:  ld a1, 0(s2)
    beqz a1, 35f
    addi s2, s2, 8
    mv a0, s0
    call join_path
    mv s3, a0
    call remove_tree
    or s5, s5, a0
    mv a0, s3
    call free
    j 3b
35: mv a0, s1
    call free_names
    bnez s5, 4f
    mv a0, s0
    call rmdir
    bltz a0, 5f
4:  mv a0, s5
    leave 6, STAT_SIZEOF
5:  lstr a1, "cannot remove '%s'"
    mv a2, s0
    call warn
    li a0, 1
    leave 6, STAT_SIZEOF
