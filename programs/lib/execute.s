# Running a program by its name, as execvp does.
    .include "macros.inc"
    .include "errno.inc"

    .equ STATUS_CANNOT_RUN, 126     # exit statuses of the programs that run others
    .equ STATUS_NOT_FOUND, 127

    .text
# execute(name, argv, envp) -> -errno: runs the program, looking for it along $PATH when the name has no slash
    .globl execute
execute:
    enter 7
    mv s0, a0
    mv s1, a1
    mv s2, a2
    li s6, -ENOENT                  # s6 = the best reason why not
    li a1, '/'
    call strchr
    beqz a0, 1f
    mv a0, s0
    mv a1, s1
    mv a2, s2
    call execve
    leave 7
1:  lstr a0, "PATH"
    call getenv
    mv s3, a0
    bnez a0, 2f
    lstr s3, "/bin:/usr/bin"
2:  mv a0, s3                       # one directory of the path
    li a1, ':'
    call strchr
    mv s4, a0
    bnez a0, 3f
    mv a0, s3
    call strlen
    add a0, a0, s3
3:  sub a1, a0, s3
    mv a0, s3
    call strndup
    mv a1, s0
    call join_path
    mv a1, s1
    mv a2, s2
    call execve
    li t0, -ENOENT
    beq a0, t0, 4f
    li t0, -ENOTDIR
    beq a0, t0, 4f
    mv s6, a0
    li t0, -EACCES
    bne a0, t0, 5f
4:  addi s3, s4, 1
    bnez s4, 2b
5:  mv a0, s6
    leave 7

# not_run_status(errno) -> the exit status after execute failed
    .globl not_run_status
not_run_status:
    addi t0, a0, ENOENT
    li a0, STATUS_NOT_FOUND
    beqz t0, 1f
    li a0, STATUS_CANNOT_RUN
1:  ret
