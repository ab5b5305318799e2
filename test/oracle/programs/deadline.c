// SCHED_DEADLINE: what is refused with which errno, and what is answered. Recorded in deadline.txt on Linux as root, with two processors.
#define _GNU_SOURCE
#include <stdio.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <stdint.h>
struct attr { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t prio; uint64_t runtime, deadline, period; uint32_t a,b; };
static const char *E(long r){ return r<0?strerrorname_np(errno):"ok"; }
static long set(uint64_t r,uint64_t d,uint64_t p,uint64_t f){ struct attr a={.size=48,.policy=6,.flags=f,.runtime=r,.deadline=d,.period=p}; return syscall(SYS_sched_setattr,0,&a,0);}
#define T(x) printf("%s: %s\n",#x,E(x))
int main(){ setvbuf(stdout,0,_IONBF,0); uint64_t ms=1000000;
T(set(0,0,0,0));T(set(1023,ms,0,0));T(set(1024,ms,0,0));T(set(2*ms,ms,0,0));T(set(ms,2*ms,ms,0));T(set(2000,99999,0,0));T(set(2000,100000,0,0));T(set(ms,5000*ms,0,0));T(set(ms,4194*ms,0,0));T(set(1ull<<63,1ull<<63,0,0));
T(set(ms,10*ms,20*ms,4)); struct attr g={0}; syscall(SYS_sched_getattr,0,&g,sizeof g,0); printf("%u %lu %d %u %lu %lu %lu\n",g.policy,g.flags,g.nice,g.prio,g.runtime,g.deadline,g.period);
struct sched_param p={0}; T(sched_setparam(0,&p)); printf("%d\n",sched_getscheduler(0)); T(fork()); cpu_set_t c; CPU_ZERO(&c); CPU_SET(0,&c); T(sched_setaffinity(0,sizeof c,&c)); struct timespec t; T(sched_rr_get_interval(0,&t)); printf("%ld %ld\n",t.tv_sec,t.tv_nsec);
p.sched_priority=0; T(sched_setscheduler(0,6,&p)); T(nice(3)); T(set(ms,10*ms,20*ms,1)); if(fork()==0){printf("child %d\n",sched_getscheduler(0));_exit(0);} wait(0);
char b[512]; FILE*f=fopen("/proc/self/stat","r"); fgets(b,512,f); int pr,ni; char*q=strrchr(b,')'); sscanf(q+2,"%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %d %d",&pr,&ni); printf("prio %d nice %d\n",pr,ni);
T(sched_setscheduler(0,0,&p)); T(sched_setaffinity(0,sizeof c,&c)); T(set(ms,10*ms,0,0)); CPU_SET(1,&c); T(sched_setaffinity(0,sizeof c,&c)); T(set(99*ms,100*ms,0,0)==0?0:-1); sched_setscheduler(0,0,&p); setuid(1000); T(set(ms,10*ms,0,0)); }
