// inotify: what operations on files tell whom, in which order, and the calls' refusals.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PLACE "/dev/shm/work"
static const char *name(int e) { return strerrorname_np(e); }
#define SHOW(what, call) do { errno = 0; long r_ = (call); printf("%s = %ld%s%s\n", what, r_, r_ < 0 ? " " : "", r_ < 0 ? name(errno) : ""); } while (0)
static int in;
static const char *const names[] = {"ACCESS", "MODIFY", "ATTRIB", "CLOSE_WRITE", "CLOSE_NOWRITE", "OPEN", "MOVED_FROM", "MOVED_TO", "CREATE", "DELETE", "DELETE_SELF", "MOVE_SELF", 0, "UNMOUNT", "OVERFLOW", "IGNORED"};
static void events(const char *what) {
  static char b[1 << 20] __attribute__((aligned(8))); static unsigned tie; int n = read(in, b, sizeof b), count = 0; printf("%s:", what);
  for (int at = 0; at < n;) {
    struct inotify_event *e = (void *)(b + at); at += sizeof *e + e->len;
    if (++count > 60) continue;
    printf(" %d", e->wd); for (int i = 0; i < 16; i++) if (e->mask >> i & 1) printf(" %s", names[i]); if (e->mask & IN_ISDIR) printf(" DIR"); if (e->len) printf(" %s/%u", e->name, e->len); if (e->cookie) { printf(e->mask & IN_MOVED_TO ? (tie == e->cookie ? " tied" : " loose") : " tie"); tie = e->cookie; } printf(";");
  }
  if (n < 0) printf(" %s", name(errno)); if (count > 60) printf(" ... %d", count); puts("");
}
static void put(const char *path, const char *s) { int f = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600); write(f, s, strlen(s)); close(f); }

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  mkdir(PLACE, 0700); chdir(PLACE); mkdir("d", 0700); mkdir("e", 0700); put("d/old", "old"); char b[200];
  puts("calls");
  SHOW("flags", inotify_init1(1)); in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC); SHOW("flags of it", fcntl(in, F_GETFL)); SHOW("close on exec", fcntl(in, F_GETFD));
  SHOW("mask 0", inotify_add_watch(in, "d", 0)); SHOW("unknown", inotify_add_watch(in, "d", 0x100000)); SHOW("fd", inotify_add_watch(99, "d", 0)); SHOW("fd", inotify_add_watch(99, "d", IN_OPEN)); SHOW("no inotify", inotify_add_watch(1, "d", IN_OPEN)); SHOW("add and create", inotify_add_watch(1, "d", IN_OPEN | IN_MASK_ADD | IN_MASK_CREATE)); SHOW("none", inotify_add_watch(in, "none", IN_OPEN)); SHOW("fault", inotify_add_watch(in, (void *)8, IN_OPEN)); SHOW("no directory", inotify_add_watch(in, "d/old", IN_OPEN | IN_ONLYDIR)); SHOW("remove none", inotify_rm_watch(in, 1)); SHOW("remove", inotify_rm_watch(1, 1)); SHOW("remove", inotify_rm_watch(99, 1));
  SHOW("d", inotify_add_watch(in, "d", IN_ALL_EVENTS)); SHOW("again", inotify_add_watch(in, "d", IN_ALL_EVENTS)); SHOW("must be new", inotify_add_watch(in, "d", IN_ALL_EVENTS | IN_MASK_CREATE)); SHOW("e", inotify_add_watch(in, "e", IN_ALL_EVENTS)); SHOW("file", inotify_add_watch(in, "d/old", IN_ALL_EVENTS)); events("nothing"); struct pollfd p = {in, POLLIN | POLLOUT}; SHOW("poll", poll(&p, 1, 0));
  SHOW("write", write(in, "x", 1)); SHOW("seek", lseek(in, 3, 0)); SHOW("pread", pread(in, b, 100, 0));
  puts("a file");
  int f = open("d/new", O_RDWR | O_CREAT, 0600); events("made"); SHOW("poll", poll(&p, 1, 0)); write(f, "hello", 5); write(f, "again", 5); events("written twice"); pwrite(f, "x", 1, 0); read(f, b, 0); lseek(f, 0, 0); read(f, b, 5); read(f, b, 5); read(f, b, 5); events("read"); ftruncate(f, 3); events("cut"); fsync(f); fstat(f, (void *)b); events("looked at"); close(f); events("closed");
  close(open("d/new", O_RDONLY)); close(open("d/new", O_WRONLY | O_TRUNC)); events("opened"); close(open("d/new", O_PATH)); events("a place"); close(open("d/old", O_RDONLY)); events("watched itself"); f = open("d/old", O_RDWR | O_APPEND); read(f, b, 3); write(f, "x", 1); char *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0); m[0] = 'y'; munmap(m, 4096); close(dup(f)); close(f); events("read and written");
  chmod("d/old", 0640); chown("d/old", 0, 0); events("mode, owner"); struct timeval tv[2] = {{1, 0}, {2, 0}}; utimes("d/old", tv); struct timespec ts[2] = {{0, UTIME_OMIT}, {5, 0}}; utimensat(AT_FDCWD, "d/old", ts, 0); ts[0].tv_nsec = 0; ts[1].tv_nsec = UTIME_OMIT; utimensat(AT_FDCWD, "d/old", ts, 0); events("times"); setxattr("d/old", "trusted.x", "1", 1, 0); removexattr("d/old", "trusted.x"); events("attributes"); truncate("d/old", 2); events("cut by name");
  int g = open("d/new", O_RDWR); f = open("d/old", O_RDONLY); events("both open"); sendfile(g, f, 0, 10); events("sendfile"); copy_file_range(f, (off_t[]){0}, g, 0, 2, 0); events("copy_file_range"); posix_fallocate(g, 0, 5000); events("fallocate"); close(f); close(g); events("both closed");
  puts("names");
  link("d/old", "d/second"); events("link"); unlink("d/second"); events("unlink one"); symlink("old", "d/sym"); mkfifo("d/fifo", 0600); mkdir("d/sub", 0700); events("symlink, fifo, directory"); close(open("d/sym", O_RDONLY)); events("through the link"); rmdir("d/sub"); unlink("d/fifo"); events("removed"); 
  rename("d/new", "d/newer"); events("renamed"); rename("d/newer", "e/other"); events("moved"); rename("e/other", "d/old"); events("over the watched one"); SHOW("watch is gone", inotify_rm_watch(in, 3));
  SHOW("file", inotify_add_watch(in, "d/old", IN_ALL_EVENTS)); rename("d/old", "e/old"); events("away"); syscall(SYS_renameat2, AT_FDCWD, "e/old", AT_FDCWD, "d/sym", 2); events("exchanged"); f = open("d/sym", O_RDONLY); events("open"); unlink("d/sym"); events("unlinked while open"); read(f, b, 1); events("read"); close(f); events("closed");
  put("d/x", "x"); events("made"); SHOW("only unlinked", inotify_add_watch(in, "d", IN_ALL_EVENTS | IN_EXCL_UNLINK)); f = open("d/x", O_RDWR); unlink("d/x"); read(f, b, 1); write(f, "y", 1); close(f); events("excluded when unlinked");
  puts("directories");
  DIR *d = opendir("d"); while (readdir(d)); closedir(d); events("read"); mkdir("d/sub", 0700); SHOW("sub", inotify_add_watch(in, "d/sub", IN_ALL_EVENTS)); events("made"); chmod("d/sub", 0755); events("mode"); put("d/sub/f", "1"); events("below"); unlink("d/sub/f"); rename("d/sub", "e/sub"); events("moved"); rmdir("e/sub"); events("removed");
  close(open(".", O_TMPFILE | O_RDWR, 0600)); f = open("d", O_TMPFILE | O_RDWR, 0600); write(f, "x", 1); close(f); events("nameless");
  puts("masks");
  SHOW("reads", inotify_add_watch(in, "d", IN_ACCESS)); put("d/f", "x"); events("none"); SHOW("and closes", inotify_add_watch(in, "d", IN_CLOSE_WRITE | IN_MASK_ADD)); put("d/f", "y"); f = open("d/f", O_RDONLY); read(f, b, 1); close(f); events("two"); SHOW("once", inotify_add_watch(in, "d", IN_OPEN | IN_ONESHOT)); put("d/f", "z"); events("once"); SHOW("remove", inotify_rm_watch(in, 1));
  SHOW("the link", inotify_add_watch(in, "d/f", IN_ALL_EVENTS)); symlink("f", "d/l"); int l = inotify_add_watch(in, "d/l", IN_ALL_EVENTS | IN_DONT_FOLLOW); chown("d/f", 0, 0); lchown("d/l", 0, 0); events("either"); unlink("d/l"); events("link gone"); SHOW("remove", inotify_rm_watch(in, l)); 
  puts("reading"); SHOW("e", inotify_add_watch(in, "e", IN_CREATE | IN_DELETE)); put("e/a", ""); put("e/0123456789abcdef", ""); int n = 0; ioctl(in, FIONREAD, &n); printf("  %d bytes\n", n); SHOW("too little", read(in, b, 20)); SHOW("one", read(in, b, 60)); SHOW("fault", read(in, (void *)8, 100)); events("left");
  put("e/b", ""); unlink("e/b"); put("e/b", ""); unlink("e/b"); events("not the same"); fcntl(in, F_SETFL, 0); if (fork() == 0) { usleep(20000); put("e/late", ""); _exit(0); } events("waited for"); wait(0); fcntl(in, F_SETFL, O_NONBLOCK);
  puts("limits"); for (int i = 0; i < 20000; i++) { put("e/b", ""); unlink("e/b"); } events("too many"); put("e/c", ""); events("again");
  FILE *s; static const char *const sys[] = {"max_queued_events", "max_user_instances"}; for (int i = 0; i < 2; i++) { sprintf(b, "/proc/sys/fs/inotify/%s", sys[i]); s = fopen(b, "r"); n = -1; fscanf(s, "%d", &n); printf("%s %d\n", sys[i], n); fclose(s); }
  sprintf(b, "/proc/self/fdinfo/%d", in); s = fopen(b, "r"); char line[200]; while (fgets(line, 200, s)) if (!strncmp(line, "inotify", 7)) { char *m = strstr(line, "mask"), *i = strstr(m, " ignored_mask:0"); *i = 0; printf("wd %c %s\n", line[11], m); } fclose(s);
  sprintf(b, "/proc/self/fd/%d", in); n = readlink(b, line, 100); printf("%.*s\n", n, line);
  if (fork() == 0) { setresuid(1000, 1000, 1000); SHOW("unreadable", inotify_add_watch(in, PLACE "/d", IN_OPEN)); int k = 0, e; while (inotify_init1(0) >= 0) k++; e = errno; printf("instances %d %s\n", k, name(e)); _exit(0); }
  wait(0);
  puts("end"); SHOW("remove", inotify_rm_watch(in, 2)); events("ignored"); close(in);
  return 0;
}
