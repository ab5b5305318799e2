# kill: sends a signal (TERM when not given) to processes: kill [-NAME | -NUMBER | -s NAME | -n NUMBER] PID... A negative PID is a process
# group. -l lists the signals, or translates between names, numbers and the exit status of a process that a signal ended.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "signal.inc"

    .equ STATUS_SIGNALLED, 128

    .text
    .globl main
# main(argc, argv). Not through parse_options: -9 is a signal here, and after the signal -1 is a process group.
main:
    enter 4, 16
    addi s0, a0, -1
    addi s1, a1, 8
    li s2, SIGTERM                  # s2 = signal
    beqz s0, no_process
    ld s3, 0(s1)                    # s3 = the first argument
    lbu t0, 0(s3)
    addi t0, t0, -'-'
    bnez t0, send
    lbu t0, 1(s3)
    beqz t0, send
    addi s0, s0, -1
    addi s1, s1, 8
    mv a0, s3
    lstr a1, "--"
    call strcmp
    beqz a0, send
    mv a0, s3
    lstr a1, "--help"
    call strcmp
    beqz a0, help
    lbu t0, 1(s3)
    lbu t1, 2(s3)
    addi s3, s3, 2
    li t2, 'l'
    beq t0, t2, list_or_name
    li t2, 's'
    beq t0, t2, separate
    li t2, 'n'
    beq t0, t2, separate
by_name:
    addi s3, s3, -1
    j translate
separate:                           # -s NAME, -sNAME; but -stop is a name
    beqz t1, 1f
    addi a0, s3, -1
    call signal_number
    mv s2, a0
    bgez a0, signal_known
    j translate
1:  beqz s0, no_argument
    ld s3, 0(s1)
    addi s0, s0, -1
    addi s1, s1, 8
translate:
    mv a0, s3
    call signal_number
    mv s2, a0
    bltz s2, bad_signal
signal_known:
    beqz s0, no_process
    ld a0, 0(s1)
    lstr a1, "--"
    call strcmp
    bnez a0, send
    addi s0, s0, -1
    addi s1, s1, 8
send:
    beqz s0, no_process
    li s3, 0                        # s3 = status
1:  ld a0, 0(s1)
    mv a1, sp
    li a2, 10
    call strtol
    ld t0, 0(sp)
    lbu t1, 0(t0)
    bnez t1, 2f
    ld t2, 0(s1)
    beq t0, t2, 2f
    mv a1, s2
    call kill
    beqz a0, 4f
    lstr a1, "'%s'"
    j 3f
2:  li a0, 0
    lstr a1, "'%s': invalid process id"
3:  ld a2, 0(s1)
    call warn
    li s3, 1
4:  addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, 1b
    mv a0, s3
    leave 4, 16

list_or_name:
    bnez t1, by_name
    bnez s0, 2f
    li s2, 1                        # all of them
1:  mv a0, s2
    call signal_name
    beqz a0, 15f
    call puts
15: addi s2, s2, 1
    li t0, SIGRTMAX
    ble s2, t0, 1b
    li a0, 0
    leave 4, 16
2:  ld s3, 0(s1)
    lbu t0, 0(s3)
    addi t0, t0, -'0'
    sltiu t0, t0, 10
    beqz t0, 4f
    mv a0, s3
    call atoi
    andi a0, a0, 0xff               # an exit status says 128 + signal, a status word from wait just the signal
    li t0, STATUS_SIGNALLED
    bltu a0, t0, 3f
    sub a0, a0, t0
3:  call signal_name
    beqz a0, bad_signal
    call puts
    j 5f
4:  mv a0, s3
    call signal_number
    bltz a0, bad_signal
    mv a1, a0
    lstr a0, "%d\n"
    call printf
5:  addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, 2b
    li a0, 0
    leave 4, 16

help:
    la a0, usage
    call puts
    li a0, 0
    leave 4, 16
no_process:
    lstr a0, "no process ID specified"
    call usage_error
no_argument:
    lstr a0, "option requires an argument -- 's'"
    call usage_error
bad_signal:
    lstr a0, "'%s': invalid signal"
    mv a1, s3
    call usage_error

    .section .rodata
usage: .asciz "Usage: kill [-SIGNAL | -s SIGNAL] PID...\n   or: kill -l [SIGNAL]..."
