// The part of the WebAssembly JavaScript API that engines use: TypeScript declares it only together with the whole DOM.
declare namespace WebAssembly {
  function validate(bytes: Uint8Array<ArrayBuffer>): boolean
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number })
    readonly buffer: ArrayBuffer
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>)
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }
  class Table {
    constructor(descriptor: { initial: number; element: 'anyfunc' })
    readonly length: number
    grow(by: number): number
    set(index: number, value: (() => void) | null): void
  }
}
