// One topic of terminals per run (argv[1]). The parent holds the master side of a pseudo-terminal, types, and tells what it sees; the child
// is a program on that terminal. Linux and this machine must print the same.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define say(...) (printf(__VA_ARGS__), fflush(stdout))
enum { SETTLE = 60000 };

static int master;
static pid_t child;

static void show(const char *what, const char *bytes, int count) {
  say("%s %d ", what, count);
  for (int i = 0; i < count; i++) {
    unsigned char c = bytes[i];
    if (c >= ' ' && c < 127 && c != '\\') say("%c", c);
    else say("\\%02x", c);
  }
  say("\n");
}

static void see(void) {
  char bytes[8192];
  usleep(SETTLE);
  fcntl(master, F_SETFL, O_NONBLOCK);
  int n = read(master, bytes, sizeof bytes);
  if (n < 0) say("master: %s\n", strerror(errno));
  else show("screen", bytes, n);
}

static void type(const char *keys) {
  write(master, keys, strlen(keys));
  see();
}

static void reap(void) {
  int w;
  waitpid(child, &w, 0);
  say("status %x\n", w);
}

static void start(void (*program)(void)) {
  child = forkpty(&master, 0, 0, 0);
  if (child == 0) {
    program();
    _exit(0);
  }
  see();
}

// In the child

static void take(int max) {
  char bytes[8192];
  int n = read(0, bytes, max);
  if (n < 0) say("<%s>", strerror(errno));
  else show("<", bytes, n), say(">");
}

static void set(tcflag_t on, tcflag_t off) {
  struct termios t;
  tcgetattr(0, &t);
  t.c_lflag = (t.c_lflag | on) & ~off;
  tcsetattr(0, TCSANOW, &t);
}

static void raw(int least, int time) {
  struct termios t;
  tcgetattr(0, &t);
  cfmakeraw(&t);
  t.c_cc[VMIN] = least;
  t.c_cc[VTIME] = time;
  tcsetattr(0, TCSANOW, &t);
}

static void note(int s) { say("[signal %d]", s); }

static void on(int s, int flags) {
  struct sigaction a = {.sa_handler = note, .sa_flags = flags};
  sigaction(s, &a, 0);
}

static void background(const char *what, void (*program)(void), int result) {
  int w;
  pid_t p = fork();
  if (!p) {
    setpgid(0, 0);
    program();
    _exit(0);
  }
  setpgid(p, p);
  waitpid(p, &w, WUNTRACED);
  say("%s: %s %d\n", what, WIFSTOPPED(w) ? "stopped" : WIFSIGNALED(w) ? "killed" : "exited", WIFSTOPPED(w) ? WSTOPSIG(w) : w);
  if (!WIFSTOPPED(w)) return;
  if (result) {
    tcsetpgrp(0, p);
    kill(-p, SIGCONT);
    waitpid(p, &w, WUNTRACED);
    tcsetpgrp(0, getpgrp());
    say("in the foreground: %x\n", w);
  } else {
    kill(p, SIGKILL);
    waitpid(p, &w, 0);
  }
}

static void take_line(void) { take(100); }
static void change(void) { set(TOSTOP, 0); }
static void write_out(void) { write(1, "out\n", 4); }
static void ignore_in(void) {
  signal(SIGTTIN, SIG_IGN);
  take(100);
}
static void ignore_out(void) {
  signal(SIGTTOU, SIG_IGN);
  write_out();
}

static void lines(void) {
  for (int n = 0; n < 4; n++) take(n == 2 ? 3 : 100);
}
static void keys(void) {
  on(SIGINT, 0);
  on(SIGQUIT, SA_RESTART);
  on(SIGTSTP, SA_RESTART);
  for (int n = 0; n < 4; n++) take(100);
}
static void plain(void) {
  raw(1, 0);
  for (int n = 0; n < 2; n++) take(100);
  raw(3, 0);
  take(100);
  raw(0, 1);
  take(100);
  raw(4, 2);
  take(100);
}
static void jobs(void) {
  signal(SIGTTOU, SIG_IGN);
  say("leads %d, in front %d\n", getsid(0) == getpid(), tcgetpgrp(0) == getpgrp());
  signal(SIGTTOU, SIG_DFL);
  background("read", take_line, 0);
  background("settings", change, 0);
  background("write", write_out, 0);
  set(TOSTOP, 0);
  background("write under TOSTOP", write_out, 0);
  set(0, TOSTOP);
  background("read, SIGTTIN ignored", ignore_in, 0);
  set(TOSTOP, 0);
  background("write, SIGTTOU ignored", ignore_out, 0);
  signal(SIGTTOU, SIG_IGN);
  background("read, then brought to the front", take_line, 1);
  say("no such group: %d", tcsetpgrp(0, 99999));
  say(" %s\n", strerror(errno));
  if (fork() == 0) {
    setsid();
    say("another session: %d", open("/dev/tty", O_RDWR));
    say(" %s, ", strerror(errno));
    say("%d", tcgetpgrp(0));
    say(" %s, ", strerror(errno));
    say("%d", ioctl(0, TIOCSCTTY, 0));
    say(" %s\n", strerror(errno));
    _exit(0);
  }
  wait(0);
}
static void hung(void) {
  on(SIGHUP, 0);
  on(SIGCONT, 0);
  // What happens after the hangup is told by the exit status: there is no terminal to tell it on.
  char byte;
  int n = read(0, &byte, 1);
  int interrupted = n < 0 && errno == EINTR;
  n = read(0, &byte, 1);
  int failed = write(1, "x", 1) < 0 && errno == EIO;
  _exit(interrupted + 2 * (n == 0) + 4 * failed);
}
static void size(void) {
  struct winsize w;
  on(SIGWINCH, SA_RESTART);
  take(100);
  ioctl(0, TIOCGWINSZ, &w);
  say("%d rows %d columns\n", w.ws_row, w.ws_col);
}

// In the parent

static void topic_lines(void) {
  start(lines);
  type("hello\x7f\x7fp\n");
  type("ab\tc\x7f\x7f\x7f\x04");
  type("two words\x17gone\x15kept\x16\x03\n");
  type("\x04");
  reap();
  see();
}
static void topic_keys(void) {
  start(keys);
  type("ab\x03");
  type("c\x1c");
  type("d\n");
  type("e\x1a");
  type("f\n");
  type("\x03");
  reap();
}
static void topic_raw(void) {
  start(plain);
  type("a\x03");
  type("\r");
  type("x");
  type("yz");
  usleep(300000);
  see();
  type("pq");
  usleep(300000);
  see();
  reap();
}
static void topic_jobs(void) {
  start(jobs);
  usleep(1000000);
  see();
  type("typed\n");
  reap();
  see();
}
static void topic_hangup(void) {
  start(hung);
  close(master);
  reap();
}
static void topic_window(void) {
  struct winsize w = {.ws_row = 30, .ws_col = 100};
  start(size);
  ioctl(master, TIOCSWINSZ, &w);
  see();
  ioctl(master, TIOCSWINSZ, &w);
  type("\n");
  reap();
}

static const struct {
  const char *name;
  void (*run)(void);
} topics[] = {{"lines", topic_lines}, {"keys", topic_keys},     {"raw", topic_raw},
              {"jobs", topic_jobs},   {"hangup", topic_hangup}, {"window", topic_window}};

int main(int argc, char **argv) {
  for (unsigned n = 0; n < sizeof topics / sizeof *topics; n++) {
    if (strcmp(topics[n].name, argv[1])) continue;
    topics[n].run();
    return 0;
  }
  return 2;
}
