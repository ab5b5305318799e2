# ls: the layout in columns, -C.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "ls.inc"

    .text
# print_columns(list): names down the columns, as many of these as fit the width
    .globl print_columns
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
