# ps: the table of columns: a new one is a row here.
    .include "fcntl.inc"
    .include "arguments.inc"
    .include "proc.inc"
    .include "ps.inc"

    .text
# column name, header, width, alignment, function, argument: one row of the table
.macro column name, header, width, align, function, argument=0
    .section .rodata.str
77771:
    .asciz "\name"
77772:
    .asciz "\header"
    .section .rodata
    .dword 77771b, 77772b
    .half \width
    .byte \align, 0
    .word \argument
    .dword \function
.endm

    .section .rodata
    .balign 8
    .globl columns
columns:
    column "pid", "PID", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_PID
    column "ppid", "PPID", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_PPID
    column "pgid", "PGID", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_PGRP
    column "pgrp", "PGRP", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_PGRP
    column "sid", "SID", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_SESSION
    column "sess", "SESS", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_SESSION
    column "tpgid", "TPGID", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_TPGID
    column "tty", "TT", 8, ALIGN_LEFT, show_terminal
    column "tt", "TT", 8, ALIGN_LEFT, show_terminal
    column "tname", "TTY", 8, ALIGN_LEFT, show_terminal
    column "comm", "COMMAND", 15, ALIGN_LEFT, show_name
    column "ucomm", "COMMAND", 15, ALIGN_LEFT, show_name
    column "ucmd", "CMD", 15, ALIGN_LEFT, show_name
    column "args", "COMMAND", 27, ALIGN_LEFT, show_command
    column "command", "COMMAND", 27, ALIGN_LEFT, show_command
    column "cmd", "CMD", 27, ALIGN_LEFT, show_command
    column "s", "S", 1, ALIGN_LEFT, show_state
    column "state", "S", 1, ALIGN_LEFT, show_state
    column "stat", "STAT", 4, ALIGN_LEFT, show_states
    column "user", "USER", 8, ALIGN_LEFT, show_user
    column "euser", "EUSER", 8, ALIGN_LEFT, show_user
    column "uname", "USER", 8, ALIGN_LEFT, show_user
    column "uid_name", "UID", 8, ALIGN_LEFT, show_user
    column "uid", "UID", 5, ALIGN_RIGHT, show_uid
    column "euid", "EUID", 5, ALIGN_RIGHT, show_uid
    column "rss", "RSS", 5, ALIGN_RIGHT, show_memory
    column "rssize", "RSS", 5, ALIGN_RIGHT, show_memory
    column "vsz", "VSZ", 6, ALIGN_RIGHT, show_size
    column "vsize", "VSZ", 6, ALIGN_RIGHT, show_size
    column "pmem", "%MEM", 4, ALIGN_RIGHT, show_memory_share
    column "%mem", "%MEM", 4, ALIGN_RIGHT, show_memory_share
    column "pcpu", "%CPU", 4, ALIGN_RIGHT, show_cpu_share
    column "%cpu", "%CPU", 4, ALIGN_RIGHT, show_cpu_share
    column "c", "C", 2, ALIGN_RIGHT, show_cpu_percent
    column "time", "TIME", 8, ALIGN_RIGHT, show_time
    column "cputime", "TIME", 8, ALIGN_RIGHT, show_time
    column "bsdtime", "TIME", 6, ALIGN_RIGHT, show_bsd_time
    column "etime", "ELAPSED", 11, ALIGN_RIGHT, show_age
    column "etimes", "ELAPSED", 7, ALIGN_RIGHT, show_age_seconds
    column "stime", "STIME", 5, ALIGN_RIGHT, show_start
    column "bsdstart", "START", 5, ALIGN_RIGHT, show_start
    column "lstart", "STARTED", 24, ALIGN_RIGHT, show_long_start
    column "ni", "NI", 3, ALIGN_RIGHT, show_field, PROC_NICE
    column "nice", "NI", 3, ALIGN_RIGHT, show_field, PROC_NICE
    column "pri", "PRI", 3, ALIGN_RIGHT, show_priority
    column "nlwp", "NLWP", 4, ALIGN_RIGHT, show_field, PROC_THREADS
    column "thcount", "THCNT", 5, ALIGN_RIGHT, show_field, PROC_THREADS
    column "psr", "PSR", 3, ALIGN_RIGHT, show_field, PROC_CPU
    column "min_flt", "MINFL", 6, ALIGN_RIGHT, show_field, PROC_MINFLT
    column "maj_flt", "MAJFL", 6, ALIGN_RIGHT, show_field, PROC_MAJFLT
    column "wchan", "WCHAN", 6, ALIGN_LEFT, show_wait
    .dword 0
