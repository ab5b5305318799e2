// stat, directories, rename, links, truncation, permissions, offsets, errors, walking a tree.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void try(const char *what, long result) { printf("%s: %s\n", what, result < 0 ? strerror(errno) : "ok"); }
static int order(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }
static void list(const char *path) {
  struct dirent **names;
  int n = scandir(path, &names, NULL, order);
  printf("%d:", n);
  for (int i = 0; i < n; i++) printf(" %s%s", names[i]->d_name, names[i]->d_type == DT_DIR ? "/" : names[i]->d_type == DT_LNK ? "@" : "");
  printf("\n");
}
static int files, total_depth;
static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw) {
  (void)path, (void)st, (void)type;
  files++, total_depth += ftw->level;
  return 0;
}
static int drop(const char *path, const struct stat *st, int type, struct FTW *ftw) {
  (void)st, (void)type, (void)ftw;
  return remove(path);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  umask(022);
  char dir[] = "/tmp/filesXXXXXX", buffer[200];
  if (!mkdtemp(dir) || chdir(dir)) return 1;
  struct stat st;
  try("mkdir", mkdir("d", 0777));
  try("mkdir again", mkdir("d", 0777));
  stat("d", &st);
  printf("mode %o links %lu\n", st.st_mode, (unsigned long)st.st_nlink);
  int fd = open("f", O_RDWR | O_CREAT | O_EXCL, 0666);
  try("create", fd);
  try("exclusive", open("f", O_RDWR | O_CREAT | O_EXCL, 0666));
  write(fd, "0123456789", 10);
  fstat(fd, &st);
  printf("mode %o size %ld links %lu blocks %d\n", st.st_mode, (long)st.st_size, (unsigned long)st.st_nlink, st.st_blocks > 0);
  try("link", link("f", "g"));
  stat("g", &st);
  printf("links %lu\n", (unsigned long)st.st_nlink);
  try("symlink", symlink("f", "s"));
  ssize_t n = readlink("s", buffer, sizeof buffer);
  printf("readlink %zd %.*s\n", n, (int)n, buffer);
  lstat("s", &st);
  printf("lstat %o %ld\n", st.st_mode & S_IFMT, (long)st.st_size);
  symlink("loop", "loop");
  try("loop", open("loop", O_RDONLY));
  try("nofollow", open("s", O_RDONLY | O_NOFOLLOW));
  try("dangling", (unlink("f"), open("s", O_RDONLY)));
  list(".");
  try("rename", rename("g", "d/h"));
  try("rename over a directory", rename("d/h", "d"));
  try("rename a directory into itself", rename("d", "d/e"));
  try("rmdir", rmdir("d"));
  try("unlink a directory", unlink("d"));
  try("through a file", open("d/h/x", O_RDONLY));
  try("nothing", open("nothing", O_RDONLY));
  try("empty name", open("", O_RDONLY));
  char longname[300];
  memset(longname, 'n', 299);
  longname[299] = 0;
  try("long name", open(longname, O_CREAT | O_RDWR, 0600));
  try("directory for writing", open("d", O_RDWR));
  try("truncate", ftruncate(fd, 4));
  lseek(fd, 8, SEEK_SET);
  write(fd, "X", 1);
  n = pread(fd, buffer, sizeof buffer, 0);
  printf("sparse %zd:", n);
  for (int i = 0; i < n; i++) printf(" %02x", buffer[i]);
  printf("\nSEEK_END %ld\n", (long)lseek(fd, -3, SEEK_END));
  try("seek before the start", lseek(fd, -1, SEEK_SET));
  int append = open("d/h", O_WRONLY | O_APPEND);
  lseek(append, 0, SEEK_SET);
  struct iovec parts[] = {{"one", 3}, {"two", 3}, {"", 0}, {"!", 1}};
  printf("writev %zd at %ld\n", writev(append, parts, 4), (long)lseek(append, 0, SEEK_CUR));
  try("read from a write-only", read(append, buffer, 1));
  for (int i = 0; i < 40; i++) {
    snprintf(buffer, sizeof buffer, "d/file%02d", i);
    close(open(buffer, O_CREAT | O_WRONLY, 0600));
  }
  list("d");
  chmod("d/file00", 04751);
  stat("d/file00", &st);
  printf("mode %o\n", st.st_mode);
  printf("access %d %d\n", access("d/file00", X_OK), access("d/nothing", F_OK));
  struct timespec times[2] = {{1000000000, 5}, {1100000000, 7}};
  utimensat(AT_FDCWD, "d/file01", times, 0);
  stat("d/file01", &st);
  printf("times %ld.%ld %ld.%ld\n", (long)st.st_atim.tv_sec, st.st_atim.tv_nsec, (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
  mkdir("d/sub", 0700), mkdir("d/sub/sub", 0700);
  close(open("d/sub/sub/leaf", O_CREAT | O_WRONLY, 0600));
  nftw("d", visit, 10, FTW_PHYS);
  printf("tree: %d files, depths %d\n", files, total_depth);
  chdir("d/sub");
  getcwd(buffer, sizeof buffer);
  printf("cwd %s\n", buffer + strlen(dir));
  try("getcwd too small", getcwd(buffer, 3) ? 0 : -1);
  int parent = open("..", O_RDONLY | O_DIRECTORY);
  fstatat(parent, "h", &st, 0);
  printf("openat: size %ld\n", (long)st.st_size);
  try("renameat2 no replace", renameat2(parent, "h", parent, "file02", RENAME_NOREPLACE));
  try("renameat2 exchange", renameat2(parent, "h", parent, "file02", RENAME_EXCHANGE));
  fstatat(parent, "file02", &st, 0);
  printf("exchanged: size %ld\n", (long)st.st_size);
  try("bad descriptor", fstat(777, &st));
  try("bad pointer", open((char *)16, O_RDONLY));
  FILE *stream = fopen("text", "w+");
  fprintf(stream, "%d %s %.3f\n", 42, "words", 1.0 / 3);
  rewind(stream);
  int number;
  double fraction;
  printf("fscanf %d:", fscanf(stream, "%d %s %lf", &number, buffer, &fraction));
  printf(" %d %s %g\n", number, buffer, fraction);
  fclose(stream);
  chdir("/");
  printf("removed %d\n", nftw(dir, drop, 10, FTW_PHYS | FTW_DEPTH));
  return stat(dir, &st) == 0;
}
