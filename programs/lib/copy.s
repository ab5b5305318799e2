# Copying a file, or a whole tree of them. Hard links between files are not kept, and neither are
# the extended attributes.
#
# The program sets the bytes copy_recursive (directories too, and symbolic links as links), copy_preserve (times, permissions and
# owner), copy_force (replace a file that cannot be opened for writing) and copy_verbose.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"

    .equ COPY_BLOCK, 65536

    .text
# copy_file(from, to) -> 0, or 1 after a message
    .globl copy_file
copy_file:
    sd zero, copy_root_ino, t0
    li a2, 0
# copy_entry(from, to, depth): depth 0 is an operand, more is inside one. s2 = `to` exists.
    .equ FROM, 0                    # two structs stat
    .equ TO, STAT_SIZEOF
copy_entry:
    enter 8, STAT_SIZEOF * 2
    mv s0, a0
    mv s1, a1
    mv s3, a2
    addi a1, sp, FROM
    lb t0, copy_recursive
    or t0, t0, s3
    bnez t0, 1f
    call stat
    j 2f
1:  call lstat
2:  lstr a1, "cannot stat '%s'"
    bltz a0, copy_complain_from
    mv a0, s1
    addi a1, sp, TO
    lwu t0, FROM + STAT_MODE(sp)
    li t1, S_IFMT
    and s4, t0, t1                  # s4 = type
    call stat
    seqz s2, a0
    beqz s2, 3f
    ld t0, FROM + STAT_INO(sp)
    ld t1, TO + STAT_INO(sp)
    bne t0, t1, 3f
    ld t0, FROM + STAT_DEV(sp)
    ld t1, TO + STAT_DEV(sp)
    beq t0, t1, copy_same
3:  li t0, S_IFDIR
    lwu t1, TO + STAT_MODE(sp)
    li t2, S_IFMT
    and s5, t1, t2                  # s5 = type of what is there
    beq s4, t0, copy_directory
    beqz s2, 4f
    beq s5, t0, copy_over_directory
4:  call copy_tell
    li t0, S_IFREG
    beq s4, t0, copy_regular
    lb t0, copy_recursive
    beqz t0, copy_regular           # without -r a device or a pipe is read
    mv a0, s1
    call unlink
    li t0, S_IFLNK
    beq s4, t0, copy_symlink
    li a0, AT_FDCWD
    mv a1, s1
    lwu a2, FROM + STAT_MODE(sp)
    ld a3, FROM + STAT_RDEV(sp)
    call mknodat
    lstr a1, "cannot create special file '%s'"
    bltz a0, copy_complain_to
    j copy_attributes

copy_symlink:
    li a0, PATH_MAX
    call malloc
    mv s6, a0
    mv a0, s0
    mv a1, s6
    li a2, PATH_MAX - 1
    call readlink
    lstr a1, "cannot read symbolic link '%s'"
    bltz a0, copy_complain_from
    add t0, s6, a0
    sb zero, 0(t0)
    mv a0, s6
    li a1, AT_FDCWD
    mv a2, s1
    call symlinkat
    mv s7, a0
    mv a0, s6
    call free
    mv a0, s7
    lstr a1, "cannot create symbolic link '%s'"
    bltz a0, copy_complain_to
    lb t0, copy_preserve
    beqz t0, copy_done
    li s4, AT_SYMLINK_NOFOLLOW
    j copy_times

copy_regular:
    mv a0, s0
    li a1, O_RDONLY
    li a2, 0
    call open
    lstr a1, "cannot open '%s' for reading"
    bltz a0, copy_complain_from
    mv s6, a0
    call copy_create
    li t0, -EACCES
    bne a0, t0, 1f
    lb t0, copy_force
    beqz t0, 1f
    mv a0, s1
    call unlink
    call copy_create
1:  lstr a1, "cannot create regular file '%s'"
    bltz a0, copy_complain_to
    mv s7, a0
2:  mv a0, s6
    la a1, copy_block
    li a2, COPY_BLOCK
    call read_some
    beqz a0, 3f
    lstr a1, "error reading '%s'"
    bltz a0, copy_complain_from
    mv a2, a0
    mv a0, s7
    la a1, copy_block
    call write_all
    lstr a1, "error writing '%s'"
    bltz a0, copy_complain_to
    j 2b
3:  mv a0, s6
    call close
    mv a0, s7
    call close

copy_attributes:
    lb t0, copy_preserve
    beqz t0, copy_done
    li s4, 0
copy_times:                         # s4 = flags: a symbolic link's own
    li a0, AT_FDCWD
    mv a1, s1
    addi a2, sp, FROM + STAT_ATIME  # access and change: they lie as utimensat wants them
    mv a3, s4
    call utimensat
    li a0, AT_FDCWD
    mv a1, s1
    lwu a2, FROM + STAT_UID(sp)
    lwu a3, FROM + STAT_GID(sp)
    mv a4, s4
    call fchownat
    bnez s4, copy_done              # a link's permissions mean nothing
    mv a0, s1
    lwu a1, FROM + STAT_MODE(sp)
    call chmod
copy_done:
    li a0, 0
    leave 8, STAT_SIZEOF * 2

# copy_create() -> descriptor of the new file, or -errno. Part of copy_entry.
    .equ CREATE_FRAME, 16
copy_create:
    enter 0
    mv a0, s1
    li a1, O_WRONLY | O_CREAT | O_TRUNC
    lwu a2, CREATE_FRAME + FROM + STAT_MODE(sp)
    andi a2, a2, 0777
    call open
    leave 0

# copy_tell(): the line of -v. Part of copy_entry.
copy_tell:
    lb t0, copy_verbose
    bnez t0, 1f
    ret
1:  lstr a0, "'%s' -> '%s'\n"
    mv a1, s0
    mv a2, s1
    tail printf

# A directory: made writable for us at first, and given its own permissions when it is full.
copy_directory:
    lb t0, copy_recursive
    li a0, 0
    lstr a1, "-r not specified; omitting directory '%s'"
    beqz t0, copy_complain_from
    bnez s2, 1f
    call copy_tell
    mv a0, s1
    lwu a1, FROM + STAT_MODE(sp)
    andi a1, a1, 0777
    ori a1, a1, 0700
    call mkdir
    lstr a1, "cannot create directory '%s'"
    bltz a0, copy_complain_to
    j 2f
1:  li t0, S_IFDIR
    bne s5, t0, copy_over_file
2:  bnez s3, 3f                     # remember the first directory made, not to copy it into itself
    mv a0, s1
    addi a1, sp, TO
    call stat
    ld t0, TO + STAT_INO(sp)
    sd t0, copy_root_ino, t1
    ld t0, TO + STAT_DEV(sp)
    sd t0, copy_root_dev, t1
    sd s1, copy_root_name, t1
    sd s0, copy_root_from, t1
    j 4f
3:  ld t0, FROM + STAT_INO(sp)
    ld t1, copy_root_ino
    bne t0, t1, 4f
    ld t0, FROM + STAT_DEV(sp)
    ld t1, copy_root_dev
    bne t0, t1, 4f
    bnez s2, 35f
    mv a0, s1
    call rmdir
35: li a0, 0
    lstr a1, "cannot copy a directory, '%s', into itself, '%s'"
    ld a2, copy_root_from
    ld a3, copy_root_name
    j copy_complain
4:  mv a0, s0
    call list_directory
    mv s4, a0
    mv a0, a1
    lstr a1, "cannot access '%s'"
    beqz s4, copy_complain_from
    mv s5, s4
    li s6, 0                        # s6 = result
5:  ld a1, 0(s5)
    beqz a1, 6f
    mv a0, s0
    call join_path
    mv s7, a0
    ld a1, 0(s5)
    mv a0, s1
    call join_path
    mv a1, a0
    mv a0, s7
    addi a2, s3, 1
    addi s5, s5, 8
    call copy_entry
    or s6, s6, a0
    mv a0, s7
    call free
    j 5b
6:  mv a0, s4
    call free_names
    bnez s6, 8f
    lb t0, copy_preserve
    bnez t0, copy_attributes
    bnez s2, 7f
    lwu a1, FROM + STAT_MODE(sp)
    andi t0, a1, 0700
    li t1, 0700
    beq t0, t1, 7f
    mv a0, s1
    andi a1, a1, 0777
    call chmod
7:  j copy_done
8:  li a0, 1
    leave 8, STAT_SIZEOF * 2

copy_same:
    li a0, 0
    lstr a1, "'%s' and '%s' are the same file"
    mv a2, s0
    mv a3, s1
    j copy_complain
copy_over_directory:
    li a0, 0
    lstr a1, "cannot overwrite directory '%s' with non-directory"
    j copy_complain_to
copy_over_file:
    li a0, 0
    lstr a1, "cannot overwrite non-directory '%s' with directory '%s'"
    mv a2, s1
    mv a3, s0
    j copy_complain
copy_complain_to:
    mv a2, s1
    j copy_complain
copy_complain_from:
    mv a2, s0
copy_complain:
    call warn
    li a0, 1
    leave 8, STAT_SIZEOF * 2

    .bss
    .balign 8
copy_root_ino: .zero 8
copy_root_dev: .zero 8
copy_root_name: .zero 8
copy_root_from: .zero 8
copy_block: .zero COPY_BLOCK
    .globl copy_recursive
copy_recursive: .zero 1
    .globl copy_preserve
copy_preserve: .zero 1
    .globl copy_force
copy_force: .zero 1
    .globl copy_verbose
copy_verbose: .zero 1
