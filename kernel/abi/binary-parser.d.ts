// binary-parser ships its types where an ESM import does not find them; these are the few words of it that elf-parser.ts uses.
declare module 'binary-parser' {
  export interface FieldOptions {
    length?: number
    type?: string | Parser
    readUntil?: 'eof'
  }
  export class Parser {
    endianness(order: 'little' | 'big'): this
    uint8(name: string): this
    uint16(name: string): this
    uint32(name: string): this
    uint64(name: string): this
    int64(name: string): this
    buffer(name: string, options: FieldOptions): this
    array(name: string, options: FieldOptions): this
    /** Source of the compiled parser, for builds that may not make functions at run time. */
    getCode(): string
    parse(bytes: Uint8Array): unknown
  }
}
