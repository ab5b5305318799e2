# Variables: a list of them, with what is exported to programs and what may not be changed; and putting them back after a function.
    .include "sh.inc"

# What save_var keeps of a variable.
    .equ SAVED_NEXT, 0
    .equ SAVED_NAME, 8
    .equ SAVED_VALUE, 16
    .equ SAVED_FLAGS, 24        # -1: it did not exist
    .equ SAVED_SIZEOF, 32

    .text
# name_length(text) -> how many characters at its start form a name (a letter or _, then letters, digits, _); 0 for none
    .globl name_length
name_length:
    enter 2
    mv s0, a0
    mv s1, a0
    lbu a0, 0(s0)
    call isdigit
    bnez a0, 2f
1:  lbu a0, 0(s1)
    call is_name_character
    beqz a0, 2f
    addi s1, s1, 1
    j 1b
2:  sub a0, s1, s0
    leave 2

# is_name_character(c) -> 1 for a letter, a digit or _
is_name_character:
    li t0, '_'
    beq a0, t0, 1f
    tail isalnum
1:  li a0, 1
    ret

# assignment_length(text) -> length of the name in "name=...", 0 when it is not of that form
    .globl assignment_length
assignment_length:
    enter 1
    mv s0, a0
    call name_length
    beqz a0, 1f
    add t0, s0, a0
    lbu t0, 0(t0)
    li t1, '='
    beq t0, t1, 1f
    li a0, 0
1:  leave 1

# find_var(name, length) -> the variable, or 0
find_var:
    enter 3
    mv s0, a0
    mv s1, a1
    ld s2, variables
1:  beqz s2, 2f
    ld a0, VAR_NAME(s2)
    lbu t0, 0(a0)           # most names differ in the first character
    lbu t1, 0(s0)
    bne t0, t1, 11f
    mv a1, s0
    mv a2, s1
    call strncmp
    bnez a0, 11f
    ld t0, VAR_NAME(s2)
    add t0, t0, s1
    lbu t0, 0(t0)
    beqz t0, 2f
11: ld s2, VAR_NEXT(s2)
    j 1b
2:  mv a0, s2
    leave 3

# get_var_n(name, length) -> its value, or 0 when it is not set
    .globl get_var_n
get_var_n:
    enter 0
    call find_var
    beqz a0, 1f
    ld a0, VAR_VALUE(a0)
1:  leave 0

# get_var(name) -> its value, or 0 when it is not set
    .globl get_var
get_var:
    enter 1
    mv s0, a0
    call strlen
    mv a1, a0
    mv a0, s0
    restore 1
    j get_var_n

# get_var_or(name, default) -> its value, or the default when it is not set
    .globl get_var_or
get_var_or:
    enter 1
    mv s0, a1
    call get_var
    bnez a0, 1f
    mv a0, s0
1:  leave 1

# set_var(name, value, flags) -> 0, or -1 with a message when it is read-only: sets a copy of the value (0: leaves the value alone) and adds
# the flags
    .globl set_var
set_var:
    enter 3
    mv s0, a0
    mv s1, a1
    mv s2, a2
    call strlen
    mv a1, a0
    mv a0, s0
    mv a2, s1
    mv a3, s2
    restore 3
    # falls into set_var_n

# set_var_n(name, length, value, flags) -> as set_var
    .globl set_var_n
set_var_n:
    enter 5
    mv s0, a0
    mv s1, a1
    mv s2, a2
    mv s3, a3
    lbu t0, options + OPTION_ALLEXPORT
    beqz t0, 1f
    ori s3, s3, VAR_EXPORT
1:  call find_var
    mv s4, a0
    bnez a0, 2f
    li a0, VAR_SIZEOF       # a new one
    call malloc
    beqz a0, out_of_memory
    mv s4, a0
    mv a0, s0
    mv a1, s1
    call strndup
    beqz a0, out_of_memory
    sd a0, VAR_NAME(s4)
    sd zero, VAR_VALUE(s4)
    sd zero, VAR_FLAGS(s4)
    ld t0, variables
    sd t0, VAR_NEXT(s4)
    sd s4, variables, t0
2:  beqz s2, 4f
    ld t0, VAR_FLAGS(s4)
    andi t0, t0, VAR_READONLY
    bnez t0, 5f
    mv a0, s2
    call strdup
    beqz a0, out_of_memory
    mv s2, a0
    ld a0, VAR_VALUE(s4)
    sd s2, VAR_VALUE(s4)
    call free
4:  ld t0, VAR_FLAGS(s4)
    or t0, t0, s3
    sd t0, VAR_FLAGS(s4)
    li a0, 0
    leave 5
5:  ld a1, VAR_NAME(s4)
    lstr a0, "%s: is read only"
    call sh_error
    li a0, -1
    leave 5

# assign(text, flags) -> 0 or -1: sets a variable from "name=value"
    .globl assign
assign:
    enter 2
    mv s0, a0
    mv s1, a1
    call assignment_length
    mv a1, a0
    add a2, s0, a0
    addi a2, a2, 1
    mv a0, s0
    mv a3, s1
    restore 2
    j set_var_n

# unset_var(name) -> 0, or -1 with a message when it is read-only
    .globl unset_var
unset_var:
    enter 3
    mv s0, a0
    la s1, variables - VAR_NEXT
1:  ld s2, VAR_NEXT(s1)
    beqz s2, 3f
    ld a0, VAR_NAME(s2)
    mv a1, s0
    call strcmp
    beqz a0, 2f
    mv s1, s2
    j 1b
2:  ld t0, VAR_FLAGS(s2)
    andi t0, t0, VAR_READONLY
    bnez t0, 4f
    ld t0, VAR_NEXT(s2)
    sd t0, VAR_NEXT(s1)
    ld a0, VAR_NAME(s2)
    call free
    ld a0, VAR_VALUE(s2)
    call free
    mv a0, s2
    call free
3:  li a0, 0
    leave 3
4:  mv a1, s0
    lstr a0, "%s: is read only"
    call sh_error
    li a0, -1
    leave 3

# import_environment(): every NAME=value of the environment becomes an exported variable
    .globl import_environment
import_environment:
    enter 2
    ld s0, environ
1:  ld s1, 0(s0)
    beqz s1, 3f
    addi s0, s0, 8
    mv a0, s1
    call assignment_length
    beqz a0, 1b
    mv a0, s1
    li a1, VAR_EXPORT
    call assign
    j 1b
3:  leave 2

# make_environment() -> the exported variables as an array for execve, in the scratch arena
    .globl make_environment
make_environment:
    enter 4, BUFFER_SIZEOF + 8
    mv a0, sp
    call buffer_init
    ld s0, variables
1:  beqz s0, 3f
    ld t0, VAR_FLAGS(s0)
    andi t0, t0, VAR_EXPORT
    ld s1, VAR_VALUE(s0)
    beqz t0, 2f
    beqz s1, 2f
    ld a0, VAR_NAME(s0)
    call strlen
    mv s2, a0
    mv a0, s1
    call strlen
    add a0, a0, s2
    addi a0, a0, 2
    call scratch_alloc
    mv s3, a0
    ld a1, VAR_NAME(s0)
    call strcpy
    add a0, s3, s2
    li t0, '='
    sb t0, 0(a0)
    addi a0, a0, 1
    mv a1, s1
    call strcpy
    mv a0, sp
    mv a1, s3
    call buffer_word
2:  ld s0, VAR_NEXT(s0)
    j 1b
3:  mv a0, sp
    li a1, 0
    call buffer_word
    ld a0, BUFFER_DATA(sp)
    leave 4, BUFFER_SIZEOF + 8

# print_vars(prefix, flags): prints variables as commands that would set them again ("prefix name='value'"), sorted; all, or those with one
# of the flags
    .globl print_vars
print_vars:
    enter 4, BUFFER_SIZEOF + 8
    mv s2, a0
    mv s3, a1
    mv a0, sp
    call buffer_init
    ld s0, variables
1:  beqz s0, 3f
    beqz s3, 11f
    ld t0, VAR_FLAGS(s0)
    and t0, t0, s3
    beqz t0, 2f
11: mv a0, sp
    mv a1, s0
    call buffer_word
2:  ld s0, VAR_NEXT(s0)
    j 1b
3:  ld a0, BUFFER_DATA(sp)
    ld a1, BUFFER_LENGTH(sp)
    srli a1, a1, 3
    li a2, 8
    la a3, compare_vars
    call qsort
    ld s0, BUFFER_DATA(sp)
    ld s1, BUFFER_LENGTH(sp)
    add s1, s0, s1
4:  bgeu s0, s1, 6f
    ld t0, 0(s0)
    addi s0, s0, 8
    ld a2, VAR_NAME(t0)
    ld s3, VAR_VALUE(t0)
    beqz s3, 5f
    mv a1, s2
    lstr a0, "%s%s="
    call printf
    mv a0, s3
    call print_quoted
    li a0, '\n'
    call putchar
    j 4b
5:  lbu t0, 0(s2)           # not set: shown only among exports and the like
    beqz t0, 4b
    mv a1, s2
    lstr a0, "%s%s\n"
    call printf
    j 4b
6:  leave 4, BUFFER_SIZEOF + 8

# compare_vars(a, b): by name, for qsort
compare_vars:
    ld a0, 0(a0)
    ld a1, 0(a1)
    ld a0, VAR_NAME(a0)
    ld a1, VAR_NAME(a1)
    tail strcmp

# print_quoted(text): in single quotes, so that the shell reads it back unchanged
    .globl print_quoted
print_quoted:
    enter 1
    mv s0, a0
    li a0, '\''
    call putchar
1:  lbu a0, 0(s0)
    addi s0, s0, 1
    beqz a0, 3f
    li t0, '\''
    beq a0, t0, 2f
    call putchar
    j 1b
2:  lstr a0, "'\\''"
    call printf
    j 1b
3:  li a0, '\''
    call putchar
    leave 1

# save_var(name, length): remembers a variable as it is now, for restore_vars
    .globl save_var
save_var:
    enter 3
    mv s0, a0
    mv s1, a1
    li a0, SAVED_SIZEOF
    call malloc
    beqz a0, out_of_memory
    mv s2, a0
    mv a0, s0
    mv a1, s1
    call strndup
    beqz a0, out_of_memory
    sd a0, SAVED_NAME(s2)
    li t0, -1
    sd t0, SAVED_FLAGS(s2)
    sd zero, SAVED_VALUE(s2)
    ld t0, saved_vars
    sd t0, SAVED_NEXT(s2)
    sd s2, saved_vars, t0
    mv a0, s0
    mv a1, s1
    call find_var
    beqz a0, 1f
    ld t0, VAR_FLAGS(a0)
    sd t0, SAVED_FLAGS(s2)
    ld a0, VAR_VALUE(a0)
    beqz a0, 1f
    call strdup
    sd a0, SAVED_VALUE(s2)
1:  leave 3

# restore_vars(mark): puts back all variables saved since `saved_vars` had the value `mark`
    .globl restore_vars
restore_vars:
    enter 2
    mv s0, a0
1:  ld s1, saved_vars
    beq s1, s0, 3f
    ld t0, SAVED_NEXT(s1)
    sd t0, saved_vars, t1
    ld a0, SAVED_NAME(s1)
    ld t0, SAVED_FLAGS(s1)
    bltz t0, 2f
    ld a1, SAVED_VALUE(s1)
    bnez a1, 11f
    call unset_var          # it existed without a value
    ld a0, SAVED_NAME(s1)
    li a1, 0
11: li a2, 0
    call set_var
    ld a0, SAVED_NAME(s1)
    call strlen
    mv a1, a0
    ld a0, SAVED_NAME(s1)
    call find_var
    beqz a0, 21f
    ld t0, SAVED_FLAGS(s1)
    sd t0, VAR_FLAGS(a0)
    j 21f
2:  call unset_var
21: ld a0, SAVED_VALUE(s1)
    call free
    ld a0, SAVED_NAME(s1)
    call free
    mv a0, s1
    call free
    j 1b
3:  leave 2

    .bss
    .balign 8
variables: .zero 8
# saved_vars: the newest saved variable; its value is a mark for restore_vars.
    .globl saved_vars
saved_vars: .zero 8
