// Rows: servers and their clients over loopback.
import { NUMBERS, type Row } from './row.ts'

const PAGE =
  'seq 1000 > www/numbers; echo "<h1>hello</h1>" > www/index.html; mkdir -p www/dir; echo inner > www/dir/f; truncate -s 3M www/big'
/** Waits for a port of loopback to answer, at most ten seconds. */
const WAIT = `ready() { for try in $(seq 100); do bash -c "exec 3<>/dev/tcp/127.0.0.1/$1" 2>/dev/null && return; sleep 0.1; done; echo "nobody at $1"; }`

export const SERVICES: readonly Row[] = [
  {
    program: 'socat',
    what: 'TCP, UDP, UNIX (path and abstract), IPv6, pipes, ptys, EXEC, fork, half-close, SOCKS-less relays',
    packages: ['socat'],
    masks: [[/^\d+\/\d+\/\d+ [\d:]+ socat\[\d+\]/gm, 'DATE socat[N]']],
    setup: WAIT,
    cases: [
      {
        name: 'streams',
        script: `${WAIT}
socat TCP-LISTEN:7001,fork,reuseaddr EXEC:'tr a-z A-Z' & A=$!; socat TCP6-LISTEN:7002,fork,reuseaddr PIPE & socat UNIX-LISTEN:u.sock,fork EXEC:'rev' & socat ABSTRACT-LISTEN:abs,fork PIPE & ready 7001; ready 7002; echo hello | socat -t 5 - TCP:127.0.0.1:7001; echo six | socat -t 5 - 'TCP6:[::1]:7002'; echo unix | socat -t 5 - UNIX-CONNECT:u.sock; echo abs | socat -t 5 - ABSTRACT-CONNECT:abs; seq 100000 | socat -t 10 - TCP:127.0.0.1:7001 | md5sum; socat - TCP:127.0.0.1:7003; echo $?; socat TCP-LISTEN:7004,reuseaddr TCP:127.0.0.1:7001 & ready 7004 2>/dev/null; socat -u FILE:/etc/passwd OPEN:copy,creat; cmp /etc/passwd copy; kill $A`,
      },
      {
        name: 'datagrams and ptys',
        script: `socat UDP-RECVFROM:7010,fork EXEC:'tr a-z A-Z' & socat UNIX-RECVFROM:d.sock,fork EXEC:cat & sleep 0.5; echo udp | socat -t 1 - UDP:127.0.0.1:7010; echo dgram | socat -t 1 - UNIX-SENDTO:d.sock,bind=c.sock; socat PTY,link=p1,raw,echo=0 PTY,link=p2,raw,echo=0 & sleep 0.5; (head -n 1 < p2 > got &); sleep 0.2; echo through > p1; sleep 0.3; cat got; echo tty | socat -t 1 - EXEC:'cat',pty,raw,echo=0; socat - SYSTEM:'echo sys; echo err >&2',stderr < /dev/null | sort`,
      },
    ],
  },
  {
    program: 'busybox httpd, wget, nc, telnetd',
    what: 'a page, a file, a byte range, CGI, 404, upload; nc; ftpd and ftpget by tcpsvd; udhcp-less tools',
    packages: [],
    setup: `${WAIT}
mkdir www; ${PAGE}; mkdir www/cgi-bin; printf '#!/bin/sh\\necho "Content-type: text/plain"; echo; echo "$REQUEST_METHOD $QUERY_STRING"; [ "$REQUEST_METHOD" = POST ] && head -c $CONTENT_LENGTH' > www/cgi-bin/env; chmod 755 www/cgi-bin/env; busybox httpd -f -p 127.0.0.1:8080 -h www & busybox tcpsvd -vE 127.0.0.1 2121 busybox ftpd -w www & ready 8080; ready 2121`,
    cases: [
      {
        name: 'wget',
        script:
          'wget() { busybox wget "$@"; }; wget -qO- http://127.0.0.1:8080/; wget -qO- http://localhost:8080/numbers | md5sum; wget -O- http://127.0.0.1:8080/none; echo $?; wget -qO- "http://127.0.0.1:8080/cgi-bin/env?a=b"; wget -qO- --post-data "x=1" http://127.0.0.1:8080/cgi-bin/env; echo; wget -q http://127.0.0.1:8080/big && stat -c %s big; head -c 1000 www/numbers > numbers; wget -qc http://127.0.0.1:8080/numbers; cmp numbers www/numbers && echo continued; wget -S -qO/dev/null http://127.0.0.1:8080/ 2>&1 | grep -iE "HTTP/|content-(type|length)"; wget -qO- http://127.0.0.1:8081/; echo $?; wget --spider http://127.0.0.1:8080/numbers; wget -qO- http://127.0.0.1:8080/dir; echo $?',
      },
      {
        name: 'nc and ftp',
        script:
          'printf "GET / HTTP/1.0\\r\\n\\r\\n" | busybox nc 127.0.0.1 8080 | tr -d "\\r" | grep -E "HTTP|hello"; busybox nc -l -p 9000 > got & sleep 0.3; echo sent | busybox nc 127.0.0.1 9000; wait; cat got; echo x | busybox nc 127.0.0.1 9001; echo $?; busybox ftpget 127.0.0.1 -p 2121 n2 numbers 2>&1; busybox ftpget -P 2121 127.0.0.1 n2 numbers && cmp n2 www/numbers && echo same; echo up > up; busybox ftpput -P 2121 127.0.0.1 up2 up && cat www/up2',
      },
    ],
  },
  {
    program: 'nginx, curl',
    what: 'master and workers; pages, ranges, gzip, keep-alive, HEAD, errors, proxy to itself, upload by PUT, parallel requests, reload, quit',
    packages: ['nginx', 'curl'],
    masks: [
      [/^\d+\/\d+\/\d+ [\d:]+ /gm, 'DATE '],
      [/\d+#\d+/g, 'N#N'],
    ],
    files: {
      'nginx.conf': `daemon on; worker_processes 2; pid /tmp/w/nginx.pid; error_log /tmp/w/error.log; user www-data;
events { worker_connections 64; }
http { access_log /tmp/w/access.log; client_body_temp_path /tmp/w/b; proxy_temp_path /tmp/w/p; fastcgi_temp_path /tmp/w/f; uwsgi_temp_path /tmp/w/u; scgi_temp_path /tmp/w/s;
types { text/html html; } default_type text/plain; gzip on; gzip_types text/plain; sendfile on; tcp_nopush on;
server { listen 127.0.0.1:8088; listen [::1]:8088; root /tmp/w/www; location /up/ { client_max_body_size 10m; dav_methods PUT DELETE; create_full_put_path on; } location /proxy/ { proxy_pass http://127.0.0.1:8088/; } location /moved { return 301 /; } location /list/ { autoindex on; } location /unix/ { proxy_pass http://unix:/tmp/w/n.sock:/; } }
server { listen unix:/tmp/w/n.sock; root /tmp/w/www; } }
`,
    },
    setup: `${WAIT}
mkdir www; ${PAGE}; mkdir www/up; chown -R www-data www; chmod 777 .; nginx -c /tmp/w/nginx.conf; ready 8088`,
    cases: [
      {
        name: 'requests',
        script:
          'U=http://127.0.0.1:8088; curl -s $U/; curl -s $U/numbers | md5sum; curl -s -o /dev/null -o /dev/null -w "%{http_code} %{size_download} %{num_connects}\\n" $U/none $U/big; curl -sI $U/ | tr -d "\\r" | grep -E "^(HTTP|Server|Content)"; curl -sr 0-9 $U/numbers; curl -s --compressed -H "Accept-Encoding: gzip" $U/numbers | md5sum; curl -s "http://[::1]:8088/dir/f"; curl -s $U/proxy/dir/f; curl -s $U/unix/dir/f; curl -s --unix-socket n.sock http://x/dir/f; curl -sL -w "%{num_redirects}\\n" $U/moved; curl -s http://127.0.0.1:8089/; echo $?; curl -s -m 1 http://127.0.0.1:8088/ -o /dev/null; echo $?',
      },
      {
        name: 'more',
        script:
          'U=http://127.0.0.1:8088; head -c 2000000 /dev/zero > z; curl -s -T z -o /dev/null -w "%{http_code}\\n" $U/up/z; stat -c %s www/up/z; curl -s -X DELETE -o /dev/null -w "%{http_code}\\n" $U/up/z; curl -s -d a=b -o /dev/null -w "%{http_code}\\n" $U/; curl -s --parallel --parallel-max 8 -o "o#1" "$U/numbers?[1-20]"; cat o* | wc -l; for i in 1 2 3 4 5 6; do curl -s $U/big | wc -c & done; wait; curl -s -Z $U/dir/f $U/dir/f; pgrep -c nginx; nginx -c /tmp/w/nginx.conf -s reload; sleep 1; curl -s $U/dir/f; wc -l < access.log | sed "s/^[0-9][0-9]$/dozens/"; nginx -c /tmp/w/nginx.conf -s quit; sleep 1; pgrep -c nginx; cat error.log | grep -vE "signal process|notice"',
      },
    ],
  },
  {
    program: 'redis',
    what: 'redis-server and redis-cli: strings, lists, sets, scripts, transactions, publish, expiry, save by fork, append-only file; redis-benchmark',
    packages: ['redis-server', 'redis-tools'],
    setup: `${WAIT}
redis-server --port 7777 --save '' --dir /tmp/w --unixsocket /tmp/w/r.sock --daemonize no --logfile /tmp/w/log & ready 7777`,
    cases: [
      {
        name: 'commands',
        script:
          'r() { redis-cli -p 7777 "$@"; }; r ping; r set a 1; r incr a; r get a; r lpush l x y z; r lrange l 0 -1; r sadd s a b; r scard s; r hset h f v g w; r hgetall h; r zadd z 2 b 1 a; r zrange z 0 -1 withscores; r eval "return redis.call(\'get\', KEYS[1])" 1 a; printf "multi\\nincr a\\nincr a\\nexec\\n" | r; r set t 1 px 200; sleep 0.5; r exists t; r type l; r lpop none; r incr l; redis-cli -s r.sock dbsize; r info server | grep -c redis_version; (timeout 2 redis-cli -p 7777 subscribe ch > sub &) ; sleep 0.7; r publish ch hello; sleep 0.5; tail -n 1 sub; (r blpop q 5 > b &); sleep 0.3; r rpush q item > /dev/null; sleep 0.3; cat b; redis-cli -p 7778 ping; seq 1000 | sed "s/.*/set k& &/" | redis-cli -p 7777 --pipe | tail -n 1; r object encoding a; r object help > /dev/null; r --scan --pattern "k99*" | sort | head -n 3',
      },
      {
        name: 'kept',
        script:
          'r() { redis-cli -p 7777 "$@"; }; r save; ls dump.rdb; r bgsave; sleep 1.5; r lastsave | wc -l; r config set appendonly yes; sleep 1.5; r set after 1; r bgrewriteaof; sleep 1.5; ls appendonlydir | wc -l; r debug sleep 0 ; redis-check-rdb dump.rdb | grep -cE "RDB looks OK|Checksum OK"; r config get maxmemory; r client list | wc -l; r shutdown; sleep 0.5; redis-cli -p 7777 ping; redis-server --port 7779 --dir /tmp/w --appendonly yes --logfile l2 --save "" & sleep 1.5; redis-cli -p 7779 get after; redis-cli -p 7779 shutdown nosave; wait; grep -c WARNING l2 > /dev/null',
      },
      {
        name: 'benchmark',
        script:
          'redis-server --port 7780 --save "" --logfile l3 & sleep 1; redis-benchmark -p 7780 -n 2000 -c 20 -q -t ping,set,get,lpush,lrange_100,mset | tr "\\r" "\\n" | grep "requests per second" | sed "s/: .*//" ; redis-benchmark -p 7780 -n 5000 -P 16 -q -t get --threads 2 | tr "\\r" "\\n" | grep -c "requests per second"; redis-cli -p 7780 shutdown; wait',
      },
    ],
  },
  {
    program: 'openssh',
    what: 'keys made, sshd, login by key, a command, its status, a terminal, scp, sftp, forwarded ports, a multiplexed connection, agent',
    packages: ['openssh-server', 'openssh-client', 'socat'],
    files: {
      sshd_config:
        'Port 2222\nListenAddress 127.0.0.1\nHostKey /tmp/w/host\nAuthorizedKeysFile /tmp/w/key.pub\nUsePAM no\nStrictModes no\nPidFile /tmp/w/pid\nSubsystem sftp internal-sftp\nPermitRootLogin yes\n',
      config:
        'Host here\n HostName 127.0.0.1\n Port 2222\n User root\n IdentityFile /tmp/w/key\n UserKnownHostsFile /tmp/w/known\n StrictHostKeyChecking accept-new\n LogLevel ERROR\n',
    },
    setup: `${WAIT}
ssh-keygen -q -t ed25519 -N '' -f host; ssh-keygen -q -t ed25519 -N '' -f key; usermod -p x root 2>/dev/null; /usr/sbin/sshd -f /tmp/w/sshd_config -E /tmp/w/log; ready 2222`,
    cases: [
      {
        name: 'login',
        script: `S="ssh -F config here"; $S 'echo hello; id -u; echo $((6*7))'; $S 'exit 7'; echo $?; echo input | $S cat; $S 'kill -9 $$'; echo $?; ssh -tt -F config here 'tty | sed s/[0-9]*$//; stty size; exit 3' < /dev/null | tr -d '\\r'; echo $?; seq 50000 | $S md5sum; ssh -F config -o User=nobody here true 2>&1 | sed 's/(.*//'; ssh -F config -p 2223 here true; cat known | cut -d' ' -f1,2; $S 'echo $SSH_CONNECTION' | cut -d' ' -f1,3,4; grep -c 'Accepted publickey' log > /dev/null && echo logged`,
      },
      {
        name: 'copies',
        script: `seq 100000 > big; scp -qF config big here:/tmp/w/big2 && cmp big big2 && echo same; scp -qF config here:/tmp/w/big2 big3 && cmp big big3 && echo back; mkdir -p t/u; echo x > t/u/f; scp -qrpF config t here:/tmp/w/t2 && cat t2/u/f; printf 'pwd\\nls -1 t\\nput big big4\\nget big4 big5\\nrm big4\\nmkdir nd\\nbye\\n' | sftp -qF config -b - here:/tmp/w | grep -v Fetching | grep -v Uploading; cmp big big5 && echo sftp; scp -qF config here:/none .; echo $?; tar cf - t | ssh -F config here 'tar tf -'`,
      },
      {
        name: 'forwarding',
        script: `socat TCP-LISTEN:7500,fork,reuseaddr EXEC:rev & R=$!; sleep 0.3; ssh -F config -fNL 7501:127.0.0.1:7500 here; echo abc | socat -t 3 - TCP:127.0.0.1:7501; ssh -F config -fNR 7502:127.0.0.1:7500 here; echo def | socat -t 3 - TCP:127.0.0.1:7502; ssh -F config -fNM -S ctl here; ssh -F config -S ctl here 'echo over one'; ssh -F config -S ctl -O check here 2>&1 | sed 's/=[0-9]*/=N/'; ssh -F config -S ctl -O exit here; eval $(ssh-agent) > /dev/null; ssh-add -q key; ssh-add -l | cut -d' ' -f1,4; kill $SSH_AGENT_PID; pkill -f 'ssh -F'; kill $(cat pid); sleep 0.3; ssh -F config here true; kill $R`,
      },
    ],
  },
  {
    program: 'python3',
    what: 'sockets, selectors, asyncio, http.server, threads, multiprocessing, subprocess, mmap, signals, pty, sqlite3, zoneinfo-less dates',
    packages: ['python3'],
    cases: [
      {
        name: 'network',
        script: `cat > n.py <<'EOF'
import asyncio, socket, socketserver, threading, http.server, urllib.request, selectors
async def main():
    async def serve(r, w):
        while line := await r.readline(): w.write(line.upper()); await w.drain()
        w.close()
    s = await asyncio.start_server(serve, '127.0.0.1', 0)
    port = s.sockets[0].getsockname()[1]
    async def ask(n):
        r, w = await asyncio.open_connection('127.0.0.1', port)
        w.write(b'hello %d\\n' % n); got = await r.readline(); w.close(); return got.decode().strip()
    print(await asyncio.gather(*(ask(n) for n in range(20))))
    p = await asyncio.create_subprocess_exec('tr', 'a-z', 'A-Z', stdin=-1, stdout=-1)
    print((await p.communicate(b'piped'))[0])
    try: await asyncio.wait_for(asyncio.sleep(5), 0.1)
    except TimeoutError: print('timeout')
asyncio.run(main())
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(self.path.encode())
    def log_message(self, *a): pass
h = http.server.ThreadingHTTPServer(('127.0.0.1', 0), H); threading.Thread(target=h.serve_forever, daemon=True).start()
print([urllib.request.urlopen(f'http://127.0.0.1:{h.server_port}/{n}').read() for n in range(5)]); h.shutdown()
a, b = socket.socketpair(); a.sendall(b'x'); sel = selectors.DefaultSelector(); sel.register(b, selectors.EVENT_READ); print(len(sel.select(1)), b.recv(9))
u = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); u.bind('\\0name'); v = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); v.sendto(b'd', '\\0name'); print(u.recvfrom(9))
print(socket.getaddrinfo('localhost', 80, type=socket.SOCK_STREAM)[0][4][1], socket.if_nameindex())
EOF
python3 n.py`,
      },
      {
        name: 'processes',
        script: `cat > p.py <<'EOF'
import multiprocessing as mp, os, subprocess, signal, threading, mmap, pty, sqlite3, tempfile, time, concurrent.futures as cf, queue, resource, shutil
def f(n): return n * n
def main():
    for how in ('fork', 'spawn', 'forkserver'):
        with mp.get_context(how).Pool(3) as p: print(how, p.map(f, range(10)))
    with cf.ThreadPoolExecutor(4) as e: print(sum(e.map(f, range(100))))
    q = mp.Queue(); p = mp.Process(target=q.put, args=(42,)); p.start(); print(q.get()); p.join(); print(p.exitcode)
    from multiprocessing import shared_memory
    s = shared_memory.SharedMemory(create=True, size=100); s.buf[0] = 7; t = shared_memory.SharedMemory(s.name); print(t.buf[0]); t.close(); s.close(); s.unlink()
    print(subprocess.run(['sh', '-c', 'echo out; echo err >&2; exit 3'], capture_output=True, text=True))
    got = []; signal.signal(signal.SIGALRM, lambda *a: got.append(1)); signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05); time.sleep(0.3); signal.setitimer(signal.ITIMER_REAL, 0); print(len(got) >= 3)
    m = mmap.mmap(-1, 4096); m[:5] = b'hello'; pid = os.fork()
    if pid == 0: m[:5] = b'child'; os._exit(9)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), m[:5])
    pid, fd = pty.fork()
    if pid == 0: os.execvp('sh', ['sh', '-c', 'tty > /dev/null && echo terminal'])
    print(os.read(fd, 100)); os.waitpid(pid, 0)
    d = sqlite3.connect('t.db'); d.execute('pragma journal_mode=wal'); d.execute('create table if not exists t(a)'); d.executemany('insert into t values(?)', [(n,) for n in range(1000)]); d.commit(); print(d.execute('select sum(a) from t').fetchone())
    l = threading.Lock(); n = [0]
    def add():
        for _ in range(1000):
            with l: n[0] += 1
    ts = [threading.Thread(target=add) for _ in range(5)]; [t.start() for t in ts]; [t.join() for t in ts]; print(n)
    print(os.sched_getaffinity(0) != set(), os.getpriority(os.PRIO_PROCESS, 0), os.uname().machine, os.memfd_create('x') > 0, os.pidfd_open(os.getpid()) > 0)
if __name__ == '__main__': main()
EOF
timeout 100 python3 p.py`,
      },
    ],
    seconds: 120,
  },
  {
    program: 'perl',
    what: 'sockets, forks, pipes, select, signals, sorting, regular expressions, System V IPC, threads-less modules',
    packages: ['perl'],
    cases: [
      {
        name: 'processes and sockets',
        script: `cat > p.pl <<'EOF'
use strict; use IO::Socket::INET; use IO::Select; use Socket; use POSIX qw(:sys_wait_h); use IPC::Open3; use Time::HiRes qw(sleep time alarm); use Fcntl qw(:flock); use IPC::SysV qw(IPC_PRIVATE S_IRUSR S_IWUSR IPC_RMID); use File::Temp; use Digest::MD5 qw(md5_hex); use Data::Dumper; $| = 1;
my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die; my $port = $s->sockport;
for my $n (1 .. 3) { if (fork == 0) { my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port); print $c "client $n\\n"; exit $n } }
my @got; for (1 .. 3) { my $c = $s->accept; push @got, scalar <$c> } print sort @got; my @st; while ((my $p = wait) > 0) { push @st, $? >> 8 } print join(',', sort @st), "\\n";
socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die; $a->autoflush; print $a "over\\n"; print scalar <$b>; my $sel = IO::Select->new($b); print scalar($sel->can_read(0.1)) // 'nothing', "\\n"; shutdown($a, 1); print defined(readline $b) ? 'more' : 'end', "\\n";
my $pid = open3(my $in, my $out, undef, 'sort', '-r'); print $in "a\\nb\\n"; close $in; print <$out>; waitpid $pid, 0; print "$?\\n";
local $SIG{ALRM} = sub { die "alarm\\n" }; eval { alarm 0.2; sleep 5 }; print $@; $SIG{USR1} = sub { print "usr1\\n" }; kill USR1 => $$; 
my $id = shmget(IPC_PRIVATE, 100, S_IRUSR | S_IWUSR) // die; shmwrite $id, "shared", 0, 6; shmread $id, my $buf, 0, 6; print "$buf\\n"; shmctl $id, IPC_RMID, 0; my $q = msgget(IPC_PRIVATE, 0600); msgsnd $q, pack('l! a*', 3, 'msg'), 0; msgrcv $q, $buf, 10, 3, 0; print substr($buf, length pack 'l!', 0), "\\n"; msgctl $q, IPC_RMID, 0; my $m = semget(IPC_PRIVATE, 1, 0600); semop $m, pack('s3', 0, 2, 0); print semctl($m, 0, 12, 0), "\\n"; semctl $m, 0, IPC_RMID, 0;
print md5_hex('x'), ' ', join(' ', map { sprintf '%s', $_ } sort { $a <=> $b } map { $_ * 7 % 11 } 1 .. 10), "\\n"; print "yes $1 $+{n}\\n" if 'abc-123' =~ /(\\w+)-(?<n>\\d+)/; open my $f, '+>', 'lock'; print flock($f, LOCK_EX | LOCK_NB) ? 'locked' : 'no', "\\n"; print \`echo back; exit 3\`, $? >> 8, "\\n"; print -e '/etc/passwd' ? 1 : 0, -d '/tmp' ? 1 : 0, "\\n"; print scalar(getpwuid 0), ' ', inet_ntoa(scalar gethostbyname 'localhost'), "\\n"; printf "%s\\n", join ',', (POSIX::uname)[0, 4]; select undef, undef, undef, 0.1; print "$0\\n";
EOF
perl p.pl`,
      },
    ],
  },
  {
    program: 'sqlite3',
    what: 'tables, joins, indexes, windows, JSON, full text, WAL and rollback journals, two processes that lock, backup, import, recovery after kill -9',
    packages: ['sqlite3'],
    cases: [
      {
        name: 'queries',
        script: `sqlite3 a.db <<'EOF'
create table t(id integer primary key, k text, v real); with recursive n(i) as (select 1 union all select i+1 from n where i<20000) insert into t select i, 'k' || (i*7919 % 1000), i*0.5 from n; create index tk on t(k);
select count(*), sum(v), min(k) from t; select k, count(*) c from t group by k order by c desc, k limit 3; select id, sum(v) over (order by id rows 2 preceding) from t limit 4; select json_extract('{"a":[1,2,{"b":3}]}', '$.a[2].b'); explain query plan select * from t where k='k5'; create virtual table f using fts5(x); insert into f values('the quick fox'),('a lazy dog'); select * from f where f match 'qui*'; begin; delete from t where id > 100; rollback; select count(*) from t; update t set v=-1 where id=7 returning v; pragma integrity_check; vacuum; .mode csv
select 1,'a"b'; .tables
select nonsense;
EOF
sqlite3 a.db .dump | md5sum; sqlite3 a.db '.backup b.db'; sqlite3 b.db 'select count(*) from t'; printf '1,x\\n2,y\\n' > i.csv; sqlite3 :memory: '.import i.csv q --csv' '.schema q'`,
      },
      {
        name: 'locks',
        script: `for j in delete wal truncate persist; do rm -f c.db*; sqlite3 c.db "pragma journal_mode=$j; create table t(a)"; for p in 1 2 3 4; do (for i in 1 2 3 4 5; do echo "pragma busy_timeout=20000; begin immediate; insert into t values($p); commit;"; done | sqlite3 c.db > /dev/null) & done; wait; sqlite3 c.db 'select count(*), count(distinct a) from t; pragma integrity_check'; done; (echo 'begin exclusive; insert into t values(9);'; sleep 2; echo 'commit;') | sqlite3 c.db & sleep 1; sqlite3 c.db 'insert into t values(8)'; echo $?; wait; (echo 'begin; insert into t values(10);'; sleep 5) | sqlite3 c.db & sleep 1; pkill -9 sqlite3; wait; sqlite3 c.db 'select max(a) from t'; ls c.db*`,
      },
    ],
  },
  {
    program: 'git',
    what: 'commit, branch, merge, rebase, stash, gc, fsck, worktrees; clone over a path, git:// (git daemon), http:// and ssh-less pushes',
    packages: ['git'],
    setup: `${WAIT}
git config --global user.name A; git config --global user.email a@b; git config --global init.defaultBranch main; git config --global advice.detachedHead false; export GIT_AUTHOR_DATE='2026-02-28T12:00:00Z' GIT_COMMITTER_DATE='2026-02-28T12:00:00Z'; git config --global --add safe.directory '*'`,
    cases: [
      {
        name: 'work',
        script: `git init -q r; cd r; seq 100 > a; git add a; git commit -qm first; git log --oneline; git switch -qc side; sed -i s/50/fifty/ a; git commit -qam side; git switch -q main; sed -i s/^10$/ten/ a; echo b > b; git add b; git commit -qam main; git merge -qm merged side; git log --graph --format=%s; git diff HEAD~1 --stat; git blame -s a | sed -n 10p; git tag -a v1 -m v1; git describe; echo dirty >> a; git stash -q; git stash list; git stash pop -q; git diff --shortstat; git checkout -q a; git rebase -q side~1 2>&1 | head -n 1; git show --stat HEAD | tail -n 1; git gc -q; git count-objects -v | grep -E 'packs|in-pack'; git fsck --no-dangling; git grep -n fifty; git worktree add -q ../w2 v1; ls ../w2; git ls-files -s; git rev-parse HEAD; git archive HEAD | tar t; git bisect start -q HEAD HEAD~2 2>&1 | head -n 1 | cut -c 1-9; git status --short; git mv b c; git status --short; git reset -q --hard; git cat-file -p HEAD | head -n 2`,
      },
      {
        name: 'clones',
        script: `git clone -q r p 2>&1; git -C p log --oneline | wc -l; git clone -q --bare r bare.git; git clone -q file:///tmp/w/bare.git f; git -C f rev-parse HEAD; touch bare.git/git-daemon-export-ok; git daemon --reuseaddr --base-path=/tmp/w --listen=127.0.0.1 --enable=receive-pack --export-all /tmp/w & D=$!; sleep 1; git clone -q git://127.0.0.1/bare.git d; git -C d log --format=%s | head -n 1; cd d; git checkout -q main 2>&1; echo pushed > n; git add n; git commit -qm pushed; git push -q origin HEAD:refs/heads/new; cd ..; git -C bare.git log --format=%s -1 new; git clone -q --depth 1 git://127.0.0.1/bare.git s; git -C s rev-list --count HEAD; git ls-remote git://127.0.0.1/bare.git | cut -f2; git ls-remote git://127.0.0.1/none.git; echo $?; kill $D; git -C bare.git update-server-info; busybox httpd -f -p 127.0.0.1:8090 -h /tmp/w & H=$!; sleep 0.5; git clone -q http://127.0.0.1:8090/bare.git h; git -C h log --format=%s -1 origin/new; git -C h fetch -q; git clone -q http://127.0.0.1:8090/none.git; echo $?; kill $H`,
      },
    ],
    masks: [[/^Auto packing.*\n/gm, '']],
  },
  {
    program: 'loopback',
    what: 'what many of the others stand on: a port in use, refused, reset; 200 clients at once of one server (bash, socat, python3)',
    packages: ['socat', 'python3'],
    masks: [NUMBERS],
    cases: [
      {
        name: 'clients at once',
        script: `cat > c.py <<'EOF'
import socket, threading, struct
s = socket.create_server(('127.0.0.1', 0), backlog=300); port = s.getsockname()[1]
def serve():
    for _ in range(200):
        c, _a = s.accept(); threading.Thread(target=lambda c=c: (c.sendall(c.recv(99)[::-1]), c.close())).start()
threading.Thread(target=serve).start()
cs = [socket.create_connection(('127.0.0.1', port)) for _ in range(200)]
for n, c in enumerate(cs): c.sendall(b'%03d' % n)
print(all(c.recv(9) == (b'%03d' % n)[::-1] and c.recv(9) == b'' for n, c in enumerate(cs)))
try: socket.create_server(('127.0.0.1', port))
except OSError as e: print(type(e), e)
s.close()
for how in ('refused', 'reset'):
    try:
        if how == 'refused': socket.create_connection(('127.0.0.1', 1))
        l = socket.create_server(('127.0.0.1', 0)); c = socket.create_connection(l.getsockname()); d, _a = l.accept(); d.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); d.close(); c.recv(1)
    except OSError as e: print(type(e))
EOF
python3 c.py`,
      },
    ],
  },
]
