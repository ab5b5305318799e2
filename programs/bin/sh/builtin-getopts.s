# getopts: the options of a script, one at each call.
    .include "sh.inc"

    .text
# getopts LETTERS NAME [ARGUMENT...] -> 0 and the next option letter in NAME, or 1 after the last one. A letter with a : after it takes an
# argument, which goes to OPTARG. OPTIND is the number of the next argument; setting it to 1 starts again. LETTERS beginning with : ask for
# silence: NAME is then : for a missing argument, and OPTARG holds the letter in question.
# Registers: s0 letters, s1 name, s2 arguments, s3 how many, s4 OPTIND, s5 the argument being read, s6 the letter.
    .globl do_getopts
do_getopts:
    enter 8, 16
    li t0, 3
    bltu a0, t0, getopts_usage
    ld s0, 8(a1)
    ld s1, 16(a1)
    addi s2, a1, 24
    addi s3, a0, -3
    bnez s3, 1f
    ld s2, params
    ld s3, param_count
1:  lstr a0, "OPTIND"
    lstr a1, "1"
    call get_var_or
    call atoi
    mv s4, a0
    ld t0, last_index
    beq t0, s4, 2f
    sd zero, position, t0   # the script has set it
2:  ld t0, position
    bnez t0, 3f
    bgtu s4, s3, getopts_done
    blez s4, getopts_done
    call load_argument
    lbu t0, 0(s5)
    li t1, '-'
    bne t0, t1, getopts_done
    lbu t0, 1(s5)
    beqz t0, getopts_done   # "-" is an argument
    li t2, 1
    bne t0, t1, 21f
    lbu t0, 2(s5)
    bnez t0, 21f
    addi s4, s4, 1          # "--" is the last option
    j getopts_done
21: sd t2, position, t0
3:  call load_argument
    ld t0, position
    add t1, s5, t0
    lbu s6, 0(t1)           # s6 = the letter
    lbu t1, 1(t1)
    addi t0, t0, 1
    bnez t1, 4f
    addi s4, s4, 1          # it was the last one of its argument
    li t0, 0
4:  sd t0, position, t1
    sb s6, 0(sp)            # the letter as a string
    sb zero, 1(sp)
    li t0, ':'
    beq s6, t0, getopts_unknown
    mv a0, s0
    mv a1, s6
    call strchr
    beqz a0, getopts_unknown
    lbu t0, 1(a0)
    li t1, ':'
    beq t0, t1, getopts_argument
    lstr a0, "OPTARG"
    call unset_var
    j getopts_found
getopts_argument:
    ld t0, position
    beqz t0, 5f
    add a1, s5, t0          # the rest of this word
    j 6f
5:  bgtu s4, s3, getopts_missing
    call load_argument      # or the next word
    mv a1, s5
6:  addi s4, s4, 1
    sd zero, position, t0
    lstr a0, "OPTARG"
    li a2, 0
    call set_var
getopts_found:
    mv a1, sp
getopts_store:              # a1 = what NAME becomes
    mv a0, s1
    li a2, 0
    call set_var
    call store_index
    li a0, 0
    leave 8, 16
getopts_unknown:
    lbu t0, 0(s0)
    li t1, ':'
    lstr s7, "?"
    beq t0, t1, getopts_silent
    mv a1, s6
    lstr a0, "illegal option -%c"
    j 7f
getopts_missing:
    lbu t0, 0(s0)
    li t1, ':'
    lstr s7, ":"
    beq t0, t1, getopts_silent
    lstr s7, "?"
    mv a1, s6
    lstr a0, "no argument for option -%c"
7:  call sh_error
    lstr a0, "OPTARG"
    call unset_var
    mv a1, s7
    j getopts_store
getopts_silent:
    lstr a0, "OPTARG"
    mv a1, sp
    li a2, 0
    call set_var
    mv a1, s7
    j getopts_store
getopts_done:
    sd zero, position, t0
    mv a0, s1
    lstr a1, "?"
    li a2, 0
    call set_var
    call store_index
    li a0, 1
    leave 8, 16
getopts_usage:
    lstr a0, "usage: getopts LETTERS NAME [ARGUMENT...]"
    call sh_error
    li a0, STATUS_SYNTAX
    leave 8, 16

# load_argument(): s5 = argument number s4. Private.
load_argument:
    slli t0, s4, 3
    add t0, s2, t0
    ld s5, -8(t0)
    ret

# store_index(): OPTIND = s4. Private.
store_index:
    enter 0
    sd s4, last_index, t0
    mv a0, s4
    call number_text
    mv a1, a0
    lstr a0, "OPTIND"
    li a2, 0
    call set_var
    leave 0

    .bss
    .balign 8
last_index: .zero 8         # OPTIND as we left it
position: .zero 8           # next letter in its argument, 0: at the start of one
