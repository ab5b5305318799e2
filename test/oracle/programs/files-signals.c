// Signals about open files, leases, directory notification, times of mapped files: every line is a call and what Linux answers.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#define T(...) do { errno = 0; long r_ = (long)(__VA_ARGS__); printf("%s: %ld %s\n", #__VA_ARGS__, r_, r_ == -1 ? strerrorname_np(errno) : ""); fflush(stdout); } while (0)
static int gfd = -1;
static void on(int s, siginfo_t *i, void *c) { char b[200]; int n = snprintf(b, 200, "signal %d code %d band %lx fd %d\n", s, i->si_code, s == SIGIO && i->si_code == 0x80 ? 0 : i->si_band, s == SIGIO && i->si_code == 0x80 ? 0 : i->si_fd); write(1, b, n); }
static struct timespec mt(const char *f) { struct stat s; stat(f, &s); return s.st_mtim; }
static struct timespec at(const char *f) { struct stat s; stat(f, &s); return s.st_atim; }
static int later(struct timespec a, struct timespec b) { return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec); }
int main(int c, char **v) {
  mkdir("/dev/shm/work", 0777); if (chdir("/dev/shm/work")) return 1;
  mkdir("pl", 0777); chdir("pl");
  struct sigaction sa = {.sa_sigaction = on, .sa_flags = SA_SIGINFO}; sigaction(SIGIO,&sa,0); sigaction(40,&sa,0);
  puts("-- owner"); fflush(stdout);
  int p[2]; pipe(p); T(fcntl(p[0],F_GETOWN)); struct f_owner_ex o = {9,9}; T(fcntl(p[0],F_GETOWN_EX,&o)); printf("%d %d\n",o.type,o.pid); T(fcntl(p[0],F_SETOWN,getpid())==0); T(fcntl(p[0],F_GETOWN)==getpid()); T(fcntl(p[0],F_SETOWN,-getpgrp())); T(fcntl(p[0],F_GETOWN)==-getpgrp()); T(fcntl(p[0],F_SETOWN,4000000)); T(fcntl(p[0],F_SETOWN,(int)0x80000000)); T(fcntl(p[0],F_SETOWN,0)); T(fcntl(p[0],F_GETOWN)); o.type=7; T(fcntl(p[0],F_SETOWN_EX,&o)); o.type=1; o.pid=getpid(); T(fcntl(p[0],F_SETOWN_EX,&o)); T(fcntl(p[0],F_SETSIG,65)); T(fcntl(p[0],F_SETSIG,-1)); T(fcntl(p[0],F_GETSIG));
  T(fcntl(p[0],F_SETFL,O_ASYNC)); T(write(p[1],"x",1)); T(fcntl(p[0],F_SETSIG,40)); T(write(p[1],"x",1)); T(fcntl(p[0],F_SETSIG,SIGIO)); T(write(p[1],"x",1)); T(fcntl(p[0],F_GETFL)); T(fcntl(p[0],F_SETFL,0)); T(write(p[1],"x",1)); T(fcntl(p[0],F_SETFL,O_ASYNC)); T(close(p[1]));
  puts("-- lease"); fflush(stdout);
  close(open("f",O_CREAT|O_RDWR,0644)); int r = open("f",O_RDONLY), w = open("f",O_RDWR);
  T(fcntl(r,F_GETLEASE)); T(fcntl(r,F_SETLEASE,F_RDLCK)); T(fcntl(w,F_SETLEASE,F_WRLCK)); T(fcntl(r,F_SETLEASE,F_UNLCK)); T(fcntl(r,F_SETLEASE,7)); close(w); T(fcntl(r,F_SETLEASE,F_RDLCK)); T(fcntl(r,F_GETLEASE)); T(fcntl(r,F_SETSIG,40)); int d=open(".",O_RDONLY); T(fcntl(d,F_SETLEASE,F_RDLCK)); T(fcntl(p[0],F_SETLEASE,F_RDLCK)); T(fcntl(p[0],F_GETLEASE));
  int r2; T((r2=open("f",O_RDONLY))>=0); T(fcntl(r,F_GETLEASE)); T(open("f",O_RDWR|O_NONBLOCK)); T(fcntl(r,F_GETLEASE)); T(open("f",O_RDWR|O_NONBLOCK)); T(fcntl(r2,F_SETLEASE,F_RDLCK)); T(fcntl(r,F_SETLEASE,F_UNLCK)); int w2; T((w2=open("f",O_RDWR|O_NONBLOCK))>=0); close(w2); close(r2);
  T(fcntl(r,F_SETLEASE,F_WRLCK)); T(fcntl(r,F_GETLEASE)); T(open("f",O_RDONLY|O_NONBLOCK)); T(fcntl(r,F_GETLEASE)); T(fcntl(r,F_SETLEASE,F_RDLCK)); T((r2=open("f",O_RDONLY|O_NONBLOCK))>=0); T(fcntl(r,F_SETLEASE,F_WRLCK)); close(r2); T(fcntl(r,F_SETLEASE,F_WRLCK));
  { int q[2]; pipe(q); pid_t k = fork(); if (!k) { close(r); signal(40,SIG_IGN); write(q[1],"a",1); int x = open("f",O_WRONLY); _exit(x >= 0);} char z; read(q[0],&z,1); struct timespec ts={0,100000000}; while (nanosleep(&ts,&ts)&&errno!=EINTR); T(fcntl(r,F_GETLEASE)); T(fcntl(r,F_SETLEASE,F_UNLCK)); int st; waitpid(k,&st,0); printf("child opened %d\n", WEXITSTATUS(st)); fflush(stdout); }
  T(fcntl(r,F_SETLEASE,F_RDLCK)); close(r); T(open("f",O_RDWR|O_NONBLOCK)>=0);
  puts("-- notify"); fflush(stdout);
  mkdir("d",0755); d=open("d",O_RDONLY); int f=open("f",O_RDONLY); T(fcntl(f,F_NOTIFY,DN_CREATE)); T(fcntl(d,F_SETSIG,40)); T(fcntl(d,F_NOTIFY,DN_CREATE)); T(close(open("d/a",O_CREAT|O_RDWR,0644))); T(close(open("d/b",O_CREAT|O_RDWR,0644)));
  T(fcntl(d,F_NOTIFY,DN_CREATE|DN_DELETE|DN_MODIFY|DN_ACCESS|DN_ATTRIB|DN_RENAME|DN_MULTISHOT)); int a; T((a=open("d/a",O_RDWR))>=0); T(write(a,"x",1)); char ch; T(pread(a,&ch,1,0)); T(chmod("d/a",0600)); T(mkdir("d/s",0700)); T(rename("d/a","d/z")); T(rename("d/z","out")); T(unlink("d/b")); T(rmdir("d/s")); T(truncate("out",0)); T(fcntl(d,F_NOTIFY,0)); T(mkdir("d/q",0700)); T(fcntl(d,F_NOTIFY,DN_CREATE)); close(d); T(mkdir("d/qq",0700));
  puts("-- times"); fflush(stdout); struct timespec ns={0,30000000};
  int m=open("map",O_CREAT|O_RDWR,0644); ftruncate(m,8192); nanosleep(&ns,0); struct timespec m0=mt("map"), a0=at("map"); char *q=mmap(0,8192,PROT_READ|PROT_WRITE,MAP_SHARED,m,0); struct timespec a1=at("map"); printf("atime by mmap %d\n", later(a1,a0)); printf("mtime by mmap %d\n", later(mt("map"),m0)); nanosleep(&ns,0); q[0]=1; msync(q,8192,MS_SYNC); printf("mtime by store %d\n", later(mt("map"),m0)); 
  T(fcntl(m,1028)); 
}
