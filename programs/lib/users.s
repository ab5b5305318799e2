# Names of users and groups, from /etc/passwd and /etc/group. A machine without these files has numbers only.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "users.inc"

    .text
# user_name(uid) -> name, or the number as text. The text is good until the program ends.
    .globl user_name
user_name:
    la a1, passwd_base
    j name_or_number
# group_name(gid) -> name, or the number as text
    .globl group_name
group_name:
    la a1, group_base
name_or_number:
    enter 2
    mv s0, a0
    mv s1, a1
    call find_name
    bnez a0, 1f
    li a0, DECIMAL_SIZE
    call malloc
    sd a0, BASE_NAME(s1)
    li a1, DECIMAL_SIZE
    lstr a2, "%lu"
    mv a3, s0
    call snprintf
    ld a0, BASE_NAME(s1)
1:  leave 2

# find_name(id, base) -> name, or 0. A line of either file is name:password:id:...
    .globl find_name
find_name:
    enter 7, 16
    mv s0, a0
    mv s1, a1
    ld s2, BASE_TEXT(s1)
    bnez s2, 2f
    ld a0, BASE_PATH(s1)
    li a1, O_RDONLY | O_CLOEXEC
    li a2, 0
    call open
    lstr s2, ""
    bltz a0, 1f
    mv s3, a0
    call slurp
    beqz a0, 15f
    mv s2, a0
15: mv a0, s3
    call close
1:  sd s2, BASE_TEXT(s1)
    j 25f
2:  ld a0, BASE_NAME(s1)
    beqz a0, 25f
    ld t0, BASE_ID(s1)
    beq t0, s0, 6f
25: sd s0, BASE_ID(s1)
3:  mv s3, s2                       # s3 = start of the line
    lbu t0, 0(s2)
    li a0, 0
    beqz t0, 5f
    mv a0, s2
    li a1, ':'
    call strchr
    beqz a0, 5f
    mv s4, a0                       # s4 = end of the name
    addi a0, a0, 1
    li a1, ':'
    call strchr
    beqz a0, 5f
    addi a0, a0, 1
    mv s5, a0
    mv a1, sp
    li a2, 10
    call strtol
    mv s6, a0
    ld a0, 0(sp)
    li a1, '\n'
    call strchr
    addi s2, a0, 1
    bnez a0, 4f
    lstr s2, ""
4:  bne s6, s0, 3b
    mv a0, s3
    sub a1, s4, s3
    call strndup
5:  sd a0, BASE_NAME(s1)
6:  leave 7, 16

    .section .rodata
passwd_path: .asciz "/etc/passwd"
group_path: .asciz "/etc/group"
    .data
    .balign 8
    .globl passwd_base
passwd_base: .dword passwd_path, 0, 0, 0
    .globl group_base
group_base: .dword group_path, 0, 0, 0
