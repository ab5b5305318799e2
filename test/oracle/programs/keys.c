// Keys and keyrings (keyctl(2)), in a session of one's own. Numbers of keys are by the order in which they were met.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/keyctl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static long known[64];
static int n;
static long who(long id) {
  for (int i = 0; i < n; i++) if (known[i] == id) return 1000 + i;
  known[n++] = id;
  return 1000 + n - 1;
}
#define kc(op, a, b, c, d) syscall(SYS_keyctl, (long)(op), (long)(a), (long)(b), (long)(c), (long)(d))
#define add(t, d, p, l, r) syscall(SYS_add_key, t, d, p, (size_t)(l), (long)(r))
#define req(t, d, c, r) syscall(SYS_request_key, t, d, c, (long)(r))
static long R(const char *what, long r) {
  int e = errno;
  if (r < 0) printf("%s: %s\n", what, strerrorname_np(e));
  else printf("%s: %ld\n", what, r > 100000 ? who(r) : r);
  fflush(stdout);
  return r;
}
static void D(const char *what, long id) {
  char b[512];
  memset(b, 0, sizeof b);
  long r = kc(KEYCTL_DESCRIBE, id, b, sizeof b, 0);
  if (r < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld %s\n", what, r, b);
  fflush(stdout);
}
static void T(const char *what, long id) {
  char b[64];
  memset(b, 0, sizeof b);
  long r = kc(KEYCTL_READ, id, b, sizeof b, 0);
  if (r < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld %s\n", what, r, b);
  fflush(stdout);
}
int main(void) {
  long s = R("join", kc(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0));
  D("session", s);
  R("id", kc(KEYCTL_GET_KEYRING_ID, -3, 0, 0, 0));
  R("thread, not made", kc(KEYCTL_GET_KEYRING_ID, -1, 0, 0, 0));
  long th = R("thread", kc(KEYCTL_GET_KEYRING_ID, -1, 1, 0, 0));
  D("thread", th);
  R("process, not made", kc(KEYCTL_GET_KEYRING_ID, -2, 0, 0, 0));
  D("process", R("process", kc(KEYCTL_GET_KEYRING_ID, -2, 1, 0, 0)));
  D("user", -4);
  D("user session", -5);
  R("group", kc(KEYCTL_GET_KEYRING_ID, -6, 0, 0, 0));
  R("authority", kc(KEYCTL_GET_KEYRING_ID, -7, 0, 0, 0));
  R("-9", kc(KEYCTL_GET_KEYRING_ID, -9, 0, 0, 0));
  R("0", kc(KEYCTL_GET_KEYRING_ID, 0, 0, 0, 0));
  R("no such", kc(KEYCTL_GET_KEYRING_ID, 77, 0, 0, 0));
  R("no such operation", kc(99, 0, 0, 0, 0));
  /* add_key */
  long a = R("add", add("user", "a", "hello", 5, -3));
  D("a", a);
  T("a", a);
  R("length", kc(KEYCTL_READ, a, 0, 0, 0));
  char small[2] = {0};
  R("too little room", kc(KEYCTL_READ, a, small, 2, 0));
  printf("left alone %d\n", small[0] == 0);
  R("add again", add("user", "a", "other!", 6, -3));
  T("a", a);
  R("in the thread's", add("user", "a", "third", 5, -1));
  R("no type", add("nosuch", "a", "x", 1, -3));
  R("empty type", add("", "a", "x", 1, -3));
  R("type of the kernel's", add(".user", "a", "x", 1, -3));
  R("long type", add("0123456789012345678901234567890123456789", "a", "x", 1, -3));
  R("type nowhere", add((char *)8, "a", "x", 1, -3));
  R("no description", add("user", 0, "x", 1, -3));
  R("empty description", add("user", "", "x", 1, -3));
  R("no payload", add("user", "b", 0, 0, -3));
  R("payload nowhere", add("user", "b", (char *)8, 4, -3));
  R("too long", add("user", "b", "x", 1 << 20, -3));
  static char big[40000];
  memset(big, 'x', sizeof big);
  R("longest", add("user", "big", big, 32767, -3));
  R("longer", add("user", "big2", big, 32768, -3));
  R("keyring with payload", add("keyring", "r", "x", 1, -3));
  long r = R("keyring", add("keyring", "r", 0, 0, -3));
  D("r", r);
  T("empty keyring", r);
  R("keyring with a dot", add("keyring", ".r", 0, 0, -3));
  R("into a key", add("user", "c", "x", 1, a));
  R("into nothing", add("user", "c", "x", 1, 12345));
  long l = R("logon", add("logon", "svc:me", "secret", 6, -3));
  D("logon", l);
  T("logon", l);
  R("logon without prefix", add("logon", "me", "secret", 6, -3));
  R("logon, empty prefix", add("logon", ":me", "secret", 6, -3));
  /* links and searches */
  long b = R("b in r", add("user", "b", "bee", 3, r));
  R("search", kc(KEYCTL_SEARCH, -3, "user", "b", 0));
  R("search in r", kc(KEYCTL_SEARCH, r, "user", "b", 0));
  R("search for none", kc(KEYCTL_SEARCH, -3, "user", "none", 0));
  R("search for no type", kc(KEYCTL_SEARCH, -3, "nosuch", "b", 0));
  R("search a key", kc(KEYCTL_SEARCH, a, "user", "b", 0));
  R("search and link", kc(KEYCTL_SEARCH, -3, "user", "a", r));
  R("links", kc(KEYCTL_READ, r, 0, 0, 0));
  R("request", req("user", "b", 0, 0));
  R("request none", req("user", "none", 0, 0));
  R("request no type", req("nosuch", "none", 0, 0));
  R("request into r", req("user", "big", 0, r));
  R("links", kc(KEYCTL_READ, r, 0, 0, 0));
  R("unlink", kc(KEYCTL_UNLINK, b, r, 0, 0));
  R("unlink again", kc(KEYCTL_UNLINK, b, r, 0, 0));
  R("gone", req("user", "b", 0, 0));
  long q = R("inner", add("keyring", "q", 0, 0, r));
  R("a circle", kc(KEYCTL_LINK, r, q, 0, 0));
  R("itself", kc(KEYCTL_LINK, r, r, 0, 0));
  R("link", kc(KEYCTL_LINK, a, q, 0, 0));
  R("link to a key", kc(KEYCTL_LINK, a, a, 0, 0));
  R("link none", kc(KEYCTL_LINK, 12345, q, 0, 0));
  R("clear", kc(KEYCTL_CLEAR, q, 0, 0, 0));
  R("clear a key", kc(KEYCTL_CLEAR, a, 0, 0, 0));
  R("links", kc(KEYCTL_READ, q, 0, 0, 0));
  R("move", kc(KEYCTL_MOVE, a, -3, q, 0));
  R("move again", kc(KEYCTL_MOVE, a, -3, q, 0));
  R("move, flags", kc(KEYCTL_MOVE, a, q, -3, 8));
  R("move back", syscall(SYS_keyctl, KEYCTL_MOVE, a, q, -3L, 1));
  /* update, permissions, ends */
  R("update", kc(KEYCTL_UPDATE, a, "new", 3, 0));
  T("a", a);
  R("update with nothing", kc(KEYCTL_UPDATE, a, 0, 0, 0));
  R("update a keyring", kc(KEYCTL_UPDATE, r, "new", 3, 0));
  R("update, too long", kc(KEYCTL_UPDATE, a, big, 4097, 0));
  R("perm, bad", kc(KEYCTL_SETPERM, a, 0x80000000, 0, 0));
  R("perm", kc(KEYCTL_SETPERM, a, 0x3d3d0000, 0, 0));
  D("a", a);
  T("possessed, not readable", a);
  R("perm", kc(KEYCTL_SETPERM, a, 0x28000000, 0, 0));
  D("not viewable", a);
  T("not readable", a);
  R("not writable", kc(KEYCTL_UPDATE, a, "x", 1, 0));
  R("security of one that cannot be viewed", kc(KEYCTL_GET_SECURITY, a, 0, 0, 0));
  R("perm", kc(KEYCTL_SETPERM, a, 0x3f3f0000, 0, 0));
  char sec[8] = "xxxxxxx";
  R("security", kc(KEYCTL_GET_SECURITY, a, sec, 8, 0));
  printf("'%s'\n", sec);
  R("chown to the same", kc(KEYCTL_CHOWN, a, -1, -1, 0));
  R("timeout", kc(KEYCTL_SET_TIMEOUT, a, 1000, 0, 0));
  T("a", a);
  R("no timeout", kc(KEYCTL_SET_TIMEOUT, a, 0, 0, 0));
  R("default", kc(KEYCTL_SET_REQKEY_KEYRING, -1, 0, 0, 0));
  R("default 1", kc(KEYCTL_SET_REQKEY_KEYRING, 1, 0, 0, 0));
  R("default", kc(KEYCTL_SET_REQKEY_KEYRING, -1, 0, 0, 0));
  R("default bad", kc(KEYCTL_SET_REQKEY_KEYRING, 12, 0, 0, 0));
  R("no authority", kc(KEYCTL_ASSUME_AUTHORITY, 0, 0, 0, 0));
  R("authority", kc(KEYCTL_ASSUME_AUTHORITY, -1, 0, 0, 0));
  R("instantiate", kc(KEYCTL_INSTANTIATE, a, "x", 1, -3));
  R("negate", kc(KEYCTL_NEGATE, a, 10, -3, 0));
  fflush(stdout);
  if (!fork()) {
    R("child: session", kc(KEYCTL_GET_KEYRING_ID, -3, 0, 0, 0));
    R("child: process", kc(KEYCTL_GET_KEYRING_ID, -2, 0, 0, 0));
    T("child", a);
    R("child: own session", kc(KEYCTL_JOIN_SESSION_KEYRING, "mine", 0, 0, 0));
    D("child", -3);
    T("child: the other's", a);
    R("child: dot", kc(KEYCTL_JOIN_SESSION_KEYRING, ".mine", 0, 0, 0));
    setresuid(1000, 1000, 1000);
    T("stranger", a);
    D("stranger", a);
    R("stranger: perm", kc(KEYCTL_SETPERM, a, 0x3f3f0000, 0, 0));
    R("stranger: revoke", kc(KEYCTL_REVOKE, a, 0, 0, 0));
    R("stranger: chown", kc(KEYCTL_CHOWN, a, 1000, -1, 0));
    kc(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);
    int made = 0;
    char name[32];
    for (;; made++) { snprintf(name, 32, "key%d", made); if (add("user", name, "x", 1, -3) < 0) break; }
    printf("%s after %s\n", strerrorname_np(errno), made > 150 && made < 200 ? "nearly 200" : "others");
    memset(big, 'y', sizeof big);
    R("more bytes than may be", add("user", "huge", big, 30000, -3));
    fflush(stdout);
    _exit(0);
  }
  wait(0);
  R("revoke", kc(KEYCTL_REVOKE, a, 0, 0, 0));
  T("revoked", a);
  D("revoked", a);
  R("revoke again", kc(KEYCTL_REVOKE, a, 0, 0, 0));
  R("request a revoked one", req("user", "a", 0, 0));
  R("add in its place", add("user", "a", "again", 5, -3));
  long v = R("v", add("user", "v", "x", 1, -3));
  R("invalidate", kc(KEYCTL_INVALIDATE, v, 0, 0, 0));
  T("invalid", v);
  R("timeout of r", kc(KEYCTL_SET_TIMEOUT, r, 1, 0, 0));
  usleep(1300000);
  T("expired", r);
  R("search an expired one", kc(KEYCTL_SEARCH, -3, "keyring", "r", 0));
  D("expired", r);
  return 0;
}
