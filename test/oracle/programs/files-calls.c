// Who may change what, openat2, positions and ranges, times, ioctls: every line is a call and what Linux answers.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <linux/openat2.h>
#include <unistd.h>
#define T(...) do { errno = 0; long r_ = (long)(__VA_ARGS__); printf("%s: %ld %s\n", #__VA_ARGS__, r_, r_ == -1 ? strerrorname_np(errno) : ""); fflush(stdout); } while (0)
static int mode_of(const char *f) { struct stat s; return stat(f, &s) ? -1 : (s.st_mode & 07777); }
static int fmode(int f) { struct stat s; return fstat(f, &s) ? -1 : s.st_mode; }
#define M(f) printf("mode of %s %o\n", f, mode_of(f))
static long o2(int d, const char *p, uint64_t fl, uint64_t mode, uint64_t res, size_t sz) {
  char b[5000]; memset(b, 0, sizeof b);
  struct open_how h = {.flags = fl, .mode = mode, .resolve = res}; memcpy(b, &h, 24);
  long r = syscall(SYS_openat2, d, p, b, sz); if (r >= 0) { close(r); return 0; } return r; }
static void as(int u, int g, void (*f)(void)) {
  fflush(stdout); pid_t p = fork(); if (!p) { if (syscall(SYS_setgroups, 0, 0) | setresgid(g,g,g) | setresuid(u,u,u)) printf("ids\n"); f(); fflush(stdout); _exit(0);} int st; waitpid(p,&st,0); if (st) printf("status %x\n", st); }
static void perms(void) {
  T(chmod("ourdir", 02775)); M("ourdir");
  T(open("sgid/new", O_CREAT|O_RDWR, 02775)); M("sgid/new");
  T(open("sgid/new2", O_CREAT|O_RDWR, 02765)); M("sgid/new2");
  T(mkdir("sgid/d", 0755)); M("sgid/d");
  T(chown("theirs", -1, -1)); T(chown("theirsuid", -1, -1)); M("theirsuid");
  T(chown("theirs", 1001, -1)); T(chown("ours", 1001, -1)); T(chown("ours", -1, 5)); T(chown("ours",-1,1001)); M("ours");
  int f = open("ours2", O_RDWR); T(write(f, "x", 1)); M("ours2");
  f = open("ours3", O_RDWR); T(ftruncate(f, 5)); M("ours3");
  T(truncate("ours4", 5)); M("ours4");
}
static void fsuid(void) {
  setfsuid(1001); setfsgid(1001);
  T(open("secret", O_RDONLY)); T(chown("theirs",0,0)); T(mknod("nod", S_IFCHR|0600, makedev(1,3)));
  setfsuid(0); setfsgid(0); T(open("secret", O_RDONLY));
}
int main(int c, char **v) {
  umask(0); mkdir("/dev/shm/work", 0777); if (chdir("/dev/shm/work")) return 1;
  mkdir("pp", 0777); chdir("pp");
  mkdir("ourdir", 0777); chown("ourdir", 1001, 7); mkdir("sgid", 02777); chown("sgid", 0, 7); chmod("sgid", 02777);
  close(open("theirs", O_CREAT|O_RDWR, 0644)); close(open("theirsuid", O_CREAT|O_RDWR, 04755)); chmod("theirsuid", 04755);
  close(open("secret", O_CREAT|O_RDWR, 0600));
  for (int i = 0; i < 4; i++) { const char *n[] = {"ours","ours2","ours3","ours4"}; close(open(n[i], O_CREAT|O_RDWR, 0644)); chown(n[i], 1001, i==0?1001:7); chmod(n[i], 06764); }
  as(1001, 1001, perms); 
  fflush(stdout); pid_t p = fork(); if (!p) { fsuid(); _exit(0);} wait(0);
  puts("-- openat2");
  close(open("f", O_CREAT|O_RDWR, 0644)); symlink("f","l"); symlink("/dev/shm/work/pp/f","abs"); symlink("../pp/f","up"); mkdir("d",0755); symlink("d","ld"); symlink("/f", "rootf"); close(open("d/g",O_CREAT|O_RDWR,0644)); symlink("../f","d/upf"); symlink("self/nothing","dang");
  int d = open(".", O_RDONLY|O_DIRECTORY), dd = open("d", O_RDONLY|O_DIRECTORY);
  T(o2(d,"f",O_RDONLY,0,0,8)); T(o2(d,"f",O_RDONLY,0,0,24)); T(o2(d,"f",O_RDONLY,0,0,32)); T(o2(d,"f",O_RDONLY,0,0,4096)); T(o2(d,"f",O_RDONLY,0,0,4097));
  T(o2(d,"f",O_RDONLY,-1,0,24)); T(o2(d,"n1",O_RDWR|O_CREAT,-1,0,24)); T(o2(d,"n1",O_RDWR|O_CREAT,0200000,0,24)); T(o2(d,"f",O_RDONLY,0644,0,24));
  T(o2(d,"f",O_PATH|O_RDWR,0,0,24)); T(o2(d,"f",O_PATH|O_CREAT,0,0,24)); T(o2(d,"f",O_PATH|O_CLOEXEC|O_NOFOLLOW,0,0,24)); T(o2(d,"f",0x100000000ull,0,0,24)); T(o2(d,"f",0xffffffff80000000ull,0,0,24)); T(o2(d,"f",0x80000000ull,0,0,24));
  T(o2(d,"f",O_RDONLY,0,0x40,24)); T(o2(d,"f",0,0,RESOLVE_BENEATH|RESOLVE_IN_ROOT,24));
  T(o2(d,".",O_CREAT|O_DIRECTORY,0644,0,24)); T(o2(d,".",O_TMPFILE|O_RDWR,0600,0,24)); T(o2(d,".",O_TMPFILE|O_RDONLY,0600,0,24));
  T(o2(d,"l",0,0,RESOLVE_NO_SYMLINKS,24)); T(o2(d,"ld/g",0,0,RESOLVE_NO_SYMLINKS,24)); T(o2(d,"l",O_PATH|O_NOFOLLOW,0,RESOLVE_NO_SYMLINKS,24)); T(o2(d,"f",0,0,RESOLVE_NO_SYMLINKS,24));
  T(o2(d,"l",O_NOFOLLOW,0,0,24)); T(o2(d,"l",O_CREAT|O_RDWR,0644,RESOLVE_NO_SYMLINKS,24));
  T(o2(d,"/dev/shm/work/pp/f",0,0,RESOLVE_BENEATH,24)); T(o2(d,"abs",0,0,RESOLVE_BENEATH,24)); T(o2(d,"up",0,0,RESOLVE_BENEATH,24)); T(o2(dd,"upf",0,0,RESOLVE_BENEATH,24)); T(o2(d,"d/upf",0,0,RESOLVE_BENEATH,24)); T(o2(d,"d/../f",0,0,RESOLVE_BENEATH,24)); T(o2(d,"..",0,0,RESOLVE_BENEATH,24)); T(o2(d,"d/../../pp/f",0,0,RESOLVE_BENEATH,24)); T(o2(d,"../pp/new9",O_CREAT|O_RDWR,0644,RESOLVE_BENEATH,24));
  T(o2(d,"/f",0,0,RESOLVE_IN_ROOT,24)); T(o2(d,"rootf",0,0,RESOLVE_IN_ROOT,24)); T(o2(d,"../../../f",0,0,RESOLVE_IN_ROOT,24)); T(o2(d,"abs",0,0,RESOLVE_IN_ROOT,24)); T(o2(d,"up",0,0,RESOLVE_IN_ROOT,24)); T(o2(d,"/newroot",O_CREAT|O_RDWR,0644,RESOLVE_IN_ROOT,24)); M("newroot");
  int pr = open("/proc/self", O_RDONLY|O_DIRECTORY);
  T(o2(pr,"exe",0,0,RESOLVE_NO_MAGICLINKS,24)); T(o2(pr,"exe",O_PATH|O_NOFOLLOW,0,RESOLVE_NO_MAGICLINKS,24)); T(o2(pr,"exe",0,0,RESOLVE_NO_XDEV,24)); T(o2(pr,"exe",0,0,RESOLVE_BENEATH,24)); T(o2(pr,"exe",0,0,RESOLVE_IN_ROOT,24)); T(o2(pr,"stat",0,0,RESOLVE_NO_MAGICLINKS|RESOLVE_NO_XDEV,24));
  int rt = open("/", O_RDONLY|O_DIRECTORY);
  T(o2(rt,"proc/stat",0,0,RESOLVE_NO_XDEV,24)); T(o2(rt,"proc",0,0,RESOLVE_NO_XDEV,24)); T(o2(d,"..",0,0,RESOLVE_NO_XDEV,24)); T(o2(d,"../..",0,0,RESOLVE_NO_XDEV,24)); T(o2(d,"/proc/stat",0,0,RESOLVE_NO_XDEV,24)); T(o2(d,"abs",0,0,RESOLVE_NO_XDEV,24)); T(o2(rt,"/etc",0,0,RESOLVE_NO_XDEV,24)); T(o2(d,"/etc",0,0,RESOLVE_NO_XDEV,24));
  T(o2(d,"f",0,0,RESOLVE_CACHED,24)); T(o2(d,"n2",O_CREAT|O_RDWR,0644,RESOLVE_CACHED,24)); T(o2(d,"f",O_TRUNC|O_RDWR,0,RESOLVE_CACHED,24)); T(o2(d,"missing",0,0,RESOLVE_CACHED,24)); T(o2(d,"d/g",0,0,RESOLVE_CACHED,24));
  puts("-- open"); T(open("f/", O_CREAT|O_RDWR, 0644)); T(open("f/", O_CREAT|O_EXCL|O_RDWR, 0644)); T(open("l/", O_CREAT|O_RDWR,0644)); T(open("d/", O_CREAT|O_RDWR,0644)); T(open("nn/", O_CREAT|O_RDWR, 0644)); T(open(".", O_CREAT|O_RDWR, 0644)); T(open("f/", O_RDONLY)); T(open("/", O_CREAT|O_EXCL|O_RDWR, 0644)); T(open("/", O_CREAT|O_RDONLY, 0644));
  T(truncate("missing",-1)); T(truncate("f",-1)); T(truncate("d",1)); T(truncate("missing",1));
  puts("-- lseek"); int pf[2]; pipe(pf); sigset_t ss; sigemptyset(&ss); sigaddset(&ss, SIGUSR1);
  int ef = eventfd(0,0), sf = signalfd(-1,&ss,0), tf = timerfd_create(CLOCK_MONOTONIC,0), ep = epoll_create1(0), pidf = syscall(SYS_pidfd_open, getpid(), 0), f = open("f",O_RDWR), nu = open("/dev/null",O_RDWR), ze=open("/dev/zero",O_RDWR), ur=open("/dev/urandom",O_RDONLY);
  T(lseek(f,0,0)); T(lseek(f,-1,0)); T(lseek(f,0,5)); T(lseek(f,0,-1)); T(lseek(pf[0],0,9)); T(lseek(pf[0],0,0)); T(lseek(ef,9,9)); T(lseek(ef,9,0)); T(lseek(sf,7,0)); T(lseek(tf,7,1)); T(lseek(ep,7,2)); T(lseek(pidf,0,0)); T(lseek(nu,7,0)); T(lseek(nu,0,3)); T(lseek(nu,0,7)); T(lseek(ze,7,2)); T(lseek(ur,3,0));
  T(lseek(d,0,SEEK_DATA)); T(lseek(d,0,SEEK_HOLE)); T(lseek(d,0,SEEK_END)); T(lseek(d,100,SEEK_SET)); T(lseek(d,-1,0)); T(lseek(d,5,1));
  int pst = open("/proc/self/stat",0), md = open("/proc/meminfo",0); T(lseek(md,0,2)); T(lseek(md,0,SEEK_DATA)); T(lseek(md,3,0)); T(lseek(pst,3,1));
  int h = open("holes", O_CREAT|O_RDWR,0644); ftruncate(h, 65536); pwrite(h,"x",1,8192); pwrite(h,"y",1,20480);
  T(lseek(h,0,SEEK_DATA)); T(lseek(h,0,SEEK_HOLE)); T(lseek(h,8192,SEEK_HOLE)); T(lseek(h,8200,SEEK_DATA)); T(lseek(h,12288,SEEK_DATA)); T(lseek(h,20481,SEEK_DATA)); T(lseek(h,24576,SEEK_DATA)); T(lseek(h,24576,SEEK_HOLE)); T(lseek(h,65536,SEEK_HOLE)); T(lseek(h,65535,SEEK_HOLE)); T(lseek(h,-1,SEEK_DATA)); T(lseek(h,20480,SEEK_HOLE)); T(lseek(h,0,1));
  puts("-- sync_file_range"); T(sync_file_range(pf[0],0,0,0)); T(sync_file_range(nu,0,0,0)); T(sync_file_range(f,-1,0,0)); T(sync_file_range(f,0,-1,0)); T(sync_file_range(f,0,0,8)); T(sync_file_range(f,0,0,7)); T(sync_file_range(d,0,0,0)); T(sync_file_range(99,0,0,8)); T(sync_file_range(ef,0,0,0)); int op = open("f",O_PATH); T(sync_file_range(op,0,0,0)); T(sync_file_range(pf[0],0,0,8));
  puts("-- fadvise"); T(syscall(SYS_fadvise64,pf[0],0,0,0)); T(syscall(SYS_fadvise64,f,0,-1L,0)); T(syscall(SYS_fadvise64,f,-1,0,0)); T(syscall(SYS_fadvise64,f,0,0,6)); T(syscall(SYS_fadvise64,nu,0,0,1)); T(syscall(SYS_fadvise64,op,0,0,0)); T(syscall(SYS_fadvise64,ef,0,0,0)); T(syscall(SYS_fadvise64,d,0,0,0)); T(syscall(SYS_fadvise64,ef,0,0,9));
  puts("-- readahead"); T(readahead(f,0,10)); T(readahead(pf[0],0,10)); T(readahead(pf[1],0,10)); T(readahead(nu,0,1)); T(readahead(d,0,1)); T(readahead(op,0,1)); int wo=open("f",O_WRONLY); T(readahead(wo,0,1)); T(readahead(f,-1,-1));
  printf("%o %o %o %o %o %o\n", fmode(ef), fmode(ep), fmode(sf), fmode(tf), fmode(pidf), fmode(pf[0]));
  puts("-- stat null"); struct stat sb; char sx[512]; T(syscall(SYS_newfstatat,f,0,&sb,AT_EMPTY_PATH)); T(syscall(SYS_newfstatat,f,0,&sb,0)); T(syscall(SYS_newfstatat,AT_FDCWD,0,&sb,AT_EMPTY_PATH)); T(syscall(SYS_statx,f,0,AT_EMPTY_PATH,0x7ff,sx)); T(syscall(SYS_statx,f,0,0,0x7ff,sx)); T(syscall(SYS_statx,AT_FDCWD,0,AT_EMPTY_PATH,0x7ff,sx)); T(syscall(SYS_newfstatat,f,1,&sb,AT_EMPTY_PATH)); T(syscall(SYS_newfstatat,77,0,&sb,AT_EMPTY_PATH)); T(syscall(SYS_newfstatat,op,0,&sb,AT_EMPTY_PATH)); T(syscall(SYS_statx,op,0,AT_EMPTY_PATH,0x7ff,sx)); T(syscall(SYS_statx,f,0,AT_EMPTY_PATH|0x6000,0x7ff,sx));
  puts("-- utimensat"); struct timespec om[2]={{0,UTIME_OMIT},{0,UTIME_OMIT}}, bad[2]={{0,2000000000},{0,0}}, now[2]={{5,UTIME_NOW},{5,UTIME_NOW}};
  T(syscall(SYS_utimensat,f,0,0,AT_SYMLINK_NOFOLLOW)); T(syscall(SYS_utimensat,f,0,0,AT_EMPTY_PATH)); T(syscall(SYS_utimensat,f,0,0,0)); T(syscall(SYS_utimensat,AT_FDCWD,0,0,0)); T(syscall(SYS_utimensat,AT_FDCWD,0,om,7)); T(syscall(SYS_utimensat,AT_FDCWD,0,0,AT_EMPTY_PATH)); T(syscall(SYS_utimensat,AT_FDCWD,"missing",bad,0)); T(syscall(SYS_utimensat,AT_FDCWD,"f",bad,0)); T(syscall(SYS_utimensat,AT_FDCWD,"f",0,7)); T(syscall(SYS_utimensat,op,0,0,0)); T(syscall(SYS_utimensat,f,"",0,AT_EMPTY_PATH)); T(syscall(SYS_utimensat,op,"",0,AT_EMPTY_PATH)); T(syscall(SYS_utimensat,99,0,om,0)); T(syscall(SYS_utimensat,99,0,bad,0));
  puts("-- rwf"); struct iovec iv = {"abcd", 4}; ftruncate(f,0); lseek(f,0,0); T(pwrite(f,"0123456789",10,0));
  int ap = open("f",O_RDWR|O_APPEND);
  T(pwritev2(f,&iv,1,2,RWF_APPEND)); T(lseek(f,0,1)); T(lseek(f,0,2)); lseek(f,3,0); T(pwritev2(f,&iv,1,-1,RWF_APPEND)); T(lseek(f,0,1)); T(pwritev2(ap,&iv,1,1,0x20)); T(lseek(ap,0,2)); T(pwritev2(ap,&iv,1,0,0x30)); T(pwritev2(f,&iv,1,0,8)); T(preadv2(f,&iv,0,0,8)); T(pwritev2(f,&iv,1,0,0x40)); T(pwritev2(f,&iv,1,0,0x80)); T(pwritev2(f,&iv,1,-1,7)); T(preadv2(pf[0],&iv,1,-1,8)); T(pwritev2(pf[1],&iv,1,-1,8)); T(pwritev2(pf[1],&iv,1,0,8)); char rb[8]; struct iovec ri={rb,4}; T(preadv2(nu,&ri,1,0,8)); T(preadv2(ze,&ri,1,0,8)); T(preadv2(f,&ri,1,0,RWF_APPEND)); T(preadv2(f,&ri,1,0,0x20)); T(preadv2(f,&ri,1,0,0x40)); T(pwritev2(ef,&iv,1,-1,8)); T(preadv2(f,&ri,1,-2,0)); T(preadv2(md,&ri,1,0,8)); T(preadv2(ur,&ri,1,0,8)); T(preadv2(f,&ri,1,0,0x30));
  puts("-- misc"); T(mknod("big", S_IFCHR|0600, makedev(200,70000))); T(stat("big",&sb)); printf("%d %d\n", major(sb.st_rdev), minor(sb.st_rdev)); T(mknod("big2", S_IFCHR|0600, makedev(4095,1048575))); T(stat("big2",&sb)); printf("%d %d\n", major(sb.st_rdev), minor(sb.st_rdev)); T(open("big",O_RDWR));
  struct epoll_event ev={.events=EPOLLIN}; T(epoll_ctl(ep,EPOLL_CTL_ADD,op,&ev)); T(epoll_ctl(op,EPOLL_CTL_ADD,f,&ev)); T(fgetxattr(op,"user.x",rb,4)); T(fsetxattr(op,"user.x","a",1,0)); T(flistxattr(op,0,0)); T(fremovexattr(op,"user.x"));
  T(flock(f,32|1)); T(flock(f,32)); T(flock(f,32|64)); T(flock(f,32|192)); T(flock(99,32)); T(flock(f,0)); T(flock(f,3)); T(flock(ef,LOCK_EX)); T(flock(op,LOCK_SH)); T(flock(op,9));
  T(sendfile(f,ef,0,8)); T(sendfile(f,tf,0,8)); T(sendfile(f,ze,0,8)); T(sendfile(f,nu,0,8)); T(sendfile(f,ur,0,8)); T(sendfile(f,pf[0],0,8)); T(sendfile(f,sf,0,8)); T(sendfile(nu,md,0,8)); T(sendfile(f,d,0,8)); T(sendfile(d,f,0,8)); T(sendfile(ap,f,0,4));
  int one=1; T(ioctl(f,FIOASYNC,&one)); T(ioctl(ef,FIOASYNC,&one)); T(ioctl(pf[0],FIOASYNC,&one)); T(ioctl(nu,FIOASYNC,&one)); T(ioctl(d,FIOASYNC,&one)); T(ioctl(f,FIOASYNC,0)); one=0; T(ioctl(f,FIOASYNC,&one)); T(ioctl(pf[0],FIOASYNC,&one)); T(ioctl(pidf,FIOASYNC,&one));
  long q=0; T(ioctl(f,2,&q)); printf("%ld\n",q); T(ioctl(f,0x5460,&q)); printf("%ld\n",q); T(ioctl(pf[0],2,&q)); T(ioctl(d,2,&q)); T(ioctl(nu,2,&q)); T(ioctl(d,0x5460,&q)); printf("%ld\n",q);T(ioctl(pf[0],0x5460,&q)); T(ioctl(nu,0x5460,&q)); T(ioctl(md,2,&q)); printf("%ld\n",q); T(ioctl(ef,2,&q)); printf("%ld\n",q);
  int fl=-1; T(ioctl(f,_IOR('f',1,long),&fl)); printf("%x\n",fl); fl=0x40; T(ioctl(f,_IOW('f',2,long),&fl)); T(ioctl(f,_IOR('f',1,long),&fl)); printf("%x\n",fl); fl=0x20; T(ioctl(f,_IOW('f',2,long),&fl)); fl=0x10; T(ioctl(f,_IOW('f',2,long),&fl)); T(write(f,"x",1)); T(open("f",O_RDWR)); T(unlink("f")); T(chmod("f",0600)); fl=0; T(ioctl(f,_IOW('f',2,long),&fl)); fl=0x80000; T(ioctl(f,_IOW('f',2,long),&fl)); T(ioctl(d,_IOR('f',1,long),&fl)); T(ioctl(pf[0],_IOR('f',1,long),&fl)); T(ioctl(md,_IOR('f',1,long),&fl)); T(ioctl(nu,_IOR('f',1,long),&fl)); T(ioctl(ef,_IOR('f',1,long),&fl));
  T(ioctl(ur,_IOR('R',0,int),&fl)); printf("%d\n",fl); T(ioctl(ur,_IO('R',4))); T(ioctl(ur,_IOW('R',1,int),&one)); T(ioctl(ur,0x1234,0)); T(ioctl(nu,0x1234,0)); T(ioctl(f,FIONREAD,&one)); printf("%d\n",one); T(ioctl(f,0x1234,0)); T(ioctl(d,0x1234,0));T(ioctl(d,FIONREAD,&one));T(ioctl(ef,FIONREAD,&one)); T(ioctl(md,FIONREAD,&one));
  int zz=open("/dev/zero",O_RDONLY); char *m=mmap(0,4096,PROT_READ,MAP_SHARED,zz,0); T(m==MAP_FAILED); T(mprotect(m,4096,PROT_READ|PROT_WRITE)); T(mmap(0,4096,PROT_READ|PROT_WRITE,MAP_SHARED,zz,0)==MAP_FAILED); m=mmap(0,4096,PROT_READ,MAP_PRIVATE,zz,0); T(mprotect(m,4096,PROT_READ|PROT_WRITE));
  { uint64_t a[8]={0x1000,8,0,0,17,0,0,0}; T(syscall(SYS_clone3,a,64)); a[1]=0; T(syscall(SYS_clone3,a,64)); while (wait(0)>0); errno=0; T(wait(0)); }
}
