// Numbers out of bytes, the least significant first.

export const unsignedOf = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
export const signedOf = (bytes: Uint8Array): bigint => BigInt.asIntN(bytes.length * 8, unsignedOf(bytes))
