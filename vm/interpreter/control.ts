// How the interpreter goes from one instruction to another: `ip` moves in a page's entries, or enters another page's through the fetch
// TLB; then it is the next dispatch.
import { pageOf, tlbTag } from '../emit/index.ts'
import type { ImmField } from '../isa/index.ts'
import * as L from '../layout.ts'
import { get, i32Const, i64Const, mem, OP, set, tee, TYPE, type Code } from '../wasm/bytes.ts'
import { ENTRIES_PER_BYTE, ENTRIES_SHIFT, ENTRY } from './entry.ts'
import type { Form } from './forms.ts'
import type { Handler, HandlerWriter } from './handler.ts'
import { LOCAL } from './locals.ts'
import type { Operands } from './operands.ts'

const distance = [...get(LOCAL.ip), ...mem(OP.i32Load, ENTRY.imm)]
const moveBy = (delta: Code): Code => [...get(LOCAL.ip), ...delta, OP.i32Add, ...set(LOCAL.ip)]

export function control(w: HandlerWriter, base: number, now: Handler, operands: Operands, form: Form) {
  const moveOn = (): Code => moveBy(i32Const(now.flavour.length * ENTRIES_PER_BYTE))

  /** Sets ip to the entry of the address in `va`, through the fetch TLB; leaves when it is not there. */
  function enterPage(): void {
    w.push(...tlbTag(base, 'fetch', LOCAL))
    w.push(...pageOf(get(LOCAL.va)), ...tee(LOCAL.page), ...get(LOCAL.key), OP.i64Or, OP.i64Ne)
    w.leaveIf('jumpMiss')
    w.push(...get(LOCAL.index), ...mem(OP.i32Load, base + L.HART.tlbFetch + L.TLB_ENTRY.addend), ...tee(LOCAL.slab))
    w.push(
      ...get(LOCAL.va),
      OP.i32WrapI64,
      ...i32Const(L.PAGE_SIZE - 2),
      OP.i32And,
      ...i32Const(ENTRIES_SHIFT),
      OP.i32Shl,
      OP.i32Add,
      ...set(LOCAL.ip),
    )
    w.push(...form.onPage)
  }
  function goToPage(): void {
    enterPage()
    w.leave('next')
  }
  function landing(to: Code): void {
    if (!now.flavour.longOnly) return
    w.push(...to, OP.i32WrapI64, ...i32Const(2), OP.i32And)
    w.leaveIf('slow')
  }
  function goto(f: ImmField): void {
    now.jumped = true
    if (now.flavour.near) {
      w.push(...moveBy(distance))
      w.leave('next')
      return
    }
    w.push(...operands.pc(), ...operands.imm(f), OP.i64Add, ...set(LOCAL.va))
    goToPage()
  }
  function branch(c: Code, f: ImmField): void {
    if (now.flavour.near) {
      now.branch = { condition: c, at: w.code.length }
      // One addition of a chosen distance: no second branch for the predictor to learn.
      const chosen = [...distance, ...i32Const(now.flavour.length * ENTRIES_PER_BYTE), ...c, OP.select]
      w.push(...get(LOCAL.ip), ...chosen, OP.i32Add, ...set(LOCAL.ip))
      w.leave('next')
      now.jumped = true
      return
    }
    w.push(...c, OP.if, TYPE.empty)
    w.nested(() => goto(f))
    w.push(OP.end)
    now.jumped = false
  }
  function jump(to: Code): void {
    now.jumped = true
    w.push(...to, ...i64Const(-2), OP.i64And, ...set(LOCAL.va))
    goToPage()
  }

  return {
    landing,
    goto,
    branch,
    jump,
    enterPage,
    ecall(): void {
      now.jumped = true
      w.leave('ecall')
    },
    /** The end of a page's entries: on to the next page, no instruction run. */
    pageEnd(): void {
      w.push(...get(LOCAL.fuel), ...i32Const(1), OP.i32Add, ...set(LOCAL.fuel))
      jump([...get(LOCAL.page), ...i64Const(L.PAGE_SIZE), OP.i64Add])
    },
    /** Between the two instructions of a fused pair: on to the second, if there is fuel for it and the first did not branch away. */
    goOn(): void {
      if (now.branch !== null) {
        const { condition, at } = now.branch
        w.code.length = at
        w.push(...condition, OP.if, TYPE.empty, ...moveBy(distance))
        w.nested(() => w.leave('next'))
        w.push(OP.end)
      }
      w.push(...moveOn())
      w.push(...get(LOCAL.fuel), ...i32Const(1), OP.i32Sub, ...tee(LOCAL.fuel), ...i32Const(0), OP.i32LtS)
      w.leaveIf('fuel')
    },
    /** After an ordinary instruction. */
    fallThrough(): void {
      w.push(...moveOn())
      w.leave('next')
    },
  }
}
