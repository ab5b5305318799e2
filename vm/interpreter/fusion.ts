// Pairs of instructions that compiled code runs one after the other most often (counted over the bench kernels and C programs).
// A pair that stands in straight line is entered as one op at the first one's place: its handler is both handlers in a row with
// one dispatch. The second keeps its own entry, so jumps to it, faults in it and the end of fuel between the two work as ever.

/** First and second mnemonics; every combination of 2- and 4-byte forms is made. */
export const FUSED_PAIRS: readonly (readonly [string, string])[] = [
  'addi addi|addi add|addi bne|addi beq|addi bltu|addi blt|addi bge|addi bgeu|addi lw|addi ld|addi lbu|addi sd|addi sw|addi sb|addi andi|addi xor|addi jalr',
  'addi addiw|addi mulw|addi slli|addi jal|add addi|add lw|add ld|add lbu|add sb|add sd|add sw|add jalr|add add|add bltu|add bne',
  'slli add|slli srli|srli add|slli srai|srli slli|srli andi|andi bne|andi beq|andi slli|andi addi|andi add',
  'addiw addiw|addiw addi|addiw bne|addiw beq|addiw blt|addiw slli|addw bne|addw bltu|addw bgeu|addw addw|addw sw|addw addiw|addw slli',
  'lw addi|lw lw|lw add|lw addw|lw xor|lw addiw|lw bgeu|lw sw|lw bne|lw beq|ld addi|ld ld|ld sd|ld add|ld bne|ld beq|ld jalr|ld lw',
  'lbu addi|lbu beq|lbu bne|lbu add|lbu srliw|lbu xor|lbu jal|lbu sb|lbu slli',
  'sd sd|sd addi|sd add|sd ld|sd lbu|sw sw|sw addi|sw lw|sw bne|sb addi|sb addw|sb addiw|sb add',
  'mul add|mulw addw|mulw addi|sub add|sub addi|xor andi|xor or|xor xor|xor addiw|xor srliw|or or|or xor|and xor|and slliw|and or',
  'slliw srliw|slliw slliw|srliw slliw|srliw srliw|srliw or|srliw addi|srliw xor|slliw or|or addw|or slliw|or xor',
  'lui addi|auipc addi|bltu lw|bltu slli|bltu bgeu|bgeu slli|bne lbu|beq addi|bne addi|bne ld|beq ld|bge addi|blt addi',
].flatMap(line => line.split('|').map(pair => pair.split(' ') as [string, string]))
