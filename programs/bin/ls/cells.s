# ls: how wide columns are, and the parts of a line that the layouts share.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "human.inc"
    .include "users.inc"
    .include "ls.inc"

    .text
# measure(list): widens all columns but the name's to what the list needs
    .globl measure
measure:
    enter 4, HUMAN_SIZE
    ld s0, LIST_ENTRIES(a0)
    ld s1, LIST_COUNT(a0)
2:  beqz s1, 6f
    ld s2, 0(s0)
    addi s0, s0, 8
    addi s1, s1, -1
    ld a3, ENTRY_STATUS + STAT_INO(s2)
    la s3, inode_width
    call widen_number
    ld a0, ENTRY_STATUS + STAT_BLOCKS(s2)
    mv a1, sp
    call blocks_text
    la s3, blocks_width
    call widen
    lb t0, layout
    li t1, LAYOUT_LONG
    bne t0, t1, 2b
    lwu a3, ENTRY_STATUS + STAT_NLINK(s2)
    la s3, links_width
    call widen_number
    lwu a0, ENTRY_STATUS + STAT_UID(s2)
    la a1, user_name
    call owner
    call strlen
    la s3, user_width
    call widen
    lwu a0, ENTRY_STATUS + STAT_GID(s2)
    la a1, group_name
    call owner
    call strlen
    la s3, group_width
    call widen
    mv a0, s2
    call is_device
    bnez a0, 4f
    ld a0, ENTRY_STATUS + STAT_SIZE(s2)
    mv a1, sp
    call size_text
    la s3, size_width
    call widen
    j 2b
4:  ld a0, ENTRY_STATUS + STAT_RDEV(s2)
    call device_major
    mv a3, a0
    la s3, major_width
    call widen_number
    ld a0, ENTRY_STATUS + STAT_RDEV(s2)
    call device_minor
    mv a3, a0
    la s3, minor_width
    call widen_number
    j 2b
6:  leave 4, HUMAN_SIZE

# join_device_widths(): "major, minor" stands where other files have their size
    .globl join_device_widths
join_device_widths:
    ld t0, minor_width
    beqz t0, 8f
    ld t1, major_width
    add t0, t0, t1
    addi t0, t0, 2
    ld t1, size_width
    bge t1, t0, 7f
    sd t0, size_width, t2
    j 8f
7:  sub t1, t1, t0
    ld t0, major_width
    add t0, t0, t1
    sd t0, major_width, t1
8:  ret

# widen_number(-, -, -, number): column s3 is at least as wide as that. Part of measure, as widen(width).
widen_number:
    enter 0, HUMAN_SIZE
    mv a0, sp
    li a1, HUMAN_SIZE
    lstr a2, "%lu"
    call snprintf
    restore 0, HUMAN_SIZE
widen:
    ld t0, 0(s3)
    bge t0, a0, 1f
    sd a0, 0(s3)
1:  ret

# owner(id, name function) -> name, with -n the number
    .globl owner
owner:
    lb t0, numeric_owners
    bnez t0, 1f
    jr a1
1:  enter 0
    mv a3, a0
    la a0, owner_text
    li a1, DECIMAL_SIZE
    lstr a2, "%lu"
    call snprintf
    la a0, owner_text
    leave 0

# is_device(entry) -> 1 for a character or block device
    .globl is_device
is_device:
    lwu t0, ENTRY_STATUS + STAT_MODE(a0)
    li t1, S_IFMT
    and t0, t0, t1
    li a0, 1
    li t1, S_IFCHR
    beq t0, t1, 1f
    li t1, S_IFBLK
    beq t0, t1, 1f
    li a0, 0
1:  ret

# mark_of(mode) -> the character that -F or -p puts behind a name, 0 for none
    .globl mark_of
mark_of:
    lb t0, marks
    beqz t0, 3f
    li t1, S_IFMT
    and t2, a0, t1
    la t1, mark_rows
1:  lwu t3, 0(t1)
    beqz t3, 2f
    addi t1, t1, 8
    bne t3, t2, 1b
    lbu t4, -4(t1)
    li t5, MARK_DIRECTORIES
    bne t0, t5, 4f
    li t5, '/'
    bne t4, t5, 3f
4:  mv a0, t4
    ret
2:  li t1, MARK_ALL
    bne t0, t1, 3f
    andi t0, a0, S_IXUSR | S_IXGRP | S_IXOTH
    li a0, '*'
    bnez t0, 5f
3:  li a0, 0
5:  ret

# make_cell(entry): fills in the entry's cell: inode, blocks, name, mark
    .globl make_cell
make_cell:
    enter 4, HUMAN_SIZE
    mv s0, a0
    la s1, cell                     # s1 = where the text goes on
    call print_numbers
    mv a0, s1
    li a1, CELL_SIZE / 2
    lstr a2, "%s"
    ld a3, ENTRY_NAME(s0)
    call snprintf
    add s1, s1, a0
    lwu a0, ENTRY_STATUS + STAT_MODE(s0)
    call mark_of
    beqz a0, 1f
    sb a0, 0(s1)
    addi s1, s1, 1
1:  sb zero, 0(s1)
    la a0, cell
    sub t0, s1, a0
    sd t0, ENTRY_CELL_WIDTH(s0)
    call strdup
    beqz a0, no_memory
    sd a0, ENTRY_CELL(s0)
    leave 4, HUMAN_SIZE

# print_numbers(): for -i and -s, into the text at s1, for entry s0; s1 moves on. Used by make_cell and print_long.
    .globl print_numbers
print_numbers:
    enter 0, HUMAN_SIZE
    sb zero, 0(s1)
    lb t0, show_inodes
    beqz t0, 1f
    mv a0, s1
    li a1, HUMAN_SIZE * 2
    lstr a2, "%*lu "
    ld a3, inode_width
    ld a4, ENTRY_STATUS + STAT_INO(s0)
    call snprintf
    add s1, s1, a0
1:  lb t0, show_blocks
    beqz t0, 2f
    ld a0, ENTRY_STATUS + STAT_BLOCKS(s0)
    mv a1, sp
    call blocks_text
    mv a0, s1
    li a1, HUMAN_SIZE * 2
    lstr a2, "%*s "
    ld a3, blocks_width
    mv a4, sp
    call snprintf
    add s1, s1, a0
2:  leave 0, HUMAN_SIZE
