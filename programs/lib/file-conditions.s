# What conditions.s asks about files. Each function gets paths (and the word of its row) and returns 1 or 0; a file that is not there is nothing.
    .include "macros.inc"
    .include "fcntl.inc"

    .text
# is_of_type(path, S_IF...; 0: of any)
    .globl is_of_type
is_of_type:
    enter 1
    mv s0, a1
    call status_of
    j 1f
    .globl is_symlink
is_symlink:
    enter 1
    li s0, S_IFLNK
    la a1, status
    call lstat
    lwu a1, status + STAT_MODE
1:  seqz a0, a0
    beqz a0, 2f
    beqz s0, 2f
    li t0, S_IFMT
    and a0, a1, t0
    sub a0, a0, s0
    seqz a0, a0
2:  leave 1

# has_mode_bit(path, S_IS...)
    .globl has_mode_bit
has_mode_bit:
    enter 1
    mv s0, a1
    call status_of
    bnez a0, 1f
    and a1, a1, s0
    snez a0, a1
    leave 1
1:  li a0, 0
    leave 1

# is_accessible(path, R_OK...)
    .globl is_accessible
is_accessible:
    enter 0
    call access
    seqz a0, a0
    leave 0

    .globl is_filled
is_filled:
    enter 0
    call status_of
    seqz a0, a0
    beqz a0, 1f
    ld a0, status + STAT_SIZE
    snez a0, a0
1:  leave 0

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

    .globl was_changed_since_read
was_changed_since_read:
    enter 0
    call status_of
    seqz a0, a0
    beqz a0, 1f
    la t0, status
    ld a0, STAT_MTIME(t0)
    ld a1, STAT_ATIME(t0)
    ld a2, STAT_MTIME + 8(t0)
    ld a3, STAT_ATIME + 8(t0)
    call later
1:  leave 0

# is_newer(a, b): a changed later than b, or b does not exist
    .globl is_newer
is_newer:
    enter 0
    call two_files
    mv t0, a0
    li a0, 0
    bltz t0, 1f
    li a0, 1
    bltz a1, 1f
    la t0, status
    la t1, other_status
    ld a0, STAT_MTIME(t0)
    ld a1, STAT_MTIME(t1)
    ld a2, STAT_MTIME + 8(t0)
    ld a3, STAT_MTIME + 8(t1)
    call later
1:  leave 0
    .globl is_older
is_older:
    mv t0, a0
    mv a0, a1
    mv a1, t0
    j is_newer

    .globl is_same_file
is_same_file:
    enter 0
    call two_files
    or a1, a0, a1
    li a0, 0
    bnez a1, 1f
    la t0, status
    la t1, other_status
    ld t2, STAT_INO(t0)
    ld t3, STAT_INO(t1)
    bne t2, t3, 1f
    ld t2, STAT_DEV(t0)
    ld t3, STAT_DEV(t1)
    sub a0, t2, t3
    seqz a0, a0
1:  leave 0

# two_files(a, b) -> what stat said about each; fills in `status` and `other_status`
two_files:
    enter 2
    mv s0, a1
    la a1, status
    call stat
    mv s1, a0
    mv a0, s0
    la a1, other_status
    call stat
    mv a1, a0
    mv a0, s1
    leave 2

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

    .bss
    .balign 8
status: .zero STAT_SIZEOF
other_status: .zero STAT_SIZEOF
