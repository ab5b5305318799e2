# Paths as text: their parts, and joining them.
    .include "macros.inc"

    .text
# base_name(path) -> a0 = last part, a1 = its length; trailing slashes do not count, and "/" is its own last part
    .globl base_name
base_name:
    mv t0, a0
1:  lbu t1, 0(t0)                   # t0 = end
    beqz t1, 2f
    addi t0, t0, 1
    j 1b
2:  li t2, '/'
    addi t3, a0, 1
3:  bleu t0, t3, 4f                 # drop slashes, but not the first character
    lbu t1, -1(t0)
    bne t1, t2, 4f
    addi t0, t0, -1
    j 3b
4:  mv t4, t0                       # t4 = start
5:  bleu t4, a0, 6f
    lbu t1, -1(t4)
    beq t1, t2, 6f
    addi t4, t4, -1
    j 5b
6:  sub a1, t0, t4
    bnez a1, 7f
    beq t0, a0, 7f                  # the empty path has an empty last part
    mv t4, a0                       # only slashes
    li a1, 1
7:  mv a0, t4
    ret

# dir_name(path) -> a0 = the path up to its last part, a1 = length; "." when there is nothing before the last part
    .globl dir_name
dir_name:
    enter 1
    mv s0, a0
    call base_name
    li t2, '/'
1:  bleu a0, s0, 2f                 # drop the slashes between, but not the root's
    lbu t1, -1(a0)
    bne t1, t2, 2f
    addi a0, a0, -1
    j 1b
2:  sub a1, a0, s0
    mv a0, s0
    bnez a1, 3f
    li a1, 1
    lbu t1, 0(s0)
    beq t1, t2, 3f
    lstr a0, "."
    li a1, 1
3:  leave 1

# join_path(directory, name) -> "directory/name" from malloc. A slash at the end of the directory serves; an empty one adds nothing.
    .globl join_path
join_path:
    enter 4
    mv s0, a0
    mv s1, a1
    call strlen
    mv s2, a0
    mv a0, s1
    call strlen
    add a0, a0, s2
    addi a0, a0, 2
    call malloc
    beqz a0, 3f
    mv s3, a0
    mv a1, s0
    call strcpy
    beqz s2, 2f
    add t0, s3, s2
    lbu t1, -1(t0)
    li t2, '/'
    beq t1, t2, 2f
    sb t2, 0(t0)
    sb zero, 1(t0)
2:  mv a0, s3
    mv a1, s1
    call strcat
    mv a0, s3
    leave 4
3:  li a0, 1
    li a1, 0
    lstr a2, "memory exhausted"
    call die
