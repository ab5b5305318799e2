#include "kernels.h"
// A walk along one cycle through all nodes, in an order that nothing foresees: KIB kibibytes of nodes, each a cache line of its own.
enum { LINE = 64, NODES = KIB * 1024 / LINE, STEPS = 1 << 16 };
static struct node { struct node *next; char rest[LINE - sizeof(void *)]; } nodes[NODES] __attribute__((aligned(LINE)));
static u64 random = 88172645463325252;
static u64 draw(u64 below) {
  random ^= random << 13, random ^= random >> 7, random ^= random << 17;
  return (random >> 11) % below;
}
// Sattolo's shuffle of "points to itself": what comes out is a single cycle.
static void shuffle(void) {
  for (int i = 0; i < NODES; i++) nodes[i].next = &nodes[i];
  for (int i = NODES - 1; i > 0; i--) {
    struct node *other = &nodes[draw(i)], *next = nodes[i].next;
    nodes[i].next = other->next;
    other->next = next;
  }
}
u64 kernel(u64 n) {
  shuffle();
  struct node *at = nodes;
  while (n--)
    for (int i = 0; i < STEPS; i++) at = at->next;
  return at - nodes;
}
