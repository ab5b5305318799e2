# The vDSO: code of the kernel's that every program finds in its memory, as an ELF shared object, for C libraries, debuggers and
# unwinders. It answers the time from the time CSR without a system call, and it is where signal handlers return to.
# The whole file is written out here, headers and all, with `.text` for its bytes: the kernel maps them as they are, one page, right
# behind the page of data that the code reads. kernel/process/vdso-bytes.ts holds what this assembles to (`npm run generate`).
    .include "sys.inc"
    .include "fcntl.inc"

    .option norvc
    .option norelax

# The page of data before the code: the date at boot, as vdso.ts writes it.
    .equ VVAR_SEC, 0
    .equ VVAR_NSEC, 8
    .equ NS_PER_SECOND, 1000000000
    .equ NS_PER_US, 1000

# ELF (gABI chapters 4 and 5, riscv-elf-psabi, gnu-gabi on symbol versions)
    .equ CLASS_64, 2
    .equ LITTLE_ENDIAN, 1
    .equ VERSION, 1
    .equ ET_DYN, 3
    .equ EM_RISCV, 243
    .equ EF_FLOAT_ABI_DOUBLE, 4
    .equ EHDR_SIZE, 64
    .equ PHDR_SIZE, 56
    .equ SHDR_SIZE, 64
    .equ SYM_SIZE, 24
    .equ DYN_SIZE, 16
    .equ PT_LOAD, 1
    .equ PT_DYNAMIC, 2
    .equ PF_X, 1
    .equ PF_R, 4
    .equ SHT_PROGBITS, 1
    .equ SHT_STRTAB, 3
    .equ SHT_HASH, 5
    .equ SHT_DYNAMIC, 6
    .equ SHT_DYNSYM, 11
    .equ SHT_GNU_VERDEF, 0x6ffffffd
    .equ SHT_GNU_VERSYM, 0x6fffffff
    .equ SHF_ALLOC, 2
    .equ SHF_EXECINSTR, 4
    .equ GLOBAL_FUNCTION, 0x12
    .equ DT_NULL, 0
    .equ DT_HASH, 4
    .equ DT_STRTAB, 5
    .equ DT_SYMTAB, 6
    .equ DT_STRSZ, 10
    .equ DT_SYMENT, 11
    .equ DT_SONAME, 14
    .equ DT_VERSYM, 0x6ffffff0
    .equ DT_VERDEF, 0x6ffffffc
    .equ DT_VERDEFNUM, 0x6ffffffd
    .equ VER_FLG_BASE, 1
    .equ VERDEF_SIZE, 20            # followed by one record with the name
    .equ VERDAUX_SIZE, 8
    .equ BASE_VERSION, 1            # the object itself
    .equ OUR_VERSION, 2             # what its symbols belong to
    .equ VERSIONS, 2
    .equ SEGMENTS, 2
    .equ FUNCTIONS, 7
    .equ SYMBOLS, FUNCTIONS + 1     # the first one is empty
    .equ SECTIONS, 9

    .text
image:
    .byte 0x7f
    .ascii "ELF"
    .byte CLASS_64, LITTLE_ENDIAN, VERSION
    .zero 9
    .half ET_DYN, EM_RISCV
    .word VERSION
    .dword 0                        # no entry point
    .dword segments - image
    .dword section_headers - image
    .word EF_FLOAT_ABI_DOUBLE
    .half EHDR_SIZE, PHDR_SIZE, SEGMENTS, SHDR_SIZE, SECTIONS, SECTIONS - 1

# segment type, flags, start, end, align: one row of the program headers.
.macro segment type, flags, start, end, align
    .word \type, \flags
    .dword \start - image, \start - image, \start - image
    .dword \end - \start, \end - \start, \align
.endm
segments:
    segment PT_LOAD, PF_R | PF_X, image, loaded_end, PAGE_SIZE
    segment PT_DYNAMIC, PF_R, dynamic, dynamic_end, 8
    .org image + 0x100

code:
__vdso_rt_sigreturn:                # unwinders know a signal's frame by these two instructions
    li a7, SYS_rt_sigreturn
    ecall
__vdso_clock_gettime:
    beqz a0, 1f                     # CLOCK_REALTIME
    li t0, CLOCK_MONOTONIC
    beq a0, t0, 2f
    li t0, CLOCK_BOOTTIME
    beq a0, t0, 2f
    li a7, SYS_clock_gettime
    ecall
    ret
1:  mv t6, ra
    jal ra, now
    sd t3, TIMESPEC_SEC(a1)
    sd t4, TIMESPEC_NSEC(a1)
    li a0, 0
    jr t6
2:  rdtime t1
    li t2, NS_PER_SECOND
    divu t3, t1, t2
    remu t4, t1, t2
    sd t3, TIMESPEC_SEC(a1)
    sd t4, TIMESPEC_NSEC(a1)
    li a0, 0
    ret
__vdso_gettimeofday:
    beqz a0, 1f
    mv t6, ra
    jal ra, now
    mv ra, t6
    li t0, NS_PER_US
    divu t4, t4, t0
    sd t3, TIMEVAL_SEC(a0)
    sd t4, TIMEVAL_USEC(a0)
1:  beqz a1, 2f                     # the time zone: none
    sd zero, 0(a1)
2:  li a0, 0
    ret

# ask name: the kernel answers.
.macro ask name
__vdso_\name:
    li a7, SYS_\name
    ecall
    ret
.endm
    ask clock_getres
    ask getcpu
__vdso_flush_icache:
    li a7, SYS_riscv_flush_icache
    ecall
    ret
    ask riscv_hwprobe

# now() -> CLOCK_REALTIME: t3 = seconds, t4 = nanoseconds. Changes t0, t1, t2 and t5.
now:
    lla t0, image - PAGE_SIZE
    ld t0, VVAR_SEC(t0)
    lla t5, image - PAGE_SIZE
    ld t5, VVAR_NSEC(t5)
    rdtime t1
    li t2, NS_PER_SECOND
    divu t3, t1, t2
    remu t4, t1, t2
    add t3, t3, t0
    add t4, t4, t5
    bltu t4, t2, 1f
    sub t4, t4, t2
    addi t3, t3, 1
1:  ret
code_end:

# One bucket: its chain goes through all symbols.
    .balign 8, 0
hash:
    .word 1, SYMBOLS, 1
    .word 0, 2, 3, 4, 5, 6, 7, 0
hash_end:

# function name, end: one row of the dynamic symbols. A function ends where the next one starts.
.macro function name, end
    .word name_\name - strings
    .byte GLOBAL_FUNCTION, 0
    .half 1                         # in the first section
    .dword __vdso_\name - image, \end - __vdso_\name
.endm
    .balign 8, 0
symbols:
    .zero SYM_SIZE
    function rt_sigreturn, __vdso_clock_gettime
    function gettimeofday, __vdso_clock_getres
    function clock_gettime, __vdso_gettimeofday
    function clock_getres, __vdso_getcpu
    function getcpu, __vdso_flush_icache
    function flush_icache, __vdso_riscv_hwprobe
    function riscv_hwprobe, now
symbols_end:

# function_name name: its text among the strings.
.macro function_name name
name_\name: .asciz "__vdso_\name"
.endm
strings:
    .byte 0
    function_name rt_sigreturn
    function_name gettimeofday
    function_name clock_gettime
    function_name clock_getres
    function_name getcpu
    function_name flush_icache
    function_name riscv_hwprobe
soname: .asciz "linux-vdso.so.1"
version: .asciz "LINUX_4.15"
strings_end:

    .balign 2, 0
symbol_versions:
    .half 0
    .rept FUNCTIONS
    .half OUR_VERSION
    .endr
symbol_versions_end:

# define_version flags, index, hash, name, next: one version; the hash is that of its name (gABI figure 5-13).
.macro define_version flags, index, hash, name, next
    .half VERSION, \flags, \index, 1
    .word \hash, VERDEF_SIZE, \next
    .word \name - strings, 0
.endm
    .balign 8, 0
version_definitions:
    define_version VER_FLG_BASE, BASE_VERSION, 0xdeebfa1, soname, VERDEF_SIZE + VERDAUX_SIZE
    define_version 0, OUR_VERSION, 0xae77f75, version, 0
version_definitions_end:

    .balign 8, 0
dynamic:
    .dword DT_SONAME, soname - strings
    .dword DT_HASH, hash - image
    .dword DT_STRTAB, strings - image
    .dword DT_SYMTAB, symbols - image
    .dword DT_STRSZ, strings_end - strings
    .dword DT_SYMENT, SYM_SIZE
    .dword DT_VERSYM, symbol_versions - image
    .dword DT_VERDEF, version_definitions - image
    .dword DT_VERDEFNUM, VERSIONS
    .dword DT_NULL, 0
dynamic_end:
loaded_end:

section_names:
    .byte 0
name_text: .asciz ".text"
name_hash: .asciz ".hash"
name_dynsym: .asciz ".dynsym"
name_dynstr: .asciz ".dynstr"
name_version: .asciz ".gnu.version"
name_version_d: .asciz ".gnu.version_d"
name_dynamic: .asciz ".dynamic"
name_shstrtab: .asciz ".shstrtab"
section_names_end:

# section name, type, flags, start, end, link, info, align, entry_size: one row of the section headers. What is loaded lies at its offset.
.macro section name, type, flags, start, end, link, info, align, entry_size
    .word name_\name - section_names, \type
    .dword \flags
    .if \flags & SHF_ALLOC
    .dword \start - image
    .else
    .dword 0
    .endif
    .dword \start - image, \end - \start
    .word \link, \info
    .dword \align, \entry_size
.endm
# Their numbers, for who refers to them.
    .equ DYNSYM, 3
    .equ DYNSTR, 4
    .balign 8, 0
section_headers:
    .zero SHDR_SIZE
    section text, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, code, code_end, 0, 0, 4, 0
    section hash, SHT_HASH, SHF_ALLOC, hash, hash_end, DYNSYM, 0, 8, 4
    section dynsym, SHT_DYNSYM, SHF_ALLOC, symbols, symbols_end, DYNSTR, 1, 8, SYM_SIZE
    section dynstr, SHT_STRTAB, SHF_ALLOC, strings, strings_end, 0, 0, 1, 0
    section version, SHT_GNU_VERSYM, SHF_ALLOC, symbol_versions, symbol_versions_end, DYNSYM, 0, 2, 2
    section version_d, SHT_GNU_VERDEF, SHF_ALLOC, version_definitions, version_definitions_end, DYNSTR, VERSIONS, 8, 0
    section dynamic, SHT_DYNAMIC, SHF_ALLOC, dynamic, dynamic_end, DYNSTR, 0, 8, DYN_SIZE
    section shstrtab, SHT_STRTAB, 0, section_names, section_names_end, 0, 0, 1, 0
