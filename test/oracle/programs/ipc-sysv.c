// System V shared memory, semaphores and message queues: each line is a call and its outcome. Ids are not shown.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *name(int e) { return strerrorname_np(e); }
#define SHOW(what, call) do { errno = 0; long r_ = (call); printf("%s = %ld%s%s\n", what, r_, r_ < 0 ? " " : "", r_ < 0 ? name(errno) : ""); } while (0)
/** Of an id or an address: only whether there is one. */
#define DONE(what, call) do { errno = 0; long r_ = (long)(call); printf("%s: %s\n", what, r_ == -1 ? name(errno) : "done"); } while (0)
union semun { int val; struct semid_ds *buf; unsigned short *array; struct seminfo *info; };
static void nap(void) { usleep(20000); }
static void hear(int s) {}
static const int K = 0x48420000;

static void attaches(const char *what, int id) {
  struct shmid_ds d;
  if (shmctl(id, IPC_STAT, &d) < 0) { printf("%s: %s\n", what, name(errno)); return; }
  printf("%s: %ld attached, mode %o, key %x, cpid %s, lpid %s, %s%s%s\n", what, (long)d.shm_nattch, d.shm_perm.mode, d.shm_perm.__key, d.shm_cpid == getpid() ? "me" : "other",
    d.shm_lpid == getpid() ? "me" : d.shm_lpid ? "other" : "none", d.shm_atime ? "a" : "-", d.shm_dtime ? "d" : "-", d.shm_ctime ? "c" : "-");
}
static void maps(const char *what) {
  FILE *f = fopen("/proc/self/maps", "r"); char line[300]; printf("%s:", what);
  while (fgets(line, sizeof line, f)) { char *s = strstr(line, "/SYSV"), *p = strchr(line, ' '); unsigned long a, b; sscanf(line, "%lx-%lx", &a, &b); if (s) { s[strlen(s) - 1] = 0; printf(" [%.4s %ldK %s]", p + 1, (b - a) / 1024, s); } }
  puts(""); fclose(f);
}
static void shm(void) {
  puts("shmget");
  SHOW("size 0", shmget(IPC_PRIVATE, 0, 0600)); SHOW("size -1", shmget(IPC_PRIVATE, (size_t)-1, 0600)); SHOW("none", shmget(K, 10, 0600));
  int id = shmget(K, 10000, IPC_CREAT | 0640);
  DONE("made", id); SHOW("again", shmget(K, 10000, 0) == id); SHOW("smaller", shmget(K, 0, 0) == id); SHOW("larger", shmget(K, 10001, IPC_CREAT)); SHOW("exclusive", shmget(K, 1, IPC_CREAT | IPC_EXCL)); SHOW("only exclusive", shmget(K, 1, IPC_EXCL) == id);
  attaches("new", id);
  puts("shmat");
  DONE("id", shmat(-1, 0, 0)); DONE("nobody's id", shmat(id + 7, 0, 0)); DONE("unaligned", shmat(id, (void *)0x20000001, 0)); DONE("remap nowhere", shmat(id, 0, SHM_REMAP));
  char *p = shmat(id, 0, 0); attaches("attached", id); strcpy(p, "hello");
  char *q = shmat(id, 0, SHM_RDONLY); attaches("twice", id); printf("  %s\n", q); maps("maps");
  DONE("writable", mprotect(q, 4096, PROT_READ | PROT_WRITE));
  DONE("over itself", shmat(id, p, 0)); DONE("with remap", shmat(id, p, SHM_REMAP)); attaches("still twice", id);
  DONE("rounded", shmat(id, p + 5, SHM_RND | SHM_REMAP)); DONE("rounded to nothing", shmat(id, (void *)5, SHM_RND | SHM_REMAP));
  if (fork() == 0) { attaches("in a child", id); strcpy(p, "from the child"); shmdt(q); attaches("child detached", id); _exit(0); }
  wait(0); attaches("child gone", id); printf("  %s\n", q);
  DONE("cut out", munmap(p + 4096, 4096)); attaches("cut", id); maps("maps");
  DONE("middle", shmdt(p + 8192)); DONE("unaligned", shmdt(p + 1)); DONE("detach", shmdt(p)); attaches("one left", id); DONE("again", shmdt(p));
  mprotect(q + 4096, 4096, PROT_NONE); attaches("split", id); DONE("detach", shmdt(q)); attaches("none", id); maps("maps");
  puts("shmctl");
  struct shmid_ds d; struct shminfo si; struct shm_info in;
  SHOW("command", shmctl(id, 77, 0)); SHOW("id", shmctl(-1, IPC_STAT, &d)); SHOW("fault", shmctl(id, IPC_STAT, (void *)8)); SHOW("set fault", shmctl(-1 & 0x7fffffff, IPC_SET, (void *)8)); SHOW("nobody's", shmctl(id + 5, IPC_STAT, &d));
  shmctl(0, IPC_INFO, (void *)&si); printf("  %lx %lx %lu %lu %lx\n", si.shmmax, si.shmmin, si.shmmni, si.shmseg, si.shmall); shmctl(0, SHM_INFO, (void *)&in); printf("  %d ids\n", in.used_ids > 0);
  shmctl(id, IPC_STAT, &d); d.shm_perm.mode = 07777; d.shm_perm.uid = 1000; SHOW("set", shmctl(id, IPC_SET, &d)); attaches("set", id); d.shm_perm.uid = -1; SHOW("set nobody", shmctl(id, IPC_SET, &d));
  SHOW("lock", shmctl(id, SHM_LOCK, 0)); attaches("locked", id); SHOW("unlock", shmctl(id, SHM_UNLOCK, 0)); attaches("unlocked", id);
  p = shmat(id, 0, 0); SHOW("remove", shmctl(id, IPC_RMID, 0)); attaches("removed", id); SHOW("by key", shmget(K, 1, 0)); DONE("attach it", (q = shmat(id, 0, 0))); attaches("attached", id); maps("maps"); shmdt(q); shmdt(p); attaches("gone", id); SHOW("remove", shmctl(id, IPC_RMID, 0));
  puts("rights");
  id = shmget(K, 100, IPC_CREAT | 0604);
  if (fork() == 0) {
    setresgid(1000, 1000, 1000); setresuid(1000, 1000, 1000);
    SHOW("get to read", shmget(K, 1, 0400) == id); SHOW("get to write", shmget(K, 1, 0600)); DONE("read", shmat(id, 0, SHM_RDONLY)); DONE("write", shmat(id, 0, 0)); DONE("execute", shmat(id, 0, SHM_EXEC | SHM_RDONLY));
    SHOW("stat", shmctl(id, IPC_STAT, &d)); SHOW("set", shmctl(id, IPC_SET, &d)); SHOW("remove", shmctl(id, IPC_RMID, 0)); SHOW("lock", shmctl(id, SHM_LOCK, 0));
    int own = shmget(IPC_PRIVATE, 100, 0); DONE("its own without mode", shmat(own, 0, 0)); SHOW("stat", shmctl(own, IPC_STAT, &d)); SHOW("remove", shmctl(own, IPC_RMID, 0)); _exit(0);
  }
  wait(0); shmctl(id, IPC_RMID, 0);
}

static int val(int id, int n) { return semctl(id, n, GETVAL); }
static int op(int id, int n, int o, int f) { struct sembuf b = {n, o, f}; return semop(id, &b, 1); }
static void sem(void) {
  union semun u; unsigned short a[4] = {1, 2, 3, 4}; struct semid_ds d; struct seminfo in;
  puts("semget");
  SHOW("none", semget(K, 1, 0)); SHOW("0", semget(IPC_PRIVATE, 0, 0600)); SHOW("-1", semget(IPC_PRIVATE, -1, 0600)); SHOW("many", semget(IPC_PRIVATE, 32001, 0600));
  int id = semget(K, 4, IPC_CREAT | 0600); DONE("made", id); SHOW("fewer", semget(K, 3, 0) == id); SHOW("0 of them", semget(K, 0, 0) == id); SHOW("more", semget(K, 5, 0)); SHOW("exclusive", semget(K, 4, IPC_CREAT | IPC_EXCL));
  puts("semctl");
  u.array = a; SHOW("set all", semctl(id, 0, SETALL, u)); for (int i = 0; i < 4; i++) printf("  %d", val(id, i)); puts("");
  u.val = 7; SHOW("set", semctl(id, 2, SETVAL, u)); SHOW("get", val(id, 2)); u.val = 32768; SHOW("too large", semctl(id, 2, SETVAL, u)); u.val = -1; SHOW("negative", semctl(id, 99, SETVAL, u)); u.val = 1; SHOW("which", semctl(id, 4, SETVAL, u)); SHOW("which", semctl(id, -1, GETVAL)); SHOW("id", semctl(-1, 0, GETVAL)); SHOW("nobody's", semctl(id + 3, 0, GETVAL)); SHOW("command", semctl(id, 0, 99));
  a[3] = 40000; u.array = a; SHOW("all too large", semctl(id, 0, SETALL, u)); u.array = (void *)8; SHOW("fault", semctl(id, 0, SETALL, u)); SHOW("fault", semctl(id, 0, GETALL, u)); u.array = a; SHOW("get all", semctl(id, 0, GETALL, u)); printf("  %d %d %d %d\n", a[0], a[1], a[2], a[3]);
  SHOW("pid", semctl(id, 2, GETPID) == getpid()); u.buf = &d; SHOW("stat", semctl(id, 0, IPC_STAT, u)); printf("  %ld, mode %o, %s%s\n", (long)d.sem_nsems, d.sem_perm.mode, d.sem_otime ? "o" : "-", d.sem_ctime ? "c" : "-");
  d.sem_perm.mode = 0644; SHOW("set", semctl(id, 0, IPC_SET, u)); u.info = &in; semctl(0, 0, IPC_INFO, u); printf("  %d %d %d %d %d %d %d %d %d %d\n", in.semmap, in.semmni, in.semmns, in.semmnu, in.semmsl, in.semopm, in.semume, in.semusz, in.semvmx, in.semaem);
  puts("semop");
  struct sembuf o[4] = {{0, -1, IPC_NOWAIT}, {1, 1, 0}, {2, -8, IPC_NOWAIT}};
  SHOW("none", semop(id, o, 0)); SHOW("many", semop(id, o, 501)); SHOW("fault", semop(id, (void *)8, 1)); SHOW("id", semop(-1, o, 1)); SHOW("nobody's", semop(id + 9, o, 1)); SHOW("which", op(id, 4, 1, 0)); SHOW("which, nobody's", op(id + 9, 4, 1, 0));
  SHOW("all or none", semop(id, o, 3)); printf("  %d %d %d\n", val(id, 0), val(id, 1), val(id, 2)); o[2].sem_op = -7; SHOW("all", semop(id, o, 3)); printf("  %d %d %d\n", val(id, 0), val(id, 1), val(id, 2));
  SHOW("zero", op(id, 0, 0, 0)); SHOW("not zero", op(id, 1, 0, IPC_NOWAIT)); SHOW("too large", op(id, 1, 32767, 0)); SHOW("undo too large", op(id, 1, -1, SEM_UNDO)); 
  struct sembuf twice[3] = {{0, 2, 0}, {0, -2, 0}, {0, 0, 0}}; SHOW("one after the other", semop(id, twice, 3)); twice[1].sem_op = -3; twice[1].sem_flg = IPC_NOWAIT; SHOW("not so", semop(id, twice, 3)); SHOW("  value", val(id, 0));
  struct timespec t = {0, 20000000}, bad = {0, -1}; o[0] = (struct sembuf){0, -1, 0}; SHOW("timeout", semtimedop(id, o, 1, &t)); SHOW("bad timeout", semtimedop(id, o, 1, &bad)); SHOW("bad timeout, no operation", semtimedop(id, o, 0, &bad)); SHOW("timeout fault", syscall(SYS_semtimedop, -1, o, 0, 8));
  struct sigaction sa = {.sa_handler = hear, .sa_flags = SA_RESTART}; sigaction(SIGALRM, &sa, 0); ualarm(20000, 0); SHOW("interrupted", op(id, 0, -1, 0));
  puts("undo");
  for (int i = 0; i < 4; i++) a[i] = 5; u.array = a; semctl(id, 0, SETALL, u);
  if (fork() == 0) { op(id, 0, -2, SEM_UNDO); op(id, 1, 3, SEM_UNDO); op(id, 2, -5, SEM_UNDO); op(id, 3, 4, SEM_UNDO); u.val = 1; semctl(id, 3, SETVAL, u); printf("  %d %d %d %d\n", val(id, 0), val(id, 1), val(id, 2), val(id, 3)); _exit(0); }
  wait(0); printf("  %d %d %d %d\n", val(id, 0), val(id, 1), val(id, 2), val(id, 3));
  if (fork() == 0) { op(id, 0, 5, SEM_UNDO); if (fork() == 0) { op(id, 0, -9, 0); printf("  %d\n", val(id, 0)); _exit(0); } wait(0); printf("  %d\n", val(id, 0)); unshare(CLONE_SYSVSEM); printf("  unshared %d\n", val(id, 0)); _exit(0); }
  wait(0); printf("  %d\n", val(id, 0));
  puts("who goes on");
  for (int i = 0; i < 4; i++) a[i] = 0; semctl(id, 0, SETALL, u);
  static const struct { struct sembuf o[2]; int n; } w[] = {{{{0, -2}}, 1}, {{{0, -1}}, 1}, {{{0, -1}, {1, -1}}, 2}, {{{0, -1}}, 1}, {{{1, -1}}, 1}, {{{2, 0}, {0, -1}}, 2}, {{{3, 0}}, 1}};
  int done[2]; pipe(done); op(id, 3, 1, 0); pid_t kids[7];
  for (int i = 0; i < 7; i++) { if ((kids[i] = fork()) == 0) { char c = semop(id, (void *)w[i].o, w[i].n) == 0 ? 'a' + i : 'A' + i; write(done[1], &c, 1); _exit(0); } nap(); }
  printf("  waiting %d %d %d %d, zero %d %d %d %d\n", semctl(id, 0, GETNCNT), semctl(id, 1, GETNCNT), semctl(id, 2, GETNCNT), semctl(id, 3, GETNCNT), semctl(id, 0, GETZCNT), semctl(id, 1, GETZCNT), semctl(id, 2, GETZCNT), semctl(id, 3, GETZCNT));
  char seen[10]; int n;
  fcntl(done[0], F_SETFL, O_NONBLOCK);
#define LOOK(what) do { nap(); n = read(done[0], seen, 10); printf("  %s: %.*s, values %d %d %d %d\n", what, n > 0 ? n : 0, seen, val(id, 0), val(id, 1), val(id, 2), val(id, 3)); } while (0)
  op(id, 0, 1, 0); LOOK("one"); op(id, 0, 1, 0); LOOK("one more"); op(id, 0, 2, 0); LOOK("two"); op(id, 1, 1, 0); LOOK("the second"); op(id, 3, -1, 0); LOOK("zero of the fourth"); op(id, 1, 1, 0); LOOK("the second");
  kill(kids[0], 9); nap(); printf("  waiting %d\n", semctl(id, 0, GETNCNT)); 
  if (fork() == 0) { int r = op(id, 2, -1, 0), e = errno; usleep(100000); SHOW("  sleeper", (errno = e, r)); _exit(0); }
  nap(); SHOW("remove", semctl(id, 0, IPC_RMID)); nap(); SHOW("gone", semctl(id, 0, GETVAL)); while (wait(0) > 0); n = read(done[0], seen, 10);
  if (n == 2 && seen[0] > seen[1]) { char t = seen[0]; seen[0] = seen[1]; seen[1] = t; }
  printf("  %.*s\n", n > 0 ? n : 0, seen);
  puts("rights");
  id = semget(K, 1, IPC_CREAT | 0604);
  if (fork() == 0) { setresgid(1000, 1000, 1000); setresuid(1000, 1000, 1000); SHOW("get", val(id, 0)); SHOW("zero", op(id, 0, 0, 0)); SHOW("change", op(id, 0, 1, 0)); u.val = 1; SHOW("set", semctl(id, 0, SETVAL, u)); SHOW("remove", semctl(id, 0, IPC_RMID)); _exit(0); }
  wait(0); semctl(id, 0, IPC_RMID);
}

struct m { long type; char text[100]; };
static int id, delay;
static long put(long type, const char *s, int f) { struct m m = {type}; strcpy(m.text, s); return msgsnd(id, &m, strlen(s), f); }
static void got(const char *what, size_t n, long type, int f) { struct m m = {0}; errno = 0; long r = msgrcv(id, &m, n, type, f), e = errno; usleep(delay); printf("%s = %ld %s", what, r, r < 0 ? name(e) : ""); if (r >= 0) printf("%ld '%.*s'", m.type, (int)r, m.text); puts(""); }
static void state(const char *what) { struct msqid_ds d; if (msgctl(id, IPC_STAT, &d) < 0) { printf("%s: %s\n", what, name(errno)); return; } printf("%s: %ld messages, %ld bytes of %ld, mode %o, last %s %s, %s%s%s\n", what, (long)d.msg_qnum, (long)d.__msg_cbytes, (long)d.msg_qbytes, d.msg_perm.mode, d.msg_lspid == getpid() ? "me" : d.msg_lspid ? "other" : "none", d.msg_lrpid == getpid() ? "me" : d.msg_lrpid ? "other" : "none", d.msg_stime ? "s" : "-", d.msg_rtime ? "r" : "-", d.msg_ctime ? "c" : "-"); }
static void msg(void) {
  struct msqid_ds d; struct msginfo in; struct m m = {1, "x"};
  puts("msgget"); SHOW("none", msgget(K, 0)); id = msgget(K, IPC_CREAT | 0600); DONE("made", id); SHOW("again", msgget(K, 0600) == id); SHOW("exclusive", msgget(K, IPC_CREAT | IPC_EXCL)); state("new");
  puts("msgsnd"); SHOW("type 0", put(0, "x", 0)); SHOW("type -1", put(-1, "x", 0)); SHOW("long", msgsnd(id, &m, 8193, 0)); SHOW("negative", msgsnd(id, &m, -1, 0)); SHOW("id", msgsnd(-1, &m, 1, 0)); SHOW("nobody's", msgsnd(id + 3, &m, 1, 0)); SHOW("fault", msgsnd(-1, 0, 1, 0)); SHOW("text fault", msgsnd(id + 3, (void *)0x7ffffffff000ul, 1, 0));
  SHOW("five", put(5, "five", 0)); SHOW("three", put(3, "three", 0)); SHOW("empty", put(4, "", 0)); SHOW("three again", put(3, "again", 0)); state("four");
  puts("msgrcv"); got("too short", 1, 0, 0); got("cut", 2, 0, MSG_NOERROR); got("type 9", 100, 9, IPC_NOWAIT); got("up to 4", 100, -4, 0); got("not 3", 100, 3, MSG_EXCEPT); got("copy 0", 100, 0, MSG_COPY | IPC_NOWAIT); got("copy 1", 100, 1, MSG_COPY | IPC_NOWAIT); got("copy waits", 100, 0, MSG_COPY); got("copy except", 100, 0, MSG_COPY | MSG_EXCEPT | IPC_NOWAIT); got("copy short", 2, 0, MSG_COPY | IPC_NOWAIT); got("any", 100, 0, 0); got("nothing", 100, 0, IPC_NOWAIT); SHOW("id", msgrcv(-1, &m, 1, 0, 0)); SHOW("negative", msgrcv(id, &m, -1, 0, 0)); SHOW("nobody's", msgrcv(id + 3, &m, 1, 0, IPC_NOWAIT)); put(1, "lost", 0); SHOW("fault", msgrcv(id, (void *)8, 10, 0, 0)); state("lost");
  got("least", 100, LONG_MIN, IPC_NOWAIT);
  puts("msgctl"); SHOW("stat fault", msgctl(id, IPC_STAT, (void *)8)); SHOW("command", msgctl(id, 99, &d)); SHOW("nobody's", msgctl(id + 1, IPC_STAT, &d)); msgctl(0, IPC_INFO, (void *)&in); printf("  %d %d %d %d %d %d %d %d\n", in.msgpool, in.msgmap, in.msgmax, in.msgmnb, in.msgmni, in.msgssz, in.msgtql, in.msgseg);
  msgctl(id, IPC_STAT, &d); d.msg_qbytes = 10; SHOW("set", msgctl(id, IPC_SET, &d)); state("ten"); SHOW("six", put(1, "123456", IPC_NOWAIT)); SHOW("five", put(1, "12345", IPC_NOWAIT)); SHOW("four", put(1, "1234", IPC_NOWAIT)); SHOW("none", put(1, "", IPC_NOWAIT));
  puts("waiting");
  if (fork() == 0) { nap(); delay = 100000; got("  child", 100, 0, 0); _exit(0); }
  SHOW("for room", put(2, "123456", 0)); wait(0); state("after");
  while (msgrcv(id, &m, 100, 0, IPC_NOWAIT) >= 0);
  for (int i = 1; i < 4; i++) { if (fork() == 0) { char s[20]; sprintf(s, "  child %d", i); delay = i * 60000; got(s, i == 2 ? 1 : 100, i == 3 ? 0 : -2, 0); _exit(0); } nap(); }
  put(1, "one", 0); nap(); put(2, "two", 0); usleep(300000); state("all taken"); put(7, "seven", 0); nap(); state("taken"); while (wait(0) > 0);
  struct sigaction sa = {.sa_handler = hear, .sa_flags = SA_RESTART}; sigaction(SIGALRM, &sa, 0); ualarm(20000, 0); got("interrupted", 10, 0, 0);
  sa.sa_handler = SIG_IGN; sigaction(SIGALRM, &sa, 0); if (fork() == 0) { usleep(50000); put(1, "late", 0); _exit(0); } ualarm(20000, 0); got("not interrupted", 10, 0, 0); wait(0);
  sa.sa_handler = hear; sigaction(SIGALRM, &sa, 0); put(1, "123456789", 0); ualarm(20000, 0); SHOW("no room, interrupted", put(1, "xx", 0)); got("it", 10, 0, 0);
  if (fork() == 0) { delay = 100000; got("  receiver", 10, 0, 0); _exit(0); } nap(); SHOW("remove", msgctl(id, IPC_RMID, 0)); wait(0); state("gone");
  puts("rights"); id = msgget(K, IPC_CREAT | 0604); put(1, "x", 0);
  if (fork() == 0) { setresgid(1000, 1000, 1000); setresuid(1000, 1000, 1000); SHOW("write", put(1, "x", 0)); got("read", 10, 0, 0); msgctl(id, IPC_STAT, &d); SHOW("set", msgctl(id, IPC_SET, &d)); SHOW("remove", msgctl(id, IPC_RMID, 0)); int own = msgget(IPC_PRIVATE, 0600); msgctl(own, IPC_STAT, &d); d.msg_qbytes = 20000; SHOW("larger", msgctl(own, IPC_SET, &d)); msgctl(own, IPC_RMID, 0); _exit(0); }
  wait(0); msgctl(id, IPC_RMID, 0);
}

static void files(void) {
  static const char *const f[] = {"shm", "sem", "msg"};
  for (int i = 0; i < 3; i++) { char s[60]; sprintf(s, "/proc/sysvipc/%s", f[i]); FILE *in = fopen(s, "r"); char line[300]; fgets(line, 300, in); printf("%s", line); fclose(in); }
  int s = shmget(K, 5000, IPC_CREAT | 0640), q = semget(K, 3, IPC_CREAT | 0600), m = msgget(K, IPC_CREAT | 0644); id = m; put(1, "hello", 0); op(q, 0, 1, 0);
  int ids[] = {s, q, m};
  for (int i = 0; i < 3; i++) {
    char p[60]; sprintf(p, "/proc/sysvipc/%s", f[i]); FILE *in = fopen(p, "r"); char line[300];
    while (fgets(line, 300, in)) { int key, n; if (sscanf(line, "%d %d", &key, &n) == 2 && key == K && n == ids[i]) { printf("%zu:", strlen(line)); char *t = strtok(line, " \n"); for (int w = 0; t; w++, t = strtok(0, " \n")) printf(" %s", w == 1 || strlen(t) > 5 && w > 5 || (i == 0 && (w == 4 || w == 5) || i == 2 && (w == 5 || w == 6)) && atoi(t) == getpid() ? "?" : t); puts(""); } }
    fclose(in);
  }
  shmctl(s, IPC_RMID, 0); semctl(q, 0, IPC_RMID); msgctl(m, IPC_RMID, 0);
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  shm(); sem(); msg(); files();
  return 0;
}
