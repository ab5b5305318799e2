# ls: the long layout, -l.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "human.inc"
    .include "ls.inc"

    .text
# print_long(entry): one line of -l
    .equ LONG_MODE, 0
    .equ LONG_SIZE, 16
    .equ LONG_TIME, LONG_SIZE + HUMAN_SIZE
    .equ LONG_LOCALS, LONG_TIME + 32
    .globl print_long
print_long:
    enter 4, LONG_LOCALS
    mv s0, a0
    la s1, cell
    call print_numbers
    lwu a0, ENTRY_STATUS + STAT_MODE(s0)
    addi a1, sp, LONG_MODE
    call mode_text
    lwu a0, ENTRY_STATUS + STAT_UID(s0)
    la a1, user_name
    call owner
    call strdup
    mv s2, a0
    lstr a0, "%s%s %*lu %-*s "
    la a1, cell
    addi a2, sp, LONG_MODE
    ld a3, links_width
    lwu a4, ENTRY_STATUS + STAT_NLINK(s0)
    ld a5, user_width
    mv a6, s2
    call printf
    mv a0, s2
    call free
    lwu a0, ENTRY_STATUS + STAT_GID(s0)
    la a1, group_name
    call owner
    mv a2, a0
    ld a1, group_width
    lstr a0, "%-*s "
    call printf
    mv a0, s0
    call is_device
    beqz a0, 1f
    ld a0, ENTRY_STATUS + STAT_RDEV(s0)
    call device_minor
    mv s2, a0
    ld a0, ENTRY_STATUS + STAT_RDEV(s0)
    call device_major
    mv a2, a0
    lstr a0, "%*lu, %*lu "
    ld a1, major_width
    ld a3, minor_width
    mv a4, s2
    call printf
    j 2f
1:  ld a0, ENTRY_STATUS + STAT_SIZE(s0)
    addi a1, sp, LONG_SIZE
    call size_text
    lstr a0, "%*s "
    ld a1, size_width
    addi a2, sp, LONG_SIZE
    call printf
2:  ld a0, ENTRY_STATUS + STAT_MTIME(s0)
    ld t0, now
    lstr s2, "%b %e  %Y"
    bgt a0, t0, 3f                  # the future shows its year too
    li t1, HALF_YEAR
    sub t0, t0, t1
    ble a0, t0, 3f
    lstr s2, "%b %e %H:%M"
3:  li a1, 0
    la a2, broken_down
    call break_down
    addi a0, sp, LONG_TIME
    li a1, 32
    mv a2, s2
    la a3, broken_down
    call format_time
    lstr a0, "%s %s"
    addi a1, sp, LONG_TIME
    ld a2, ENTRY_NAME(s0)
    call printf
    ld a1, ENTRY_TARGET(s0)
    lwu s2, ENTRY_STATUS + STAT_MODE(s0)
    beqz a1, 4f
    lstr a0, " -> %s"
    call printf
    ld s2, ENTRY_TARGET_MODE(s0)    # behind a link the mark is that of its target
4:  mv a0, s2
    call mark_of
    beqz a0, 5f
    call putchar
5:  li a0, '\n'
    call putchar
    leave 4, LONG_LOCALS
