# The builtins about variables and parameters: export readonly local unset set shift.
    .include "sh.inc"

    .text
# export [-p] [NAME[=VALUE]...], readonly likewise
    .globl do_export
do_export:
    li a2, VAR_EXPORT
    j 1f
    .globl do_readonly
do_readonly:
    li a2, VAR_READONLY
1:  enter 4
    mv s2, a2
    addi s0, a1, 8
    ld t0, 0(s0)
    beqz t0, export_print
    lbu t1, 0(t0)
    li t2, '-'
    bne t1, t2, 2f
    lbu t1, 1(t0)
    li t2, 'p'
    beq t1, t2, export_print
    addi s0, s0, 8          # "--"
2:  li s3, 0
3:  ld s1, 0(s0)
    beqz s1, 5f
    addi s0, s0, 8
    mv a0, s1
    call name_length
    beqz a0, export_bad
    add t0, s1, a0
    lbu t1, 0(t0)
    li a2, 0                # no value: only the flag
    beqz t1, 4f
    li t2, '='
    bne t1, t2, export_bad
    addi a2, t0, 1
4:  mv a1, a0
    mv a0, s1
    mv a3, s2
    call set_var_n
    bgez a0, 3b
    li a0, STATUS_SYNTAX
    tail abort_command
5:  mv a0, s3
    leave 4
export_bad:
    mv a1, s1
    lstr a0, "%s: bad variable name"
    call sh_error
    li s3, 1
    j 3b
export_print:
    lstr a0, "export "
    li t0, VAR_EXPORT
    beq s2, t0, 6f
    lstr a0, "readonly "
6:  mv a1, s2
    call print_vars
    li a0, 0
    leave 4

# local NAME[=VALUE]...: until the function ends
    .globl do_local
do_local:
    enter 3
    ld t0, function_depth
    beqz t0, local_outside
    addi s0, a1, 8
1:  ld s1, 0(s0)
    beqz s1, 3f
    addi s0, s0, 8
    mv a0, s1
    call name_length
    mv s2, a0
    beqz a0, local_outside
    mv a1, a0
    mv a0, s1
    call save_var
    add t0, s1, s2
    lbu t1, 0(t0)
    addi a2, t0, 1
    bnez t1, 2f
    mv a0, s1
    mv a1, s2
    call get_var_n          # without a value it keeps the outer one, as in dash
    mv a2, a0
    beqz a0, 1b
2:  mv a0, s1
    mv a1, s2
    li a3, 0
    call set_var_n
    j 1b
3:  li a0, 0
    leave 3
local_outside:
    lstr a0, "local: not in a function, or not a name"
    call sh_error
    li a0, STATUS_SYNTAX
    tail abort_command

# unset [-v | -f] NAME...
    .globl do_unset
do_unset:
    enter 3
    addi s0, a1, 8
    li s1, 'v'
    li s2, 0
1:  ld a0, 0(s0)
    beqz a0, 4f
    addi s0, s0, 8
    lbu t0, 0(a0)
    li t1, '-'
    bne t0, t1, 2f
    lbu s1, 1(a0)
    j 1b
2:  li t0, 'f'
    beq s1, t0, 3f
    call unset_var
    bgez a0, 1b
    li s2, 1
    j 1b
3:  call unset_function
    j 1b
4:  mv a0, s2
    leave 3

# set [-efux... | -o NAME] [--] [ARGUMENT...]
    .globl do_set
do_set:
    enter 5
    addi s0, a1, 8
    ld t0, 0(s0)
    bnez t0, set_option_word
    mv a1, t0
    lstr a0, ""
    call print_vars
    j set_done
set_option_word:
    ld s1, 0(s0)
    beqz s1, set_done       # only options: the parameters stay
    lbu s2, 0(s1)
    li t0, '-'
    beq s2, t0, 1f
    li t0, '+'
    bne s2, t0, set_parameters
1:  addi s0, s0, 8
    addi s1, s1, 1
    lbu t0, 0(s1)
    beqz t0, set_parameters # "-" alone
    li t1, '-'
    beq t0, t1, set_parameters
set_letter:
    lbu a0, 0(s1)
    beqz a0, set_option_word
    addi s1, s1, 1
    li t0, '-'
    sub a1, s2, t0
    seqz a1, a1
    li t0, 'o'
    beq a0, t0, set_name
    mv s3, a0
    call set_option
    bgez a0, set_letter
    mv a1, s3
    lstr a0, "set: illegal option -%c"
    call sh_error
    li a0, STATUS_SYNTAX
    leave 5
set_name:
    ld a0, 0(s0)
    bnez a0, 2f
    call print_options
    j set_done
2:  addi s0, s0, 8
    mv s3, a0
    call set_option_by_name
    bgez a0, set_letter
    mv a1, s3
    lstr a0, "set: illegal option -o %s"
    call sh_error
    li a0, STATUS_SYNTAX
    leave 5
set_parameters:             # from s0 on; the strings must outlive this command
    li s1, 0
3:  slli t0, s1, 3
    add t0, s0, t0
    ld t0, 0(t0)
    addi s1, s1, 1
    bnez t0, 3b
    slli a0, s1, 3
    call malloc
    beqz a0, out_of_memory
    addi s1, s1, -1         # s1 = count, s2 = the array
    mv s2, a0
    mv s3, a0
4:  ld a0, 0(s0)
    beqz a0, 5f
    addi s0, s0, 8
    call strdup
    beqz a0, out_of_memory
    sd a0, 0(s3)
    addi s3, s3, 8
    j 4b
5:  sd zero, 0(s3)
    call free_owned_params  # the ones of the last `set`
    sd s2, owned_params, t0
    mv a0, s2
    mv a1, s1
    call set_params
set_done:
    li a0, 0
    leave 5

# free_owned_params(): frees the positional parameters that `set` made at this level, if it did
    .globl free_owned_params
free_owned_params:
    enter 2
    ld s0, owned_params
    beqz s0, 2f
    sd zero, owned_params, t0
    mv s1, s0
1:  ld a0, 0(s1)
    addi s1, s1, 8
    call free               # the 0 at the end may be freed too
    ld t0, -8(s1)
    bnez t0, 1b
    mv a0, s0
    call free
2:  leave 2

# shift [N]
    .globl do_shift
do_shift:
    enter 0
    li a2, 1
    call number_argument
    ld t0, param_count
    bgtu a0, t0, 1f
    sub a1, t0, a0
    ld t1, params
    slli a0, a0, 3
    add a0, t1, a0
    call set_params
    li a0, 0
    leave 0
1:  lstr a0, "shift: can't shift that many"
    call sh_error
    li a0, 1
    leave 0

    .bss
    .balign 8
# owned_params: the array that the last `set` made, in the function that is running or in the shell itself; or 0
    .globl owned_params
owned_params: .zero 8
