// GNU's long options with one dash (-march=, -Ttext=, -static) and options with an optional value (--stat=FILE) in forms that the
// option parser knows, before it sees them. Only options before the program's name are ours.

/** Rewrites per command; the guest's own arguments, after the program's name, are left alone. */
const MACHINE_COMMANDS = new Set(['run', 'boot', 'trace', 'debug'])
const TOOL_COMMANDS = new Set(['as', 'ld'])
/** Machine options that take a value as the next word. */
const WITH_VALUE = new Set([
  '-m',
  '--smp',
  '--limit',
  '--env',
  '--root',
  '--share',
  '--clock',
  '--engine',
  '--isa',
  '--seed',
  '--timing',
  '--timing-from',
  '--set',
  '--record',
  '--gdb',
  '--gdb-view',
  '--policy',
  '--thp',
  '--frames',
  '-e',
  '-o',
  '-x',
  '--ex',
])
const GDB_DASH = new Set(['-ex', '-batch', '-plain'])
const ONE_DASH =
  /^-(march|mabi|mno-relax|mrelax|mno-arch-attr|march-attr|Ttext-segment|Ttext|Tdata|Tbss|Map|static|fpic|fno-pic|fPIC|nostdlib|no-pie)(=.*)?$/

/** -lNAME stands among the files, for their order counts: it becomes one of them, as no file's name can begin. */
export const LIBRARY_MARK = '\0'
/** Whether the archives that follow are taken whole: from where it stands to the next such mark. */
export const WHOLE_MARKS: Readonly<Record<string, boolean>> = { '\0\0whole': true, '\0\0part': false }
/** Words of ld that stand among the files. Groups say nothing here: archives are searched until nothing new is found anyway. */
const PLACED: Readonly<Record<string, readonly string[]>> = {
  '--whole-archive': ['\0\0whole'],
  '--no-whole-archive': ['\0\0part'],
  '--start-group': [],
  '--end-group': [],
  '-(': [],
  '-)': [],
}
function libraries(words: readonly string[]): string[] {
  const out: string[] = []
  for (let n = 0; n < words.length; n++) {
    if (Object.hasOwn(PLACED, words[n])) out.push(...PLACED[words[n]])
    else if (!words[n].startsWith('-l')) out.push(words[n])
    else if (words[n].length > 2) out.push(LIBRARY_MARK + words[n].slice(2))
    else if (n + 1 < words.length) out.push(LIBRARY_MARK + words[++n])
  }
  return out
}

export function normalise(words: readonly string[]): string[] {
  const [command, ...rest] = words
  if (command === 'ld') return [command, ...libraries(rest).map(word => (ONE_DASH.test(word) ? `-${word}` : word))]
  if (TOOL_COMMANDS.has(command)) return [command, ...rest.map(word => (ONE_DASH.test(word) ? `-${word}` : word))]
  if (!MACHINE_COMMANDS.has(command)) return [...words]
  const out = [command]
  let n = 0
  for (; n < rest.length && rest[n].startsWith('-') && rest[n] !== '--' && rest[n] !== '-'; n++) {
    // gdb's long options have one dash as well.
    const word = command === 'debug' && GDB_DASH.has(rest[n]) ? `-${rest[n]}` : rest[n]
    if (word.startsWith('--stat=')) out.push('--stat-file', word.slice('--stat='.length))
    else {
      out.push(word)
      if (WITH_VALUE.has(word) && n + 1 < rest.length) out.push(rest[++n])
    }
  }
  return [...out, ...rest.slice(n)]
}
