# id: who runs this: user, group and further groups. -u, -g and -G print only one of these, -n as names, -r the real id instead of the
# effective one.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .equ GROUPS_MAX, 65536

    .text
    .globl main
main:
    enter 4
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    bnez a0, other_user
    lb t0, only
    bnez t0, 1f
    lb t1, names
    lb t2, real
    or t1, t1, t2
    bnez t1, nothing_to_name
1:  call getuid
    mv s0, a0
    call geteuid
    mv s1, a0
    call getgid
    mv s2, a0
    call getegid
    mv s3, a0
    lb t0, only
    beqz t0, everything
    li t1, 'u'
    beq t0, t1, 2f
    li t1, 'g'
    beq t0, t1, 3f
    call print_groups
    j 6f
2:  la a1, user_name
    mv a0, s1
    lb t0, real
    beqz t0, 5f
    mv a0, s0
    j 5f
3:  la a1, group_name
    mv a0, s3
    lb t0, real
    beqz t0, 5f
    mv a0, s2
5:  call print_one
6:  li a0, '\n'
    call putchar
    li a0, 0
    leave 4

everything:
    lstr a0, "uid=%lu"
    mv a1, s0
    la a2, passwd_base
    call print_both
    lstr a0, " gid=%lu"
    mv a1, s2
    la a2, group_base
    call print_both
    beq s0, s1, 1f
    lstr a0, " euid=%lu"
    mv a1, s1
    la a2, passwd_base
    call print_both
1:  beq s2, s3, 2f
    lstr a0, " egid=%lu"
    mv a1, s3
    la a2, group_base
    call print_both
2:  call load_groups
    lstr a0, " groups="
    call printf
    ld s0, group_count
    la s1, groups
    lstr s2, "%lu"
3:  beqz s0, 6b
    mv a0, s2
    lwu a1, 0(s1)
    la a2, group_base
    call print_both
    lstr s2, ",%lu"
    addi s1, s1, 4
    addi s0, s0, -1
    j 3b

# print_one(id, name function): with -n the name, else the number
print_one:
    lb t0, names
    bnez t0, 1f
    mv a1, a0
    lstr a0, "%lu"
    tail printf
1:  enter 0
    jalr a1
    mv a1, a0
    lstr a0, "%s"
    call printf
    leave 0

# print_both(format, id, base): the number, and the name in parentheses where there is one
print_both:
    enter 2
    mv s0, a1
    mv s1, a2
    call printf
    mv a0, s0
    mv a1, s1
    call find_name
    beqz a0, 1f
    mv a1, a0
    lstr a0, "(%s)"
    call printf
1:  leave 2

# load_groups(): fills in `groups`, our own one first, then the others
load_groups:
    enter 0
    sw s3, groups, t0
    li a0, GROUPS_MAX
    la a1, groups + 4
    call getgroups
    bgez a0, 1f
    li a0, 0
1:  la t0, groups + 4               # the kernel's list may have our own again
    mv t1, t0
    slli a0, a0, 2
    add t2, t0, a0
2:  beq t0, t2, 4f
    lw t3, 0(t0)
    addi t0, t0, 4
    beq t3, s3, 2b
    sw t3, 0(t1)
    addi t1, t1, 4
    j 2b
4:  la t0, groups
    sub t1, t1, t0
    srli t1, t1, 2
    sd t1, group_count, t0
    leave 0

# print_groups(): -G
print_groups:
    enter 2
    call load_groups
    ld s0, group_count
    la s1, groups
1:  lwu a0, 0(s1)
    la a1, group_name
    call print_one
    addi s1, s1, 4
    addi s0, s0, -1
    beqz s0, 2f
    li a0, ' '
    call putchar
    j 1b
2:  leave 2

# choose(letter): -u, -g, -G
choose:
    lb t0, only
    beqz t0, 1f
    bne t0, a0, two_choices
1:  sb a0, only, t0
    ret

other_user:
    li a0, 1
    ld a3, 0(a1)
    li a1, 0
    lstr a2, "'%s': only the user who runs this can be asked about"
    call die
nothing_to_name:
    li a0, 1
    li a1, 0
    lstr a2, "cannot print only names or real IDs in default format"
    call die
two_choices:
    li a0, 1
    li a1, 0
    lstr a2, "cannot print \"only\" of more than one choice"
    call die

    .section .rodata
usage: .asciz "Usage: id [-u | -g | -G] [-nr]"
    .balign 8
options:
    option 'u', OPTION_CALL, choose
    option 'g', OPTION_CALL, choose
    option 'G', OPTION_CALL, choose
    option 'n', OPTION_SET, names
    option 'r', OPTION_SET, real
    end_options

    .bss
    .balign 8
group_count: .zero 8
only: .zero 1                       # the letter of -u, -g or -G, or 0
names: .zero 1
real: .zero 1
    .balign 4
groups: .zero (GROUPS_MAX + 1) * 4
