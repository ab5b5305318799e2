// AF_UNIX sockets that wait: signals, threads, timeouts, backlogs; sendfile and splice; names that move; vectors and many messages.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <unistd.h>
#include <stdlib.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/uio.h>
#define P(e) do { errno=0; long r_=(long)(e); printf("%s = %ld %s\n", #e, r_, r_<0?strerrorname_np(errno):""); } while(0)

static int sv[2],p[2],v;

static socklen_t vl;

static char b[400000];

static int hits;

static void h(int s) {
  hits++;
}

static struct sockaddr_un A={AF_UNIX,"/tmp/n10c.s"};

static void sp(int t) {
  socketpair(AF_UNIX,t,0,sv);
}

static void cl() {
  close(sv[0]);
  close(sv[1]);
}

static void alarm_ms(int ms) {
  struct itimerval it={{0,0},{0,ms*1000}};
  setitimer(ITIMER_REAL,&it,0);
}

static long tr;

static int te;

static void*rd(void*x) {
  tr=recv(sv[1],b,10,0);
  te=errno;
  return 0;
}

static void*wr(void*x) {
  tr=send(sv[0],b,300000,MSG_NOSIGNAL);
  te=errno;
  return 0;
}

static void*ac(void*x) {
  tr=accept(*(int*)x,0,0);
  te=errno;
  return 0;
}

static void*co(void*x) {
  tr=connect(*(int*)x,(void*)&A,sizeof A);
  te=errno;
  return 0;
}

static pthread_t t;

static void J(void) {
  pthread_join(t,0);
  printf("thread %ld %s\n",tr,tr<0?strerrorname_np(te):"");
}

int main() {
  setvbuf(stdout,0,_IONBF,0);
  signal(SIGPIPE,SIG_IGN);
  unlink(A.sun_path);
  // Sendfile, splice.
  int f=open("/tmp/n10c.f",O_RDWR|O_CREAT|O_TRUNC,0600);
  memset(b,'q',sizeof b);
  write(f,b,100000);
  off_t o=10;
  sp(SOCK_STREAM);
  P(sendfile(sv[0],f,&o,1000));
  printf("off %ld\n",(long)o);
  P(recv(sv[1],b,5000,0));
  P(sendfile(f,sv[0],0,10));
  write(sv[0],"abc",3);
  P(sendfile(f,sv[1],0,10));
  pipe(p);
  P(splice(sv[1],0,p[1],0,100,0));
  P(read(p[0],b,100));
  write(p[1],"defg",4);
  P(splice(p[0],0,sv[0],0,100,0));
  P(recv(sv[1],b,100,0));
  P(splice(sv[1],0,p[1],0,100,SPLICE_F_NONBLOCK));
  fcntl(sv[1],F_SETFL,O_NONBLOCK);
  P(splice(sv[1],0,p[1],0,100,0));
  close(sv[0]);
  P(splice(sv[1],0,p[1],0,100,0));
  o=0;
  P(sendfile(sv[1],f,&o,10));
  cl();
  sp(SOCK_DGRAM);
  o=0;
  P(sendfile(sv[0],f,&o,1000));
  P(recv(sv[1],b,5000,MSG_DONTWAIT));
  write(sv[0],"abc",3);
  P(splice(sv[1],0,p[1],0,100,SPLICE_F_NONBLOCK));
  write(p[1],"defg",4);
  P(splice(p[0],0,sv[0],0,100,0));
  P(recv(sv[1],b,100,MSG_DONTWAIT));
  P(recv(sv[1],b,100,MSG_DONTWAIT));
  P(mmap(0,4096,PROT_READ,MAP_SHARED,sv[0],0));
  P(fsync(sv[0]));
  P(fallocate(sv[0],0,0,10));
  struct statfs sf;
  P(fstatfs(sv[0],&sf));
  printf("%lx\n",(long)sf.f_type);
  P(fchmod(sv[0],0700));
  struct stat st;
  fstat(sv[0],&st);
  printf("%o %d\n",st.st_mode,(int)st.st_blksize);
  P(readahead(sv[0],0,1));
  P(posix_fadvise(sv[0],0,0,0));
  char ln[100];
  sprintf(b,"/proc/self/fd/%d",sv[0]);
  P(open(b,O_RDWR));
  P(lseek(sv[0],0,SEEK_CUR));
  P(fcntl(sv[0],F_GETPIPE_SZ));
  P(flock(sv[0],2));
  struct flock fl={F_WRLCK};
  P(fcntl(sv[0],F_SETLK,&fl));
  cl();
  // Interrupts.
  struct sigaction sa={.sa_handler=h};
  sigaction(SIGALRM,&sa,0);
  sp(SOCK_STREAM);
  alarm_ms(30);
  P(recv(sv[1],b,10,0));
  sa.sa_flags=SA_RESTART;
  sigaction(SIGALRM,&sa,0);
  int k=fork();
  if(!k) {
    usleep(90000);
    write(sv[0],"zz",2);
    _exit(0);
  }
  alarm_ms(30);
  P(recv(sv[1],b,10,0));
  waitpid(k,0,0);
  printf("hits %d\n",hits);
  struct timeval tv={1,0};
  setsockopt(sv[1],SOL_SOCKET,SO_RCVTIMEO,&tv,sizeof tv);
  alarm_ms(30);
  P(recv(sv[1],b,10,0));
  write(sv[0],"ab",2);
  alarm_ms(30);
  P(recv(sv[1],b,10,MSG_WAITALL));
  alarm_ms(30);
  P(send(sv[0],b,300000,0));
  cl();
  // Threads.
  sp(SOCK_STREAM);
  pthread_create(&t,0,rd,0);
  usleep(20000);
  P(shutdown(sv[1],SHUT_RD));
  J();
  cl();
  sp(SOCK_STREAM);
  pthread_create(&t,0,rd,0);
  usleep(20000);
  P(close(sv[0]));
  J();
  cl();
  sp(SOCK_STREAM);
  pthread_create(&t,0,wr,0);
  usleep(20000);
  P(close(sv[1]));
  J();
  cl();
  sp(SOCK_STREAM);
  pthread_create(&t,0,wr,0);
  usleep(20000);
  P(shutdown(sv[0],SHUT_WR));
  J();
  cl();
  sp(SOCK_STREAM);
  pthread_create(&t,0,wr,0);
  usleep(20000);
  v=400000;
  setsockopt(sv[0],SOL_SOCKET,SO_SNDBUFFORCE,&v,4);
  usleep(20000);
  P(recv(sv[1],b,100000,MSG_WAITALL));
  P(recv(sv[1],b,200000,MSG_WAITALL));
  J();
  cl();
  int s=socket(AF_UNIX,SOCK_STREAM,0);
  bind(s,(void*)&A,sizeof A);
  listen(s,0);
  pthread_create(&t,0,ac,&s);
  usleep(20000);
  P(shutdown(s,SHUT_RD));
  J();
  P(fcntl(s,F_SETFL,O_NONBLOCK));
  P(accept(s,0,0));
  int c=socket(AF_UNIX,SOCK_STREAM,0);
  P(connect(c,(void*)&A,sizeof A));
  close(s);
  unlink(A.sun_path);
  s=socket(AF_UNIX,SOCK_STREAM,0);
  bind(s,(void*)&A,sizeof A);
  listen(s,0);
  P(connect(c,(void*)&A,sizeof A));
  int c2=socket(AF_UNIX,SOCK_STREAM,0);
  pthread_create(&t,0,co,&c2);
  usleep(20000);
  P(close(accept(s,0,0)));
  J();
  int c3=socket(AF_UNIX,SOCK_STREAM,0);
  pthread_create(&t,0,co,&c3);
  usleep(20000);
  P(close(s));
  J();
  unlink(A.sun_path);
  s=socket(AF_UNIX,SOCK_STREAM,0);
  bind(s,(void*)&A,sizeof A);
  listen(s,0);
  c=socket(AF_UNIX,SOCK_STREAM,0);
  connect(c,(void*)&A,sizeof A);
  tv.tv_sec=0;
  tv.tv_usec=30000;
  c2=socket(AF_UNIX,SOCK_STREAM,0);
  setsockopt(c2,SOL_SOCKET,SO_SNDTIMEO,&tv,sizeof tv);
  P(connect(c2,(void*)&A,sizeof A));
  alarm_ms(20);
  setsockopt(c2,SOL_SOCKET,SO_SNDTIMEO,&(struct timeval){1,0},sizeof tv);
  P(connect(c2,(void*)&A,sizeof A));
  setsockopt(s,SOL_SOCKET,SO_RCVTIMEO,&tv,sizeof tv);
  P(close(accept(s,0,0)));
  P(accept(s,0,0));
  // Cross: listener gone while file stays; rename keeps binding; hard link.
  rename(A.sun_path,"/tmp/n10c.r");
  P(connect(c2,(void*)&A,sizeof A));
  struct sockaddr_un R={AF_UNIX,"/tmp/n10c.r"};
  P(connect(c2,(void*)&R,sizeof R));
  link("/tmp/n10c.r","/tmp/n10c.l");
  struct sockaddr_un L={AF_UNIX,"/tmp/n10c.l"};
  c3=socket(AF_UNIX,SOCK_STREAM|SOCK_NONBLOCK,0);
  close(accept(s,0,0));
  P(connect(c3,(void*)&L,sizeof L));
  vl=sizeof L;
  getpeername(c3,(void*)&L,&vl);
  printf("%s\n",L.sun_path);
  unlink("/tmp/n10c.r");
  unlink("/tmp/n10c.l");
  symlink("/tmp/nope","/tmp/n10c.y");
  struct sockaddr_un Y={AF_UNIX,"/tmp/n10c.y"};
  c=socket(AF_UNIX,SOCK_STREAM,0);
  P(bind(c,(void*)&Y,sizeof Y));
  P(connect(c,(void*)&Y,sizeof Y));
  unlink("/tmp/n10c.y");
  P(open("/tmp/n10c.s",O_RDONLY));
  P(mknod("/tmp/n10c.k",S_IFSOCK|0777,0));
  struct sockaddr_un K={AF_UNIX,"/tmp/n10c.k"};
  P(connect(c,(void*)&K,sizeof K));
  P(bind(c,(void*)&K,sizeof K));
  P(open("/tmp/n10c.k",O_RDONLY));
  close(open("/tmp/n10c.k",O_PATH));
  P(truncate("/tmp/n10c.k",0));
  unlink("/tmp/n10c.k");
  fchmod(c,0640);
  umask(0);
  P(bind(c,(void*)&K,sizeof K));
  stat("/tmp/n10c.k",&st);
  printf("%o\n",st.st_mode);
  unlink("/tmp/n10c.k");
  // Select and epoll on both ends.
  sp(SOCK_STREAM);
  fd_set r,w,x;
  FD_ZERO(&r);
  FD_ZERO(&w);
  FD_ZERO(&x);
  FD_SET(sv[0],&r);
  FD_SET(sv[0],&w);
  FD_SET(sv[0],&x);
  P(select(sv[0]+1,&r,&w,&x,&(struct timeval){0,0}));
  close(sv[1]);
  FD_SET(sv[0],&r);
  FD_SET(sv[0],&w);
  FD_SET(sv[0],&x);
  P(select(sv[0]+1,&r,&w,&x,&(struct timeval){0,0}));
  close(sv[0]);
  sp(SOCK_STREAM);
  int ep=epoll_create1(0);
  struct epoll_event e={EPOLLOUT|EPOLLET|EPOLLRDHUP},o2;
  epoll_ctl(ep,EPOLL_CTL_ADD,sv[0],&e);
  P(epoll_wait(ep,&o2,1,0));
  P(epoll_wait(ep,&o2,1,0));
  fcntl(sv[0],F_SETFL,O_NONBLOCK);
  long n=0;
  while((v=write(sv[0],b,50000))>0)n+=v;
  printf("%ld\n",n);
  P(epoll_wait(ep,&o2,1,0));
  read(sv[1],b,100000);
  P(epoll_wait(ep,&o2,1,0));
  read(sv[1],b,100000);
  P(epoll_wait(ep,&o2,1,0));
  P(epoll_wait(ep,&o2,1,0));
  write(sv[1],"in",2);
  P(epoll_wait(ep,&o2,1,0));
  shutdown(sv[1],SHUT_WR);
  P(epoll_wait(ep,&o2,1,0));
  printf("%x\n",o2.events);
  cl();
  // Vectors, big.
  sp(SOCK_SEQPACKET);
  struct iovec iv[3]={{"ab",2},{"cd",2},{"",0}};
  P(writev(sv[0],iv,3));
  P(writev(sv[0],iv+2,1));
  P(write(sv[0],"",0));
  struct iovec ri[2]={{b,1},{b+5,9}};
  P(readv(sv[1],ri,2));
  P(recv(sv[1],b,9,MSG_DONTWAIT));
  P(recv(sv[1],b,9,MSG_DONTWAIT));
  struct msghdr m={0};
  m.msg_iov=iv;
  m.msg_iovlen=1025;
  P(sendmsg(sv[0],&m,0));
  P(recvmsg(sv[0],&m,0));
  m.msg_iovlen=1;
  m.msg_namelen=-1;
  P(sendmsg(sv[0],&m,0));
  m.msg_namelen=500;
  m.msg_name=&A;
  P(sendmsg(sv[0],&m,0));
  P(sendmsg(sv[0],(void*)8,0));
  P(sendmsg(sv[0],&m,0x80000000));
  m.msg_name=0;
  m.msg_control=b;
  m.msg_controllen=200000;
  P(sendmsg(sv[0],&m,0));
  m.msg_controllen=8;
  P(sendmsg(sv[0],&m,0));
  memset(b,0,100);
  m.msg_controllen=16;
  P(sendmsg(sv[0],&m,0));
  cl();
  struct mmsghdr mm[3]={0};
  sp(SOCK_DGRAM);
  for(int i=0;i<3;i++) {
    mm[i].msg_hdr.msg_iov=iv;
    mm[i].msg_hdr.msg_iovlen=1;
  }
  P(sendmmsg(sv[0],mm,3,0));
  mm[1].msg_hdr.msg_iovlen=2000;
  P(sendmmsg(sv[0],mm,3,0));
  mm[1].msg_hdr.msg_iovlen=1;
  struct iovec rv={b,50};
  for(int i=0;i<3;i++)mm[i].msg_hdr.msg_iov=&rv;
  struct timespec ts={0,20000000};
  P(recvmmsg(sv[1],mm,3,0,&ts));
  printf("%d %d %d\n",mm[0].msg_len,mm[1].msg_len,mm[2].msg_len);
  P(recvmmsg(sv[1],mm,3,MSG_WAITFORONE,&ts));
  ts.tv_nsec=2000000000;
  P(recvmmsg(sv[1],mm,3,MSG_WAITFORONE,&ts));
  P(recvmmsg(sv[1],mm,0,0,0));
  cl();
  v=1;
  sp(SOCK_STREAM);
  P(ioctl(sv[0],FIONBIO,&v));
  P(read(sv[0],b,1));
  P(preadv2(sv[1],iv,1,-1,8));
  P(pwritev2(sv[1],iv,1,-1,8));
  cl();
  unlink("/tmp/n10c.f");
  return 0;
}
