# test: what can be asked about files.
    .include "macros.inc"
    .include "fcntl.inc"

    .text
# Files. file_type name, type: a function of a path that asks for a type of file.
.macro file_type name, type
    .globl \name
\name:
    li a1, \type
    j has_type
.endm
    file_type is_block_device, S_IFBLK
    file_type is_character_device, S_IFCHR
    file_type is_directory, S_IFDIR
    file_type is_regular, S_IFREG
    file_type is_fifo, S_IFIFO
    file_type is_socket, S_IFSOCK
has_type:
    enter 1
    mv s0, a1
    call status_of
    bltz a0, 1f
    li t0, S_IFMT
    and a0, a1, t0
    sub a0, a0, s0
    seqz a0, a0
    leave 1
1:  li a0, 0
    leave 1

# mode_bit name, bit: a function of a path that asks for one bit of the mode.
.macro mode_bit name, bit
    .globl \name
\name:
    li a1, \bit
    j has_bit
.endm
    mode_bit is_set_user, S_ISUID
    mode_bit is_set_group, S_ISGID
    mode_bit is_sticky, S_ISVTX
has_bit:
    enter 1
    mv s0, a1
    call status_of
    bltz a0, 1f
    and a0, a1, s0
    snez a0, a0
    leave 1
1:  li a0, 0
    leave 1

# may name, right: a function of a path that asks whether we may do that to the file.
.macro may name, right
    .globl \name
\name:
    li a1, \right
    j may_access
.endm
    may may_read, R_OK
    may may_write, W_OK
    may may_execute, X_OK
may_access:
    enter 0
    call access
    seqz a0, a0
    leave 0

    .globl exists
exists:
    enter 0
    call status_of
    seqz a0, a0
    leave 0
    .globl is_not_empty
is_not_empty:
    enter 0
    call status_of
    bnez a0, 1f
    ld a0, status + STAT_SIZE
    snez a0, a0
    leave 0
1:  li a0, 0
    leave 0
    .globl is_symlink
is_symlink:
    enter 0
    la a1, status
    call lstat
    bnez a0, 1f
    lwu a0, status + STAT_MODE
    li t0, S_IFMT
    and a0, a0, t0
    li t0, S_IFLNK
    sub a0, a0, t0
    seqz a0, a0
    leave 0
1:  li a0, 0
    leave 0
    .globl is_ours
is_ours:
    enter 1
    call status_of
    mv s0, a0
    call geteuid
    lwu t0, status + STAT_UID
    j 1f
    .globl is_our_groups
is_our_groups:
    enter 1
    call status_of
    mv s0, a0
    call getegid
    lwu t0, status + STAT_GID
1:  sub a0, a0, t0
    or a0, a0, s0
    seqz a0, a0
    leave 1
    .globl is_terminal
is_terminal:
    enter 0
    call one_number
    call isatty
    leave 0
    .globl was_changed_since_read
was_changed_since_read:
    enter 0
    call status_of
    bnez a0, 1f
    la t0, status
    ld a0, STAT_MTIME(t0)
    ld a1, STAT_ATIME(t0)
    ld a2, STAT_MTIME + 8(t0)
    ld a3, STAT_ATIME + 8(t0)
    call later
    leave 0
1:  li a0, 0
    leave 0

# is_newer(a, b): a changed later than b, or b does not exist
    .globl is_newer
is_newer:
    enter 3
    call two_files
    bltz s0, 1f
    bltz s1, 2f
    call change_times
    call later
    leave 3
1:  li a0, 0
    leave 3
2:  li a0, 1
    leave 3
    .globl is_older
is_older:
    mv t0, a0
    mv a0, a1
    mv a1, t0
    j is_newer
    .globl is_same_file
is_same_file:
    enter 3
    call two_files
    or a0, s0, s1
    bnez a0, 1f
    la t0, status
    la t1, other_status
    ld t2, STAT_INO(t0)
    ld t3, STAT_INO(t1)
    bne t2, t3, 1f
    ld t2, STAT_DEV(t0)
    ld t3, STAT_DEV(t1)
    sub a0, t2, t3
    seqz a0, a0
    leave 3
1:  li a0, 0
    leave 3

# two_files(a, b): status and other_status, and s0, s1 = what stat said about each
two_files:
    enter 0, 8
    sd a1, 0(sp)
    la a1, status
    call stat
    mv s0, a0
    ld a0, 0(sp)
    la a1, other_status
    call stat
    mv s1, a0
    leave 0, 8

# change_times() -> a0, a2 = seconds and nanoseconds of status, a1, a3 of other_status
change_times:
    la t0, status
    la t1, other_status
    ld a0, STAT_MTIME(t0)
    ld a1, STAT_MTIME(t1)
    ld a2, STAT_MTIME + 8(t0)
    ld a3, STAT_MTIME + 8(t1)
    ret

# later(seconds a, seconds b, ns a, ns b) -> 1 when a is later
later:
    bne a0, a1, 1f
    sgt a0, a2, a3
    ret
1:  sgt a0, a0, a1
    ret

# status_of(path) -> a0 = 0 or -errno, a1 = mode; fills in `status`
status_of:
    enter 0
    la a1, status
    call stat
    lwu a1, status + STAT_MODE
    leave 0
