// What vector instructions work on: the type and the number of elements (Vector spec 6).
import type { Rows } from './define.ts'
import { vector } from './vector.ts'
import { lazily } from './lazily.ts'

export const vectorConfig: Rows = lazily(() => [
  vector('vsetvli rd, rs1, vtypei', '0 vtypei:11 rs1:5 111 rd:5', 'Set vtype; rd = vl = as many of rs1 elements as fit.', {
    kind: 'config',
    from: 'vsetvli',
  }),
  vector('vsetivli rd, uimm, vtypei10', '11 vtypei10:10 uimm:5 111 rd:5', 'Set vtype; rd = vl = as many of so many elements as fit.', {
    kind: 'config',
    from: 'vsetivli',
  }),
  vector('vsetvl rd, rs1, rs2', '1000000 rs2:5 rs1:5 111 rd:5', 'Set vtype to rs2; rd = vl = as many of rs1 elements as fit.', {
    kind: 'config',
    from: 'vsetvl',
  }),
])
