// Extended attributes and access lists on tmpfs: every line is a call and what Linux answers.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <sys/wait.h>
#include <unistd.h>
#define T(...) do { errno = 0; long r_ = (long)(__VA_ARGS__); printf("%s: %ld %s\n", #__VA_ARGS__, r_, r_ == -1 ? strerrorname_np(errno) : ""); fflush(stdout); } while (0)
static char b[70000], big[70000];
static int mode_of(const char *f) { struct stat s; return stat(f, &s) ? -1 : (s.st_mode & 07777); }
#define M(f) printf("mode of %s %o\n", f, mode_of(f))
static void list(const char *f) { memset(b,0,sizeof b); long n = llistxattr(f, b, sizeof b); printf("list %s %ld:", f, n); for (long i = 0; i < n; i += strlen(b+i)+1) printf(" %s", b+i); printf("\n"); fflush(stdout);}
static void as(int u, int g, void (*f)(void)) {
  fflush(stdout); pid_t p = fork(); if (!p) { if (syscall(SYS_setgroups, 0, 0) | setresgid(g,g,g) | setresuid(u,u,u)) printf("ids\n"); f(); fflush(stdout); _exit(0);} int st; waitpid(p,&st,0); if (st) printf("status %x\n", st); }
static void stranger(void) {
  T(setxattr("f","user.a","zz",2,0)); T(getxattr("f","user.a",b,99)); T(getxattr("priv","user.a",b,99)); T(removexattr("f","user.a"));
  T(setxattr("own","user.a","zz",2,0)); T(setxattr("own","trusted.a","zz",2,0)); T(getxattr("f","trusted.t",b,99)); T(removexattr("f","trusted.t")); T(setxattr("own","security.a","zz",2,0)); T(getxattr("f","security.s",b,99)); T(removexattr("f","security.s"));
  list("f"); T(setxattr("sticky","user.a","x",1,0)); T(setxattr("sticky2","user.a","x",1,0)); T(setxattr("f","system.posix_acl_access",b,4,0)); T(setxattr("f","security.capability","x",1,0));
  T(access("aclf", R_OK)); T(access("aclf2", R_OK)); T(open("aclf", O_RDWR));T(setxattr("ro","user.q","x",1,0));
}
#pragma pack(1)
struct ent { uint16_t tag, perm; uint32_t id; };
static int acl(char *o, int n, struct ent *e) { uint32_t v = 2; memcpy(o,&v,4); memcpy(o+4,e,n*8); return 4+n*8; }
int main(int c, char **v) {
  umask(0); mkdir("/dev/shm/work", 0777); if (chdir("/dev/shm/work")) return 1;
  mkdir("px", 0777); chdir("px"); memset(big,'x',sizeof big);
  close(open("f",O_CREAT|O_RDWR,0644)); close(open("priv",O_CREAT|O_RDWR,0600)); close(open("own",O_CREAT|O_RDWR,0644)); chown("own",1001,1001); symlink("f","l"); mkfifo("p",0644); mknod("dev",S_IFCHR|0666,0x103); mkdir("d",0755); mkdir("sticky",01777); mkdir("sticky2",01777); chown("sticky2",1001,1001); close(open("ro",O_CREAT|O_RDWR,0444)); chown("ro",1001,1001);
  T(getxattr("f","user.a",b,99)); T(setxattr("f","user.a","hello",5,0)); T(getxattr("f","user.a",b,99)); T(getxattr("f","user.a",0,0)); T(getxattr("f","user.a",b,4)); T(getxattr("f","user.a",b,5)); T(setxattr("f","user.a","yo",2,XATTR_CREATE)); T(setxattr("f","user.a","yo",2,XATTR_REPLACE)); T(setxattr("f","user.b","yo",2,XATTR_REPLACE)); T(setxattr("f","user.b","yo",2,XATTR_CREATE)); T(setxattr("f","user.b","yo",2,4)); T(setxattr("f","user.b","yo",2,3)); T(setxattr("f","user.c","yo",2,3)); T(setxattr("f","user.e","",0,0)); T(getxattr("f","user.e",b,9)); T(setxattr("f","user.e",0,0,0)); T(setxattr("f","user.e",0,4,0));
  T(setxattr("f","user.","x",1,0)); T(setxattr("f","user","x",1,0)); T(setxattr("f","","x",1,0)); T(getxattr("f","user.",b,9)); T(getxattr("f","",b,9)); T(setxattr("f","foo.x","x",1,0)); T(getxattr("f","foo.x",b,9)); T(removexattr("f","foo.x")); T(removexattr("f","user.nope")); T(setxattr("f","trusted.t","x",1,0)); T(setxattr("f","security.s","x",1,0)); T(setxattr("f","system.x","x",1,0)); T(getxattr("f","system.x",b,9)); T(removexattr("f","system.x")); T(setxattr("f","trusted.","x",1,0)); T(setxattr("f","security.","x",1,0)); T(setxattr("f","system.","x",1,0));
  { char n[400]; strcpy(n,"user."); memset(n+5,'n',395); n[255]=0; T(setxattr("f",n,"x",1,0)); T(getxattr("f",n,b,9)); n[255]='n'; n[256]=0; T(setxattr("f",n,"x",1,0)); T(getxattr("f",n,b,9)); T(removexattr("f",n)); n[255]=0; T(removexattr("f",n)); }
  T(setxattr("f","user.big",big,65536,0)); T(setxattr("f","user.big",big,65537,0)); T(setxattr("f","user.big",big,0x7fffffffffffffffL,0)); T(getxattr("f","user.big",b,70000)); T(getxattr("f","user.big",b,65535)); T(removexattr("f","user.big")); T(getxattr("f","user.a",(void*)1,5)); T(setxattr("f",(void*)1,"x",1,0)); T(getxattr("nope","user.a",b,9)); T(getxattr("f","user.a",b,0x7fffffffffffffffL));
  list("f"); T(listxattr("f",b,3)); T(listxattr("f",0,0)); T(listxattr("f",(void*)1,100));
  T(lsetxattr("l","user.a","x",1,0)); T(lgetxattr("l","user.a",b,9)); T(lremovexattr("l","user.a")); T(lsetxattr("l","trusted.a","x",1,0)); T(lgetxattr("l","trusted.a",b,9)); list("l"); T(lsetxattr("l","security.a","x",1,0)); T(setxattr("l","user.via","x",1,0)); list("f");
  T(setxattr("p","user.a","x",1,0)); T(getxattr("p","user.a",b,9)); T(removexattr("p","user.a")); T(setxattr("p","trusted.a","x",1,0)); T(setxattr("dev","user.a","x",1,0)); T(getxattr("dev","user.a",b,9)); T(setxattr("d","user.a","x",1,0)); T(setxattr("sticky","user.a","x",1,0));
  int f=open("f",O_RDONLY), o=open("f",O_PATH), pp[2]; pipe(pp); T(fsetxattr(f,"user.fd","x",1,0)); T(fgetxattr(f,"user.fd",b,9)); T(fgetxattr(o,"user.fd",b,9)); T(flistxattr(99,b,9)); T(fsetxattr(pp[0],"user.a","x",1,0)); T(fgetxattr(pp[0],"user.a",b,9)); T(flistxattr(pp[0],b,9)); int nu=open("/dev/null",O_RDWR); T(fgetxattr(nu,"user.a",b,9)); T(fsetxattr(nu,"user.a","x",1,0)); int mf=memfd_create("x",0); T(fsetxattr(mf,"user.a","x",1,0)); T(fgetxattr(mf,"user.a",b,9)); int pr=open("/proc/self/stat",0); T(fgetxattr(pr,"user.a",b,9)); T(fsetxattr(pr,"user.a","x",1,0)); T(flistxattr(pr,b,9)); T(fgetxattr(pr,"security.x",b,9)); T(fsetxattr(pr,"trusted.x","x",1,0)); T(fgetxattr(pp[0],"security.x",b,9)); T(fgetxattr(pp[0],"trusted.x",b,9));
  puts("-- acl");
  T(getxattr("f","system.posix_acl_access",b,99)); T(getxattr("d","system.posix_acl_default",b,99)); T(getxattr("f","system.posix_acl_default",b,99)); T(removexattr("f","system.posix_acl_access"));
  struct ent min[]={{1,6,-1},{4,4,-1},{32,0,-1}}; int n=acl(b,3,min); T(setxattr("f","system.posix_acl_access",b,n,0)); M("f"); T(getxattr("f","system.posix_acl_access",b,99)); list("f");
  struct ent ext[]={{1,6,-1},{2,4,1001},{4,0,-1},{16,4,-1},{32,0,-1}}; n=acl(b,5,ext); T(setxattr("f","system.posix_acl_access",b,n,0)); M("f"); T(getxattr("f","system.posix_acl_access",b,99)); list("f"); T(chmod("f",0660)); M("f"); T(getxattr("f","system.posix_acl_access",b,99)); { struct ent *e=(void*)(b+4); for(int i=0;i<5;i++) printf("%x:%x:%d ",e[i].tag,e[i].perm,e[i].id); puts(""); }
  close(open("aclf",O_CREAT|O_RDWR,0600)); n=acl(b,5,ext); T(setxattr("aclf","system.posix_acl_access",b,n,0)); struct ent ext2[]={{1,6,-1},{2,4,1001},{4,7,-1},{16,0,-1},{32,7,-1}}; close(open("aclf2",O_CREAT|O_RDWR,0600)); n=acl(b,5,ext2); T(setxattr("aclf2","system.posix_acl_access",b,n,0)); M("aclf2");
  struct ent badorder[]={{4,4,-1},{1,6,-1},{32,0,-1}}; n=acl(b,3,badorder); T(setxattr("f","system.posix_acl_access",b,n,0)); struct ent nomask[]={{1,6,-1},{2,4,1001},{4,0,-1},{32,0,-1}}; n=acl(b,4,nomask); T(setxattr("f","system.posix_acl_access",b,n,0)); struct ent badtag[]={{1,6,-1},{3,4,-1},{32,0,-1}}; n=acl(b,3,badtag); T(setxattr("f","system.posix_acl_access",b,n,0)); struct ent badperm[]={{1,8,-1},{4,4,-1},{32,0,-1}}; n=acl(b,3,badperm); T(setxattr("f","system.posix_acl_access",b,n,0)); n=acl(b,3,min); b[0]=1; T(setxattr("f","system.posix_acl_access",b,n,0)); n=acl(b,3,min); T(setxattr("f","system.posix_acl_access",b,n-1,0)); T(setxattr("f","system.posix_acl_access",b,3,0)); T(setxattr("f","system.posix_acl_access",b,4,0)); T(setxattr("f","system.posix_acl_access",0,0,0)); n=acl(b,2,min); T(setxattr("f","system.posix_acl_access",b,n,0)); n=acl(b,3,min); T(setxattr("f","system.posix_acl_default",b,n,0)); T(lsetxattr("l","system.posix_acl_access",b,n,0)); T(lgetxattr("l","system.posix_acl_access",b,n));
  n=acl(b,5,ext); T(setxattr("d","system.posix_acl_default",b,n,0)); M("d"); list("d"); umask(077); close(open("d/new",O_CREAT|O_RDWR,0666)); M("d/new"); list("d/new"); mkdir("d/sub",0777); M("d/sub"); list("d/sub"); mkfifo("d/ff",0644); M("d/ff"); list("d/ff"); struct ent dmin[]={{1,7,-1},{4,5,-1},{32,5,-1}}; n=acl(b,3,dmin); T(setxattr("d","system.posix_acl_default",b,n,0)); close(open("d/new2",O_CREAT|O_RDWR,0666)); M("d/new2"); list("d/new2"); symlink("x","d/sl"); list("d/sl"); T(removexattr("d","system.posix_acl_default")); close(open("d/new3",O_CREAT|O_RDWR,0666)); M("d/new3"); list("d"); umask(0);
  as(1001,1001,stranger);
}
