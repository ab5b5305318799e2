# Processes as /proc describes them.
#
# A process record holds the fields of /proc/PID/stat, by the numbers that proc(5) gives them (1 = pid, 4 = parent, ...).
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "proc.inc"

    .text
# read_text(path, buffer, size) -> bytes, or -errno: the beginning of a file, with a zero after it
    .globl read_text
read_text:
    enter 4
    mv s1, a1
    mv s2, a2
    li a1, O_RDONLY | O_CLOEXEC
    li a2, 0
    call open
    bltz a0, 3f
    mv s0, a0
    li s3, 0                        # a file in /proc may come in pieces
1:  mv a0, s0
    add a1, s1, s3
    addi a2, s2, -1
    sub a2, a2, s3
    beqz a2, 2f
    call read_some
    blez a0, 2f
    add s3, s3, a0
    j 1b
2:  add t0, s1, s3
    sb zero, 0(t0)
    mv s1, a0
    mv a0, s0
    call close
    mv a0, s3
    bnez a0, 3f
    blez s1, 25f
    li s1, 0
25: mv a0, s1
3:  leave 4

# read_proc_text(pid, name, buffer, size) -> bytes, or -errno: the beginning of /proc/PID/name
    .equ PROC_PATH_SIZE, 64
    .globl read_proc_text
read_proc_text:
    enter 2, PROC_PATH_SIZE
    mv s0, a2
    mv s1, a3
    mv a4, a1
    mv a3, a0
    mv a0, sp
    li a1, PROC_PATH_SIZE
    lstr a2, "/proc/%ld/%s"
    call snprintf
    mv a0, sp
    mv a1, s0
    mv a2, s1
    call read_text
    leave 2, PROC_PATH_SIZE

# read_process(pid, record) -> 0, or -errno when there is no such process
read_process:
    enter 4, PROC_TEXT_SIZE / 2
    mv s0, a0
    mv s1, a1
    lstr a1, "stat"
    la a2, proc_text
    li a3, PROC_TEXT_SIZE
    call read_proc_text
    bltz a0, 9f
    la a0, proc_text
    mv a1, s1
    call parse_process
    bltz a0, 9f
    mv a0, sp                       # whose it is: the owner of its directory
    li a1, PROC_PATH_SIZE
    lstr a2, "/proc/%ld"
    mv a3, s0
    call snprintf
    mv a0, sp
    addi a1, sp, PROC_PATH_SIZE
    call stat
    sd zero, PROC_UID(s1)
    bltz a0, 9f
    lwu t0, PROC_PATH_SIZE + STAT_UID(sp)
    sd t0, PROC_UID(s1)
    li a0, 0
9:  leave 4, PROC_TEXT_SIZE / 2

# parse_process(text of /proc/PID/stat, record) -> 0, or -ESRCH when it is not such a text
    .globl parse_process
parse_process:
    enter 5, 16
    mv s0, a0
    mv s1, a1
    addi a0, s1, PROC_UID
    li a1, 0
    li a2, PROC_SIZE - PROC_UID
    call memset
    mv a0, s0
    li a1, '('
    call strchr
    beqz a0, 8f
    addi s2, a0, 1                  # s2 = name; it may contain parentheses itself
    mv a0, s0
    li a1, ')'
    call strrchr
    beqz a0, 8f
    mv s3, a0                       # s3 = its end
    sub a2, s3, s2
    li t0, PROC_COMM_SIZE - 1
    bleu a2, t0, 1f
    mv a2, t0
1:  add t0, s1, a2
    sb zero, PROC_COMM(t0)
    addi a0, s1, PROC_COMM
    mv a1, s2
    call memcpy
    mv a0, s0
    call atoi
    sd a0, PROC_PID(s1)
    lbu t0, 2(s3)
    sd t0, PROC_STATE(s1)
    addi s0, s3, 3                  # field 4 and the others are numbers
    addi s2, s1, PROC_PPID
    addi s4, s1, PROC_FIELD + 8 * PROC_FIELDS
2:  mv a0, s0
    mv a1, sp
    li a2, 10
    call strtol
    ld t0, 0(sp)
    beq t0, s0, 3f
    mv s0, t0
    sd a0, 0(s2)
    addi s2, s2, 8
    bleu s2, s4, 2b
3:  li a0, 0
    leave 5, 16
8:  li a0, -ESRCH
    leave 5, 16

# list_processes() -> a0 = array of records of all processes, by pid (malloc'ed), a1 = their number. A /proc that cannot be read ends
# the program.
    .globl list_processes
list_processes:
    enter 6
    lstr a0, "/proc"
    call list_directory
    beqz a0, proc_missing
    mv s0, a0                       # s0 = names
    mv s1, a0
    addi a1, a1, 1
    li t0, PROC_SIZE
    mul a0, a1, t0
    call malloc
    beqz a0, proc_memory
    mv s2, a0                       # s2 = records
    li s3, 0                        # s3 = their number
1:  ld s4, 0(s1)
    beqz s4, 3f
    addi s1, s1, 8
    lbu t0, 0(s4)
    addi t0, t0, -'0'
    li t1, 10
    bgeu t0, t1, 1b
    mv a0, s4
    call atoi
    li t0, PROC_SIZE
    mul a1, s3, t0
    add a1, a1, s2
    call read_process
    bltz a0, 1b                     # it ended meanwhile
    addi s3, s3, 1
    j 1b
3:  mv a0, s0
    call free_names
    mv a0, s2
    mv a1, s3
    li a2, PROC_SIZE
    la a3, compare_pids
    call qsort
    bltz a0, proc_memory
    mv a0, s2
    mv a1, s3
    leave 6

# compare_pids(a, b): for qsort
compare_pids:
    ld a0, PROC_PID(a0)
    ld a1, PROC_PID(a1)
    sub a0, a0, a1
    ret

proc_missing:
    li a0, 1
    lstr a2, "/proc"
    call die
    .globl proc_memory
proc_memory:
    li a0, 1
    li a1, 0
    lstr a2, "memory exhausted"
    call die

# uptime_ticks() -> ticks since the machine started
    .globl uptime_ticks
uptime_ticks:
    enter 1, 64
    lstr a0, "/proc/uptime"
    mv a1, sp
    li a2, 48
    call read_text
    li s0, 0
    bltz a0, 2f
    mv a0, sp
    addi a1, sp, 56
    li a2, 10
    call strtol
    li t0, TICKS_PER_SECOND
    mul s0, a0, t0
    ld a0, 56(sp)
    lbu t0, 0(a0)
    addi t0, t0, -'.'
    bnez t0, 2f
    addi a0, a0, 1                  # two decimal places: ticks
    call atoi
    add s0, s0, a0
2:  mv a0, s0
    leave 1, 64

# memory_k(name) -> the number of K that a line of /proc/meminfo says, 0 when there is no such line. The name goes with its colon.
    .globl memory_k
memory_k:
    enter 1
    mv s0, a0
    lb t0, proc_meminfo_read
    bnez t0, 1f
    li t0, 1
    sb t0, proc_meminfo_read, t1
    lstr a0, "/proc/meminfo"
    la a1, proc_meminfo
    li a2, PROC_TEXT_SIZE
    call read_text
1:  la a0, proc_meminfo
    mv a1, s0
    call strstr
    beqz a0, 2f
    mv t0, a0
    mv a0, s0
    mv s0, t0
    call strlen
    add a0, a0, s0
    call atoi
2:  leave 1

# pid_width() -> digits of the highest pid, at least 5: the width of a column of pids
    .globl pid_width
pid_width:
    enter 0, 32
    lstr a0, "/proc/sys/kernel/pid_max"
    mv a1, sp
    li a2, 32
    call read_text
    li t1, 5
    bltz a0, 2f
    mv a0, sp
    call atoi
    addi a0, a0, -1
    li t1, 0
    li t0, 10
1:  div a0, a0, t0
    addi t1, t1, 1
    bnez a0, 1b
    li t0, 5
    bge t1, t0, 2f
    mv t1, t0
2:  mv a0, t1
    leave 0, 32

# terminal_name(device number, buffer, size): "pts/0", "tty1", "console", or "?"
    .globl terminal_name
terminal_name:
    enter 3
    mv s0, a0
    mv s1, a1
    mv s2, a2
    beqz s0, 3f
    call device_minor
    mv a3, a0
    mv a0, s0
    mv s0, a3
    call device_major
    mv a3, s0
    la t0, terminal_rows
1:  lhu t1, 0(t0)
    beqz t1, 3f
    addi t0, t0, 16
    lhu t2, -14(t0)
    bltu a0, t1, 1b
    bgtu a0, t2, 1b
    lhu t2, -12(t0)
    lhu t3, -10(t0)
    bltu a3, t2, 1b
    bgtu a3, t3, 1b
    sub t1, a0, t1                  # majors of one row follow each other, 256 minors each
    slli t1, t1, 8
    add a3, a3, t1
    sub a3, a3, t2
    ld a2, -8(t0)
    j 4f
3:  lstr a2, "?"
4:  mv a0, s1
    mv a1, s2
    call snprintf
    leave 3

# terminal first major, last major, first minor, last minor, format of the name (it gets the minor, counted from the first)
.macro terminal first, last, first_minor, last_minor, format
    .half \first, \last, \first_minor, \last_minor
    .dword \format
.endm

    .section .rodata
    .balign 8
terminal_rows:
    terminal 4, 4, 0, 63, terminal_tty
    terminal 4, 4, 64, 255, terminal_serial
    terminal 5, 5, 0, 0, terminal_plain
    terminal 5, 5, 1, 1, terminal_console
    terminal 136, 143, 0, 255, terminal_pts
    terminal 204, 204, 64, 80, terminal_arm
    terminal 229, 229, 0, 255, terminal_hvc
    .dword 0, 0
terminal_tty: .asciz "tty%ld"
terminal_serial: .asciz "ttyS%ld"
terminal_plain: .asciz "tty"
terminal_console: .asciz "console"
terminal_pts: .asciz "pts/%ld"
terminal_arm: .asciz "ttyAMA%ld"
terminal_hvc: .asciz "hvc%ld"

    .bss
    .globl proc_meminfo_read
proc_meminfo_read: .zero 1
    .globl proc_text
proc_text: .zero PROC_TEXT_SIZE
proc_meminfo: .zero PROC_TEXT_SIZE
