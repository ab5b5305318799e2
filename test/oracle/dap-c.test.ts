// C in an editor: locals of a compiled program as trees, set, watched and stepped over by line.
import { readFileSync } from 'node:fs'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { describe, expect, test } from 'vitest'
import { fileOf, launched, withAdapter, type Debugged } from '../dap/client.ts'
import { spawnSync } from '../spawn.ts'
import { have } from './tools.ts'

withAdapter()

const GCC = 'riscv64-linux-gnu-gcc'
const SOURCE = `struct point { int x; struct point *next; char name[4]; };
static int sum(struct point *p) {
  int total = 0;
  while (p) {
    total += p->x;
    p = p->next;
  }
  return total;
}
int main(void) {
  struct point second = { 2, 0, "b" };
  struct point first = { 1, &second, "a" };
  double half = 0.5;
  int result = sum(&first);
  return result + (half > 0.6);
}
`

async function inSum(): Promise<Debugged> {
  const path = fileOf('points.c', SOURCE)
  const program = path.replace(/\.c$/, '')
  const { status, stderr } = spawnSync(GCC, ['-g', '-O0', '-static', '-o', program, path], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  expect(readFileSync(program).length).toBeGreaterThan(0)
  const d = await launched({ program })
  await d.ask('setBreakpoints', { source: { path }, breakpoints: [{ line: 5 }] })
  await d.run('configurationDone')
  return d
}
async function locals(d: Debugged, level: number): Promise<number> {
  const { stackFrames } = await d.ask<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 2 })
  const { scopes } = await d.ask<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: stackFrames[level].id })
  return scopes.find(scope => scope.name === 'Locals')?.variablesReference ?? 0
}
const open = async (d: Debugged, variablesReference: number): Promise<DebugProtocol.Variable[]> =>
  (await d.ask<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference })).variables

describe.runIf(have(GCC))('a program of C', () => {
  test('locals and their parts', async () => {
    const d = await inSum()
    const { stackFrames } = await d.ask<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 2 })
    expect(stackFrames.map(f => [f.name.replace(/\+.*/, ''), f.line])).toEqual([
      ['sum', 5],
      ['main', 14],
    ])
    const inner = await open(d, await locals(d, 0))
    expect(inner.map(v => [v.name, v.type])).toEqual([
      ['p', 'struct point *'],
      ['total', 'int'],
    ])
    const [target] = await open(d, inner[0].variablesReference)
    const members = await open(d, target.variablesReference)
    expect(members.map(m => [m.name, m.value.replace(/0x[0-9a-f]+/, 'ADDRESS')])).toEqual([
      ['x', '1'],
      ['next', '(struct point *) ADDRESS'],
      ['name', '"a\\000\\000"'],
    ])
    expect((await open(d, members[2].variablesReference)).map(e => e.name)).toEqual(['[0]', '[1]', '[2]', '[3]'])
    const outer = await open(d, await locals(d, 1))
    expect(outer.find(v => v.name === 'half')).toMatchObject({ value: '0.5', type: 'double' })
  })

  test('a variable that is set, watched, and a step by line over a call and back', async () => {
    const d = await inSum()
    const { id: frameId } = await d.frame()
    const info = await d.ask<DebugProtocol.DataBreakpointInfoResponse['body']>('dataBreakpointInfo', { name: 'total', frameId })
    await d.ask('setDataBreakpoints', { breakpoints: [{ dataId: info.dataId, accessType: 'write' }] })
    expect(await d.ask('setVariable', { variablesReference: await locals(d, 0), name: 'total', value: 'p->x + 40' })).toMatchObject({
      value: '41',
    })
    expect(await d.run('continue')).toMatchObject({ reason: 'data breakpoint', text: 'was 0x00000029, is 0x0000002a' })
    await d.ask('setDataBreakpoints', { breakpoints: [] })
    await d.ask('setBreakpoints', { source: (await d.frame()).source, breakpoints: [] })
    await d.run('stepOut')
    await d.run('next')
    expect((await d.frame()).line).toBe(15)
    await d.run('stepBack')
    expect((await d.frame()).line).toBe(14)
    expect(await d.toEnd('continue')).toBe(44)
  })
})
