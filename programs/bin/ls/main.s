# ls: lists files and what is in directories.
#   -a all, also those that begin with a point  -A all but . and ..  -l long lines  -n the same with numbers for users  -1 one a line
#   -C in columns  -F a mark after directories and the like  -p only after directories  -i inode numbers  -s blocks  -h sizes for people
#   -d directories themselves  -R directories in directories too  -L follow symbolic links  -w COLUMNS width of the screen
#   -t latest first  -S largest first  -U as they come  -r the other way round
# Names are in the order of their bytes, times are UTC. On a terminal names are in columns, else one a line.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "human.inc"
    .include "options.inc"
    .include "times.inc"
    .include "users.inc"
    .include "ls.inc"

    .equ HIDE_DOTS, 0               # hidden
    .equ SHOW_ALMOST_ALL, 1
    .equ SHOW_ALL, 2

    .equ DEFAULT_WIDTH, 80
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
    .globl blocks_text
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
    .globl size_text
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
    .globl mark_rows
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
    end_options 2

    .bss
    .balign 8
width_text: .zero 8
    .globl width
width: .zero 8
    .globl now
now: .zero 8
widths:                             # measured for each list
    .globl inode_width
inode_width: .zero 8
    .globl blocks_width
blocks_width: .zero 8
    .globl links_width
links_width: .zero 8
    .globl user_width
user_width: .zero 8
    .globl group_width
group_width: .zero 8
    .globl size_width
size_width: .zero 8
    .globl major_width
major_width: .zero 8
    .globl minor_width
minor_width: .zero 8
    .globl broken_down
broken_down: .zero TM_SIZE
    .globl owner_text
owner_text: .zero DECIMAL_SIZE
    .globl layout
layout: .zero 1
    .globl order
order: .zero 1
    .globl marks
marks: .zero 1
hidden: .zero 1
    .globl backwards
backwards: .zero 1
    .globl numeric_owners
numeric_owners: .zero 1
    .globl show_inodes
show_inodes: .zero 1
    .globl show_blocks
show_blocks: .zero 1
human: .zero 1
    .globl directories_themselves
directories_themselves: .zero 1
recursive: .zero 1
    .globl follow
follow: .zero 1
headers: .zero 1                    # a name above each directory
printed: .zero 1                    # something was printed before
    .globl status
status: .zero 1
    .globl cell
cell: .zero CELL_SIZE
