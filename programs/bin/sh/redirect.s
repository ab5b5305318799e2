# Redirections. Those of a builtin or a compound command are undone afterwards, so the descriptors they replace are kept aside.
    .include "sh.inc"
    .include "fcntl.inc"
    .include "errno.inc"

# A descriptor kept aside.
    .equ KEPT_NEXT, 0
    .equ KEPT_FD, 8             # which one it was
    .equ KEPT_COPY, 12          # where it is now, or a negative number: it was closed
    .equ KEPT_SIZEOF, 16

    .text
# redirect(redirections, undoable) -> 0, or 1 after a message: performs them in order. undoable: keeps the old descriptors for
# undo_redirections.
    .globl redirect
redirect:
    enter 6
    mv s0, a0
    mv s1, a1
1:  beqz s0, redirect_done
    ld s2, REDIR_FD(s0)
    beqz s1, 2f
    mv a0, s2
    call keep_descriptor
2:  ld s3, REDIR_OP(s0)
    li t0, TOKEN_DLESS
    beq s3, t0, redirect_here
    li t0, TOKEN_DLESSDASH
    beq s3, t0, redirect_here
    ld a0, REDIR_TEXT(s0)
    li a1, EXPAND_TILDE
    call expand_string
    mv s4, a0
    li t0, TOKEN_LESSAND
    beq s3, t0, redirect_duplicate
    li t0, TOKEN_GREATAND
    beq s3, t0, redirect_duplicate
    mv a1, s3
    call open_target
    mv s5, a0
    bltz a0, redirect_failed
redirect_move:              # s5 = what was opened, goes to s2
    beq s5, s2, redirect_next
    mv a0, s5
    mv a1, s2
    call dup2
    mv s3, a0
    mv a0, s5
    call close
    mv s5, s3
    bltz s5, redirect_bad
redirect_next:
    ld s0, REDIR_NEXT(s0)
    j 1b
redirect_done:
    li a0, 0
    leave 6
redirect_here:
    mv a0, s0
    call open_here_document
    mv s5, a0
    bgez a0, redirect_move
    lstr s4, "here-document"
redirect_failed:
    mv a0, s5
    lstr a1, "%s"
    mv a2, s4
    call warn
    li a0, 1
    leave 6
redirect_duplicate:
    lbu t0, 0(s4)
    li t1, '-'
    beq t0, t1, redirect_close
    mv a0, s4               # digits only
    lbu t0, 0(a0)
    beqz t0, redirect_bad
3:  lbu t0, 0(a0)
    beqz t0, 4f
    addi t0, t0, -'0'
    sltiu t0, t0, 10
    beqz t0, redirect_bad
    addi a0, a0, 1
    j 3b
4:  mv a0, s4
    call atoi
    mv a1, s2
    call dup2
    mv s5, a0
    bgez a0, redirect_next
redirect_bad:
    li s5, -EBADF
    j redirect_failed
redirect_close:
    mv a0, s2
    call close
    j redirect_next

# open_target(path, operator) -> a descriptor, or -errno
open_target:
    enter 2, STAT_SIZEOF
    mv s0, a0
    mv s1, a1
    lbu t0, options + OPTION_NOCLOBBER
    beqz t0, 1f
    li t0, TOKEN_GREAT      # set -C: > leaves existing files alone
    bne a1, t0, 1f
    mv a1, sp
    call stat
    bltz a0, 1f
    lw t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFREG
    li a0, -EEXIST
    beq t0, t1, 3f
1:  la t0, open_flags
2:  lw t1, 0(t0)            # rows: operator, flags
    lw a1, 4(t0)
    addi t0, t0, 8
    bne t1, s1, 2b
    mv a0, s0
    li a2, 0666
    call open
3:  leave 2, STAT_SIZEOF

# open_here_document(redirection) -> a descriptor to read the body from, or -errno. A body that fits into the pipe is written at once, a
# longer one by a child.
open_here_document:
    enter 4, 16
    ld s0, REDIR_TEXT(a0)
    ld t0, REDIR_LITERAL(a0)
    bnez t0, 1f
    mv a0, s0
    li a1, EXPAND_HERE
    call expand_string
    mv s0, a0
1:  mv a0, s0
    call strlen
    mv s1, a0
    mv a0, sp
    call pipe
    bltz a0, 4f
    lw s2, 0(sp)
    lw s3, 4(sp)
    li t0, PIPE_BUF
    bgtu s1, t0, 2f
    mv a0, s3
    mv a1, s0
    mv a2, s1
    call write_all
    j 3f
2:  call fflush_stdout
    call fork
    bltz a0, 4f
    bnez a0, 3f
    mv a0, s2
    call close
    mv a0, s3
    mv a1, s0
    mv a2, s1
    call write_all
    li a0, 0
    call _exit
3:  mv a0, s3
    call close
    mv a0, s2
4:  leave 4, 16

# keep_descriptor(fd): makes a copy of it for undo_redirections
keep_descriptor:
    enter 2
    mv s0, a0
    li a1, F_DUPFD_CLOEXEC
    li a2, FIRST_PRIVATE_FD
    call fcntl
    mv s1, a0
    li a0, KEPT_SIZEOF
    call malloc
    beqz a0, out_of_memory
    sw s0, KEPT_FD(a0)
    sw s1, KEPT_COPY(a0)
    ld t0, saved_descriptors
    sd t0, KEPT_NEXT(a0)
    sd a0, saved_descriptors, t0
    leave 2

# undo_redirections(mark): puts back all descriptors kept since `saved_descriptors` had the value `mark`
    .globl undo_redirections
undo_redirections:
    enter 3
    mv s0, a0
    ld t0, saved_descriptors
    beq t0, s0, 4f
    call fflush_stdout
1:  ld s1, saved_descriptors
    beq s1, s0, 4f
    ld t0, KEPT_NEXT(s1)
    sd t0, saved_descriptors, t1
    lw a0, KEPT_COPY(s1)
    lw a1, KEPT_FD(s1)
    bltz a0, 2f
    call dup2
    lw a0, KEPT_COPY(s1)
    j 3f
2:  mv a0, a1
3:  call close
    mv a0, s1
    call free
    j 1b
4:  leave 3

# forget_redirections(mark): as undo_redirections, but the redirections stay (exec without a command)
    .globl forget_redirections
forget_redirections:
    enter 2
    mv s0, a0
1:  ld s1, saved_descriptors
    beq s1, s0, 3f
    ld t0, KEPT_NEXT(s1)
    sd t0, saved_descriptors, t1
    lw a0, KEPT_COPY(s1)
    bltz a0, 2f
    call close
2:  mv a0, s1
    call free
    j 1b
3:  leave 2

    .section .rodata
    .balign 4
open_flags:
    .word TOKEN_LESS, O_RDONLY
    .word TOKEN_GREAT, O_WRONLY | O_CREAT | O_TRUNC
    .word TOKEN_CLOBBER, O_WRONLY | O_CREAT | O_TRUNC
    .word TOKEN_DGREAT, O_WRONLY | O_CREAT | O_APPEND
    .word TOKEN_LESSGREAT, O_RDWR | O_CREAT

    .bss
    .balign 8
# saved_descriptors: the newest one kept aside; its value is a mark for undo_redirections.
    .globl saved_descriptors
saved_descriptors: .zero 8
