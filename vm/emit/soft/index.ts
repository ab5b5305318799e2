// Exact floating point as functions of a small WebAssembly module over a machine's memory: values and every flag, to nearest even. An
// engine's code calls them where an operation of the host's does not tell the flags; the module is the same for all of them.
import { call, wasmModule, type Code, type WasmImport } from '../../wasm/bytes.ts'
import { Body, f64 } from '../../wasm/expressions.ts'
import { conversions } from './convert.ts'
import { raise, softFunction, typesOf, type SoftFunction } from './define.ts'
import { double } from './double.ts'
import { maddOf } from './madd.ts'
import { single } from './single.ts'

const functionsOf = (fused: boolean) => ({ raise, ...single, ...double, madd64: maddOf(fused), ...conversions })
export type SoftName = keyof ReturnType<typeof functionsOf>

/** Each function as an import of other modules, in the order of their numbers. */
export const SOFT_IMPORTS: readonly WasmImport[] = Object.entries(functionsOf(false)).map(([name, f]) => ({ name, ...typesOf(f) }))

/** Their numbers in a module that imports them behind `before` other functions. */
export function softCalls(before: number): (name: SoftName) => Code {
  const numbers = new Map(SOFT_IMPORTS.map(({ name }, n) => [name, before + n]))
  return name => call(numbers.get(name) as number)
}

function moduleOf(functions: Readonly<Record<string, SoftFunction>>): Uint8Array<ArrayBuffer> {
  const names = Object.keys(functions)
  return wasmModule(
    names.map(name => {
      const f = functions[name]
      const body = new Body(f.params.length)
      f.write(body, (callee, ...args) => [...args.flat(), ...call(names.indexOf(callee))])
      // Every way through one with a result returns.
      const end = f.result === null ? [] : UNREACHABLE
      return { export: name, ...typesOf(f), locals: body.locals, code: [body.code, end] }
    }),
  )
}
const UNREACHABLE = [0]

/** The product of 1 + 2^-30 and 1 - 2^-30 is 1 - 2^-60: rounded before 1 is taken off, nothing is left. */
const PROBE = softFunction(['f64', 'f64'], 'f64', (b, _calls, x, y) => b.return(f64.fused(x, y, f64.const(-1))))

/** What depends on the host alone, and takes a millisecond to find. */
const host: { fuses?: boolean; module?: WebAssembly.Module } = {}

/** Does the host multiply and add with one rounding? It has no such operation, or may do it in two; what it does once it does always. */
export function hostFuses(memory: { readonly buffer: ArrayBuffer }): boolean {
  host.fuses ??= probed(memory)
  return host.fuses
}
function probed(memory: { readonly buffer: ArrayBuffer }): boolean {
  const code = moduleOf({ probe: PROBE })
  if (!WebAssembly.validate(code)) return false
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { e: { memory } })
  const probe = exports.probe as (x: number, y: number) => number
  return probe(1 + 2 ** -30, 1 - 2 ** -30) === -(2 ** -60)
}

/** The module as hosts make it that fuse, and that do not: as a build makes it beforehand, since that takes tens of milliseconds. */
export interface SoftModules {
  readonly plain: Uint8Array<ArrayBuffer>
  readonly fused: Uint8Array<ArrayBuffer>
}
export const softModules = (): SoftModules => ({ plain: softModule(false), fused: softModule(true) })

/** The functions over a memory, by name: imports for modules that were made with SOFT_IMPORTS. */
export function softFloats(memory: { readonly buffer: ArrayBuffer }, prepared?: SoftModules): Record<SoftName, unknown> {
  const fused = hostFuses(memory)
  host.module ??= new WebAssembly.Module(prepared ? prepared[fused ? 'fused' : 'plain'] : softModule(fused))
  return new WebAssembly.Instance(host.module, { e: { memory } }).exports as Record<SoftName, unknown>
}
/** The functions as a host makes them that fuses, or does not. */
export const softModule = (fused: boolean): Uint8Array<ArrayBuffer> => moduleOf(functionsOf(fused))
