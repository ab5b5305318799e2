# The commands that are part of the shell. Each is a function (argc, argv) -> exit status, and a row of the table at the end. Output goes
# through the library's standard output; the caller (command.s) writes it out.
    .include "sh.inc"
    .include "fcntl.inc"
    .include "errno.inc"

    .text
# find_builtin(name) -> its row, or 0
    .globl find_builtin
find_builtin:
    enter 2
    mv s0, a0
    la s1, builtins
1:  lbu t0, 0(s1)
    beqz t0, 3f
    lbu t1, 0(s0)           # most rows differ in the first character
    bne t0, t1, 2f
    mv a0, s1
    mv a1, s0
    call strcmp
    beqz a0, 4f
2:  addi s1, s1, BUILTIN_SIZEOF
    j 1b
3:  li s1, 0
4:  mv a0, s1
    leave 2

# parse_number(text) -> a0 = 1 and a1 = its value when the whole text is a decimal number, else a0 = 0
    .globl parse_number
parse_number:
    enter 1, 16
    mv s0, a0
    lbu t0, 0(a0)
    li a0, 0
    beqz t0, 1f
    mv a0, s0
    mv a1, sp
    li a2, 10
    call strtol
    mv a1, a0
    ld t0, 0(sp)
    lbu t0, 0(t0)
    seqz a0, t0
1:  leave 1, 16

# number_argument(argc, argv, default) -> the number in argv[1], or the default; a bad one ends a shell that is not interactive
    .globl number_argument
number_argument:
    enter 1
    li t0, 2
    bltu a0, t0, 1f
    mv s0, a1
    ld a0, 8(a1)
    call parse_number
    beqz a0, 2f
    mv a2, a1
1:  mv a0, a2
    leave 1
2:  ld a1, 0(s0)
    ld a2, 8(s0)
    lstr a0, "%s: %s: not a number"
    call sh_error
    li a0, STATUS_SYNTAX
    tail abort_command

do_true:
    li a0, 0
    ret

do_false:
    li a0, 1
    ret

# . FILE: runs a file in this shell; without a slash it is looked for in PATH
do_dot:
    enter 4, SOURCE_SIZEOF
    li t0, 2
    bltu a0, t0, dot_usage
    ld s0, 8(a1)
    mv a0, s0
    li a1, '/'
    call strchr
    mv s1, s0
    bnez a0, 2f
    call search_path
    mv s2, a0
1:  mv a0, s2
    mv a1, s0
    call next_in_path
    mv s1, a0
    mv s2, a1
    beqz a0, dot_missing
    li a1, R_OK
    call access
    bnez a0, 1b
2:  mv a0, s1
    li a1, O_RDONLY | O_CLOEXEC
    call open
    mv s3, a0
    bltz a0, dot_failed
    li a1, F_DUPFD_CLOEXEC
    li a2, FIRST_PRIVATE_FD
    call fcntl
    mv s2, a0
    mv a0, s3
    call close
    mv a0, sp
    mv a1, s2
    li a2, SOURCE_BLOCKS
    call source_file
    ld t0, dot_depth
    addi t0, t0, 1
    sd t0, dot_depth, t1
    sd zero, last_status, t0
    li a0, 0
    call run_source
    mv s3, a0
    ld t0, dot_depth
    addi t0, t0, -1
    sd t0, dot_depth, t1
    ld t0, skip             # a return ends here
    li t1, SKIP_RETURN
    bne t0, t1, 3f
    sd zero, skip, t0
3:  call source_pop
    mv a0, s2
    call close
    mv a0, s3
    leave 4, SOURCE_SIZEOF
dot_usage:
    lstr a0, ".: filename argument required"
    call sh_error
    li a0, STATUS_SYNTAX
    leave 4, SOURCE_SIZEOF
dot_missing:
    li s3, -ENOENT
dot_failed:
    mv a0, s3
    mv a2, s0
    lstr a1, ".: %s"
    call warn
    li a0, STATUS_SYNTAX
    tail abort_command

# break [N], continue [N]
do_break:
    li a3, SKIP_BREAK
    j 1f
do_continue:
    li a3, SKIP_CONTINUE
1:  enter 1
    mv s0, a3
    li a2, 1
    call number_argument
    ld t0, loop_depth
    beqz t0, 3f             # outside of loops it does nothing
    blez a0, 3f
    bleu a0, t0, 2f
    mv a0, t0
2:  sd a0, skip_count, t0
    sd s0, skip, t0
3:  li a0, 0
    leave 1

# return [N]: from a function or a . file; a script ends
do_return:
    enter 0
    ld a2, last_status
    call number_argument
    ld t0, function_depth
    ld t1, dot_depth
    or t0, t0, t1
    bnez t0, 1f
    ld t1, main_stack
    bnez t1, 2f
1:  li t0, SKIP_RETURN
    sd t0, skip, t1
2:  andi a0, a0, 0xff
    leave 0

# exit [N]
do_exit:
    enter 1
    ld a2, last_status
    call number_argument
    andi s0, a0, 0xff
    li a0, 2
    call warn_stopped
    bnez a0, 1f
    mv a0, s0
    tail shell_exit
1:  leave 1                 # not yet: status 1

# cd [DIRECTORY | -]: PWD is always the path without symbolic links, as with cd -P
do_cd:
    enter 3
    mv s2, a0
    mv s1, a1
1:  addi s1, s1, 8          # options -L and -P make no difference
    addi s2, s2, -1
    ld s0, 0(s1)
    beqz s2, cd_home
    lbu t0, 0(s0)
    li t1, '-'
    bne t0, t1, cd_directory
    lbu t0, 1(s0)
    beqz t0, cd_back
    lbu t1, 2(s0)
    bnez t1, cd_directory
    li t1, 'L'
    beq t0, t1, 1b
    li t1, 'P'
    beq t0, t1, 1b
    li t1, '-'
    beq t0, t1, 1b
    j cd_directory
cd_home:
    lstr a0, "HOME"
    call get_var
    mv s0, a0
    bnez a0, cd_directory
    lstr a0, "cd: HOME not set"
    call sh_error
    li a0, 1
    leave 3
cd_back:
    lstr a0, "OLDPWD"
    call get_var
    mv s0, a0
    bnez a0, 2f
    lstr a0, "cd: OLDPWD not set"
    call sh_error
    li a0, 1
    leave 3
2:  li s1, 0                # cd - says where it goes
cd_directory:
    mv a0, s0
    call chdir
    bltz a0, 3f
    lstr a0, "PWD"
    lstr a1, ""
    call get_var_or
    mv a1, a0
    lstr a0, "OLDPWD"
    li a2, 0
    call set_var
    call update_pwd
    bnez s1, 4f
    lstr a0, "PWD"
    call get_var
    call puts
4:  li a0, 0
    leave 3
3:  mv a2, s0
    lstr a1, "cd: %s"
    call warn
    li a0, 1
    leave 3

# update_pwd(): PWD = the current directory
    .globl update_pwd
update_pwd:
    enter 1
    li a0, PATH_MAX
    call scratch_alloc
    mv s0, a0
    li a1, PATH_MAX
    call getcwd
    blez a0, 1f
    mv a1, s0
    lstr a0, "PWD"
    li a2, VAR_EXPORT
    call set_var
1:  leave 1

# pwd
do_pwd:
    enter 1
    li a0, PATH_MAX
    call scratch_alloc
    mv s0, a0
    li a1, PATH_MAX
    call getcwd
    bltz a0, 1f
    mv a0, s0
    call puts
    li a0, 0
    leave 1
1:  lstr a1, "pwd"
    call warn
    li a0, 1
    leave 1

# eval [WORD...]: runs the words, joined by blanks
do_eval:
    enter 2, BUFFER_SIZEOF + 8
    addi s0, a1, 8
    mv a0, sp
    call buffer_init
1:  ld a1, 0(s0)
    beqz a1, 2f
    mv a0, sp
    call buffer_text
    mv a0, sp
    li a1, ' '
    call buffer_byte
    addi s0, s0, 8
    j 1b
2:  mv a0, sp
    call buffer_string
    sd zero, last_status, t0
    call run_string
    leave 2, BUFFER_SIZEOF + 8

# exec [COMMAND...]: the shell becomes the program; without one its redirections stay
do_exec:
    enter 1
    li t0, 2
    bgeu a0, t0, 1f
    li t0, 1
    sd t0, keep_redirections, t1
    li a0, 0
    leave 1
1:  addi s0, a1, 8
    call restore_signals
    mv a0, s0
    call exec_program
    ld t0, main_stack
    beqz t0, shell_exit
    call init_signals
    leave 1

# trap [COMMANDS | -] [SIGNAL...]: without arguments lists the traps
do_trap:
    enter 4
    addi s0, a1, 8
    ld s1, 0(s0)
    beqz s1, trap_list
    lstr a0, "--"
    mv a1, s1
    call strcmp
    bnez a0, 1f
    addi s0, s0, 8
    ld s1, 0(s0)
    beqz s1, trap_list
1:  li s3, 0
    ld t0, 8(s0)
    beqz t0, 3f             # only a signal: back to the default
    addi s0, s0, 8
    lbu t0, 0(s1)
    li t1, '-'
    bne t0, t1, 2f
    lbu t0, 1(s1)
    bnez t0, 2f
3:  li s1, 0
2:  ld s2, 0(s0)
    beqz s2, 5f
    addi s0, s0, 8
    mv a0, s2
    call condition_number
    bltz a0, trap_bad
    mv s2, a0
    mv a0, s1
    beqz s1, 4f
    call strdup             # a trap that is replaced while it runs must stay: the few bytes are not freed
    beqz a0, out_of_memory
4:  mv a1, a0
    mv a0, s2
    call set_trap
    j 2b
5:  mv a0, s3
    leave 4
trap_bad:
    mv a1, s2
    lstr a0, "trap: %s: bad trap"
    call sh_error
    li s3, 1
    j 2b
trap_list:
    li s0, 0
6:  mv a0, s0
    call condition_name
    mv s1, a0
    beqz a0, 7f
    mv a0, s0
    addi s0, s0, 1
    call trap_text
    beqz a0, 6b
    mv s2, a0
    lstr a0, "trap -- "
    call printf
    mv a0, s2
    call print_quoted
    mv a1, s1
    lstr a0, " %s\n"
    call printf
    j 6b
7:  li a0, 0
    leave 4

# umask [OCTAL]
do_umask:
    enter 1, 16
    ld s0, 8(a1)
    bnez s0, 1f
    li a0, 0
    call umask
    mv s0, a0
    call umask
    mv a1, s0
    lstr a0, "%04o\n"
    call printf
    li a0, 0
    leave 1, 16
1:  mv a0, s0
    mv a1, sp
    li a2, 8
    call strtol
    ld t0, 0(sp)
    lbu t1, 0(t0)
    bnez t1, 2f
    call umask
    li a0, 0
    leave 1, 16
2:  mv a1, s0
    lstr a0, "umask: %s: not an octal number"
    call sh_error
    li a0, STATUS_SYNTAX
    leave 1, 16

    .section .rodata
# builtin name, length, special, function: one row of the table.
.macro builtin name, length, special, function
    .ascii "\name"
    .zero 11 - \length
    .byte \special
    .balign 8
    .dword \function
.endm
    .balign 8
builtins:
    builtin ":", 1, 1, do_true
    builtin ".", 1, 1, do_dot
    builtin "[", 1, 0, do_test
    builtin "bg", 2, 0, do_bg
    builtin "break", 5, 1, do_break
    builtin "cd", 2, 0, do_cd
    builtin "command", 7, 0, do_command
    builtin "continue", 8, 1, do_continue
    builtin "echo", 4, 0, do_echo
    builtin "eval", 4, 1, do_eval
    builtin "exec", 4, 1, do_exec
    builtin "exit", 4, 1, do_exit
    builtin "export", 6, 1, do_export
    builtin "false", 5, 0, do_false
    builtin "fg", 2, 0, do_fg
    builtin "getopts", 7, 0, do_getopts
    builtin "jobs", 4, 0, do_jobs
    builtin "kill", 4, 0, do_kill
    builtin "local", 5, 1, do_local
    builtin "printf", 6, 0, do_printf
    builtin "pwd", 3, 0, do_pwd
    builtin "read", 4, 0, do_read
    builtin "readonly", 8, 1, do_readonly
    builtin "return", 6, 1, do_return
    builtin "set", 3, 1, do_set
    builtin "shift", 5, 1, do_shift
    builtin "test", 4, 0, do_test
    builtin "trap", 4, 1, do_trap
    builtin "true", 4, 0, do_true
    builtin "type", 4, 0, do_type
    builtin "ulimit", 6, 0, do_ulimit
    builtin "umask", 5, 0, do_umask
    builtin "unset", 5, 1, do_unset
    builtin "wait", 4, 0, do_wait
    .zero BUILTIN_SIZEOF

    .bss
    .balign 8
dot_depth: .zero 8          # . files being read
