// A kernel as a program of Linux: KERNEL ROUNDS prints its checksum. For the native peer, and for user-mode QEMU.
#include <stdio.h>
#include <stdlib.h>
unsigned long kernel(unsigned long n);
int main(int argc, char **argv) {
  if (argc != 2) return 2;
  printf("%016lx\n", kernel(strtoul(argv[1], 0, 10)));
  return 0;
}
