#include "kernels.h"
// A small stack machine counting down in a loop: an interpreter interpreted.
enum { PUSH, ADD, SUB, DUP, SWAP, JNZ, MUL, XOR, HALT };
static const u8 program[] = { PUSH, 1, PUSH, 250, /*4*/ SWAP, DUP, PUSH, 3, MUL, XOR, PUSH, 7, ADD, SWAP, PUSH, 1, SUB, DUP, JNZ, 4, HALT };
static u64 interpret(u64 seed) {
  u64 stack[16], *sp = stack;
  *sp++ = seed;
  for (const u8 *pc = program;;) {
    switch (*pc++) {
    case PUSH: *sp++ = *pc++; break;
    case ADD: sp--, sp[-1] += sp[0]; break;
    case SUB: sp--, sp[-1] -= sp[0]; break;
    case MUL: sp--, sp[-1] *= sp[0]; break;
    case XOR: sp--, sp[-1] ^= sp[0]; break;
    case DUP: sp[0] = sp[-1], sp++; break;
    case SWAP: { u64 t = sp[-1]; sp[-1] = sp[-2], sp[-2] = t; break; }
    case JNZ: if (*--sp) pc = program + *pc; else pc++; break;
    case HALT: return sp[-1] + stack[0];
    }
  }
}
u64 kernel(u64 n) {
  u64 sum = 0;
  while (n--) sum = sum * 31 + interpret(n);
  return sum;
}
