# pstree: the tree of processes. -p shows pids, -n sorts by pid instead of name, -c draws equal branches one by one (they are otherwise put
# together, 3*[sleep]), -T leaves out threads. pstree [PID] draws one branch; 0 draws all trees.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"
    .include "proc.inc"

    .equ INIT_PID, 1

    .equ NODE_PID, 0                # a process, or a thread of one
    .equ NODE_NAME, 8
    .equ NODE_CHILD, 16             # first child, or 0
    .equ NODE_NEXT, 24              # next sibling, or 0
    .equ NODE_PARENT_PID, 32
    .equ NODE_SIZE, 40

    .equ NAME_SIZE, PROC_COMM_SIZE + 32
    .equ PREFIX_MAX, 65536          # deeper trees are drawn without what stands left of them
    .equ THREAD_PATH_SIZE, 64

    .text
    .globl main
main:
    enter 6
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    li s2, INIT_PID                 # s2 = root
    beqz s0, 1f
    ld a0, 0(s1)
    lbu t0, 0(a0)
    addi t0, t0, -'0'
    li t1, 10
    bgeu t0, t1, bad_pid
    call atoi
    mv s2, a0
1:  lb t0, show_pids                # equal branches differ by their pids
    beqz t0, 2f
    sb t0, separate, t1
2:  call list_processes
    call make_nodes
    mv a0, s2
    call find_node
    mv s3, a0
    bnez a0, 4f
    bnez s2, 5f                     # no such process: nothing to draw
    la s4, top
    ld s3, NODE_CHILD(s4)           # 0: all that have no parent
3:  beqz s3, 5f
    mv a0, s3
    li a1, 0
    li a2, 0
    call draw
    ld s3, NODE_NEXT(s3)
    j 3b
4:  mv a0, s3
    li a1, 0
    li a2, 0
    call draw
5:  li a0, 0
    leave 6

bad_pid:
    li a0, 1
    ld a3, 0(s1)
    li a1, 0
    lstr a2, "'%s': not a process ID"
    call die

# make_nodes(records, count): builds the tree; fills in `nodes` and `node_count`
make_nodes:
    enter 6
    mv s0, a0
    mv s1, a1
    addi a0, a1, 1
    li a1, NODE_SIZE
    call calloc
    beqz a0, proc_memory
    sd a0, nodes, t0
    sd s1, node_count, t0
    mv s2, a0
    mv s3, s1
1:  beqz s3, 2f
    ld t0, PROC_PID(s0)
    sd t0, NODE_PID(s2)
    ld t0, PROC_PPID(s0)
    sd t0, NODE_PARENT_PID(s2)
    addi t0, s0, PROC_COMM
    sd t0, NODE_NAME(s2)
    li t0, 2                        # the first thread is the process itself
    ld t1, PROC_THREADS(s0)
    blt t1, t0, 15f
    lb t0, no_threads
    bnez t0, 15f
    mv a0, s2
    call add_threads
15: li t0, PROC_SIZE
    add s0, s0, t0
    addi s2, s2, NODE_SIZE
    addi s3, s3, -1
    j 1b
2:  ld s2, nodes                    # then hang each on its parent
    mv s3, s1
3:  beqz s3, 5f
    ld a0, NODE_PARENT_PID(s2)
    call find_node
    mv a1, s2
    bnez a0, 4f
    la a0, top
4:  call add_child
    addi s2, s2, NODE_SIZE
    addi s3, s3, -1
    j 3b
5:  leave 6

# find_node(pid) -> its node, or 0. The nodes are sorted by pid.
find_node:
    ld t0, nodes
    li t1, 0
    ld t2, node_count
1:  bgeu t1, t2, 3f
    add t3, t1, t2
    srli t3, t3, 1
    li t4, NODE_SIZE
    mul t4, t3, t4
    add t4, t4, t0
    ld t5, NODE_PID(t4)
    beq t5, a0, 4f
    blt t5, a0, 2f
    mv t2, t3
    j 1b
2:  addi t1, t3, 1
    j 1b
3:  li a0, 0
    ret
4:  mv a0, t4
    ret

# add_child(parent, child): into the list of children, which is in order
add_child:
    enter 4
    mv s1, a1
    addi s0, a0, NODE_CHILD         # s0 = where the address of the next node stands
1:  ld s2, 0(s0)
    beqz s2, 2f
    mv a0, s1
    mv a1, s2
    call compare_nodes
    bltz a0, 2f
    addi s0, s2, NODE_NEXT
    j 1b
2:  sd s2, NODE_NEXT(s1)
    sd s1, 0(s0)
    leave 4

# compare_nodes(a, b) -> by name, then by pid; with -n by pid
compare_nodes:
    enter 2
    mv s0, a0
    mv s1, a1
    lb t0, by_pid
    bnez t0, 1f
    ld a0, NODE_NAME(s0)
    ld a1, NODE_NAME(s1)
    call strcmp
    bnez a0, 2f
1:  ld t0, NODE_PID(s0)
    ld t1, NODE_PID(s1)
    sub a0, t0, t1
2:  leave 2

# add_threads(node): a child "{name}" for each thread of the process but the first
add_threads:
    enter 6, THREAD_PATH_SIZE
    mv s0, a0
    mv a0, sp
    li a1, THREAD_PATH_SIZE
    lstr a2, "/proc/%ld/task"
    ld a3, NODE_PID(s0)
    call snprintf
    mv a0, sp
    call list_directory
    beqz a0, 3f
    mv s1, a0
    mv s2, a0
1:  ld a0, 0(s2)
    beqz a0, 2f
    addi s2, s2, 8
    call atoi
    mv s3, a0
    ld t0, NODE_PID(s0)
    beq s3, t0, 1b
    li a0, 1
    li a1, NODE_SIZE + NAME_SIZE
    call calloc
    beqz a0, proc_memory
    mv s4, a0
    sd s3, NODE_PID(s4)
    addi t0, s4, NODE_SIZE
    sd t0, NODE_NAME(s4)
    ld a0, NODE_PID(s0)
    mv a1, s3
    mv a2, t0
    call thread_name
    mv a0, s0
    mv a1, s4
    call add_child
    j 1b
2:  mv a0, s1
    call free_names
3:  leave 6, THREAD_PATH_SIZE

# thread_name(pid, thread id, buffer): "{name}"
thread_name:
    enter 3, PROC_COMM_SIZE * 2
    mv s0, a0
    mv s2, a2
    mv a4, a1
    mv a3, a0
    addi a0, sp, PROC_COMM_SIZE
    li a1, PROC_COMM_SIZE
    lstr a2, "/proc/%ld/task/%ld/comm"
    call snprintf
    addi a0, sp, PROC_COMM_SIZE
    mv a1, sp
    li a2, PROC_COMM_SIZE
    call read_text
    bgez a0, 1f
    li a0, 0
1:  add t0, sp, a0
    sb zero, 0(t0)
    beqz a0, 2f
    sb zero, -1(t0)                 # the newline
2:  mv a0, s2
    li a1, NAME_SIZE
    lstr a2, "{%s}"
    mv a3, sp
    call snprintf
    leave 3, PROC_COMM_SIZE * 2

# same_branch(a, b) -> 1 when two branches look the same
same_branch:
    enter 2
    mv s0, a0
    mv s1, a1
    ld a0, NODE_NAME(s0)
    ld a1, NODE_NAME(s1)
    call strcmp
    bnez a0, 3f
    ld s0, NODE_CHILD(s0)
    ld s1, NODE_CHILD(s1)
1:  or t0, s0, s1
    beqz t0, 2f
    beqz s0, 3f
    beqz s1, 3f
    mv a0, s0
    mv a1, s1
    call same_branch
    beqz a0, 3f
    ld s0, NODE_NEXT(s0)
    ld s1, NODE_NEXT(s1)
    j 1b
2:  li a0, 1
    leave 2
3:  li a0, 0
    leave 2

# draw(node, copies, closing): a branch, from where the line stands. `copies` equal ones are drawn as one; 0 and 1 are just one.
# `closing` brackets are open to the left of it. The prefix is what stands left of the further lines.
draw:
    enter 9, 64
    mv s0, a0
    mv s2, a2                       # s2 = brackets to close
    ld s7, prefix_used              # s7 = the prefix of our caller
    li s1, 0                        # s1 = columns that our name takes
    li t0, 2
    blt a1, t0, 1f
    mv a0, sp
    mv a3, a1
    li a1, 64
    lstr a2, "%d*["
    call snprintf
    mv s1, a0
    addi s2, s2, 1
    mv a0, sp
    call print_text
1:  ld a0, NODE_NAME(s0)
    call strlen
    add s1, s1, a0
    ld a0, NODE_NAME(s0)
    call print_text
    lb t0, show_pids
    beqz t0, 2f
    mv a0, sp
    li a1, 64
    lstr a2, "(%ld)"
    ld a3, NODE_PID(s0)
    call snprintf
    add s1, s1, a0
    mv a0, sp
    call print_text
2:  ld s3, NODE_CHILD(s0)           # s3 = child
    bnez s3, 4f
3:  beqz s2, 35f
    li a0, ']'
    call putchar
    addi s2, s2, -1
    j 3b
35: li a0, '\n'
    call putchar
    leave 9, 64

4:  li s4, 1                        # s4 = 1 for the first child
    addi a0, s1, 1
    call add_blanks
5:  mv s5, s3                       # s5, s6 = a child and how many equal ones follow it
    li s6, 1
6:  ld s3, NODE_NEXT(s3)            # s3 = the next one that is different
    beqz s3, 7f
    lb t0, separate
    bnez t0, 7f
    mv a0, s5
    mv a1, s3
    call same_branch
    beqz a0, 7f
    addi s6, s6, 1
    j 6b
7:  beqz s4, 8f
    lstr a0, "---"                  # the first one stands on our line
    beqz s3, 10f
    lstr a0, "-+-"
    j 10f
8:  la a0, prefix
    ld a1, prefix_used
    call stdout_write
    lstr a0, "`-"
    beqz s3, 10f
    lstr a0, "|-"
10: call print_text
    ld s8, prefix_used
    lstr a0, "| "
    bnez s3, 11f
    lstr a0, "  "
11: call add_prefix
    mv a0, s5
    mv a1, s6
    mv a2, s2
    call draw
    sd s8, prefix_used, t0
    li s4, 0
    bnez s3, 5b
    sd s7, prefix_used, t0
    leave 9, 64

# print_text(text)
print_text:
    enter 1
    mv s0, a0
    call strlen
    mv a1, a0
    mv a0, s0
    call stdout_write
    leave 1

# add_prefix(text), add_blanks(count): what further lines begin with becomes longer
add_prefix:
    ld t0, prefix_used
    la t1, prefix
    li t4, PREFIX_MAX
1:  lbu t2, 0(a0)
    beqz t2, 2f
    bgeu t0, t4, 2f
    add t3, t1, t0
    sb t2, 0(t3)
    addi t0, t0, 1
    addi a0, a0, 1
    j 1b
2:  sd t0, prefix_used, t1
    ret
add_blanks:
    ld t0, prefix_used
    la t1, prefix
    li t4, PREFIX_MAX
    li t2, ' '
1:  beqz a0, 2b
    bgeu t0, t4, 2b
    add t3, t1, t0
    sb t2, 0(t3)
    addi t0, t0, 1
    addi a0, a0, -1
    j 1b

    .section .rodata
usage: .asciz "Usage: pstree [-cnpT] [PID]"
    .balign 8
options:
    option 'p', OPTION_SET, show_pids
    option 'n', OPTION_SET, by_pid
    option 'c', OPTION_SET, separate
    option 'T', OPTION_SET, no_threads
    option 'A', OPTION_SET, ascii
    end_options

    .bss
    .balign 8
nodes: .zero 8
node_count: .zero 8
top: .zero NODE_SIZE                # parent of those that have none
prefix_used: .zero 8
show_pids: .zero 1
by_pid: .zero 1
separate: .zero 1
no_threads: .zero 1
ascii: .zero 1                      # -A: as always
prefix: .zero PREFIX_MAX
