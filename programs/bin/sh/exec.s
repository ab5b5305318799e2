# Walking the tree: each kind of node has a function here (simple commands: command.s; pipelines and jobs: process.s).
    .include "sh.inc"

# What is kept of a function.
    .equ FUNCTION_NEXT, 0
    .equ FUNCTION_NAME, 8
    .equ FUNCTION_BODY, 16
    .equ FUNCTION_SIZEOF, 24

    .text
# exec_node(node, flags) -> its exit status, which is in last_status too; flags are EXEC_...
    .globl exec_node
exec_node:
    enter 3
    mv s0, a0
    ld s1, NODE_KIND(s0)
    la t0, exec_table
    slli t1, s1, 3
    add t0, t0, t1
    ld s2, 0(t0)
    ld t0, NODE_REDIRS(s0)
    beqz t0, 1f
    beqz s1, 1f             # KIND_SIMPLE and KIND_SUBSHELL see to their redirections themselves
    li t1, KIND_SUBSHELL
    bne s1, t1, redirected_compound
1:  jalr s2
node_done:
    sd a0, last_status, t0
    beqz a0, 3f
    lbu t0, options + OPTION_ERREXIT
    beqz t0, 3f
    ld t0, errexit_off
    bnez t0, 3f
    li t0, (1 << KIND_SIMPLE) | (1 << KIND_PIPE) | (1 << KIND_SUBSHELL)
    srl t0, t0, s1
    andi t0, t0, 1
    beqz t0, 3f
    ld t0, skip
    bnez t0, 3f
    tail shell_exit
3:  call run_traps
    ld a0, last_status
    leave 3

redirected_compound:
    ld t0, saved_descriptors
    addi sp, sp, -16
    sd t0, 0(sp)
    ld a0, NODE_REDIRS(s0)
    li a1, 1
    call redirect
    bnez a0, 1f
    mv a0, s0
    li a1, 0
    jalr s2
1:  sd a0, 8(sp)
    ld a0, 0(sp)
    call undo_redirections
    ld a0, 8(sp)
    addi sp, sp, 16
    j node_done

# The functions of the table: (node, flags) -> status.

exec_list:
    enter 2
    mv s1, a1
    ld s0, NODE_A(a0)
1:  ld a0, CELL_VALUE(s0)
    ld s0, CELL_NEXT(s0)
    li a1, 0
    bnez s0, 2f
    mv a1, s1
2:  call exec_node
    beqz s0, 3f
    ld t0, skip
    beqz t0, 1b
3:  leave 2

# exec_condition(node) -> status: a failure in it is no reason for `set -e` to end the shell
exec_condition:
    enter 0
    ld t0, errexit_off
    addi t0, t0, 1
    sd t0, errexit_off, t1
    li a1, 0
    call exec_node
    ld t0, errexit_off
    addi t0, t0, -1
    sd t0, errexit_off, t1
    leave 0

exec_not:
    enter 0
    ld a0, NODE_A(a0)
    call exec_condition
    ld t0, skip
    bnez t0, 1f
    seqz a0, a0
1:  leave 0

exec_and:
    enter 2
    mv s0, a0
    mv s1, a1
    ld a0, NODE_A(s0)
    call exec_condition
    bnez a0, 1f
second_half:
    ld t0, skip
    bnez t0, 1f
    ld a0, NODE_B(s0)
    mv a1, s1
    call exec_node
1:  leave 2

exec_or:
    enter 2
    mv s0, a0
    mv s1, a1
    ld a0, NODE_A(s0)
    call exec_condition
    bnez a0, second_half
    leave 2

exec_group:
    ld a0, NODE_A(a0)
    j exec_node

exec_if:
    enter 2
    mv s0, a0
    mv s1, a1
    ld a0, NODE_A(s0)
    call exec_condition
    ld t0, skip
    bnez t0, 3f
    bnez a0, 1f
    ld a0, NODE_B(s0)
    j 2f
1:  ld t0, NODE_C(s0)
    li a0, 0
    beqz t0, 3f
    mv a0, t0
2:  mv a1, s1
    call exec_node
3:  leave 2

exec_while:
    enter 3
    li s1, 0                # the condition's status is compared with 0, after inversion for until
    j 1f
exec_until:
    enter 3
    li s1, 1
1:  mv s0, a0
    li s2, 0
    call enter_loop
2:  ld a0, NODE_A(s0)
    call exec_condition
    mv t0, a0
    call end_of_turn        # break in the condition
    bnez a0, 3f
    ld t0, last_status
    snez t0, t0
    bne t0, s1, 3f
    ld a0, NODE_B(s0)
    li a1, 0
    call exec_node
    mv s2, a0
    call end_of_turn
    beqz a0, 2b
3:  call leave_loop
    mv a0, s2
    leave 3

exec_for:
    enter 7, BUFFER_SIZEOF + 8
    mv s0, a0
    ld a0, scratch
    call arena_mark
    mv s1, a0
    mv s2, a1
    mv a0, sp
    call buffer_init
    ld a0, NODE_B(s0)
    mv a1, sp
    call expand_words
    ld s3, BUFFER_DATA(sp)
    ld s4, BUFFER_LENGTH(sp)
    add s4, s3, s4
    li s5, 0
    call enter_loop
1:  bgeu s3, s4, 2f
    ld a0, NODE_A(s0)
    ld a1, 0(s3)
    li a2, 0
    addi s3, s3, 8
    call set_var
    bltz a0, 2f
    ld a0, NODE_C(s0)
    li a1, 0
    call exec_node
    mv s5, a0
    call end_of_turn
    beqz a0, 1b
2:  call leave_loop
    ld a0, scratch
    mv a1, s1
    mv a2, s2
    call arena_release
    mv a0, s5
    leave 7, BUFFER_SIZEOF + 8

enter_loop:
    ld t0, loop_depth
    addi t0, t0, 1
    sd t0, loop_depth, t1
    ret
leave_loop:
    ld t0, loop_depth
    addi t0, t0, -1
    sd t0, loop_depth, t1
    ret

# end_of_turn() -> 1 when the loop is to end: a break, a return, or one of them or a continue that is meant for a loop further out
end_of_turn:
    ld t0, skip
    li a0, 0
    beqz t0, 2f
    li a0, 1
    li t1, SKIP_RETURN
    beq t0, t1, 2f
    ld t1, skip_count
    addi t1, t1, -1
    sd t1, skip_count, t2
    bnez t1, 2f
    sd zero, skip, t1
    li t1, SKIP_BREAK
    beq t0, t1, 2f
    li a0, 0
2:  ret

exec_case:
    enter 8, BUFFER_SIZEOF + 8
    mv s0, a0
    mv s1, a1
    ld a0, scratch
    call arena_mark
    mv s2, a0
    mv s3, a1
    ld a0, NODE_A(s0)
    li a1, EXPAND_TILDE
    call expand_string
    mv s4, a0
    call strlen
    add s5, s4, a0
    ld s6, NODE_B(s0)
1:  beqz s6, 4f
    ld s7, ITEM_PATTERNS(s6)
2:  beqz s7, 3f
    mv a0, sp
    call buffer_init
    mv a0, sp
    ld a1, CELL_VALUE(s7)
    li a2, EXPAND_TILDE
    call expand_text
    ld a0, BUFFER_DATA(sp)
    ld a1, BUFFER_LENGTH(sp)
    add a1, a0, a1
    mv a2, s4
    mv a3, s5
    call match_units
    bnez a0, 4f
    ld s7, CELL_NEXT(s7)
    j 2b
3:  ld s6, ITEM_NEXT(s6)
    j 1b
4:  ld a0, scratch
    mv a1, s2
    mv a2, s3
    call arena_release
    li a0, 0
    beqz s6, 5f
    ld t0, ITEM_BODY(s6)
    beqz t0, 5f
    mv a0, t0
    mv a1, s1
    call exec_node
5:  leave 8, BUFFER_SIZEOF + 8

# a definition: the tree must outlive the line it stands in
exec_function:
    enter 2
    mv s0, a0
    ld t0, NODE_C(s0)
    li t1, 1
    sd t1, ARENA_KEPT(t0)
    ld a0, NODE_A(s0)
    call find_function
    beqz a0, 1f
    mv s1, a0
    j 2f
1:  li a0, FUNCTION_SIZEOF
    call malloc
    beqz a0, out_of_memory
    mv s1, a0
    ld t0, functions
    sd t0, FUNCTION_NEXT(s1)
    sd s1, functions, t0
2:  ld t0, NODE_A(s0)
    sd t0, FUNCTION_NAME(s1)
    ld t0, NODE_B(s0)
    sd t0, FUNCTION_BODY(s1)
    li a0, 0
    leave 2

# find_function(name) -> the function, or 0
find_function:
    enter 2
    mv s0, a0
    ld s1, functions
1:  beqz s1, 2f
    ld a0, FUNCTION_NAME(s1)
    mv a1, s0
    call strcmp
    beqz a0, 2f
    ld s1, FUNCTION_NEXT(s1)
    j 1b
2:  mv a0, s1
    leave 2

# function_body(name) -> the tree of a function, or 0
    .globl function_body
function_body:
    enter 0
    call find_function
    beqz a0, 1f
    ld a0, FUNCTION_BODY(a0)
1:  leave 0

# unset_function(name)
    .globl unset_function
unset_function:
    enter 0
    call find_function
    beqz a0, 2f
    la t0, functions - FUNCTION_NEXT
1:  ld t1, FUNCTION_NEXT(t0)
    mv t2, t0
    mv t0, t1
    bne t1, a0, 1b
    ld t1, FUNCTION_NEXT(a0)
    sd t1, FUNCTION_NEXT(t2)
    call free
2:  leave 0

# call_function(body, argc, argv) -> status: with the arguments as positional parameters
    .globl call_function
call_function:
    enter 7
    mv s0, a0
    ld s1, params
    ld s2, param_count
    ld s3, saved_vars
    ld s4, loop_depth
    ld s6, owned_params
    sd zero, owned_params, t0
    addi t0, a2, 8
    sd t0, params, t1
    addi t0, a1, -1
    sd t0, param_count, t1
    sd zero, loop_depth, t0
    ld t0, function_depth
    addi t0, t0, 1
    sd t0, function_depth, t1
    mv a0, s0
    li a1, 0
    call exec_node
    mv s5, a0
    sd zero, skip, t0       # a return ends here
    ld t0, function_depth
    addi t0, t0, -1
    sd t0, function_depth, t1
    sd s4, loop_depth, t0
    call free_owned_params
    sd s6, owned_params, t0
    mv a0, s3
    call restore_vars
    sd s1, params, t0
    sd s2, param_count, t0
    mv a0, s5
    leave 7

# set_params(array, count): the positional parameters of the shell itself, or of the function that is running. The strings and the array stay
# the caller's.
    .globl set_params
set_params:
    sd a0, params, t0
    sd a1, param_count, t0
    ld t0, function_depth
    bnez t0, 1f
    sd a0, shell_params, t0
    sd a1, shell_param_count, t0
1:  ret

# restore_params(): back to those of the shell itself, when a function was given up
    .globl restore_params
restore_params:
    ld t0, shell_params
    sd t0, params, t1
    ld t0, shell_param_count
    sd t0, param_count, t1
    ret

    .section .rodata
    .balign 8
# In the order of KIND_SIMPLE and on.
exec_table:
    .dword exec_simple, exec_pipe, exec_not, exec_and, exec_or, exec_list, exec_async, exec_subshell, exec_group
    .dword exec_if, exec_while, exec_until, exec_for, exec_case, exec_function

    .bss
    .balign 8
functions: .zero 8
shell_params: .zero 8
shell_param_count: .zero 8
# skip: a SKIP_... while commands are being left; skip_count: how many loops of it are left. loop_depth, function_depth: how deep we are.
# errexit_off: > 0 in a condition.
    .globl skip
    .globl skip_count
    .globl loop_depth
    .globl function_depth
    .globl errexit_off
skip: .zero 8
skip_count: .zero 8
loop_depth: .zero 8
function_depth: .zero 8
errexit_off: .zero 8
