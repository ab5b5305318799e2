// What docs/debian.md says of its table.
export const ABOUT = `
# Debian's programs

Programs of Debian 13 (trixie) for riscv64, unmodified, on the machine and its kernel: what ran, how many of its cases print what they print on
a real kernel (pids, times and addresses apart), and the seconds of the whole row, beside user-mode QEMU running the same programs on the
host's kernel. \`npm run debian -- WORD...\` runs the rows that are named and brings this page in step; without words, all. It needs apt-get and
dpkg to fetch the packages (once, about 300 MB), and qemu-riscv64-static for the last two columns; nothing of it touches the host's own packages.

What is expected stands in \`test/debian/expected\`, one file for a row. \`npm run debian -- --expect WORD...\` asks for it: it boots Debian's own
riscv64 kernel in qemu-system-riscv64 with the same root and the same scripts. Test suites are counted instead, as they count themselves.
Seconds are of one run, with the start of the machine, on a host that has other work: they say how long to wait, not more.
`
