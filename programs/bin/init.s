# init: the first process. It starts one program (the shell, unless told otherwise) in a session of its own on the console, then adopts and
# reaps every orphan until that program ends, and ends with its status: the machine stops with it. A shell on a terminal that is killed is
# started again.
# Usage: init [COMMAND [ARGUMENT...]]
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "signal.inc"

    .equ STATUS_NOT_EXECUTABLE, 126
    .equ STATUS_NOT_FOUND, 127
    .equ STATUS_SIGNAL, 128
    .equ PATH_MAX_HERE, 512     # for names in /bin
    .equ DEFAULTS, 3            # rows of `defaults`

    .text
# main(argc, argv, envp) -> the status of the program; 128 + the signal when one ended it
    .globl main
main:
    enter 5, 16
    addi s0, a1, 8          # s0 = what to run
    mv s2, a2
    li s4, 0                # s4: a shell on a terminal, which is started again when it is killed
    call open_console
    ld t0, 0(s0)
    bnez t0, 1f
    la s0, default_command
    li a0, STDIN
    call isatty
    mv s4, a0
1:  mv a0, s2
    call complete_environment
    mv s2, a0
start:
    call fork
    bltz a0, cannot_fork
    mv s1, a0               # s1 = the program
    bnez a0, reap
    mv a0, s0
    mv a1, s2
    call start_program

reap:                       # whoever ends here is a child: born to us or orphaned
    mv a0, sp
    call wait
    li t0, -EINTR
    beq a0, t0, reap
    bltz a0, 2f
    bne a0, s1, reap
    lw t0, 0(sp)
    andi t1, t0, 0x7f       # the signal, 0 when it exited
    addi s3, t1, STATUS_SIGNAL
    beqz t1, 3f
    beqz s4, 1f
    li a0, STDERR
    lstr a1, "init: the shell was killed by signal %d; another one is started\n"
    mv a2, t1
    call dprintf
    j start
3:  lw t0, 0(sp)
    srli s3, t0, 8
    andi s3, s3, 0xff
1:  li a0, -1               # who ended just before the program is waited for as well; who still lives ends with the machine
    li a1, 0
    li a2, WNOHANG
    call waitpid
    bgtz a0, 1b
    mv a0, s3
2:  leave 5, 16
cannot_fork:
    mv a1, a0
    li a0, 1
    lstr a2, "cannot fork"
    call die

# open_console(): the standard descriptors are the console, unless we were given some.
open_console:
    enter 0
    li a0, STDIN
    li a1, F_GETFD
    call fcntl
    bgez a0, 1f
    lstr a0, "/dev/console"
    li a1, O_RDWR | O_NOCTTY
    call open               # the lowest free descriptor is 0
    bltz a0, 1f
    li a1, STDOUT
    call dup2
    li a0, STDIN
    li a1, STDERR
    call dup2
1:  leave 0

# complete_environment(envp) -> an environment in which PATH, HOME and TERM are set
complete_environment:
    enter 5
    mv s0, a0
    li s1, 0                # count what is there
1:  slli t0, s1, 3
    add t0, s0, t0
    ld t0, 0(t0)
    addi s1, s1, 1
    bnez t0, 1b
    slli a0, s1, 3
    addi a0, a0, DEFAULTS * 8
    call malloc
    beqz a0, 5f
    mv s2, a0
    mv a1, s0
    slli a2, s1, 3
    addi a2, a2, -8
    call memcpy
    slli t0, s1, 3
    add s3, s2, t0
    addi s3, s3, -8         # s3 = where the next one goes
    la s4, defaults
2:  ld a0, 0(s4)            # rows: name, "name=value"
    beqz a0, 4f
    call getenv
    bnez a0, 3f
    ld t0, 8(s4)
    sd t0, 0(s3)
    addi s3, s3, 8
3:  addi s4, s4, 16
    j 2b
4:  sd zero, 0(s3)
    mv a0, s2
    leave 5
5:  mv a0, s0
    leave 5

# start_program(argv, envp): in the child: a session of its own, with the terminal on standard input as its controlling terminal. Does not
# return. A name without a slash means a file in /bin.
start_program:
    enter 3, PATH_MAX_HERE
    mv s0, a0
    mv s1, a1
    call setsid
    li a0, STDIN
    call isatty
    beqz a0, 1f
    li a0, STDIN
    li a1, TIOCSCTTY
    li a2, 1                # also when it is our own session's so far
    call ioctl
1:  ld s2, 0(s0)
    mv a0, s2
    li a1, '/'
    call strchr
    mv t0, s2
    bnez a0, 2f
    mv a0, sp
    li a1, PATH_MAX_HERE
    lstr a2, "/bin/%s"
    mv a3, s2
    call snprintf
    mv t0, sp
2:  mv a0, t0
    mv a1, s0
    mv a2, s1
    call execve
    mv a1, a0
    li a0, STATUS_NOT_FOUND
    li t0, -ENOENT
    beq a1, t0, 3f
    li a0, STATUS_NOT_EXECUTABLE
3:  lstr a2, "%s"
    mv a3, s2
    call die

    .section .rodata
    .balign 8
default_command: .dword shell, 0
shell: .asciz "/bin/sh"
path_name: .asciz "PATH"
path: .asciz "PATH=/bin"
home_name: .asciz "HOME"
home: .asciz "HOME=/"
term_name: .asciz "TERM"
term: .asciz "TERM=linux"
    .balign 8
defaults:
    .dword path_name, path
    .dword home_name, home
    .dword term_name, term
    .dword 0, 0
