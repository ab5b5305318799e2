// What this kernel calls itself: uname(2), /proc/version, /proc/sys/kernel. The release names the Linux whose interface it speaks.

export const SYSNAME = 'Linux'
export const RELEASE = '6.12.0-hartbeat'
export const VERSION = '#1 SMP Hartbeat 0.1.0'
export const MACHINE = 'riscv64'
