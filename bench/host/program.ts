// The whole programs that are measured, as a table: Debian's own, with what they work on.

export interface ProgramRow {
  name: string
  /** Of the root and of the host; {work} is the folder of WORK_FILES, {root} that of the root's files. */
  argv: readonly [program: string, ...args: string[]]
  /** What it prints is the same everywhere; or its lines are, in any order; or it differs by version. */
  output: 'same' | 'lines' | 'differs'
}

const TEXT_BYTES = 10 << 20
const LINES_OF_PERL = 20_000
const SQL = `
create table t(id integer primary key, name text, value real);
begin;
with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
insert into t select i, 'row ' || (i * 7919 % 100003), i * 0.25 from n;
commit;
create index names on t(name);
select count(*), sum(value), min(name), max(name) from t where name like 'row 1%';
select name, count(*) from t group by substr(name, 1, 5) order by 2 desc, 1 limit 5;
`
const HUNDRED = 'for i in {1..25}; do ls /; expr $i \\* 2; echo $i | sed s/1/2/; basename /a/$i; done'

export const PROGRAMS: readonly ProgramRow[] = [
  { name: 'bash, 100 commands', argv: ['bash', '-c', HUNDRED], output: 'differs' },
  { name: 'python3 print(1)', argv: ['python3', '-c', 'print(1)'], output: 'same' },
  { name: 'python3 -m compileall', argv: ['python3', '-m', 'compileall', '-q', '-f', '{work}/email'], output: 'same' },
  { name: 'perl, words of 1 MB', argv: ['perl', '{work}/words.pl', '{work}/text1'], output: 'same' },
  { name: 'gcc -O2 hello.c', argv: ['gcc', '-O2', '-o', '{work}/hello', '{work}/hello.c'], output: 'same' },
  { name: 'sqlite3, 100,000 rows', argv: ['sqlite3', ':memory:', '.read {work}/rows.sql'], output: 'same' },
  { name: 'gzip -9, 10 MB', argv: ['gzip', '-9nc', '{work}/text'], output: 'same' },
  { name: 'grep -r', argv: ['grep', '-rhc', 'struct', '{root}/usr/include'], output: 'lines' },
]

/** Folders of the root that are copied to {work}, by name. */
export const WORK_FOLDERS: Readonly<Record<string, string>> = { email: 'usr/lib/python3.13/email' }

const WORDS = 'machine page table walks entry flush fault shared copy write pipe signal task'.split(' ')

/** Text that compresses as text does: words, numbers, lines. */
function textOf(bytes: number): string {
  const lines: string[] = []
  let state = 1
  for (let size = 0; size < bytes;) {
    const words: string[] = []
    for (let n = 0; n < 10; n++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      words.push(state >>> 28 === 0 ? String(state % 100_000) : WORDS[(state >>> 16) % WORDS.length])
    }
    const line = words.join(' ')
    lines.push(line)
    size += line.length + 1
  }
  return (lines.join('\n') + '\n').slice(0, bytes)
}

/** Files of {work}. */
export const workFiles = (): Readonly<Record<string, string>> => {
  const text = textOf(TEXT_BYTES)
  return {
    text,
    text1: text.split('\n').slice(0, LINES_OF_PERL).join('\n'),
    'rows.sql': SQL,
    'hello.c': '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
    'words.pl': [
      'my (%n, $longest);',
      'while (<>) { for (/(\\w+)/g) { $n{lc $_}++; $longest = $_ if length > length $longest } s/fault/FAULT/g; $n{$1}++ if /(F\\w+ \\d+)/ }',
      'print "$_ $n{$_}\\n" for (sort { $n{$b} <=> $n{$a} || $a cmp $b } keys %n)[0 .. 9];',
      'print "$longest\\n";',
      '',
    ].join('\n'),
  }
}
