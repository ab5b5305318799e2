#include "kernels.h"
// What synthetic loops of the eighties weigh, written anew: records that are copied whole and linked, short texts that are copied, joined and
// compared, a choice among cases, and many small functions, none of which is inlined.
#define CALLED __attribute__((noinline))
enum { SHELVES = 8, NAME = 24 };
enum state { IDLE, WAITING, MOVED, SOLD };
struct thing {
  struct thing *above;
  enum state state;
  int weight, price;
  char name[NAME];
};
static struct thing shelves[SHELVES], hand;
static int moves, stock[64];

static CALLED int text_length(const char *t) {
  const char *end = t;
  while (*end) end++;
  return end - t;
}
static CALLED void text_copy(char *to, const char *from) { while ((*to++ = *from++)); }
static CALLED int text_order(const char *a, const char *b) {
  for (; *a && *a == *b; a++, b++);
  return (u8)*a - (u8)*b;
}
static CALLED void label(struct thing *t, const char *word, int number) {
  text_copy(t->name, word);
  char *end = t->name + text_length(t->name);
  *end++ = 'a' + number % 26, *end++ = '0' + number % 10, *end = 0;
}
static CALLED void put(struct thing *shelf, const struct thing *t) {
  struct thing *above = shelf->above;
  *shelf = *t;
  shelf->above = above;
}
static CALLED void weigh(const struct thing *t, int *light, int *heavy) { *(t->weight < 50 ? light : heavy) += t->weight; }
static CALLED enum state after(enum state s, int luck) {
  switch (s) {
  case IDLE: return luck & 1 ? WAITING : MOVED;
  case WAITING: return luck & 2 ? SOLD : WAITING;
  case MOVED: return IDLE;
  default: return luck & 4 ? IDLE : SOLD;
  }
}
static CALLED struct thing *highest(struct thing *from) {
  struct thing *best = from;
  for (struct thing *t = from->above; t != from; t = t->above)
    if (text_order(t->name, best->name) > 0) best = t;
  return best;
}
static CALLED int change(int price, int *rest) {
  *rest = price % 7;
  return price / 7;
}
u64 kernel(u64 n) {
  static const char *const words[] = {"copper kettle ", "copper lamp ", "walnut chair ", "wool "};
  for (int i = 0; i < SHELVES; i++) {
    shelves[i].above = &shelves[(i + 3) % SHELVES];
    shelves[i].weight = i * 13, shelves[i].price = i * 31 + 7;
    label(&shelves[i], words[i & 3], i);
  }
  u64 sum = 0;
  while (n--)
    for (int i = 0; i < 100; i++) {
      int light = 0, heavy = 0, rest;
      struct thing *best = highest(&shelves[i % SHELVES]);
      hand = *best;
      hand.state = after(hand.state, i + moves);
      hand.weight = (hand.weight * 5 + i) % 100;
      label(&hand, words[(i + moves) & 3], i);
      put(best->above, &hand);
      if (hand.state == SOLD) stock[hand.weight & 63] += change(hand.price, &rest), moves += rest;
      else moves++;
      for (int s = 0; s < SHELVES; s++) weigh(&shelves[s], &light, &heavy);
      sum = sum * 31 + (u32)(light * 3 + heavy + best->name[2] + stock[i & 63]);
    }
  return sum + moves;
}
