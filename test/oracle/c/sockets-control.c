// AF_UNIX sockets: urgent bytes; descriptors and credentials in messages, and what of them is refused or cut.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <unistd.h>
#include <stdlib.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <dirent.h>
#include <pthread.h>
#include <sys/prctl.h>
#define SIOCATMARK_ 0x8905
#define P(e) do { errno=0; long r_=(long)(e); printf("%s = %ld %s\n", #e, r_, r_<0?strerrorname_np(errno):""); } while(0)

static int sv[2];

static char b[4096];

static int v;

static socklen_t vl;

static int urg;

static void onurg(int s) {
  urg++;
}

static void st(void) {
  struct pollfd p={sv[1],POLLIN|POLLPRI|POLLOUT|POLLRDBAND,0};
  poll(&p,1,0);
  int m=-1,o=-1;
  ioctl(sv[1],SIOCATMARK_,&m);
  ioctl(sv[0],TIOCOUTQ,&o);
  printf("  poll %x mark %d outq %d urg %d\n",p.revents,m,o,urg);
}

static void rd(int n,int f) {
  memset(b,0,sizeof b);
  errno=0;
  int r=recv(sv[1],b,n,f|MSG_DONTWAIT);
  printf("recv %d %x = %d %s '%s'\n",n,f,r,r<0?strerrorname_np(errno):"",b);
  st();
}

static void sd(const char*s,int f) {
  errno=0;
  int r=send(sv[0],s,strlen(s),f|MSG_DONTWAIT|MSG_NOSIGNAL);
  printf("send '%s' %x = %d %s\n",s,f,r,r<0?strerrorname_np(errno):"");
  st();
}

static void open2() {
  close(sv[0]);
  close(sv[1]);
  socketpair(AF_UNIX,SOCK_STREAM,0,sv);
  fcntl(sv[1],F_SETOWN,getpid());
  urg=0;
  printf("--\n");
}

static int cmsgsend(int fd,int type,void*d,int n,int len) {
  char cb[2048];
  struct msghdr m={0};
  struct iovec io={"xyz",len};
  m.msg_iov=&io;
  m.msg_iovlen=1;
  m.msg_control=cb;
  m.msg_controllen=CMSG_LEN(n);
  struct cmsghdr*c=(void*)cb;
  c->cmsg_len=CMSG_LEN(n);
  c->cmsg_level=SOL_SOCKET;
  c->cmsg_type=type;
  memcpy(CMSG_DATA(c),d,n);
  return sendmsg(fd,&m,MSG_DONTWAIT);
}

static void cmsgrecv(int fd,int room,int flags) {
  char cb[2048];
  memset(cb,0,sizeof cb);
  struct msghdr m={0};
  struct iovec io={b,100};
  m.msg_iov=&io;
  m.msg_iovlen=1;
  m.msg_control=room<0?0:cb;
  m.msg_controllen=room<0?0:room;
  errno=0;
  int r=recvmsg(fd,&m,flags|MSG_DONTWAIT);
  printf("recvmsg room %d = %d %s flags %x clen %d",room,r,r<0?strerrorname_np(errno):"",m.msg_flags,(int)m.msg_controllen);
  if(r>=0) for(struct cmsghdr*c=CMSG_FIRSTHDR(&m);c;c=CMSG_NXTHDR(&m,c)) {
    printf(" [lvl %d type %d len %d:",c->cmsg_level,c->cmsg_type,(int)c->cmsg_len);
    int n=(c->cmsg_len-CMSG_LEN(0))/4;
    int*d=(void*)CMSG_DATA(c);
    for(int i=0;i<n;i++) {
      if(c->cmsg_type==2&&i==0) printf(" pid%s",d[0]==getpid()?"=me":d[0]?"=other":"=0");
      else if(c->cmsg_type==4) {
        printf(" pidfd%s",d[i]>=0?"":"<0");
        if(d[i]<0)printf("%d",d[i]);
        if(d[i]>=0) close(d[i]);
      } else {
        printf(" %d",d[i]);
        if(c->cmsg_type==1) {
          printf(fcntl(d[i],F_GETFD)?"c":"");
          close(d[i]);
        }
      }
    }
    printf("]");
  }
  printf("\n");
}

int main() {
  setvbuf(stdout,0,_IONBF,0);
  signal(SIGURG,onurg);
  signal(SIGPIPE,SIG_IGN);
  open2();
  rd(9,MSG_OOB);
  sd("",MSG_OOB);
  sd("abX",MSG_OOB);
  rd(9,0);
  rd(9,0);
  open2();
  sd("abX",MSG_OOB);
  rd(9,MSG_OOB);
  rd(9,MSG_OOB);
  rd(9,0);
  sd("cd",0);
  rd(9,0);
  rd(9,0);
  open2();
  sd("abX",MSG_OOB);
  sd("cd",0);
  rd(9,0);
  rd(9,0);
  open2();
  sd("abX",MSG_OOB);
  sd("cdY",MSG_OOB);
  rd(9,MSG_PEEK);
  rd(9,MSG_OOB|MSG_PEEK);
  rd(9,0);
  rd(9,MSG_OOB);
  rd(9,0);
  sd("e",0);
  rd(9,0);
  open2();
  v=1;
  setsockopt(sv[1],SOL_SOCKET,SO_OOBINLINE,&v,4);
  sd("abX",MSG_OOB);
  sd("cd",0);
  rd(9,MSG_OOB);
  rd(9,0);
  rd(9,0);
  rd(9,0);
  open2();
  sd("X",MSG_OOB);
  rd(9,MSG_PEEK);
  rd(9,0);
  sd("Y",MSG_OOB);
  rd(9,MSG_OOB);
  sd("Z",MSG_OOB);
  st();
  rd(9,MSG_PEEK);
  rd(9,0);
  rd(9,MSG_OOB);
  open2();
  sd("abX",MSG_OOB);
  rd(9,MSG_OOB);
  sd("cd",0);
  rd(9,MSG_PEEK);
  rd(1,0);
  rd(9,0);
  rd(9,0);
  open2();
  sd("X",MSG_OOB);
  rd(9,MSG_OOB);
  close(sv[1]);
  errno=0;
  int r=recv(sv[0],b,9,MSG_DONTWAIT);
  printf("after close %d %s\n",r,r<0?strerrorname_np(errno):"");
  open2();
  sd("X",MSG_OOB);
  close(sv[1]);
  errno=0;
  r=recv(sv[0],b,9,MSG_DONTWAIT);
  printf("after close %d %s\n",r,r<0?strerrorname_np(errno):"");
  // Control.
  for(int t=1;t<=5;t++) {
    if(t==3||t==4)continue;
    printf("type %d\n",t);
    socketpair(AF_UNIX,t,0,sv);
    int fds[300];
    for(int i=0;i<300;i++)fds[i]=sv[0];
    P(cmsgsend(sv[0],SCM_RIGHTS,fds,8,1));
    cmsgrecv(sv[1],200,0);
    P(cmsgsend(sv[0],SCM_RIGHTS,fds,253*4,1));
    cmsgrecv(sv[1],100,0);
    P(cmsgsend(sv[0],SCM_RIGHTS,fds,254*4,1));
    fds[1]=99;
    P(cmsgsend(sv[0],SCM_RIGHTS,fds,8,1));
    fds[1]=-1;
    P(cmsgsend(sv[0],SCM_RIGHTS,fds,8,1));
    fds[1]=sv[0];
    P(cmsgsend(sv[0],SCM_RIGHTS,fds,0,1));
    cmsgrecv(sv[1],200,0);
    P(cmsgsend(sv[0],77,fds,4,1));
    P(cmsgsend(sv[0],SCM_RIGHTS,fds,6,1));
    cmsgrecv(sv[1],200,0);
    P(cmsgsend(sv[0],SCM_RIGHTS,fds,8,0));
    cmsgrecv(sv[1],200,0);
    P(cmsgsend(sv[0],SCM_RIGHTS,fds,8,3));
    cmsgrecv(sv[1],200,MSG_PEEK);
    cmsgrecv(sv[1],200,MSG_CMSG_CLOEXEC);
    cmsgrecv(sv[1],200,0);
    for(int room=-1;room<=30;room++) {
      cmsgsend(sv[0],SCM_RIGHTS,fds,8,1);
      cmsgrecv(sv[1],room,0);
    }
    struct ucred u={getpid(),getuid(),getgid()};
    P(cmsgsend(sv[0],SCM_CREDENTIALS,&u,12,1));
    cmsgrecv(sv[1],200,0);
    v=1;
    setsockopt(sv[1],SOL_SOCKET,SO_PASSCRED,&v,4);
    P(cmsgsend(sv[0],SCM_CREDENTIALS,&u,12,1));
    cmsgrecv(sv[1],200,0);
    P(write(sv[0],"a",1));
    cmsgrecv(sv[1],200,0);
    P(cmsgsend(sv[0],SCM_CREDENTIALS,&u,8,1));
    u.pid=1;
    P(cmsgsend(sv[0],SCM_CREDENTIALS,&u,12,1));
    cmsgrecv(sv[1],200,0);
    u.pid=999999;
    P(cmsgsend(sv[0],SCM_CREDENTIALS,&u,12,1));
    P(cmsgsend(sv[0],SCM_RIGHTS,fds,8,1));
    cmsgrecv(sv[1],200,0);
    P(cmsgsend(sv[0],SCM_RIGHTS,fds,8,1));
    cmsgrecv(sv[1],40,0);
    cmsgsend(sv[0],SCM_RIGHTS,fds,8,1);
    cmsgrecv(sv[1],20,0);
    write(sv[0],"a",1);
    cmsgrecv(sv[1],-1,0);
    v=1;
    P(setsockopt(sv[1],SOL_SOCKET,76,&v,4));
    write(sv[0],"a",1);
    cmsgrecv(sv[1],200,0);
    cmsgsend(sv[0],SCM_RIGHTS,fds,4,1);
    cmsgrecv(sv[1],200,0);
    for(int room=32;room<60;room+=4) {
      write(sv[0],"a",1);
      cmsgrecv(sv[1],room,0);
    }
    int pid=fork();
    if(!pid) {
      write(sv[0],"child",5);
      _exit(0);
    }
    waitpid(pid,0,0);
    write(sv[0],"me",2);
    cmsgrecv(sv[1],200,0);
    cmsgrecv(sv[1],200,0);
    write(sv[0],"a",1);
    write(sv[0],"b",1);
    v=0;
    setsockopt(sv[1],SOL_SOCKET,SO_PASSCRED,&v,4);
    setsockopt(sv[1],SOL_SOCKET,76,&v,4);
    cmsgrecv(sv[1],200,0);
    cmsgrecv(sv[1],200,0);
    write(sv[0],"q",1);
    v=1;
    setsockopt(sv[1],SOL_SOCKET,SO_PASSCRED,&v,4);
    setsockopt(sv[1],SOL_SOCKET,76,&v,4);
    cmsgrecv(sv[1],200,0);
    {
      struct sockaddr_un a;
      vl=sizeof a;
      getsockname(sv[1],(void*)&a,&vl);
      printf("named %d\n",(int)vl);
    }
    P(send(sv[1],"x",1,MSG_DONTWAIT));
    {
      struct sockaddr_un a;
      vl=sizeof a;
      getsockname(sv[1],(void*)&a,&vl);
      printf("named %d\n",(int)vl);
    }
    close(sv[0]);
    close(sv[1]);
  }
  // Rlimit at receipt.
  socketpair(AF_UNIX,SOCK_STREAM,0,sv);
  struct rlimit rl={sv[1]+2,sv[1]+2};
  int f3[3]={sv[0],sv[0],sv[0]};
  P(cmsgsend(sv[0],SCM_RIGHTS,f3,12,1));
  setrlimit(RLIMIT_NOFILE,&rl);
  cmsgrecv(sv[1],200,0);
  P(cmsgsend(sv[0],SCM_RIGHTS,f3,12,1));
  dup(0);
  dup(0);
  dup(0);
  cmsgrecv(sv[1],200,0);
  P(socket(1,1,0));
  int t2[2];
  P(socketpair(1,1,0,t2));
  P(accept(0,0,0));
  // Too many refs as a user.
  close(3+0);
  for(int i=5;i<12;i++)close(i);
  setuid(65534);
  prctl(PR_SET_DUMPABLE,1);
  for(int i=0;i<40;i++) {
    int r=cmsgsend(sv[0],SCM_RIGHTS,f3,12,1);
    if(r<0) {
      printf("refs after %d: %s\n",i,strerrorname_np(errno));
      break;
    }
  }
  struct ucred u={getpid(),0,0};
  P(cmsgsend(sv[0],SCM_CREDENTIALS,&u,12,1));
  u.uid=65534;
  P(cmsgsend(sv[0],SCM_CREDENTIALS,&u,12,1));
  u.pid=1;
  P(cmsgsend(sv[0],SCM_CREDENTIALS,&u,12,1));
  v=99999999;
  P(setsockopt(sv[0],SOL_SOCKET,SO_SNDBUFFORCE,&v,4));
  P(setsockopt(sv[0],SOL_SOCKET,SO_PRIORITY,&v,4));
  v=6;
  P(setsockopt(sv[0],SOL_SOCKET,SO_PRIORITY,&v,4));
  P(setsockopt(sv[0],SOL_SOCKET,SO_MARK,&v,4));
  P(setsockopt(sv[0],SOL_SOCKET,SO_DEBUG,&v,4));
  return 0;
}
