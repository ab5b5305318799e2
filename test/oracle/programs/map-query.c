/* PROCMAP_QUERY: which region answers, what it says, what is refused. Prints the same lines on Linux 6.11 and newer. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
struct q { uint64_t size, query_flags, query_addr, start, end, flags, page_size, offset, inode; uint32_t major, minor, name_size, id_size; uint64_t name, id; };
#define Q _IOWR('f', 17, struct q)
static struct q q; static char name[4096]; static unsigned char id[64];
static int fd;
static void ask(const char*what){ int r=ioctl(fd,Q,&q); printf("%s: %s",what,r<0?strerrorname_np(errno):"ok"); if(r==0) printf(" %ld pages, flags %lx page %ld offset %lx ino %d dev %d name %u %s id %u", (long)(q.end-q.start)/4096,(long)q.flags,(long)q.page_size,(long)q.offset,q.inode!=0,(q.major|q.minor)!=0,q.name_size,q.name_size&&q.name?name[0]=='['?name:strrchr(name,'/')?strrchr(name,'/'):name:"",q.id_size); puts(""); }
static void set(uint64_t f,void*a){ memset(&q,0,sizeof q); memset(name,0,sizeof name); q.size=sizeof q; q.query_flags=f; q.query_addr=(uint64_t)a; }
int main(int c,char**v){
 int r;
 fd=open("/proc/self/maps",O_RDONLY);
 char*base=mmap((void*)0x10000000000,10*4096,PROT_NONE,MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED,-1,0);
 char*p=base+4096; mprotect(p,2*4096,PROT_READ|PROT_WRITE); mprotect(p+3*4096,4096,PROT_READ|PROT_EXEC); munmap(base+6*4096,4096);
 int f=open("/dev/shm/pm-file",O_CREAT|O_RDWR|O_TRUNC,0600); ftruncate(f,8192); char*m=mmap(base+8*4096,4096,PROT_READ,MAP_SHARED|MAP_FIXED,f,4096);
 set(0,p+5000); ask("in the middle");
 set(0,base+6*4096); ask("between"); set(0x10,base+6*4096); ask("between, or next");
 set(0x11,base); ask("readable, or next"); set(1,base); ask("readable"); set(0x14,base); ask("executable, or next"); set(0x18,base); ask("shared, or next"); set(0x30,base); ask("of a file, or next"); set(0x20,p); ask("of a file"); set(0x12,p); ask("writable"); set(0,(void*)1); ask("nothing"); set(0x10,(void*)-1L); ask("the end");
 set(0,m); q.name=(uint64_t)name; q.name_size=sizeof name; q.id=(uint64_t)id; q.id_size=64; ask("with names");
 set(0,m); q.name=(uint64_t)name; q.name_size=5; ask("short name"); set(0,m); q.name_size=5; ask("no place for it"); set(0,m); q.name=5; ask("no size"); set(0,m); q.id=5; ask("id no size"); set(0,m); q.name=5; q.name_size=4096; ask("bad place");
 set(0,main); q.id=(uint64_t)id; q.id_size=64; r=ioctl(fd,Q,&q); printf("program %d id %u\n",r,q.id_size); set(0,main); q.id=(uint64_t)id; q.id_size=19; ask("short id"); printf("id like a hash: %d\n",(id[0]|id[1]|id[2]|id[3])!=0);
 set(0,p); q.name=(uint64_t)name; q.name_size=4096; ask("no name"); set(0,&c); q.name=(uint64_t)name; q.name_size=4096; q.start=1; r=ioctl(fd,Q,&q); printf("stack %d %s\n",r,name);
 set(0x40,p); ask("unknown flag"); set(0,p); q.size=23; ask("small"); set(0,p); q.size=24; q.start=77; r=ioctl(fd,Q,&q); printf("least %d %ld\n",r,(long)q.start); set(0,p); q.size=4097; ask("large"); set(0,p); q.size=40; r=ioctl(fd,Q,&q); printf("short %d %ld %ld\n",r,(long)(q.end-q.start)/4096,(long)q.flags);
 static char big[300]; set(0,p); memcpy(big,&q,sizeof q); *(uint64_t*)big=200; r=ioctl(fd,Q,big); printf("longer %d\n",r); big[150]=1; *(uint64_t*)(big+8)=0; r=ioctl(fd,Q,big); printf("longer and set %s\n",r<0?strerrorname_np(errno):"ok");
 r=ioctl(fd,Q,8); printf("bad %s\n",strerrorname_np(errno)); int o=open("/proc/self/status",O_RDONLY); r=ioctl(o,Q,&q); printf("status %s\n",strerrorname_np(errno)); o=open("/proc/self/smaps",O_RDONLY); set(0,p); r=ioctl(o,Q,&q); printf("smaps %s\n",r<0?strerrorname_np(errno):"ok"); unlink("/dev/shm/pm-file");
 return 0; }
