// AF_UNIX sockets: what is refused, names, connections, datagrams, ends, how much fits, peeking, timeouts, faults, epoll, SIGIO.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <unistd.h>
#include <stdlib.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <sys/time.h>
#include <sys/syscall.h>
#define P(e) do { errno=0; long r_=(long)(e); printf("%s = %ld %s\n", #e, r_, r_<0?strerrorname_np(errno):""); } while(0)

static struct sockaddr_un A(const char*p,int*len) {
  static struct sockaddr_un a;
  memset(&a,0,sizeof a);
  a.sun_family=AF_UNIX;
  int n=strlen(p);
  if(*p=='@') {
    memcpy(a.sun_path+1,p+1,n-1);
    *len=2+n;
  } else {
    strcpy(a.sun_path,p);
    *len=2+n+1;
  }
  return a;
}

static void name(int fd,int peer) {
  struct sockaddr_un a;
  socklen_t l=sizeof a;
  memset(&a,'?',sizeof a);
  int r=(peer?getpeername:getsockname)(fd,(void*)&a,&l);
  if(r<0) {
    printf(" name %d: %s\n",peer,strerrorname_np(errno));
    return;
  }
  printf(" name %d: len=%d fam=%d '",peer,(int)l,a.sun_family);
  for(int i=2;i<(int)l;i++) {
    unsigned char c=((char*)&a)[i];
    printf(c?"%c":"\\0",c);
  }
  printf("'\n");
}

static void pl(const char*w,int fd) {
  struct pollfd p={fd,POLLIN|POLLOUT|POLLPRI|POLLRDHUP|POLLRDNORM|POLLWRNORM|POLLRDBAND|POLLWRBAND,0};
  poll(&p,1,0);
  printf(" poll %s: %x\n",w,p.revents);
}

static int sigs;

static void onsig(int s) {
  sigs++;
}

static int sv[2];

static char big[300000];

int main() {
  int nul = open("/dev/null", O_RDWR);
  setvbuf(stdout,0,_IONBF,0);
  chdir("/tmp");
  unlink("n10.s");
  unlink("n10.d");
  unlink("n10.x");
  signal(SIGPIPE,onsig);
  P(socket(99,SOCK_STREAM,0));
  P(socket(-1,SOCK_STREAM,0));
  P(socket(AF_UNIX,99,0));
  P(socket(AF_UNIX,7,0));
  P(socket(AF_UNIX,SOCK_RDM,0));
  P(socket(AF_UNIX,SOCK_STREAM,5));
  P(socket(AF_UNIX,SOCK_STREAM|0x100,0));
  P(socket(11,15,0));
  P(socket(11,1,0));
  P(socket(AF_UNIX,11,0));
  P(socketpair(AF_UNIX,SOCK_STREAM,0,0));
  P(socketpair(99,SOCK_STREAM,0,sv));
  int s=socket(AF_UNIX,SOCK_STREAM,0);
  pl("fresh stream",s);
  int d=socket(AF_UNIX,SOCK_DGRAM,0);
  pl("fresh dgram",d);
  int q=socket(AF_UNIX,SOCK_SEQPACKET,0);
  pl("fresh seq",q);
  int raw=socket(AF_UNIX,SOCK_RAW,0);
  int v;
  socklen_t vl=4;
  getsockopt(raw,SOL_SOCKET,SO_TYPE,&v,&vl);
  printf("raw type %d\n",v);
  close(raw);
  P(read(s,big,10));
  P(recv(s,big,10,0));
  P(recv(d,big,10,MSG_DONTWAIT));
  P(recv(q,big,10,MSG_DONTWAIT));
  P(write(s,"x",1));
  P(write(d,"x",1));
  P(write(q,"x",1));
  P(send(s,"x",1,MSG_NOSIGNAL));
  P(recv(d,big,10,MSG_OOB));
  P(send(d,"x",1,MSG_OOB));
  P(lseek(s,0,0));
  P(pread(s,big,1,0));
  P(ftruncate(s,0));
  struct stat st;
  fstat(s,&st);
  printf("mode %o nlink %d size %d\n",st.st_mode,(int)st.st_nlink,(int)st.st_size);
  P(listen(s,5));
  P(listen(d,5));
  P(accept(s,0,0));
  P(accept(d,0,0));
  P(accept4(s,0,0,1));
  P(accept4(99,0,0,1));
  P(accept4(nul, 0, 0, 0));
  P(getpeername(s,0,0));
  name(s,0);
  name(s,1);
  P(shutdown(s,7));
  P(shutdown(s,SHUT_WR));
  pl("shut wr",s);
  P(write(s,"x",1));
  printf("sigs %d\n",sigs);
  close(s);
  s=socket(AF_UNIX,SOCK_STREAM,0);
  int n;
  struct sockaddr_un a=A("n10.s",&n);
  struct sockaddr_un*ap=&a;
  P(connect(s,(void*)ap,n));
  P(bind(s,(void*)ap,2+109));
  P(bind(s,(void*)ap,1));
  P(bind(s,(void*)ap,129));
  P(bind(s,(void*)ap,-1));
  P(bind(s,0,n));
  P(bind(nul,(void*)ap,n));
  P(bind(99,(void*)ap,n));
  ap->sun_family=2;
  P(bind(s,(void*)ap,n));
  ap->sun_family=1;
  umask(022);
  P(bind(s,(void*)ap,n));
  stat("n10.s",&st);
  printf("path mode %o\n",st.st_mode);
  name(s,0);
  P(bind(s,(void*)ap,n));
  struct sockaddr_un b=A("n10.x",&n);
  P(bind(s,(void*)&b,n));
  P(access("n10.x",0));
  int c=socket(AF_UNIX,SOCK_STREAM,0);
  a=A("n10.s",&n);
  P(connect(c,(void*)ap,n));
  P(connect(d,(void*)ap,n));
  P(bind(c,(void*)ap,n));
  P(listen(s,1));
  pl("listening",s);
  P(connect(c,(void*)ap,n));
  pl("connected c",c);
  pl("listening",s);
  P(connect(c,(void*)ap,n));
  name(c,0);
  name(c,1);
  int c2=socket(AF_UNIX,SOCK_STREAM|SOCK_NONBLOCK,0);
  P(connect(c2,(void*)ap,n));
  int c3=socket(AF_UNIX,SOCK_STREAM|SOCK_NONBLOCK,0);
  P(connect(c3,(void*)ap,n));
  pl("c3",c3);
  P(write(s,"x",1));
  P(read(s,big,1));
  P(ioctl(s,FIONREAD,&v));
  P(write(c,"hello",5));
  struct sockaddr_un pa;
  socklen_t pal=sizeof pa;
  int as;
  as=accept(s,(void*)&pa,&pal);
  printf("peer len %d\n",(int)pal);
  name(as,0);
  name(as,1);
  P(read(as,big,3));
  big[3]=0;
  printf("%s\n",big);
  P(ioctl(as,FIONREAD,&v));
  printf("inq %d\n",v);
  P(ioctl(c,TIOCOUTQ,&v));
  printf("outq %d\n",v);
  P(shutdown(c,SHUT_WR));
  pl("as after half",as);
  P(read(as,big,10));
  P(read(as,big,10));
  P(write(as,"back",4));
  P(read(c,big,10));
  P(write(c,"x",1));
  printf("sigs %d\n",sigs);
  P(write(as,"unread",6));
  close(c);
  pl("as",as);
  P(read(as,big,1));
  P(write(as,"x",1));
  printf("sigs %d\n",sigs);
  close(as);
  as=accept(s,0,0);
  printf("as2 %d\n",as>0);
  close(as);
  pl("c2 after accept close",c2);
  P(read(c2,big,1));
  P(connect(c3,(void*)ap,n));
  P(close(s));
  pl("c3 after listener close",c3);
  P(read(c3,big,1));
  P(read(c3,big,1));
  P(connect(c2,(void*)ap,n));
  P(connect(socket(AF_UNIX,SOCK_STREAM,0),(void*)ap,n));
  // Abstract.
  s=socket(AF_UNIX,SOCK_STREAM,0);
  a=A("@abs",&n);
  P(bind(s,(void*)ap,n));
  name(s,0);
  int s2=socket(AF_UNIX,SOCK_STREAM,0);
  P(bind(s2,(void*)ap,n));
  P(bind(d,(void*)ap,n));
  name(d,0);
  close(s);
  P(bind(s2,(void*)ap,n));
  close(s2);
  s=socket(AF_UNIX,SOCK_STREAM,0);
  ap->sun_family=AF_UNIX;
  P(bind(s,(void*)ap,2));
  {
    struct sockaddr_un x;
    socklen_t l=sizeof x;
    getsockname(s,(void*)&x,&l);
    printf("auto len %d first %d\n",(int)l,x.sun_path[0]);
  }
  P(bind(s,(void*)ap,2));
  P(bind(s,(void*)ap,n));
  // Dgram.
  int e=socket(AF_UNIX,SOCK_DGRAM,0);
  a=A("@abs",&n);
  P(connect(e,(void*)ap,n));
  name(e,1);
  pl("e",e);
  P(send(e,"one",3,0));
  P(send(e,"two22",5,0));
  P(send(e,"",0,0));
  pl("d",d);
  P(ioctl(d,FIONREAD,&v));
  printf("inq %d\n",v);
  P(recv(d,big,2,MSG_PEEK));
  P(recv(d,big,2,MSG_PEEK|MSG_TRUNC));
  P(recv(d,big,2,MSG_TRUNC));
  pal=sizeof pa;
  P(recvfrom(d,big,99,0,(void*)&pa,&pal));
  printf("from len %d\n",(int)pal);
  P(recv(d,big,9,0));
  P(recv(d,big,9,MSG_DONTWAIT));
  for(int i=0;;i++) {
    if(send(e,"x",1,MSG_DONTWAIT)<0) {
      printf("full after %d %s\n",i,strerrorname_np(errno));
      break;
    }
  }
  pl("e full",e);
  pl("d",d);
  P(read(d,big,5));
  pl("e",e);
  int f=socket(AF_UNIX,SOCK_DGRAM,0);
  P(sendto(f,"y",1,MSG_DONTWAIT,(void*)ap,n));
  P(sendto(f,"y",1,MSG_DONTWAIT,(void*)ap,n));
  P(sendto(f,big,212961,MSG_DONTWAIT,(void*)ap,n));
  P(sendto(f,"y",1,MSG_DONTWAIT,(void*)ap,0));
  P(sendto(f,"y",1,MSG_DONTWAIT,(void*)ap,2));
  P(sendto(f,"y",1,MSG_DONTWAIT,(void*)ap,200));
  P(sendto(f,"y",1,0,0,5));
  a=A("@nobody",&n);
  P(sendto(f,"y",1,0,(void*)ap,n));
  a=A("nofile",&n);
  P(sendto(f,"y",1,0,(void*)ap,n));
  a=A("/etc/passwd",&n);
  P(sendto(f,"y",1,0,(void*)ap,n));
  a=A("/etc/passwd/x",&n);
  P(sendto(f,"y",1,0,(void*)ap,n));
  a=A("n10.d",&n);
  P(bind(f,(void*)ap,n));
  int g=socket(AF_UNIX,SOCK_DGRAM,0);
  P(connect(g,(void*)ap,n));
  P(sendto(d,"z",1,0,(void*)ap,n));
  recv(f,big,9,0);
  a=A("@abs",&n);
  P(connect(f,(void*)ap,n));
  P(send(g,"w",1,0));
  a=A("n10.d",&n);
  P(sendto(g,"w",1,0,(void*)ap,n));
  memset(&a,0,sizeof a);
  P(connect(f,(void*)ap,2));
  name(f,1);
  P(connect(f,(void*)ap,1));
  P(send(g,"w",1,0));
  close(f);
  P(send(g,"w",1,0));
  P(send(g,"w",1,0));
  pl("g",g);
  close(d);
  P(send(e,"x",1,0));
  P(send(e,"x",1,0));
  // Pairs.
  for(int t=1;t<=5;t++) {
    if(t==3||t==4)continue;
    printf("type %d\n",t);
    P(socketpair(AF_UNIX,t,0,sv));
    name(sv[0],1);
    pl("a",sv[0]);
    P(write(sv[0],"abc",3));
    P(write(sv[0],"",0));
    pl("b",sv[1]);
    struct iovec iv[2]={{big,2},{big+10,5}};
    P(readv(sv[1],iv,2));
    P(recv(sv[1],big,5,MSG_DONTWAIT));
    P(recv(sv[1],big,5,MSG_DONTWAIT));
    P(recv(sv[1],big,5,MSG_DONTWAIT|MSG_OOB));
    P(send(sv[0],"Z",1,MSG_EOR));
    struct msghdr m={0};
    struct iovec one={big,9};
    m.msg_iov=&one;
    m.msg_iovlen=1;
    P(recvmsg(sv[1],&m,0));
    printf("flags %x\n",m.msg_flags);
    P(shutdown(sv[1],SHUT_RD));
    P(write(sv[0],"x",1));
    printf("sigs %d\n",sigs);
    P(recv(sv[1],big,5,MSG_DONTWAIT));
    P(recv(sv[1],big,5,0));
    pl("a",sv[0]);
    pl("b",sv[1]);
    P(close(sv[1]));
    pl("a",sv[0]);
    P(write(sv[0],"x",1));
    printf("sigs %d\n",sigs);
    P(recv(sv[0],big,5,MSG_DONTWAIT));
    close(sv[0]);
    P(socketpair(AF_UNIX,t,0,sv));
    write(sv[0],"unread",6);
    P(close(sv[1]));
    pl("a",sv[0]);
    P(recv(sv[0],big,5,MSG_DONTWAIT));
    P(recv(sv[0],big,5,MSG_DONTWAIT));
    P(send(sv[0],"x",1,MSG_NOSIGNAL));
    printf("sigs %d\n",sigs);
    vl=4;
    getsockopt(sv[0],SOL_SOCKET,SO_ERROR,&v,&vl);
    printf("err %d\n",v);
    close(sv[0]);
  }
  // Capacity.
  for(int t=1;t<=5;t++) {
    if(t==3||t==4)continue;
    int sizes[]={1,100,1000,4096,5000,100000};
    for(int i=0;i<6;i++) {
      socketpair(AF_UNIX,t|SOCK_NONBLOCK,0,sv);
      v=212992/2;
      setsockopt(sv[0],SOL_SOCKET,SO_SNDBUF,&v,4);
      long tot=0,cnt=0,r;
      while((r=write(sv[0],big,sizes[i]))>0) {
        tot+=r;
        cnt++;
      }
      ioctl(sv[0],TIOCOUTQ,&v);
      printf("cap %d %d: %ld %ld outq %d",t,sizes[i],cnt,tot,v);
      long k=0;
      struct pollfd p={sv[0],POLLOUT,0};
      while(poll(&p,1,0)==0) {
        r=read(sv[1],big,1000);
        if(r<=0)break;
        k+=r;
      }
      printf(" writable after %ld\n",k);
      close(sv[0]);
      close(sv[1]);
    }
  }
  // Peek.
  socketpair(AF_UNIX,SOCK_STREAM,0,sv);
  write(sv[0],"abcdef",6);
  write(sv[0],"ghi",3);
  P(recv(sv[1],big,7,MSG_PEEK));
  big[7]=0;
  printf("%s\n",big);
  v=0;
  P(setsockopt(sv[1],SOL_SOCKET,SO_PEEK_OFF,&v,4));
  P(recv(sv[1],big,4,MSG_PEEK));
  P(recv(sv[1],big,4,MSG_PEEK));
  big[4]=0;
  printf("%s\n",big);
  vl=4;
  getsockopt(sv[1],SOL_SOCKET,SO_PEEK_OFF,&v,&vl);
  printf("off %d\n",v);
  P(recv(sv[1],big,3,0));
  getsockopt(sv[1],SOL_SOCKET,SO_PEEK_OFF,&v,&vl);
  printf("off %d\n",v);
  P(recv(sv[1],big,0,0));
  P(recv(sv[1],big,99,MSG_WAITALL|MSG_DONTWAIT));
  close(sv[0]);
  P(recv(sv[1],big,9,MSG_WAITALL));
  close(sv[1]);
  // Timeouts, lowat.
  socketpair(AF_UNIX,SOCK_STREAM,0,sv);
  struct timeval tv={0,50000};
  P(setsockopt(sv[1],SOL_SOCKET,SO_RCVTIMEO,&tv,sizeof tv));
  P(read(sv[1],big,1));
  write(sv[0],"ab",2);
  P(recv(sv[1],big,5,MSG_WAITALL));
  v=3;
  setsockopt(sv[1],SOL_SOCKET,SO_RCVLOWAT,&v,4);
  write(sv[0],"ab",2);
  pl("lowat",sv[1]);
  P(read(sv[1],big,9));
  tv.tv_usec=1000000;
  P(setsockopt(sv[1],SOL_SOCKET,SO_RCVTIMEO,&tv,sizeof tv));
  tv.tv_usec=1;
  vl=sizeof tv;
  P(getsockopt(sv[1],SOL_SOCKET,SO_RCVTIMEO,&tv,&vl));
  printf("%ld %ld\n",tv.tv_sec,tv.tv_usec);
  P(setsockopt(sv[0],SOL_SOCKET,SO_SNDTIMEO,&tv,sizeof tv));
  P(write(sv[0],big,300000));
  P(write(sv[0],big,30));
  close(sv[0]);
  close(sv[1]);
  // Faults.
  socketpair(AF_UNIX,SOCK_STREAM,0,sv);
  P(write(sv[0],(void*)8,4));
  P(write(sv[0],"abc",3));
  P(read(sv[1],(void*)8,3));
  P(recv(sv[1],big,9,0));
  P(sendto(99,(void*)8,4,0,0,0));
  P(recvfrom(99,big,4,0,0,0));
  P(recvfrom(nul,big,4,0,0,0));
  close(sv[0]);
  close(sv[1]);
  socketpair(AF_UNIX,SOCK_DGRAM,0,sv);
  P(write(sv[0],(void*)8,4));
  P(write(sv[0],"abc",3));
  P(read(sv[1],(void*)8,3));
  P(recv(sv[1],big,9,MSG_DONTWAIT));
  P(writev(sv[0],0,0));
  P(recv(sv[1],big,9,MSG_DONTWAIT));
  P(read(sv[1],big,0));
  P(fcntl(sv[0],F_GETFL));
  close(sv[0]);
  close(sv[1]);
  // Epoll et.
  socketpair(AF_UNIX,SOCK_STREAM,0,sv);
  int ep=epoll_create1(0);
  struct epoll_event ev={EPOLLIN|EPOLLET,{.u32=1}},out;
  epoll_ctl(ep,EPOLL_CTL_ADD,sv[1],&ev);
  P(epoll_wait(ep,&out,1,0));
  write(sv[0],"a",1);
  P(epoll_wait(ep,&out,1,0));
  P(epoll_wait(ep,&out,1,0));
  write(sv[0],"b",1);
  P(epoll_wait(ep,&out,1,0));
  write(sv[1],"x",1);
  read(sv[0],big,1);
  P(epoll_wait(ep,&out,1,0));
  shutdown(sv[0],SHUT_WR);
  P(epoll_wait(ep,&out,1,0));
  printf("%x\n",out.events);
  close(sv[0]);
  P(epoll_wait(ep,&out,1,0));
  printf("%x\n",out.events);
  P(fcntl(sv[1],F_SETOWN,getpid()));
  v=getpid();
  P(ioctl(sv[1],0x8901,&v));
  P(ioctl(sv[1],0x8902,&v));
  P(ioctl(sv[1],0x5401,&v));
  P(ioctl(sv[1],0x1234,&v));
  signal(SIGIO,onsig);
  sigs=0;
  socketpair(AF_UNIX,SOCK_STREAM,0,sv);
  fcntl(sv[1],F_SETOWN,getpid());
  fcntl(sv[1],F_SETFL,O_ASYNC);
  write(sv[0],"x",1);
  printf("sigio %d\n",sigs);
  read(sv[1],big,1);
  write(sv[1],"y",1);
  read(sv[0],big,1);
  printf("sigio %d\n",sigs);
  close(sv[0]);
  printf("sigio %d\n",sigs);
  unlink("n10.s");
  unlink("n10.d");
  return 0;
}
