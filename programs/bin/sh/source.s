# Where the characters of commands come from: a string (sh -c, eval, traps), a script file, or standard input. A shell that reads its
# commands from standard input must leave there what its children are to read, so it never takes more than the commands it runs.
    .include "sh.inc"
    .include "fcntl.inc"
    .include "errno.inc"

    .text
# source_string(source, text, line): makes the text the current source; source is the caller's memory until source_pop
    .globl source_string
source_string:
    enter 3
    mv s0, a0
    mv s1, a1
    mv s2, a2
    li a1, 0
    li a2, SOURCE_SIZEOF
    call memset
    sd s1, SOURCE_DATA(s0)
    mv a0, s1
    call strlen
    sd a0, SOURCE_END(s0)
    sd s2, SOURCE_LINE(s0)
    mv a0, s0
    restore 3
    j source_push

# source_file(source, fd, kind): makes a descriptor the current source
    .globl source_file
source_file:
    enter 3
    mv s0, a0
    mv s1, a1
    mv s2, a2
    li a1, 0
    li a2, SOURCE_SIZEOF
    call memset
    sd s1, SOURCE_FD(s0)
    sd s2, SOURCE_KIND(s0)
    li t0, 1
    sd t0, SOURCE_LINE(s0)
    li a0, SOURCE_BLOCK
    call malloc
    beqz a0, out_of_memory
    sd a0, SOURCE_DATA(s0)
    mv a0, s0
    restore 3
    # falls into source_push

source_push:
    ld t0, source
    sd t0, SOURCE_PREV(a0)
    sd a0, source, t0
    ret

# source_pop(): goes back to the source before
    .globl source_pop
source_pop:
    ld t0, source
    ld t1, SOURCE_PREV(t0)
    sd t1, source, t2
    ld t1, SOURCE_KIND(t0)
    beqz t1, 1f             # a string's characters are not ours
    ld a0, SOURCE_DATA(t0)
    tail free
1:  ret

# getc() -> the next character, or -1 at the end
    .globl getc
getc:
    ld t0, source
    ld t1, SOURCE_POS(t0)
    ld t2, SOURCE_END(t0)
    bgeu t1, t2, 3f
1:  ld t2, SOURCE_DATA(t0)
    add t2, t2, t1
    lbu a0, 0(t2)
    addi t1, t1, 1
    sd t1, SOURCE_POS(t0)
    li t1, '\n'
    bne a0, t1, 2f
    ld t1, SOURCE_LINE(t0)
    addi t1, t1, 1
    sd t1, SOURCE_LINE(t0)
2:  ld t1, tape_depth
    bnez t1, 5f
    ret
3:  enter 0
    call refill
    restore 0
    ld t0, source
    ld t1, SOURCE_POS(t0)
    beqz a0, 1b
    li a0, -1
    ret
5:  enter 1                 # the character also goes onto the tape
    mv s0, a0
    mv a1, a0
    la a0, tape
    call buffer_byte
    mv a0, s0
    leave 1

# ungetc(c): puts back the character that getc just gave, or the last two, the last one first; -1 may be put back too
    .globl ungetc
ungetc:
    bltz a0, 3f
    ld t0, source
    ld t1, SOURCE_POS(t0)
    addi t1, t1, -1
    sd t1, SOURCE_POS(t0)
    li t1, '\n'
    bne a0, t1, 1f
    ld t1, SOURCE_LINE(t0)
    addi t1, t1, -1
    sd t1, SOURCE_LINE(t0)
1:  ld t1, tape_depth
    beqz t1, 3f
    la t0, tape
    ld t1, BUFFER_LENGTH(t0)
    addi t1, t1, -1
    sd t1, BUFFER_LENGTH(t0)
3:  ret

# refill() -> 0 when there are characters again, -1 at the end. On a terminal it shows the prompt; a Ctrl-C there gives up the command.
refill:
    enter 2
    ld s0, source
    ld t0, SOURCE_KIND(s0)
    li a0, -1
    beqz t0, 9f             # a string is all there is
    ld t1, SOURCE_EOF(s0)
    bnez t1, 9f
    li t1, SOURCE_TERMINAL
    bne t0, t1, 1f
    call show_prompt
1:  ld a1, SOURCE_DATA(s0)
    ld t0, SOURCE_END(s0)
    beqz t0, 11f
    add t0, a1, t0          # the last character stays at hand, for a second ungetc
    lbu t0, -1(t0)
    sb t0, 0(a1)
11: addi a1, a1, 1
    ld t0, SOURCE_KIND(s0)
    addi t0, t0, -SOURCE_BYTES
    li a2, 1
    beqz t0, 2f
    li a2, SOURCE_BLOCK - 1
2:  ld a0, SOURCE_FD(s0)
    call read
    mv s1, a0
    li t0, -EINTR
    bne s1, t0, 3f
    call run_traps
    j 1b
3:  li a0, -1
    bgtz s1, 4f
    li t0, 1
    sd t0, SOURCE_EOF(s0)
    j 9f
4:  li t0, 1
    sd t0, SOURCE_POS(s0)
    addi t0, s1, 1
    sd t0, SOURCE_END(s0)
    lbu t0, options + OPTION_VERBOSE
    beqz t0, 5f
    li a0, STDERR
    ld a1, SOURCE_DATA(s0)
    addi a1, a1, 1
    mv a2, s1
    call write_all
5:  li a0, 0
9:  leave 2

# source_sync(): before a command runs: what was read ahead of a file shared with the command goes back.
    .globl source_sync
source_sync:
    enter 1
    ld s0, source
    beqz s0, 1f
    ld t0, SOURCE_KIND(s0)
    li t1, SOURCE_SEEK
    bne t0, t1, 1f
    ld a0, SOURCE_FD(s0)
    ld a1, SOURCE_POS(s0)
    ld t0, SOURCE_END(s0)
    sub a1, a1, t0
    beqz a1, 1f
    li a2, SEEK_CUR
    call lseek
    ld t0, SOURCE_POS(s0)
    sd t0, SOURCE_END(s0)
1:  leave 1

# source_drop_line(): after a syntax error at a prompt: forgets what else was typed.
    .globl source_drop_line
source_drop_line:
    ld t0, source
    ld t1, SOURCE_END(t0)
    sd t1, SOURCE_POS(t0)
    ret

# tape_start() -> a position for tape_stop: from here on every character read is recorded too
    .globl tape_start
tape_start:
    ld t0, tape_depth
    la t1, tape
    bnez t0, 1f
    sd zero, BUFFER_DATA(t1)        # a new tape: the old one's memory is gone with its command
    sd zero, BUFFER_LENGTH(t1)
    sd zero, BUFFER_ROOM(t1)
1:  addi t0, t0, 1
    sd t0, tape_depth, t2
    ld a0, BUFFER_LENGTH(t1)
    ret

# tape_stop(position) -> a0, a1: the characters recorded since tape_start gave that position, and how many
    .globl tape_stop
tape_stop:
    ld t0, tape_depth
    addi t0, t0, -1
    sd t0, tape_depth, t1
    la t0, tape
    ld t1, BUFFER_LENGTH(t0)
    ld t2, BUFFER_DATA(t0)
    sub a1, t1, a0
    add a0, t2, a0
    ret

    .bss
    .balign 8
# source: the current one. tape_depth: how many recordings are running.
    .globl source
    .globl tape_depth
source: .zero 8
tape_depth: .zero 8
tape: .zero BUFFER_SIZEOF
