// Pairs of instructions that programs run one after the other most often: counted over Debian's python, perl, bash and gcc, and the bench kernels.
// A pair that stands in straight line is entered as one op at the first one's place: its handler is both handlers in a row with
// one dispatch. The second keeps its own entry, so jumps to it, faults in it and the end of fuel between the two work as ever. Each makes
// the loop longer, and a host takes more than twice as long for twice the loop: these are three quarters of what is run.

/** First and second mnemonics, and the bytes of each. */
export const FUSED_PAIRS: readonly (readonly [first: string, second: string, bytes: readonly [number, number]])[] = [
  'ld ld 22|ld addi 22|ld addi 42|ld beq 44|ld ld 42|ld sd 22|ld beq 22|ld jal 22|ld ld 24|ld addi 24|ld lw 44|sd sd 22|sd ld 22',
  'sd addi 22|sd addi 24|sd ld 24|addi addi 22|addi sd 22|addi jalr 22|addi add 22|addi jal 24|addi bltu 44|addi addi 42|addi ld 22',
  'addi bgeu 24|addi addi 24|addi beq 24|addi beq 44|addi lw 22|addi mulw 44|addi beq 22|addi bne 22|addi bltu 24|addi bge 24',
  'addi bne 24|addi sltiu 24|addi jal 22|addi bne 44|addi bgeu 44|addi sd 42|addi lbu 24|addi addi 44|addi sd 24|and and 24|and beq 44',
  'and bne 44|beq addi 42|beq lw 42|beq srli 22|beq ld 42|beq addi 22|beq beq 44|beq and 44|beq lui 24|auipc lw 44|auipc ld 44',
  'slli add 42|slli srli 42|slli add 22|slli addi 44|lw addi 42|lw addi 22|lw lw 22|lw beq 24|andi bne 44|andi slli 42|andi bgeu 44',
  'bne addi 42|bne sd 24|bne sw 44|bne ld 42|bne addi 22|bne ld 22|blt ld 42|add srli 24|add sb 24|add lhu 24|add lw 22|add bne 24',
  'add addi 22|add slli 22|add ld 22|sb addw 42|srli add 22|srli add 42|lbu addi 42|bltu addi 44|bltu lui 44|bltu jal 42|bltu addi 42',
  'addiw addiw 44|addiw addi 42|addiw addi 44|addiw bne 24|addiw addiw 42|bge bne 44|bgeu addiw 44|bgeu addiw 42|bgeu slli 44',
  'bgeu lw 42|mulw addw 42|addw bne 24|addw bltu 24|addw bgeu 24|lui addi 44|lui slli 44|lui addi 42|slliw srliw 44|sltiu add 42',
  'srliw slliw 44|lwu lwu 44|xor srliw 44',
].flatMap(line =>
  line.split('|').map(pair => {
    const [first, second, bytes] = pair.split(' ')
    return [first, second, [Number(bytes[0]), Number(bytes[1])]] as const
  }),
)
