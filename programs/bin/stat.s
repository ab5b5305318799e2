# stat: what the kernel knows of a file. -L follows symbolic links, -c FORMAT prints what the letters of FORMAT ask for (the rows of the
# tables below; %H and %L before d or r give the major and minor number), each with an optional width.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "modes.inc"
    .include "options.inc"
    .include "times.inc"

    .equ VALUE_SIZE, PATH_MAX * 2   # one printed value: at most two paths
    .equ TIME_SIZE, 64

    .equ STATX_BTIME, 0x800         # struct statx, of which we want the time of birth
    .equ STATX_MASK, 0
    .equ STATX_BTIME_SEC, 80
    .equ STATX_BTIME_NS, 88
    .equ STATX_SIZEOF, 256

    .equ NUMBER_LETTER, 0           # a row of `numbers`
    .equ NUMBER_BYTES, 1
    .equ NUMBER_OFFSET, 2
    .equ NUMBER_FORMAT, 8
    .equ NUMBER_SIZE, 16

    .text
    .globl main
main:
    enter 3
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    li s2, 0                        # s2 = status
    bnez s0, 1f
    lstr a0, "missing operand"
    call usage_error
1:  ld a0, 0(s1)
    call show_file
    or s2, s2, a0
    addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, 1b
    mv a0, s2
    leave 3

# show_file(path) -> 0 or 1
show_file:
    enter 1
    mv s0, a0
    sd a0, path, t0
    la a1, status
    lb t0, follow
    beqz t0, 1f
    call stat
    j 2f
1:  call lstat
2:  bltz a0, 5f
    ld a0, format
    beqz a0, 3f
    call print_format
    li a0, '\n'
    call putchar
    li a0, 0
    leave 1
3:  lstr a0, "  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n"
    call print_format
    lwu t0, status + STAT_MODE
    li t1, S_IFMT
    and t0, t0, t1
    lstr a0, "Device: %Hd,%Ld\tInode: %-10i  Links: %h\n"
    li t1, S_IFCHR
    beq t0, t1, 35f
    li t1, S_IFBLK
    bne t0, t1, 4f
35: lstr a0, "Device: %Hd,%Ld\tInode: %-10i  Links: %-5h Device type: %Hr,%Lr\n"
4:  call print_format
    lstr a0, "Access: (%04a/%10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n"
    call print_format
    lstr a0, "Access: %x\nModify: %y\nChange: %z\n Birth: %w\n"
    call print_format
    li a0, 0
    leave 1
5:  lstr a1, "cannot statx '%s'"
    mv a2, s0
    call warn
    li a0, 1
    leave 1

# print_format(format): prints it with its letters replaced
print_format:
    enter 5
    mv s0, a0
1:  lbu a0, 0(s0)
    beqz a0, 9f
    addi s0, s0, 1
    li t0, '%'
    beq a0, t0, 2f
    call putchar
    j 1b
2:  li s1, 0                        # s1 = the flag - or 0, if any
    li s2, 0                        # s2 = width
3:  lbu t0, 0(s0)
    li t1, '-'
    beq t0, t1, 4f
    addi t1, t0, -'0'
    li t2, 10
    bgeu t1, t2, 5f
    or t3, t1, s2
    beqz t3, 4f
    mul s2, s2, t2
    add s2, s2, t1
    addi s0, s0, 1
    j 3b
4:  mv s1, t0
    addi s0, s0, 1
    j 3b
5:  li a0, '%'
    beqz t0, 8f                     # a lone % at the end
    addi s0, s0, 1
    li s4, 0                        # s4 = H or L
    li t1, 'H'
    beq t0, t1, 55f
    li t1, 'L'
    bne t0, t1, 6f
55: mv s4, t0
    lbu t0, 0(s0)
    beqz t0, 9f
    addi s0, s0, 1
6:  li a0, '%'
    beq t0, a0, 8f
    mv a0, t0
    mv a1, s4
    call value_of
    la a2, value
    mv a1, s2
    lstr a0, "%*s"
    beqz s1, 7f
    lstr a0, "%-*s"
    li t0, '-'
    beq s1, t0, 7f
    mv a0, a2                       # zeros before it
    call strlen
    sub s3, s2, a0
65: blez s3, 66f
    li a0, '0'
    call putchar
    addi s3, s3, -1
    j 65b
66: la a1, value
    lstr a0, "%s"
    call printf
    j 1b
7:  call printf
    j 1b
8:  call putchar
    j 1b
9:  leave 5

# value_of(letter, H or L or 0): puts the value as text into `value`; "?" for an unknown letter
value_of:
    enter 1
    la t0, numbers
1:  lbu t1, NUMBER_LETTER(t0)
    beqz t1, 4f
    beq t1, a0, 2f
    addi t0, t0, NUMBER_SIZE
    j 1b
2:  lbu t1, NUMBER_OFFSET(t0)
    la t2, status
    add t2, t2, t1
    lbu t1, NUMBER_BYTES(t0)
    ld a3, 0(t2)
    addi t1, t1, -8
    beqz t1, 3f
    lwu a3, 0(t2)
3:  ld a2, NUMBER_FORMAT(t0)
    beqz a1, 35f
    mv s0, a1
    mv a0, a3
    li t1, 'H'
    beq s0, t1, 32f
    call device_minor
    j 33f
32: call device_major
33: mv a3, a0
    lstr a2, "%ld"
35: la a0, value
    li a1, VALUE_SIZE
    call snprintf
    leave 1
4:  la t0, texts
5:  lbu t1, 0(t0)
    beqz t1, 6f
    beq t1, a0, 7f
    addi t0, t0, 16
    j 5b
6:  lstr a0, "?"
    j 8f
7:  ld t1, 8(t0)
    jalr t1                         # -> text, or 0 when it wrote to `value` itself
    beqz a0, 9f
8:  mv a1, a0
    la a0, value
    call strcpy
9:  leave 1

# The texts: each returns its address, or 0 when it is in `value` already.
text_name:
    ld a0, path
    ret
text_quoted_name:
    enter 1
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "'%s'"
    ld t0, format
    bnez t0, 1f
    lstr a2, "%s"
1:  ld a3, path
    call snprintf
    lwu t0, status + STAT_MODE
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFLNK
    bne t0, t1, 2f
    la s0, value
    add s0, s0, a0
    ld a0, path
    la a1, target
    li a2, PATH_MAX - 1
    call readlink
    bltz a0, 2f
    la t0, target
    add t0, t0, a0
    sb zero, 0(t0)
    mv a0, s0
    li a1, PATH_MAX
    lstr a2, " -> '%s'"
    ld t0, format
    bnez t0, 15f
    lstr a2, " -> %s"
15: la a3, target
    call snprintf
2:  li a0, 0
    leave 1
text_mode:
    enter 0
    lwu a0, status + STAT_MODE
    la a1, value
    call mode_text
    li a0, 0
    leave 0
text_permissions:
    enter 0
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%o"
    lwu a3, status + STAT_MODE
    li t0, MODE_BITS
    and a3, a3, t0
    call snprintf
    li a0, 0
    leave 0
text_block:
    lstr a0, "512"
    ret
text_type:
    lwu t0, status + STAT_MODE
    srli t0, t0, 12
    andi t0, t0, 15
    li t1, S_IFREG >> 12
    bne t0, t1, 1f
    ld t1, status + STAT_SIZE
    bnez t1, 1f
    li t0, 0                        # row 0 is for the empty file
1:  slli t0, t0, 3
    la a0, type_names
    add a0, a0, t0
    ld a0, 0(a0)
    ret
text_user:
    enter 0
    lwu a0, status + STAT_UID
    la a1, passwd_base
    call find_name
    j 1f
text_group:
    enter 0
    lwu a0, status + STAT_GID
    la a1, group_base
    call find_name
1:  bnez a0, 2f
    lstr a0, "UNKNOWN"
2:  leave 0
text_access_time:
    li a0, STAT_ATIME
    j text_time
text_change_time:
    li a0, STAT_MTIME
    j text_time
text_status_time:
    li a0, STAT_CTIME
text_time:
    la t0, status
    add t0, t0, a0
    ld a0, 0(t0)
    ld a1, 8(t0)
print_time:
    enter 0
    la a2, broken_down
    call break_down
    la a0, value
    li a1, TIME_SIZE
    lstr a2, "%Y-%m-%d %H:%M:%S.%N %z"
    la a3, broken_down
    call format_time
    li a0, 0
    leave 0
text_birth_time:
    enter 0
    call load_birth
    bnez a0, 1f
    ld a0, birth + STATX_BTIME_SEC
    lwu a1, birth + STATX_BTIME_NS
    restore 0
    j print_time
1:  lstr a0, "-"
    leave 0
text_birth_seconds:
    enter 0
    call load_birth
    li a3, 0
    bnez a0, 1f
    ld a3, birth + STATX_BTIME_SEC
1:  la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%ld"
    call snprintf
    li a0, 0
    leave 0

# load_birth() -> 0 when the file system knows when the file was made; then it is in `birth`
load_birth:
    enter 0
    li a0, AT_FDCWD
    ld a1, path
    li a2, AT_SYMLINK_NOFOLLOW
    lb t0, follow
    beqz t0, 1f
    li a2, 0
1:  li a3, STATX_BTIME
    la a4, birth
    call statx
    bnez a0, 2f
    lwu a0, birth + STATX_MASK
    li t0, STATX_BTIME
    and a0, a0, t0
    seqz a0, a0
2:  leave 0

text_raw_major:
    enter 0
    ld a0, status + STAT_RDEV
    call device_major
    j 1f
text_raw_minor:
    enter 0
    ld a0, status + STAT_RDEV
    call device_minor
1:  mv a3, a0
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%lx"
    call snprintf
    li a0, 0
    leave 0

# number letter, bytes, offset in struct stat, format
.macro number letter, bytes, offset, format
    .byte \letter, \bytes, \offset
    .balign 8
    .dword \format
.endm
# text letter, function
.macro text letter, function
    .byte \letter
    .balign 8
    .dword \function
.endm

    .section .rodata
usage: .asciz "Usage: stat [-L] [-c FORMAT] FILE..."
decimal: .asciz "%ld"
hexadecimal: .asciz "%lx"
    .balign 8
numbers:
    number 's', 8, STAT_SIZE, decimal
    number 'b', 8, STAT_BLOCKS, decimal
    number 'o', 4, STAT_BLKSIZE, decimal
    number 'i', 8, STAT_INO, decimal
    number 'h', 4, STAT_NLINK, decimal
    number 'u', 4, STAT_UID, decimal
    number 'g', 4, STAT_GID, decimal
    number 'd', 8, STAT_DEV, decimal
    number 'D', 8, STAT_DEV, hexadecimal
    number 'r', 8, STAT_RDEV, decimal
    number 'R', 8, STAT_RDEV, hexadecimal
    number 'f', 4, STAT_MODE, hexadecimal
    number 'X', 8, STAT_ATIME, decimal
    number 'Y', 8, STAT_MTIME, decimal
    number 'Z', 8, STAT_CTIME, decimal
    .dword 0, 0
texts:
    text 'n', text_name
    text 'N', text_quoted_name
    text 'A', text_mode
    text 'a', text_permissions
    text 'B', text_block
    text 'F', text_type
    text 'U', text_user
    text 'G', text_group
    text 'x', text_access_time
    text 'y', text_change_time
    text 'z', text_status_time
    text 'w', text_birth_time
    text 'W', text_birth_seconds
    text 't', text_raw_major
    text 'T', text_raw_minor
    .dword 0, 0
# By the top four bits of the mode.
type_names:
    .dword type_empty, type_fifo, type_character, type_weird, type_directory, type_weird, type_block, type_weird
    .dword type_regular, type_weird, type_symlink, type_weird, type_socket, type_weird, type_weird, type_weird
type_empty: .asciz "regular empty file"
type_regular: .asciz "regular file"
type_fifo: .asciz "fifo"
type_character: .asciz "character special file"
type_directory: .asciz "directory"
type_block: .asciz "block special file"
type_symlink: .asciz "symbolic link"
type_socket: .asciz "socket"
type_weird: .asciz "weird file"
    .balign 8
options:
    option 'L', OPTION_SET, follow
    option 'c', OPTION_TEXT, format
    end_options

    .bss
    .balign 8
format: .zero 8
path: .zero 8
status: .zero STAT_SIZEOF
birth: .zero STATX_SIZEOF
broken_down: .zero TM_SIZE
follow: .zero 1
value: .zero VALUE_SIZE
target: .zero PATH_MAX
