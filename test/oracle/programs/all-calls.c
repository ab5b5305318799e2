// Makes every system call of the host that has a number below 500, none of which is done: what strace calls them, and by which classes.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  // All but the end answer ENOSYS.
  struct sock_filter filter[] = {
    {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr)},
    {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, SYS_exit_group},
    {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS},
    {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) return 1;
  // From 424 on numbers are the same everywhere. x86-64 has calls between that kill who makes them out of place.
  for (int nr = 0; nr < 500; nr++)
    if (nr != SYS_exit_group && (nr < 335 || nr >= 424)) syscall(nr, -1, -1, -1, -1, -1, -1);
  return 0;
}
