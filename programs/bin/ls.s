# ls: lists files and what is in directories.
#   -a all, also those that begin with a point  -A all but . and ..  -l long lines  -n the same with numbers for users  -1 one a line
#   -C in columns  -F a mark after directories and the like  -p only after directories  -i inode numbers  -s blocks  -h sizes for people
#   -d directories themselves  -R directories in directories too  -L follow symbolic links  -w COLUMNS width of the screen
#   -t latest first  -S largest first  -U as they come  -r the other way round
# Names are in the order of their bytes, times are UTC. On a terminal names are in columns, else one a line.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"

    .equ USAGE_STATUS, 2
    .include "options.inc"
    .include "inputs.inc"
    .include "slurp.inc"
    .include "paths.inc"
    .include "directories.inc"
    .include "modes.inc"
    .include "users.inc"
    .include "times.inc"
    .include "devices.inc"
    .include "human.inc"

    .equ STATUS_MINOR, 1            # something inside a directory could not be looked at
    .equ STATUS_TROUBLE, 2          # an operand could not

    .equ ENTRY_NAME, 0              # one file of a list
    .equ ENTRY_TARGET, 8            # what a symbolic link says; 0: not asked, or none
    .equ ENTRY_CELL, 16             # the text in columns, malloc'ed
    .equ ENTRY_CELL_WIDTH, 24
    .equ ENTRY_TARGET_MODE, 32      # mode of what the link points to; 0: it points nowhere
    .equ ENTRY_STATUS, 40
    .equ ENTRY_SIZE, ENTRY_STATUS + STAT_SIZEOF

    .equ LIST_COUNT, 0              # a list of entries that grows
    .equ LIST_ROOM, 8
    .equ LIST_ENTRIES, 16
    .equ LIST_SIZE, 24

    .equ LAYOUT_AUTOMATIC, 0        # layout
    .equ LAYOUT_LINES, 1
    .equ LAYOUT_COLUMNS, 2
    .equ LAYOUT_LONG, 3

    .equ SORT_NAME, 0               # order
    .equ SORT_TIME, 1
    .equ SORT_SIZE, 2
    .equ SORT_NONE, 3

    .equ MARK_NONE, 0               # marks
    .equ MARK_DIRECTORIES, 1
    .equ MARK_ALL, 2

    .equ HIDE_DOTS, 0               # hidden
    .equ SHOW_ALMOST_ALL, 1
    .equ SHOW_ALL, 2

    .equ COLUMN_GAP, 2
    .equ TAB_SIZE, 8
    .equ DEFAULT_WIDTH, 80
    .equ HALF_YEAR, 15778476        # seconds; older files show their year instead of the time
    .equ CELL_SIZE, 4096
    .equ BLOCKS_PER_K, 2
    .equ WIDTHS, 8                  # columns that are measured

    .text
    .globl main
main:
    enter 7, 16
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    call settle_options
    bnez s0, 1f
    li s0, 1
    la s1, here
1:  mv s6, s0                       # s6 = operands in all
    call new_list
    mv s2, a0                       # s2 = list of files among the operands
    call new_list
    mv s3, a0                       # s3 = list of directories
2:  ld a0, 0(s1)
    call stat_operand
    beqz a0, 4f
    mv a1, a0
    lwu t0, ENTRY_STATUS + STAT_MODE(a1)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFDIR
    mv a0, s2
    bne t0, t1, 3f
    lb t0, directories_themselves
    bnez t0, 3f
    mv a0, s3
3:  call append
4:  addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, 2b

    mv a0, s2
    call sort_list
    mv a0, s3
    call sort_list
    ld t0, LIST_COUNT(s2)
    beqz t0, 5f
    mv a0, s2
    mv a1, s3                       # the columns of the operands are as wide as all of them need, directories too
    call print_list
    li t0, 1
    sb t0, printed, t1
5:  lb t0, recursive                # a header, unless there is just one thing to show
    li t1, 1
    bgtu s6, t1, 6f
    beqz t0, 7f
6:  li t0, 1
    sb t0, headers, t1
7:  li s4, 0
8:  ld t0, LIST_COUNT(s3)
    beq s4, t0, 9f
    ld t0, LIST_ENTRIES(s3)
    slli t1, s4, 3
    add t0, t0, t1
    ld t0, 0(t0)
    ld a0, ENTRY_NAME(t0)
    li a1, STATUS_TROUBLE
    call list_path
    addi s4, s4, 1
    j 8b
9:  lb a0, status
    leave 7, 16

# settle_options(): what the options leave open
settle_options:
    enter 0, 16
    li a0, CLOCK_REALTIME
    mv a1, sp
    call clock_gettime
    ld t0, TIMESPEC_SEC(sp)
    sd t0, now, t1
    lb t0, layout
    bnez t0, 1f
    li a0, STDOUT
    call isatty
    addi a0, a0, LAYOUT_LINES       # a terminal gives LAYOUT_COLUMNS
    sb a0, layout, t0
1:  ld a0, width_text
    bnez a0, 2f
    lstr a0, "COLUMNS"
    call getenv
    beqz a0, 3f
2:  call atoi
    bgtz a0, 4f
3:  li a0, STDOUT
    li a1, TIOCGWINSZ
    mv a2, sp
    call ioctl
    bnez a0, 35f
    lhu a0, WINSIZE_COLS(sp)
    bnez a0, 4f
35: li a0, DEFAULT_WIDTH
4:  sd a0, width, t0
    leave 0, 16

# new_list() -> an empty one
new_list:
    enter 0
    li a0, 1
    li a1, LIST_SIZE
    call calloc
    beqz a0, no_memory
    leave 0

# append(list, entry)
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

no_memory:
    li a0, STATUS_TROUBLE
    li a1, 0
    lstr a2, "memory exhausted"
    call die

# complain(errno, format, path, status): raises the exit status
complain:
    lb t0, status
    bge t0, a3, 1f
    sb a3, status, t0
1:  tail warn

# new_entry(name) -> an entry with that name, else empty
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

# list_path(directory, status of a failure): its header, its files, and with -R those of its directories
list_path:
    enter 9
    mv s0, a0
    mv s5, a1
    li a1, O_RDONLY | O_DIRECTORY | O_CLOEXEC
    li a2, 0
    call open
    mv s8, a0                       # s8 = the directory, open until we know all about its files (one may be this very descriptor)
    mv a1, a0
    bltz a0, 12f
    call list_descriptor
    mv s1, a0                       # s1 = names
    bnez a0, 1f
12: mv a0, a1
    lstr a1, "cannot open directory '%s'"
    mv a2, s0
    mv a3, s5
    call complain
    leave 9
1:  lb t0, headers
    beqz t0, 3f
    lb t0, printed
    lstr a0, "%s:\n"
    beqz t0, 2f
    lstr a0, "\n%s:\n"
2:  mv a1, s0
    call printf
3:  li t0, 1
    sb t0, printed, t1
    call new_list
    mv s2, a0                       # s2 = list
    lb t0, hidden
    li t1, SHOW_ALL
    bne t0, t1, 4f
    lstr a0, "."
    call list_entry
    lstr a0, ".."
    call list_entry
4:  mv s3, s1
5:  ld a0, 0(s3)
    beqz a0, 7f
    addi s3, s3, 8
    lbu t0, 0(a0)
    addi t0, t0, -'.'
    bnez t0, 6f
    lb t0, hidden
    beqz t0, 5b
6:  call list_entry
    j 5b
7:  mv a0, s8
    call close
    mv a0, s2
    call sort_list
    lb t0, layout                   # "total" only for the long form and -s
    li t1, LAYOUT_LONG
    beq t0, t1, 75f
    lb t0, show_blocks
    beqz t0, 8f
75: mv a0, s2
    call print_total
8:  mv a0, s2
    li a1, 0
    call print_list
    lb t0, recursive
    beqz t0, 11f
    li s3, 0
9:  ld t0, LIST_COUNT(s2)
    beq s3, t0, 11f
    ld t0, LIST_ENTRIES(s2)
    slli t1, s3, 3
    add t0, t0, t1
    addi s3, s3, 1
    ld s4, 0(t0)
    lwu t0, ENTRY_STATUS + STAT_MODE(s4)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFDIR
    bne t0, t1, 9b
    ld a1, ENTRY_NAME(s4)
    lhu t0, 0(a1)                   # not . and ..
    li t1, '.'
    beq t0, t1, 9b
    li t1, '.' | '.' << 8
    bne t0, t1, 10f
    lbu t0, 2(a1)
    beqz t0, 9b
10: mv a0, s0
    call join_path
    mv s6, a0
    li a1, STATUS_MINOR
    call list_path
    mv a0, s6
    call free
    j 9b
11: mv a0, s2
    call free_list
    mv a0, s1
    call free_names
    leave 9

# list_entry(name): adds a file of directory s0 to list s2. Part of list_path.
list_entry:
    enter 6
    mv s1, a0
    mv s3, s0
    mv s4, s2
    call new_entry
    mv s5, a0
    mv a0, s3
    mv a1, s1
    call join_path
    mv s1, a0
    addi a1, s5, ENTRY_STATUS
    lb t0, follow
    beqz t0, 1f
    call stat
    beqz a0, 2f
    mv a0, s1
    addi a1, s5, ENTRY_STATUS
1:  call lstat
    beqz a0, 2f
    lstr a1, "cannot access '%s'"
    mv a2, s1
    li a3, STATUS_MINOR
    call complain
    mv a0, s5
    call free
    j 3f
2:  mv a0, s5
    mv a1, s1
    call read_target
    mv a0, s4
    mv a1, s5
    call append
3:  mv a0, s1
    call free
    leave 6

# sort_list(list)
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

# print_total(list): the line above a long listing: blocks of all files, in K
print_total:
    enter 1, HUMAN_SIZE
    ld t0, LIST_ENTRIES(a0)
    ld t1, LIST_COUNT(a0)
    li a1, 0
1:  beqz t1, 2f
    ld t2, 0(t0)
    ld t2, ENTRY_STATUS + STAT_BLOCKS(t2)
    add a1, a1, t2
    addi t0, t0, 8
    addi t1, t1, -1
    j 1b
2:  mv a0, a1
    mv a1, sp
    call blocks_text
    lstr a0, "total %s\n"
    mv a1, sp
    call printf
    leave 1, HUMAN_SIZE

# blocks_text(blocks of 512 bytes, buffer): in K, or for people
blocks_text:
    lb t0, human
    beqz t0, 1f
    slli a0, a0, 9
    j human_size
1:  addi a3, a0, BLOCKS_PER_K - 1
    srli a3, a3, 1
    mv a0, a1
    li a1, HUMAN_SIZE
    lstr a2, "%lu"
    tail snprintf

# size_text(bytes, buffer)
size_text:
    lb t0, human
    bnez t0, human_size
    mv a3, a0
    mv a0, a1
    li a1, HUMAN_SIZE
    lstr a2, "%ld"
    tail snprintf

# print_list(list, other list or 0): in the layout that was chosen, with columns that would serve the other list too
print_list:
    enter 4
    mv s0, a0
    mv s1, a1
    la t0, widths
    li t1, WIDTHS
1:  sd zero, 0(t0)
    addi t0, t0, 8
    addi t1, t1, -1
    bnez t1, 1b
    call measure
    beqz s1, 15f
    mv a0, s1
    call measure
15: call join_device_widths
    lb t0, layout
    li t1, LAYOUT_COLUMNS
    bne t0, t1, 1f
    mv a0, s0
    call print_columns
    leave 4
1:  li s1, 0
2:  ld t0, LIST_COUNT(s0)
    beq s1, t0, 4f
    ld t0, LIST_ENTRIES(s0)
    slli t1, s1, 3
    add t0, t0, t1
    ld s2, 0(t0)
    addi s1, s1, 1
    mv a0, s2
    lb t0, layout
    li t1, LAYOUT_LONG
    beq t0, t1, 3f
    call make_cell
    ld a0, ENTRY_CELL(s2)
    call puts
    ld a0, ENTRY_CELL(s2)
    call free
    j 2b
3:  call print_long
    j 2b
4:  leave 4

# measure(list): widens all columns but the name's to what the list needs
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

# print_long(entry): one line of -l
    .equ LONG_MODE, 0
    .equ LONG_SIZE, 16
    .equ LONG_TIME, LONG_SIZE + HUMAN_SIZE
    .equ LONG_LOCALS, LONG_TIME + 32
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

# print_columns(list): names down the columns, as many of these as fit the width
print_columns:
    enter 11
    ld s0, LIST_ENTRIES(a0)         # s0 = entries
    ld s1, LIST_COUNT(a0)           # s1 = their number
    beqz s1, 12f
    li s2, 0
1:  slli t0, s2, 3
    add t0, t0, s0
    ld a0, 0(t0)
    call make_cell
    addi s2, s2, 1
    blt s2, s1, 1b
    slli a0, s1, 3
    call malloc
    beqz a0, no_memory
    mv s3, a0                       # s3 = widths of the columns
    mv s4, s1                       # s4 = columns: at most one a file, and not narrower than a letter and the gap
    ld t0, width
    li t1, COLUMN_GAP + 1
    divu t0, t0, t1
    bnez t0, 2f
    li t0, 1
2:  bleu s4, t0, 3f
    mv s4, t0
3:  add s5, s1, s4                  # s5 = rows = files / columns, rounded up
    addi s5, s5, -1
    divu s5, s5, s4
    call fit_columns
    ld t0, width
    bltu a0, t0, 4f
    li t0, 1
    beq s4, t0, 4f
    addi s4, s4, -1
    j 3b
4:  li s6, 0                        # s6 = row
5:  mv s7, s6                       # s7 = file
    li s8, 0                        # s8 = column
    li s9, 0                        # s9 = position on the screen where this cell begins
6:  slli t0, s7, 3
    add t0, t0, s0
    ld s10, 0(t0)
    ld a1, ENTRY_CELL_WIDTH(s10)
    ld a0, ENTRY_CELL(s10)
    call stdout_write
    add s7, s7, s5
    bge s7, s1, 8f
    ld a0, ENTRY_CELL_WIDTH(s10)
    add a0, a0, s9
    slli t0, s8, 3
    add t0, t0, s3
    ld t0, 0(t0)
    add s9, s9, t0
    mv a1, s9
    call indent
    addi s8, s8, 1
    j 6b
8:  li a0, '\n'
    call putchar
    addi s6, s6, 1
    blt s6, s5, 5b
    mv a0, s3
    call free
    li s2, 0
9:  slli t0, s2, 3
    add t0, t0, s0
    ld a0, 0(t0)
    ld a0, ENTRY_CELL(a0)
    call free
    addi s2, s2, 1
    blt s2, s1, 9b
12: leave 11

# fit_columns() -> width of the screen that s4 columns of s5 rows need; fills in their widths. Part of print_columns.
fit_columns:
    mv t0, s3
    slli t1, s4, 3
    add t1, t1, s3
    li t2, COLUMN_GAP + 1
1:  sd t2, 0(t0)
    addi t0, t0, 8
    bltu t0, t1, 1b
    mul a0, s4, t2
    li t0, 0
2:  slli t1, t0, 3
    add t1, t1, s0
    ld t1, 0(t1)
    ld t1, ENTRY_CELL_WIDTH(t1)
    divu t3, t0, s5                 # its column
    addi t4, s4, -1
    beq t3, t4, 3f                  # no gap after the last
    addi t1, t1, COLUMN_GAP
3:  slli t3, t3, 3
    add t3, t3, s3
    ld t4, 0(t3)
    bgeu t4, t1, 4f
    sd t1, 0(t3)
    sub t1, t1, t4
    add a0, a0, t1
4:  addi t0, t0, 1
    blt t0, s1, 2b
    ret

# indent(from, to): blanks from one column of the screen to another, with tabs where they save some
indent:
    enter 2
    mv s0, a0
    mv s1, a1
1:  bgeu s0, s1, 4f
    li t0, TAB_SIZE
    divu t1, s1, t0
    addi t2, s0, 1
    divu t2, t2, t0
    bleu t1, t2, 2f
    li a0, '\t'
    call putchar
    addi s0, s0, TAB_SIZE
    andi s0, s0, ~(TAB_SIZE - 1)
    j 1b
2:  li a0, ' '
    call putchar
    addi s0, s0, 1
    j 1b
4:  leave 2

# set_numeric(): -n is -l with numbers
set_numeric:
    li t0, 1
    sb t0, numeric_owners, t1
    li t0, LAYOUT_LONG
    sb t0, layout, t1
    ret
# set_one(): -1, unless -l was given
set_one:
    lb t0, layout
    li t1, LAYOUT_LONG
    beq t0, t1, 1f
    li t0, LAYOUT_LINES
    sb t0, layout, t1
1:  ret

    .section .rodata
usage: .asciz "Usage: ls [-1aACdFhilLnprRsStU] [-w COLUMNS] [FILE]..."
here_name: .asciz "."
    .balign 8
here: .dword here_name
# type of file, mark
mark_rows:
    .word S_IFDIR, '/'
    .word S_IFLNK, '@'
    .word S_IFIFO, '|'
    .word S_IFSOCK, '='
    .word S_IFCHR, 0
    .word S_IFBLK, 0
    .word 0
    .balign 8
options:
    option 'a', OPTION_SET, hidden, SHOW_ALL
    option 'A', OPTION_SET, hidden, SHOW_ALMOST_ALL
    option 'l', OPTION_SET, layout, LAYOUT_LONG
    option 'n', OPTION_CALL, set_numeric
    option '1', OPTION_CALL, set_one
    option 'C', OPTION_SET, layout, LAYOUT_COLUMNS
    option 'F', OPTION_SET, marks, MARK_ALL
    option 'p', OPTION_SET, marks, MARK_DIRECTORIES
    option 'i', OPTION_SET, show_inodes
    option 's', OPTION_SET, show_blocks
    option 'h', OPTION_SET, human
    option 'd', OPTION_SET, directories_themselves
    option 'R', OPTION_SET, recursive
    option 'L', OPTION_SET, follow
    option 't', OPTION_SET, order, SORT_TIME
    option 'S', OPTION_SET, order, SORT_SIZE
    option 'U', OPTION_SET, order, SORT_NONE
    option 'r', OPTION_SET, backwards
    option 'w', OPTION_TEXT, width_text
    end_options

    .bss
    .balign 8
width_text: .zero 8
width: .zero 8
now: .zero 8
widths:                             # measured for each list
inode_width: .zero 8
blocks_width: .zero 8
links_width: .zero 8
user_width: .zero 8
group_width: .zero 8
size_width: .zero 8
major_width: .zero 8
minor_width: .zero 8
broken_down: .zero TM_SIZE
owner_text: .zero DECIMAL_SIZE
layout: .zero 1
order: .zero 1
marks: .zero 1
hidden: .zero 1
backwards: .zero 1
numeric_owners: .zero 1
show_inodes: .zero 1
show_blocks: .zero 1
human: .zero 1
directories_themselves: .zero 1
recursive: .zero 1
follow: .zero 1
headers: .zero 1                    # a name above each directory
printed: .zero 1                    # something was printed before
status: .zero 1
cell: .zero CELL_SIZE
