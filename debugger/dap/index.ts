// What of the Debug Adapter Protocol needs no editor and no wire: what sessions have, in the protocol's shapes.
export { instructionsAround, type InstructionRow } from './disassembly.ts'
export { evaluateInteger, evaluateText, type Evaluated, type Where } from './expressions.ts'
export { arrivalOf, going, motion, STEPS } from './motion.ts'
export { framesOf, spaceOf, type Sight } from '../motion/index.ts'
export {
  filterCondition,
  FILTERS,
  forget,
  hitTest,
  judge,
  linesWithCode,
  modulesOf,
  resolve,
  sourcesOf,
  type Filter,
  type Goal,
  type HitTest,
  type HostPath,
  type Verdict,
  type Wanted,
} from './points.ts'
export { frameAt, namesFor } from './sight.ts'
export { reportOf, type StopReport } from './stops.ts'
export {
  rowOfExpression,
  rowsOf,
  scopesOf,
  setExpression,
  writePartially,
  type Node as VariableNode,
  type Row as VariableRow,
  type ScopeRow,
} from './variables.ts'
