// Rows: shells, terminals in terminals, and what draws whole screens. Screens are taken by tmux.
import type { Row } from './row.ts'

/** A program in a tmux of its own; its screen is printed where the script says `shot`. */
const ON_SCREEN = `
export TMUX_TMPDIR=/tmp
show() { tmux -f /dev/null new-session -d -s s -x 80 -y 20 "$@"; sleep 1; }
keys() { tmux send-keys -t s "$@"; sleep 0.6; }
shot() { tmux capture-pane -p -t s | sed 's/ *$//' | sed -e :a -e '/^\\n*$/{$d;N;ba' -e '}'; echo ----; }
finish() { sleep 0.5; tmux has-session -t s 2>&1; tmux kill-server 2>/dev/null; }
`
const onScreen = (name: string, script: string): { name: string; script: string } => ({ name, script: `${ON_SCREEN}\n${script}` })

export const SHELLS: readonly Row[] = [
  {
    program: 'dash',
    what: 'scripts with functions, traps, here-documents, jobs, pipelines, getopts, arithmetic',
    packages: [],
    cases: [
      {
        name: 'language',
        script: `f() { local a=$1; echo "$a $#" "$@"; return 3; }; f x y; echo $?; for i in 1 2 3; do case $i in 2) continue;; esac; echo $i; done; x=abc.tar.gz; echo \${x%%.*} \${x#*.} \${#x} \${y:-none}; set -- -a -b v w; while getopts ab: o; do echo $o $OPTARG; done; cat <<EOF
  $((3 * (4 + 5))) $(echo nested $(echo deep))
EOF
IFS=:; set -- $PATH; echo $1; unset IFS; i=0; while [ $i -lt 3 ]; do i=$((i + 1)); done; echo $i; eval 'z=7'; echo $z; printf '%s-' a b c; echo; (exit 5); echo $?; ! true; echo $?; : > e; [ -s e ] || echo empty; read a b <<EOF
one two three
EOF
echo "$b"; type f | head -n 1; readonly r=1; (r=2); echo end`,
      },
      {
        name: 'processes',
        script: `trap 'echo usr1' USR1; kill -USR1 $$; trap 'echo bye' EXIT; sleep 0.2 & wait $!; echo waited $?; (trap 'echo term; exit 9' TERM; sleep 5 & wait) & P=$!; sleep 0.2; kill $P; wait $P; echo $?; seq 5 | (read a; cat) | tail -n 1; sh -c 'kill -SEGV $$'; echo $?; exec 3> o; echo three >&3; exec 3>&-; cat o; { echo out; echo err >&2; } 2>&1 | sort; times > /dev/null; ulimit -n > /dev/null; umask 077; touch m; stat -c %a m; sh -c 'exit 200'; echo $?; set -e; false; echo never`,
      },
    ],
  },
  {
    program: 'bash',
    what: 'arrays, substitution, coprocesses, job control on a terminal, completion, history, /dev/tcp',
    packages: ['bash', 'expect', 'socat'],
    cases: [
      {
        name: 'language',
        script: `bash -c 'declare -A m=([b]=2 [a]=1); for k in a b; do echo $k \${m[$k]}; done; a=(x y z); echo \${a[@]:1} \${#a[@]}; [[ abc123 =~ ([a-z]+)([0-9]+) ]] && echo \${BASH_REMATCH[2]}; diff <(seq 3) <(seq 4); echo {1..5} {a..c}x; printf -v v %03d 7; echo $v; mapfile -t l < <(seq 3); echo \${l[2]}; echo \${v^^} \${PATH//[^:]/} ; ((x = 2 ** 10)); echo $x; shopt -s extglob; echo \${v##+(0)}; coproc cat; echo hi >&\${COPROC[1]}; read -u \${COPROC[0]} r; echo $r; read -t 0.2 x < <(sleep 2); echo $?; trap "echo err" ERR; false; select q in a b; do echo $q; break; done <<< 2; exec {fd}< <(echo fd); cat <&$fd; echo \${BASH_VERSINFO[0]}'`,
      },
      {
        name: 'sockets',
        script: `socat TCP-LISTEN:7200,reuseaddr EXEC:'tr a-z A-Z' & sleep 0.5; bash -c 'exec 5<>/dev/tcp/127.0.0.1/7200; echo hello >&5; read -r -u 5 line; echo $line' ; bash -c 'echo x > /dev/tcp/127.0.0.1/7201'; echo $?`,
      },
      {
        name: 'on a terminal',
        script: `cat > t.exp <<'EOF'
set timeout 60
log_user 0
spawn bash --norc --noprofile -i
proc say {line want} { send "$line\\r"; expect -re $want {puts "ok $want"} timeout {puts "no $want"} }
expect -re {\\$ }
say {PS1='%% '} {%% $}
say {sleep 100} {sleep 100}
sleep 0.5
send "\\032"
expect {Stopped} {puts stopped}
say {jobs} {Stopped +sleep 100}
say {bg} {sleep 100 &}
say {kill %1} {%%}
say {wait; jobs} {%%}
say {cat} {cat}
send "\\003"
expect {^C} {puts interrupted}
say {echo st=$?} {st=130}
say {ech\\ttab} {ech}
send "\\025echo a\\001x\\005b\\r"
expect -re {xecho|ab} {puts edited}
say {history | tail -n 1} {history}
send "\\004"
expect eof {puts eof}
EOF
expect t.exp`,
      },
    ],
  },
  {
    program: 'zsh',
    what: 'globbing, arrays, functions, modules (zpty, zselect, net/tcp, datetime), line editor on a terminal',
    packages: ['zsh', 'expect'],
    cases: [
      {
        name: 'language',
        script: `zsh -fc 'a=(3 1 2); echo $a[1] \${(o)a} \${#a} \${(j:,:)a}; mkdir -p g/h; touch g/a.c g/h/b.c g/x; setopt extendedglob; echo g/**/*.c(.); echo g/^*.c(N.); typeset -A m; m=(k v); echo $m[k]; f() { echo $0 $1 }; f q; for i ({1..3}) echo -n $i; echo; echo \${(U)PWD:t} \${\${:-abc}[2]}; print -P %1~; echo $(( 7 / 2. )); [[ abc == a* ]] && echo yes; cat =(echo temp); diff <(echo a) <(echo b); repeat 2 echo r; echo \${(q):-a b}; trap "echo t" USR1; kill -USR1 $$; print -l *(/); { echo try } always { echo always }; emulate sh -c "echo \\$ZSH_NAME"; echo $status; multi > m1 2>/dev/null; echo x >m1 >m2; cat m1 m2'`,
      },
      {
        name: 'modules',
        script: `zsh -fc 'zmodload zsh/zpty zsh/datetime zsh/net/tcp zsh/stat zsh/zselect zsh/mathfunc; zpty p cat; zpty -w p hello; zpty -r p l; echo \${l%$'"'\\\\r\\\\n'"'}; zpty -d p; [[ $EPOCHSECONDS -gt 1000 ]] && echo time; ztcp -l 7300; fd=$REPLY; (ztcp 127.0.0.1 7300; echo over tcp >&$REPLY) & ztcp -a $fd; read line <&$REPLY; echo $line; zstat +size /etc/passwd > /dev/null && echo stat; zselect -t 10; echo $?; echo $((int(sqrt(49))))'`,
      },
      {
        name: 'on a terminal',
        script: `cat > t.exp <<'EOF'
set timeout 60
log_user 0
spawn zsh -f -i
proc say {line want} { send "$line\\r"; expect -re $want {puts "ok $want"} timeout {puts "no $want"} }
expect -re {[#%] }
say {PS1='>> '; unsetopt prompt_cr prompt_sp} {>> $}
say {sleep 100} {sleep 100}
sleep 0.5
send "\\032"
expect -re {suspended +sleep 100} {puts suspended}
say {jobs} {suspended +sleep 100}
say {kill %1} {>> }
say {echo $((6*7))} {42}
send "echo first\\r"
expect {first}
send "\\020\\005 more\\r"
expect -re {first more} {puts history}
say {exit 3} {.}
expect eof {puts eof}
lassign [wait] a b c d
puts $d
EOF
expect t.exp`,
      },
    ],
  },
  {
    program: 'tmux',
    what: 'server and client over its socket: sessions, windows, panes, split, resize, copy, capture, buffers, hooks, control mode',
    packages: ['tmux', 'ncurses-bin'],
    cases: [
      onScreen(
        'panes',
        `show 'PS1="$ " sh'; keys 'echo hello $((6*7))' Enter; shot; tmux split-window -h -t s 'PS1="% " sh'; sleep 0.7; keys 'stty size' Enter; shot; tmux list-panes -t s -F '#{pane_index} #{pane_width}x#{pane_height} #{pane_active}'; tmux resize-pane -t s -L 10; tmux list-panes -t s -F '#{pane_width}'; tmux select-pane -t s:.0; keys 'tput cols' Enter; shot; tmux kill-pane -t s:.1; finish`,
      ),
      onScreen(
        'windows',
        `show cat; tmux new-window -t s: -n two 'sleep 100'; tmux rename-window -t s:0 one; tmux list-windows -t s -F '#{window_index} #{window_name} #{window_active}'; tmux set-buffer hello; tmux paste-buffer -t s:one; tmux select-window -t s:one; keys Enter; shot; tmux show-buffer; tmux display-message -p -t s '#{session_name} #{session_windows} #{client_width}'; tmux set-option -t s status off; tmux pipe-pane -t s:one 'cat > piped'; keys 'to pipe' Enter; cat piped | tr -d '\\r' | head -n 1; tmux run-shell 'echo from shell'; tmux wait-for -S ch; tmux wait-for ch && echo waited; tmux if-shell true 'display-message -p yes'; finish`,
      ),
      {
        name: 'control mode',
        script: `${ON_SCREEN}
show 'sleep 1000'; printf 'list-windows -F "#{window_id}"\\n\\n' | timeout 5 tmux -C attach -t s | grep -E '^(@|%exit)' ; tmux list-clients -t s | wc -l; finish`,
      },
    ],
  },
  {
    program: 'screen',
    what: 'detached sessions, windows, stuffed keys, hardcopy, logging, kill',
    packages: ['screen', 'ncurses-bin'],
    cases: [
      {
        name: 'session',
        script: `export SCREENDIR=/tmp/screens; mkdir -m 700 -p $SCREENDIR; echo 'defhstatus ""
shell /bin/sh' > rc; screen -c rc -dmS one; sleep 1; screen -ls | sed 's/[0-9]\\+\\.one/N.one/; s/(.*[0-9].*)//; s/[[:space:]]*$//' ; screen -S one -X stuff 'PS1="$ "; clear\\r'; sleep 0.5; screen -S one -X stuff 'echo hello $((6*7)); stty size\\r'; sleep 1; screen -S one -X hardcopy /tmp/w/shot; sleep 0.5; grep . shot; screen -S one -X screen -t two sleep 100; sleep 0.5; screen -S one -Q windows; echo; screen -S one -Q number; echo; screen -S one -X quit; sleep 0.5; screen -ls | head -n 1; screen -S none -X quit; echo $?`,
      },
      {
        name: 'attached',
        script: `export SCREENDIR=/tmp/screens; mkdir -m 700 -p $SCREENDIR; cat > t.exp <<'EOF'
set timeout 60
log_user 0
spawn screen -c rc -S two
sleep 1
send "PS1='> '\\r"
expect {> }
send "echo in \\$((1+1))\\r"
expect {in 2} {puts ok} timeout {puts no}
send "\\001d"
expect -re {detached} {puts detached} timeout {puts no}
expect eof
spawn screen -r two
expect {in 2} {puts again} timeout {puts no}
send "exit\\r"
expect -re {terminating} {puts ended} timeout {puts no}
EOF
expect t.exp`,
      },
    ],
  },
  {
    program: 'expect',
    what: 'spawn on ptys, patterns, timeouts, interact, signals, exit status, two programs at once',
    packages: ['expect'],
    cases: [
      {
        name: 'dialogue',
        script: `cat > t.exp <<'EOF'
log_user 0
set timeout 5
spawn sh -c {stty -echo; printf "name? "; read n; echo "hello $n"; stty size; exit 7}
expect "name? " { send "world\\r" }
expect -re "hello (\\\\w+)" { puts "got $expect_out(1,string)" }
expect eof
lassign [wait] pid id os status
puts "status $status"
spawn cat
send "abc\\r"
expect "abc" { puts echoed }
send "\\004"
expect eof { puts eof }
wait
spawn sleep 100
send "\\003"
expect eof { puts interrupted }
puts [lrange [wait] 4 5]
set timeout 1
spawn sleep 30
expect xyz { puts no } timeout { puts timeout }
close; wait
set timeout 20
spawn sh; set a $spawn_id
spawn sh; set b $spawn_id
send -i $a "echo from\\\\ a\\r"; send -i $b "echo from\\\\ b\\r"
expect -i $a "from a" { puts a } 
expect -i $b "from b" { puts b }
exp_send_user "user\\n"
stty -echo < /dev/null
exit 4
EOF
expect t.exp; echo $?; unbuffer echo x | od -c | head -n 1; command -v autoexpect`,
      },
    ],
  },
  {
    program: 'vim',
    what: 'editing by script and on a screen: search, macros, undo, syntax, filters, jobs and timers, swap files',
    packages: ['vim', 'tmux'],
    cases: [
      {
        name: 'by script',
        script: `seq 10 > n; vim -u NONE -es -c '%s/1/one/g' -c '2,3d' -c 'normal Gofin' -c '%!sort' -c 'w out' -c q! n; cat out; vim -u NONE -es -c 'put =system(\\"echo shell\\")' -c 'put =printf(\\"%d\\", 6*7)' -c 'g/^$/d' -c 'w! o2' -c q!; cat o2; vim --version | head -n 1 | cut -d' ' -f1-4; vim -u NONE -es -c 'let j = job_start("echo hi", {"out_cb": {c, m -> writefile([m], "job")}})' -c 'sleep 3' -c q!; cat job`,
      },
      onScreen(
        'on a screen',
        `printf 'int main(void)\\n{\\n    return 0;\\n}\\n' > m.c; show 'vim -u NONE -N m.c'; shot; keys '/return' Enter; keys 'cwexit(' Escape A ')' Escape; keys yyp; shot; keys u; keys ':set number' Enter; shot; keys ':!echo out' Enter; keys Enter; keys ':wq' Enter; finish; cat m.c; ls -a | grep -c swp`,
      ),
    ],
  },
  {
    program: 'less',
    what: 'paging, search, follow, help, filters, resize; as a pipe when there is no terminal',
    packages: ['less', 'tmux'],
    cases: [
      onScreen(
        'on a screen',
        `seq 200 > n; show 'less n'; shot; keys Space; shot; keys /150 Enter; shot; keys G; shot; keys g; keys 50%; keys '&7' Enter; shot; tmux resize-window -t s -x 40 -y 10; sleep 0.5; shot; keys q; finish`,
      ),
      onScreen('follow', `seq 5 > log; show 'less +F log'; echo more >> log; sleep 2; shot; keys C-c; keys q; finish`),
      { name: 'as a pipe', script: 'seq 3 | less; less n | tail -n 1; less none; echo $?; echo x > y; less -F y; more y' },
    ],
  },
  {
    program: 'htop',
    what: 'its screen, tree, search, setup, sorting; quits',
    packages: ['htop', 'tmux'],
    cases: [
      onScreen(
        'on a screen',
        `sleep 1234 < /dev/null > /dev/null 2>&1 & show 'htop -d 5 --no-color'; sleep 1; tmux capture-pane -p -t s > shot; grep -cE 'Mem\\[|Tasks:|Load average|Uptime' shot; grep -oE 'PID +USER|F1Help .*' shot; keys F4; keys 'sleep 1234' Enter; sleep 1; tmux capture-pane -p -t s | grep -c 'sleep 1234'; keys F5; sleep 1; tmux capture-pane -p -t s | grep -oE 'F4(FILTER|Filter)'; keys F2; sleep 1; tmux capture-pane -p -t s | grep -oE 'Categories|Setup|Meters' | sort | uniq; keys Escape; keys h; sleep 1; tmux capture-pane -p -t s | grep -c 'Arrows'; keys q; keys q; keys q; finish`,
      ),
    ],
  },
]
