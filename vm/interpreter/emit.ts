// The interpreter's emitter, put together: values and memory (emit/), over operands in decoded entries, with the probe of a form.
import { arithmetic, floats, leftToReference, memory, Writer } from '../emit/index.ts'
import type { Sem } from '../isa/index.ts'
import type { Code } from '../wasm/bytes.ts'
import { control } from './control.ts'
import type { Form } from './forms.ts'
import type { Flavour, Handler, HandlerDepths, HandlerWriter, Label } from './handler.ts'
import { LETS, LOCAL } from './locals.ts'
import { operands } from './operands.ts'
import { floatValue, isCounter, setFloat } from './user-csrs.ts'

/** The system: what programs read and write often is here, the rest is rare. */
function system(w: HandlerWriter, base: number, now: Handler, form: Form, fpOn: () => void) {
  return {
    ebreak: leftToReference,
    illegal: leftToReference,
    fence() {},
    fenceI() {},
    wfi: leftToReference,
    sret: leftToReference,
    mret: leftToReference,
    sfence: leftToReference,
    vector: leftToReference,
    readCsr() {
      const { csr } = now.flavour
      if (csr === undefined) return leftToReference()
      if (isCounter(csr)) return form.counter(w, base, csr)
      fpOn()
      return floatValue(base, csr)
    },
    writeCsr(_f, v) {
      const { csr } = now.flavour
      if (csr === undefined || isCounter(csr)) return leftToReference()
      fpOn()
      w.push(...setFloat(base, csr, v))
    },
  } satisfies Partial<Sem<Code, Code>>
}

/** Writes one handler after another for the hart whose block is at `base`. */
export function createEmitter(base: number, form: Form) {
  const w = new Writer<Label>(LOCAL.let, LETS)
  const now: Handler = { flavour: { length: 4, near: true, rounding: 'nearest' }, jumped: false, rounds: false, branch: null }
  const from = operands(w, base, now, form.imports.length)
  const { enterPage, pageEnd, goOn, fallThrough, ...going } = control(w, base, now, from, form)
  const fp = floats(w, base, from)
  const sem: Sem<Code, Code> = {
    ...arithmetic(w),
    ...from,
    ...memory(w, base, form.probe(w, base), LOCAL.va),
    ...fp,
    ...going,
    ...system(w, base, now, form, fp.fpOn),
  }
  return {
    sem,
    now,
    enterPage,
    pageEnd,
    goOn,
    fallThrough,
    begin(flavour: Flavour, depths: HandlerDepths): void {
      w.begin(depths)
      Object.assign(now, { flavour, jumped: false, rounds: false, branch: null })
    },
    code: (): Code => w.code,
  }
}
export type Emitter = ReturnType<typeof createEmitter>
