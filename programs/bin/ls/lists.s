# ls: lists of files: making them, and putting them in order.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "ls.inc"

    .text
# new_list() -> an empty one
    .globl new_list
new_list:
    enter 0
    li a0, 1
    li a1, LIST_SIZE
    call calloc
    beqz a0, no_memory
    leave 0

# append(list, entry)
    .globl append
append:
    enter 2
    mv s0, a0
    mv s1, a1
    ld t0, LIST_COUNT(s0)
    ld t1, LIST_ROOM(s0)
    bltu t0, t1, 1f
    slli t1, t1, 1
    addi t1, t1, 16
    sd t1, LIST_ROOM(s0)
    slli a1, t1, 3
    ld a0, LIST_ENTRIES(s0)
    call realloc
    beqz a0, no_memory
    sd a0, LIST_ENTRIES(s0)
1:  ld t0, LIST_COUNT(s0)
    ld t1, LIST_ENTRIES(s0)
    slli t2, t0, 3
    add t1, t1, t2
    sd s1, 0(t1)
    addi t0, t0, 1
    sd t0, LIST_COUNT(s0)
    leave 2

# free_list(list): with its entries, but not their names
    .globl free_list
free_list:
    enter 3
    mv s0, a0
    ld s1, LIST_ENTRIES(s0)
    ld s2, LIST_COUNT(s0)
1:  beqz s2, 2f
    ld a0, 0(s1)
    ld a0, ENTRY_TARGET(a0)
    call free
    ld a0, 0(s1)
    call free
    addi s1, s1, 8
    addi s2, s2, -1
    j 1b
2:  ld a0, LIST_ENTRIES(s0)
    call free
    mv a0, s0
    call free
    leave 3

    .globl no_memory
no_memory:
    li a0, STATUS_TROUBLE
    li a1, 0
    lstr a2, "memory exhausted"
    call die

# complain(errno, format, path, status): raises the exit status
    .globl complain
complain:
    lb t0, status
    bge t0, a3, 1f
    sb a3, status, t0
1:  tail warn

# new_entry(name) -> an entry with that name, else empty
    .globl new_entry
new_entry:
    enter 1
    mv s0, a0
    li a0, 1
    li a1, ENTRY_SIZE
    call calloc
    beqz a0, no_memory
    sd s0, ENTRY_NAME(a0)
    leave 1

# stat_operand(path) -> its entry, or 0 after a complaint. A symbolic link to a directory is that directory, unless the link itself is of
# interest (-l, -F, -d).
    .globl stat_operand
stat_operand:
    enter 2
    mv s0, a0
    call new_entry
    mv s1, a0
    lb t0, follow
    bnez t0, 1f
    lb t0, layout
    li t1, LAYOUT_LONG
    beq t0, t1, 2f
    lb t0, marks
    li t1, MARK_ALL
    beq t0, t1, 2f
    lb t0, directories_themselves
    bnez t0, 2f
1:  mv a0, s0
    addi a1, s1, ENTRY_STATUS
    call stat
    beqz a0, 3f
2:  mv a0, s0
    addi a1, s1, ENTRY_STATUS
    call lstat
    beqz a0, 3f
    lstr a1, "cannot access '%s'"
    mv a2, s0
    li a3, STATUS_TROUBLE
    call complain
    li a0, 0
    leave 2
3:  mv a0, s1
    mv a1, s0
    call read_target
    mv a0, s1
    leave 2

# read_target(entry, path): when it is a symbolic link, where it points to
    .globl read_target
read_target:
    enter 3, STAT_SIZEOF
    mv s0, a0
    mv s1, a1
    lwu t0, ENTRY_STATUS + STAT_MODE(s0)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFLNK
    bne t0, t1, 1f
    lb t0, layout
    li t1, LAYOUT_LONG
    bne t0, t1, 1f
    li a0, PATH_MAX
    call malloc
    beqz a0, no_memory
    mv s2, a0
    sd s2, ENTRY_TARGET(s0)
    mv a0, s1
    mv a1, s2
    li a2, PATH_MAX - 1
    call readlink
    bgez a0, 2f
    li a0, 0
2:  add t0, s2, a0
    sb zero, 0(t0)
    mv a0, s1
    mv a1, sp
    call stat
    bnez a0, 1f
    lwu t0, STAT_MODE(sp)
    sd t0, ENTRY_TARGET_MODE(s0)
1:  leave 3, STAT_SIZEOF

# sort_list(list)
    .globl sort_list
sort_list:
    enter 1
    mv s0, a0
    lb t0, order
    li t1, SORT_NONE
    beq t0, t1, 1f
    ld a0, LIST_ENTRIES(s0)
    ld a1, LIST_COUNT(s0)
    beqz a1, 1f
    li a2, 8
    la a3, compare_entries
    call qsort
1:  leave 1

# compare_entries(a, b): for qsort, over addresses of entries
compare_entries:
    enter 2
    ld s0, 0(a0)
    ld s1, 0(a1)
    lb t0, order
    li t1, SORT_TIME
    bne t0, t1, 1f
    ld t0, ENTRY_STATUS + STAT_MTIME(s1)
    ld t1, ENTRY_STATUS + STAT_MTIME(s0)
    bne t0, t1, 2f
    ld t0, ENTRY_STATUS + STAT_MTIME + 8(s1)
    ld t1, ENTRY_STATUS + STAT_MTIME + 8(s0)
    bne t0, t1, 2f
    j 3f
1:  li t1, SORT_SIZE
    bne t0, t1, 3f
    ld t0, ENTRY_STATUS + STAT_SIZE(s1)
    ld t1, ENTRY_STATUS + STAT_SIZE(s0)
    beq t0, t1, 3f
2:  slt t2, t1, t0                  # 1 or -1
    slt t3, t0, t1
    sub a0, t2, t3
    j 4f
3:  ld a0, ENTRY_NAME(s0)
    ld a1, ENTRY_NAME(s1)
    call strcmp
4:  lb t0, backwards
    beqz t0, 5f
    neg a0, a0
5:  leave 2
