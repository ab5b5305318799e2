# Sets of processors, a bit for each, as text: a hexadecimal mask (3, 0xff) or a list of numbers, ranges and strides (0,2-4,8-15:2).
    .include "macros.inc"
    .include "cpu-sets.inc"

    .text
# set_cpu(set, number): processors beyond the set are left out.
set_cpu:
    li t0, CPU_SET_BITS
    bgeu a1, t0, 1f
    srli t0, a1, 3
    add t0, t0, a0
    andi t1, a1, 7
    li t2, 1
    sll t2, t2, t1
    lbu t1, 0(t0)
    or t1, t1, t2
    sb t1, 0(t0)
1:  ret

# has_cpu(set, number) -> a2 = 1 or 0; a0 and a1 stay what they are.
has_cpu:
    li a2, 0
    li t0, CPU_SET_BITS
    bgeu a1, t0, 1f
    srli t0, a1, 3
    add t0, t0, a0
    lbu t0, 0(t0)
    andi t1, a1, 7
    srl t0, t0, t1
    andi a2, t0, 1
1:  ret

# hex_digit(character) -> its value, or -1
hex_digit:
    addi t0, a0, -'0'
    li t1, 10
    bltu t0, t1, 1f
    ori t0, a0, 0x20                # lower case
    addi t0, t0, -'a'
    li t1, 6
    bgeu t0, t1, 2f
    addi t0, t0, 10
1:  mv a0, t0
    ret
2:  li a0, -1
    ret

# parse_cpu_mask(text, set) -> 0, or -1 when the text is no mask. Commas between digits are skipped.
    .globl parse_cpu_mask
parse_cpu_mask:
    enter 5
    mv s0, a0
    mv s1, a1
    lstr a1, "0x"
    li a2, 2
    call strncmp
    bnez a0, 1f
    addi s0, s0, 2
1:  mv a0, s0
    call strlen
    add s2, s0, a0                  # s2 = after the digit to look at: the last one comes first
    li s3, 0                        # s3 = its lowest bit
2:  bleu s2, s0, 6f
    addi s2, s2, -1
    lbu a0, 0(s2)
    li t0, ','
    beq a0, t0, 2b
    call hex_digit
    bltz a0, 7f
    ori s4, a0, 0x10                # the bit above its four tells when they are through
3:  li t0, 1
    beq s4, t0, 2b
    andi t0, s4, 1
    beqz t0, 4f
    mv a0, s1
    mv a1, s3
    call set_cpu
4:  srli s4, s4, 1
    addi s3, s3, 1
    j 3b
6:  li a0, 0
    leave 5
7:  li a0, -1
    leave 5

# parse_cpu_list(text, set) -> 0, or -1 when the text is no list.
    .globl parse_cpu_list
parse_cpu_list:
    enter 5
    mv s0, a0
    mv s1, a1
1:  call list_number                # s2 to s3, each s4: one part of the list
    bltz a0, 9f
    mv s2, a0
    mv s3, a0
    li s4, 1
    lbu t0, 0(s0)
    li t1, '-'
    bne t0, t1, 2f
    addi s0, s0, 1
    call list_number
    bltz a0, 9f
    mv s3, a0
    blt s3, s2, 9f
    lbu t0, 0(s0)
    li t1, ':'
    bne t0, t1, 2f
    addi s0, s0, 1
    call list_number
    blez a0, 9f
    mv s4, a0
2:  bgt s2, s3, 3f
    li t0, CPU_SET_BITS             # the rest of a range lies beyond the set
    bge s2, t0, 3f
    mv a0, s1
    mv a1, s2
    call set_cpu
    add s2, s2, s4
    j 2b
3:  lbu t0, 0(s0)
    addi s0, s0, 1
    li t1, ','
    beq t0, t1, 1b
    bnez t0, 9f
    li a0, 0
    leave 5
9:  li a0, -1
    leave 5

# list_number() -> the number at s0, below 2^31, or -1 when there is none; moves s0 past it. Private: uses parse_cpu_list's registers.
list_number:
    li a0, -1
    li t3, 0x7fffffff
1:  lbu t0, 0(s0)
    addi t0, t0, -'0'
    li t1, 10
    bgeu t0, t1, 3f
    bgez a0, 2f
    li a0, 0
2:  mul a0, a0, t1
    add a0, a0, t0
    addi s0, s0, 1
    ble a0, t3, 1b
    li a0, -1
3:  ret

# print_cpu_mask(set): to standard output, without zeros in front.
    .globl print_cpu_mask
print_cpu_mask:
    enter 3
    mv s0, a0
    li s1, CPU_SET_SIZE - 1         # s1 = byte
    li s2, 0                        # s2 = 1 once a digit was printed
1:  add t0, s0, s1
    lbu a1, 0(t0)
    bnez s2, 2f
    beqz s1, 3f
    beqz a1, 4f
3:  lstr a0, "%x"
    call printf
    li s2, 1
    j 4f
2:  lstr a0, "%02x"
    call printf
4:  addi s1, s1, -1
    bgez s1, 1b
    leave 3

# print_cpu_list(set): to standard output. Three or more in a row become a range.
    .globl print_cpu_list
print_cpu_list:
    enter 4
    mv s0, a0
    li s1, 0                        # s1 = processor
    lstr s3, ""                     # s3 = what goes before the next one
1:  mv a0, s0
    mv a1, s1
    call has_cpu
    beqz a2, 4f
    mv s2, s1                       # s2 = the last one in a row
2:  addi a1, s2, 1
    call has_cpu
    beqz a2, 3f
    addi s2, s2, 1
    j 2b
3:  mv a1, s3
    mv a2, s1
    mv a3, s2
    lstr s3, ","
    sub t0, s2, s1
    mv s1, s2
    lstr a0, "%s%ld"
    beqz t0, 5f
    li t1, 1
    lstr a0, "%s%ld-%ld"
    bne t0, t1, 5f
    lstr a0, "%s%ld,%ld"
5:  call printf
4:  addi s1, s1, 1
    li t0, CPU_SET_BITS
    blt s1, t0, 1b
    leave 4
