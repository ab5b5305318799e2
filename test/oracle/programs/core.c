// Core dumps (core(5)): when there is one, whose it is, how large, what is in the way. One line a case: wait status, and what `core` is then.
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void limit(int what, rlim_t value) {
  struct rlimit r;
  getrlimit(what, &r);
  r.rlim_cur = value;
  setrlimit(what, &r);
}
static void die(void) { signal(SIGSEGV, SIG_DFL); *(volatile int *)8 = 1; }

static void zero(void) { limit(RLIMIT_CORE, 0); die(); }
static void small(void) { limit(RLIMIT_CORE, 4095); die(); }
static void page(void) { limit(RLIMIT_CORE, 4096); die(); }
static void whole(void) { die(); }
static void aborted(void) { abort(); }
static void quit(void) { raise(SIGQUIT); }
static void killed(void) { raise(SIGKILL); }
static void terminated(void) { raise(SIGTERM); }
static void xcpu(void) { raise(SIGXCPU); }
static void undumpable(void) { prctl(PR_SET_DUMPABLE, 0); die(); }
static void masked(void) { umask(0277); die(); }
static void group_masked(void) { umask(0); die(); }
static void filesize(void) { signal(SIGXFSZ, SIG_IGN); limit(RLIMIT_FSIZE, 0); die(); }
static void other_user(void) { if (setresuid(1000, 1000, 1000)) _exit(9); die(); }
static void other_user_dumpable(void) { if (setresuid(1000, 1000, 1000)) _exit(9); prctl(PR_SET_DUMPABLE, 1); die(); }
static void elsewhere(void) { mkdir("sub", 0755); chdir("sub"); die(); }
static void nowhere(void) { mkdir("gone", 0755); chdir("gone"); rmdir("../gone"); die(); }
static void in_child(void) { if (fork() == 0) die(); int s; wait(&s); _exit(WCOREDUMP(s) ? 1 : 0); }
static void handler(int n) { raise(SIGSEGV); }
static void reset(void) { struct sigaction a = {.sa_handler = handler, .sa_flags = SA_RESETHAND | SA_NODEFER}; sigaction(SIGSEGV, &a, 0); *(volatile int *)8 = 1; }

static const struct { const char *name; void (*run)(void); } cases[] = {
  {"no limit set", zero}, {"below a page", small}, {"a page", page}, {"whole", whole}, {"abort", aborted}, {"SIGQUIT", quit},
  {"SIGKILL", killed}, {"SIGTERM", terminated}, {"SIGXCPU", xcpu}, {"not dumpable", undumpable}, {"umask 0277", masked},
  {"umask 0", group_masked}, {"RLIMIT_FSIZE 0", filesize}, {"another user", other_user}, {"another user, dumpable", other_user_dumpable},
  {"another directory", elsewhere}, {"a directory that is gone", nowhere}, {"of a child", in_child}, {"in a handler", reset},
};

static void look(const char *path) {
  struct stat s;
  if (lstat(path, &s)) { printf(" none"); return; }
  const char *size = s.st_size == 0 ? "empty" : s.st_size <= 4096 ? "up to a page" : "large";
  printf(" mode %o uid %d links %d %s", s.st_mode, s.st_uid, (int)s.st_nlink, size);
}

static void run(const char *name, void (*body)(void)) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) { limit(RLIMIT_CORE, RLIM_INFINITY); body(); _exit(0); }
  int status;
  waitpid(pid, &status, 0);
  printf("%s:", name);
  if (WIFSIGNALED(status)) printf(" signal %d%s,", WTERMSIG(status), WCOREDUMP(status) ? " core" : "");
  else printf(" exit %d,", WEXITSTATUS(status));
  look("core");
  printf("\n");
}

static void segments(void) {
  int fd = open("core", O_RDONLY);
  Elf64_Ehdr header;
  if (read(fd, &header, sizeof header) != sizeof header) { printf("no header\n"); return; }
  printf("type %d phentsize %d ehsize %d shnum %d\n", header.e_type, header.e_phentsize, header.e_ehsize, header.e_shnum);
  Elf64_Phdr note;
  pread(fd, &note, sizeof note, header.e_phoff);
  static char bytes[65536];
  pread(fd, bytes, note.p_filesz, note.p_offset);
  printf("note flags %d vaddr %d memsz %d:", note.p_flags, (int)note.p_vaddr, (int)note.p_memsz);
  for (size_t at = 0; at + 12 <= note.p_filesz;) {
    unsigned *n = (unsigned *)(bytes + at);
    if (strcmp(bytes + at + 12, "CORE") == 0 && n[2] != 2) printf(" %x", n[2]);
    at += 12 + ((n[0] + 3) & ~3u) + ((n[1] + 3) & ~3u);
  }
  printf("\n");
  close(fd);
}

static char *area;
static size_t PAGE = 4096;
/** Bytes of the core file for the region at an address, and its size in memory. */
static void dumped(const char *name, char *at) {
  int fd = open("core", O_RDONLY);
  Elf64_Ehdr header;
  read(fd, &header, sizeof header);
  for (int i = 0; i < header.e_phnum; i++) {
    Elf64_Phdr p;
    pread(fd, &p, sizeof p, header.e_phoff + i * sizeof p);
    if (p.p_type != PT_LOAD || (char *)p.p_vaddr > at || (char *)p.p_vaddr + p.p_memsz <= at) continue;
    char byte = '-';
    if (at < (char *)p.p_vaddr + p.p_filesz) pread(fd, &byte, 1, p.p_offset + (at - (char *)p.p_vaddr));
    printf("%s: file %ld memory %ld flags %d byte %d align %ld\n", name, (long)p.p_filesz, (long)p.p_memsz, p.p_flags, byte, (long)p.p_align);
    close(fd);
    return;
  }
  printf("%s: not there\n", name);
  close(fd);
}
static char *maps[9];
static void make_maps(void) {
  int fd = open("file", O_RDWR | O_CREAT, 0644), x = open("program", O_RDWR | O_CREAT, 0755);
  char b[8192]; memset(b, 7, sizeof b); write(fd, b, sizeof b); write(x, b, sizeof b);
  int rw = PROT_READ | PROT_WRITE, anon = MAP_ANONYMOUS;
  struct { int prot, flags, fd; } kinds[9] = {
    {rw, MAP_PRIVATE | anon, -1}, {rw, MAP_PRIVATE | anon, -1}, {PROT_NONE, MAP_PRIVATE | anon, -1}, {rw, MAP_SHARED | anon, -1}, {rw, MAP_SHARED, fd},
    {rw, MAP_PRIVATE, fd}, {rw, MAP_PRIVATE, fd}, {PROT_READ, MAP_PRIVATE, x}, {rw, MAP_PRIVATE | anon, -1},
  };
  area = mmap(0, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 9; i++) maps[i] = mmap(area + 4 * i * PAGE, 2 * PAGE, kinds[i].prot, kinds[i].flags | MAP_FIXED, kinds[i].fd, 0);
  maps[0][0] = 1; maps[3][0] = 3; maps[4][0] = 4; maps[5][0] = 5; maps[8][0] = 8;
  (void)*(volatile char *)maps[1]; (void)*(volatile char *)maps[6]; (void)*(volatile char *)maps[7];
  madvise(maps[8], 2 * PAGE, MADV_DONTDUMP);
}
static const char *kind_names[9] = {"anonymous", "anonymous, only read", "no access", "shared anonymous", "shared file", "private file, written",
  "private file", "private file, executable", "MADV_DONTDUMP"};
int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  char place[] = "/tmp/coresXXXXXX";
  if (!mkdtemp(place) || chdir(place)) return 1;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) { unlink("core"); run(cases[i].name, cases[i].run); }
  printf("in sub:"); look("sub/core"); printf("\n");
  unlink("core"); unlink("sub/core");
  symlink("target", "core"); run("a link is in the way", whole); printf("target:"); look("target"); printf("\n");
  unlink("core"); mkdir("core", 0755); run("a directory is in the way", whole); rmdir("core");
  close(open("core", O_CREAT | O_WRONLY, 0666)); link("core", "second"); run("a file with two names is in the way", whole);
  printf("second:"); look("second"); printf("\n");
  chmod(".", 0777); unlink("core"); close(open("core", O_CREAT | O_WRONLY, 0666));
  run("another user's directory and file", other_user_dumpable);
  chmod(".", 01777); unlink("core"); close(open("core", O_CREAT | O_WRONLY, 0666));
  run("another user's file in a sticky directory", other_user_dumpable);
  chmod(".", 0700); unlink("core");
  run("where it may not write", other_user_dumpable);
  run("whole", whole); segments(); make_maps();
  const char *filters[] = {"0x33", "0", "0x7f", "0x4", "0x8"};
  for (int f = 0; f < 5; f++) {
    int fd = open("/proc/self/coredump_filter", O_WRONLY);
    write(fd, filters[f], strlen(filters[f])); close(fd); unlink("core");
    run(filters[f], whole);
    for (int i = 0; i < 9; i++) dumped(kind_names[i], maps[i]);
  }
  return 0;
}
