# Experiment: a process that has ended stays in the process table until its parent asks how it ended. Until then it is a zombie.
# Run:        zombie-factory [N]       N = number of zombies, 0..200, 3 when not given
#
# The parent forks N children, each of which exits at once with a status of its own. The parent looks at what is left of them in
# /proc/PID/stat, and only then waits for each.
#
# Watch for:  - state Z: no memory, no open files, no code, just a pid and an exit status (in `ps` they are <defunct>);
#             - a signal to a zombie is accepted (the pid is still taken), and changes nothing;
#             - waitpid returns the status that the child left long ago, and then the pid is free: /proc/PID is gone.
    .include "macros.inc"
    .include "errno.inc"
    .include "signal.inc"
    .include "fcntl.inc"

    .equ DEFAULT_ZOMBIES, 3
    .equ MAX_ZOMBIES, 200
    .equ STATUS_MASK, 0xff
    .equ TEXT_SIZE, 512             # more than one line of /proc/PID/stat

# s0 = N   s1 = index   s2 = pid table, 4 bytes each

    .text
    .globl main
main:
    enter 4, SIGINFO_SIZE
    li s0, DEFAULT_ZOMBIES
    li t0, 2
    blt a0, t0, 1f
    ld a0, 8(a1)
    call atoi
    mv s0, a0
    li t0, MAX_ZOMBIES
    bgtu s0, t0, bad_count
1:  la s2, pids

    li s1, 0
fork_next:
    beq s1, s0, all_forked
    call fork
    bltz a0, no_fork
    bnez a0, 1f
    addi a0, s1, 1                  # child number i leaves status i + 1 behind
    call _exit
1:  call keep_pid
    addi s1, s1, 1
    j fork_next
all_forked:

# WNOWAIT: wait until the child has ended, but leave it as it is.
    li s1, 0
inspect_next:
    beq s1, s0, reap
    call load_pid
    mv a1, a0
    li a0, P_PID
    mv a2, sp
    li a3, WEXITED | WNOWAIT
    li a4, 0
    call waitid
    bltz a0, no_wait
    call load_pid
    call process_state
    mv a3, a0
    call load_pid
    mv a2, a0
    li a0, STDOUT
    lstr a1, "pid %d: state %c\n"
    call dprintf
    addi s1, s1, 1
    j inspect_next

reap:
    li s1, 0
reap_next:
    beq s1, s0, all_reaped
    call load_pid
    li a1, SIGTERM
    call kill                       # too late to matter
    mv s3, a0
    call load_pid
    mv a1, sp
    li a2, 0
    call waitpid
    bltz a0, no_wait
    mv a2, a0
    lw a3, 0(sp)
    srli a3, a3, 8
    andi a3, a3, STATUS_MASK
    mv a4, s3
    li a0, STDOUT
    lstr a1, "pid %d: reaped, exit status %d (kill had returned %d)\n"
    call dprintf
    call load_pid
    call process_state
    bnez a0, still_there
    addi s1, s1, 1
    j reap_next
all_reaped:
    li a0, -1
    mv a1, sp
    li a2, WNOHANG
    call waitpid
    li t0, -ECHILD
    bne a0, t0, no_wait
    li a0, STDOUT
    lstr a1, "no zombie left, and no child to wait for\n"
    call dprintf
    li a0, 0
    leave 4, SIGINFO_SIZE

# keep_pid(pid): pids[s1] = pid.   load_pid() -> pids[s1].
keep_pid:
    slli t0, s1, 2
    add t0, t0, s2
    sw a0, 0(t0)
    ret
load_pid:
    slli t0, s1, 2
    add t0, t0, s2
    lw a0, 0(t0)
    ret

# process_state(pid) -> the state letter of /proc/PID/stat, 0 when there is no such process.
process_state:
    enter 1, TEXT_SIZE
    mv a3, a0
    mv a0, sp
    li a1, TEXT_SIZE
    lstr a2, "/proc/%d/stat"
    call snprintf
    mv a0, sp
    li a1, O_RDONLY
    li a2, 0
    call open
    bltz a0, 1f
    mv s0, a0
    mv a1, sp
    li a2, TEXT_SIZE - 1
    call read
    add t0, sp, a0
    sb zero, 0(t0)
    mv a0, s0
    call close
    mv a0, sp                       # "PID (name) S ...": the name may contain anything, so look for the last parenthesis
    li a1, ')'
    call strrchr
    beqz a0, 2f
    lbu a0, 2(a0)
    j 2f
1:  li a0, 0
2:  leave 1, TEXT_SIZE

bad_count:
    li a0, 2
    li a1, 0
    lstr a2, "the number must be from 0 to %d"
    li a3, MAX_ZOMBIES
    call die
    failure no_fork, "fork"
    failure no_wait, "wait"
    refusal still_there, "the process is still in /proc after it was reaped"

    .bss
    .balign 4
pids: .zero MAX_ZOMBIES * 4
