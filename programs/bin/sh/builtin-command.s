# The builtins that say what a name stands for, and run it: type command.
    .include "sh.inc"
    .include "fcntl.inc"

    .text
# type NAME...
    .globl do_type
do_type:
    enter 4
    addi s0, a1, 8
    li s1, 0
1:  ld a0, 0(s0)
    beqz a0, 2f
    addi s0, s0, 8
    li a1, 1
    call explain
    beqz a0, 1b
    li s1, 1
    j 1b
2:  mv a0, s1
    leave 4

# explain(name, verbose) -> 0 when there is such a command, else 127: prints what it is, or (for command -v) only its name or path
explain:
    enter 5
    mv s0, a0
    mv s1, a1
    call is_reserved
    lstr s2, "a shell keyword"
    bnez a0, 1f
    mv a0, s0
    call function_body
    lstr s2, "a shell function"
    bnez a0, 1f
    mv a0, s0
    call find_builtin
    lstr s2, "a shell builtin"
    bnez a0, 1f
    mv a0, s0
    li a1, '/'
    call strchr
    mv s2, s0
    bnez a0, 3f
    call search_path
    mv s3, a0
2:  mv a0, s3
    mv a1, s0
    call next_in_path
    mv s2, a0
    mv s3, a1
    beqz a0, explain_missing
3:  mv a0, s2
    li a1, X_OK
    call access
    beqz a0, 4f
    beq s2, s0, explain_missing
    j 2b
1:  mv a1, s0
    mv a2, s2
    bnez s1, 5f
    lstr a0, "%s\n"
    call printf
    li a0, 0
    leave 5
4:  mv a1, s2
    lstr a0, "%s\n"
    beqz s1, 6f
    mv a1, s0
    mv a2, s2
5:  lstr a0, "%s is %s\n"
6:  call printf
    li a0, 0
    leave 5
explain_missing:
    li a0, STATUS_NOT_FOUND
    beqz s1, 7f
    mv a1, s0
    lstr a0, "%s: not found\n"
    call printf
    li a0, STATUS_NOT_FOUND
7:  leave 5

# is_reserved(name) -> 1 for a reserved word
is_reserved:
    enter 2
    mv s0, a0
    la s1, reserved_words
1:  lbu t0, 0(s1)
    li a0, 0
    beqz t0, 2f
    mv a0, s1
    mv a1, s0
    call strcmp
    seqz a0, a0
    bnez a0, 2f
    mv a0, s1
    call strlen
    add s1, s1, a0
    addi s1, s1, 1
    j 1b
2:  leave 2

# command [-v | -V] NAME [ARGUMENT...]: passes over functions
    .globl do_command
do_command:
    enter 4
    addi s0, a1, 8
    addi s1, a0, -1
    ld a0, 0(s0)
    beqz a0, 1f
    lbu t0, 0(a0)
    li t1, '-'
    bne t0, t1, 2f
    lbu t0, 1(a0)
    addi s0, s0, 8
    addi s1, s1, -1
    ld a0, 0(s0)
    beqz a0, 1f
    li a1, 0
    li t1, 'v'
    beq t0, t1, 3f
    li a1, 1
    li t1, 'V'
    beq t0, t1, 3f
2:  mv s2, a0
    call find_builtin
    beqz a0, command_program
    ld t0, BUILTIN_FUNCTION(a0)
    mv a0, s1
    mv a1, s0
    jalr t0
    leave 4
1:  li a0, 0
    leave 4
3:  call explain
    leave 4
command_program:
    li a0, 1
    call new_job
    mv s3, a0
    li a1, 0
    call fork_child
    bnez a0, 4f
    mv a0, s0
    call exec_program
    tail _exit
4:  mv a0, s3
    ld a1, current_node
    call wait_foreground
    leave 4
