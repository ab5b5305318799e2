#include "kernels.h"
// What CoreMark weighs, written anew: a linked list that is searched, reversed and merge-sorted; small integer matrices; a state machine
// over text; and a CRC-16 over the results of each.
enum { ITEMS = 64, SIDE = 9, TEXT = 256 };

static u32 crc16(u32 value, u32 crc) {
  for (int bit = 0; bit < 16; bit++, value >>= 1) crc = (crc ^ value) & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
  return crc;
}

static struct item { struct item *next; short key, data; } items[ITEMS];
static struct item *build(u64 seed) {
  for (int i = 0; i < ITEMS; i++) {
    items[i].next = i + 1 < ITEMS ? &items[i + 1] : 0;
    items[i].key = (seed * 17 + i * 37) & 127, items[i].data = i;
  }
  return items;
}
static struct item *reverse(struct item *list) {
  struct item *back = 0;
  while (list) {
    struct item *next = list->next;
    list->next = back, back = list, list = next;
  }
  return back;
}
static struct item *find(struct item *list, int key) {
  while (list && list->key != key) list = list->next;
  return list;
}
typedef int order(const struct item *a, const struct item *b);
static int by_key(const struct item *a, const struct item *b) { return a->key - b->key; }
static int by_data(const struct item *a, const struct item *b) { return a->data - b->data; }
static struct item *merge_sort(struct item *list, order *before) {
  if (!list || !list->next) return list;
  struct item *slow = list, *fast = list->next;
  while (fast && fast->next) slow = slow->next, fast = fast->next->next;
  struct item *right = slow->next;
  slow->next = 0;
  struct item *left = merge_sort(list, before), *sorted, **end = &sorted;
  right = merge_sort(right, before);
  while (left && right) {
    struct item **least = before(left, right) <= 0 ? &left : &right;
    *end = *least, end = &(*least)->next, *least = *end;
  }
  *end = left ? left : right;
  return sorted;
}
static u32 lists(u64 seed, u32 crc) {
  struct item *list = build(seed);
  for (int key = 0; key < 16; key++) {
    struct item *found = find(list, (key * 11 + seed) & 127);
    if (found) crc = crc16(found->data, crc);
    list = reverse(list);
  }
  list = merge_sort(list, by_key);
  for (struct item *i = list; i; i = i->next) crc = crc16(i->key, crc);
  list = merge_sort(list, by_data);
  return crc16(list->key, crc);
}

static short a[SIDE][SIDE], b[SIDE][SIDE];
static int c[SIDE][SIDE];
static u32 matrices(u64 seed, u32 crc) {
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) a[i][j] = (seed + i * j) & 255, b[i][j] = (seed ^ (i + j * 3)) & 63;
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      int sum = 0;
      for (int k = 0; k < SIDE; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum + (sum >> 5 & 15) * (sum >> 3 & 7);
    }
  for (int i = 0; i < SIDE; i++) crc = crc16(c[i][(i * 5) % SIDE], crc);
  return crc;
}

// Numbers in text: [+-]digits[.digits][e[+-]digits], ended by a comma.
enum state { START, SIGN, WHOLE, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, POWER, WRONG, STATES };
static char text[TEXT];
static enum state next(enum state at, char c) {
  int digit = c >= '0' && c <= '9', sign = c == '+' || c == '-';
  switch (at) {
  case START: return digit ? WHOLE : sign ? SIGN : c == '.' ? POINT : WRONG;
  case SIGN: return digit ? WHOLE : c == '.' ? POINT : WRONG;
  case WHOLE: return digit ? WHOLE : c == '.' ? FRACTION : c == 'e' ? EXPONENT : WRONG;
  case POINT: return digit ? FRACTION : WRONG;
  case FRACTION: return digit ? FRACTION : c == 'e' ? EXPONENT : WRONG;
  case EXPONENT: return digit ? POWER : sign ? EXPONENT_SIGN : WRONG;
  case EXPONENT_SIGN: return digit ? POWER : WRONG;
  case POWER: return digit ? POWER : WRONG;
  default: return WRONG;
  }
}
static u32 machines(u64 seed, u32 crc) {
  static const char *const words[] = {"120,", "-7.5,", "+3e8,", ".25e-3,", "1x2,", "6.02e+23,", "--1,", "0.0,"};
  u32 counts[STATES] = {0};
  int length = 0;
  for (u64 pick = seed;; pick = pick * 5 + 1) {
    const char *word = words[pick & 7];
    for (int i = 0; word[i]; i++) {
      if (length == TEXT) goto full;
      text[length++] = word[i];
    }
  }
full:;
  enum state at = START;
  for (int i = 0; i < TEXT; i++) {
    if (text[i] == ',') {
      counts[at]++, at = START;
      continue;
    }
    at = next(at, text[i]);
  }
  for (int i = 0; i < STATES; i++) crc = crc16(counts[i], crc);
  return crc;
}

u64 kernel(u64 n) {
  u64 sum = 0;
  while (n--) sum = sum * 31 + machines(n, matrices(n, lists(n, n & 0xffff)));
  return sum;
}
