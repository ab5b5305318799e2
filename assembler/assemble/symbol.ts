// A symbol as it is when its name is first seen.
import { STB, STT, STV } from '../../kernel/abi/index.ts'
import type { AsmSymbol } from './state.ts'

export function newSymbol(name: string): AsmSymbol {
  return {
    name,
    place: null,
    value: null,
    lazy: false,
    common: null,
    binding: STB.LOCAL,
    bound: false,
    type: STT.NOTYPE,
    visibility: STV.DEFAULT,
    other: 0,
    size: null,
    used: false,
    visiting: false,
    statement: null,
  }
}
