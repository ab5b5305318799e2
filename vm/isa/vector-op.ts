// What a vector instruction does, as plain data: the row says which operation over which kinds of elements, vm/vector has the loops.
// Numbers of registers, the mask bit and immediates are in the decoded operands; element width and count in vtype and vl.

/** Where the operand beside vs2 comes from: vs1, rs1, frs1, or the immediate, sign- or zero-extended. */
export type VectorSource = 'v' | 'x' | 'f' | 'i' | 'u'

/** Widths of destination and sources: all SEW; 2*SEW = SEW op SEW; 2*SEW = 2*SEW op SEW; SEW = 2*SEW op SEW. */
export type VectorShape = 'same' | 'widen' | 'widenW' | 'narrow'

export type VectorAddressing = 'unit' | 'strided' | 'indexed' | 'whole' | 'mask' | 'first'

export type IntegerOp =
  | 'add'
  | 'sub'
  | 'rsub'
  | 'minu'
  | 'min'
  | 'maxu'
  | 'max'
  | 'and'
  | 'or'
  | 'xor'
  | 'sll'
  | 'srl'
  | 'sra'
  | 'mul'
  | 'mulh'
  | 'mulhu'
  | 'mulhsu'
  | 'div'
  | 'divu'
  | 'rem'
  | 'remu'
  | 'addu'
  | 'subu'
  | 'mulu'
  | 'mulsu'
  | 'saddu'
  | 'sadd'
  | 'ssubu'
  | 'ssub'
  | 'aaddu'
  | 'aadd'
  | 'asubu'
  | 'asub'
  | 'smul'
  | 'ssrl'
  | 'ssra'
  | 'nclip'
  | 'nclipu'
/** vd = op(vs2, vs1, vd). */
export type MultiplyAddOp = 'macc' | 'nmsac' | 'madd' | 'nmsub' | 'maccu' | 'maccsu' | 'maccus'
export type CompareOp = 'eq' | 'ne' | 'ltu' | 'lt' | 'leu' | 'le' | 'gtu' | 'gt'
export type MaskOp = 'and' | 'nand' | 'andn' | 'xor' | 'or' | 'nor' | 'orn' | 'xnor'
export type VectorFloatOp = 'add' | 'sub' | 'rsub' | 'mul' | 'div' | 'rdiv' | 'min' | 'max' | 'sgnj' | 'sgnjn' | 'sgnjx'
/** The fused ones, by what is negated: product, addend; and whether vd is a factor (madd) or the addend (macc). */
export interface FloatMultiplyAdd {
  negateProduct: boolean
  negateAddend: boolean
  overwrites: 'addend' | 'factor'
}
export type FloatCompareOp = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'
export type FloatUnaryOp = 'sqrt' | 'rsqrt7' | 'rec7' | 'class'
/** As NumberType, at the widths of the shape. */
export type VectorNumber = 'x' | 'xu' | 'f'

export type VectorOp =
  | { kind: 'config'; from: 'vsetvli' | 'vsetivli' | 'vsetvl' }
  | { kind: 'load' | 'store'; addressing: VectorAddressing; bytes: 1 | 2 | 4 | 8; fields: number }
  | { kind: 'integer'; op: IntegerOp; shape: VectorShape; source: VectorSource }
  | { kind: 'multiplyAdd'; op: MultiplyAddOp; shape: 'same' | 'widen'; source: 'v' | 'x' }
  | { kind: 'carry'; op: 'adc' | 'sbc'; source: VectorSource }
  /** Carries and borrows as a mask. */
  | { kind: 'carryOut'; op: 'adc' | 'sbc'; source: VectorSource; carryIn: boolean }
  | { kind: 'compare'; op: CompareOp; source: VectorSource }
  | { kind: 'extend'; signed: boolean; by: 2 | 4 | 8 }
  | { kind: 'merge' | 'move'; source: VectorSource }
  | { kind: 'reduce'; op: IntegerOp; shape: 'same' | 'widen' }
  | { kind: 'maskLogic'; op: MaskOp }
  | { kind: 'maskCount'; op: 'cpop' | 'first' }
  | { kind: 'maskSet'; op: 'before' | 'including' | 'only' }
  | { kind: 'iota' | 'index' | 'compress' | 'toScalar' | 'fromScalar' | 'floatToScalar' | 'scalarToFloat' }
  | { kind: 'gather'; source: 'v' | 'x' | 'u' | 'v16' }
  | { kind: 'slide'; up: boolean; source: 'x' | 'u' }
  | { kind: 'slide1'; up: boolean; source: 'x' | 'f' }
  | { kind: 'moveWhole'; registers: 1 | 2 | 4 | 8 }
  | { kind: 'float'; op: VectorFloatOp; shape: 'same' | 'widen' | 'widenW'; source: 'v' | 'f' }
  | ({ kind: 'floatMultiplyAdd'; shape: 'same' | 'widen'; source: 'v' | 'f' } & FloatMultiplyAdd)
  | { kind: 'floatCompare'; op: FloatCompareOp; source: 'v' | 'f' }
  | { kind: 'floatUnary'; op: FloatUnaryOp }
  | { kind: 'floatReduce'; op: 'add' | 'min' | 'max'; shape: 'same' | 'widen' }
  /** `rounding`: by frm, towards zero, or to odd. */
  | { kind: 'convert'; to: VectorNumber; from: VectorNumber; shape: 'same' | 'widen' | 'narrow'; rounding: 'frm' | 'zero' | 'odd' }
