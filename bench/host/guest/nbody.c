#include "kernels.h"
// Five bodies under gravity, a star and four planets, by symplectic Euler steps: additions, products, a square root and a division a pair.
enum { BODIES = 5, STEPS = 1000 };
static const double STEP = 0.01;
static struct body { double x[3], v[3], mass; } bodies[BODIES];
static void begin(void) {
  for (int i = 0; i < BODIES; i++) {
    struct body *b = &bodies[i];
    double r = i * 2.5;
    b->mass = i == 0 ? 40.0 : 0.01 * i;
    b->x[0] = r, b->x[1] = 0.1 * i, b->x[2] = -0.05 * i;
    b->v[0] = 0, b->v[1] = i == 0 ? 0 : 6.0 / i, b->v[2] = 0.01 * i;
  }
}
static void step(void) {
  for (int i = 0; i < BODIES; i++)
    for (int j = i + 1; j < BODIES; j++) {
      struct body *p = &bodies[i], *q = &bodies[j];
      double d[3], square = 0;
      for (int k = 0; k < 3; k++) d[k] = p->x[k] - q->x[k], square += d[k] * d[k];
      double pull = STEP / (square * __builtin_sqrt(square));
      for (int k = 0; k < 3; k++) p->v[k] -= d[k] * q->mass * pull, q->v[k] += d[k] * p->mass * pull;
    }
  for (int i = 0; i < BODIES; i++)
    for (int k = 0; k < 3; k++) bodies[i].x[k] += STEP * bodies[i].v[k];
}
u64 kernel(u64 n) {
  begin();
  u64 sum = 0;
  while (n--) {
    for (int s = 0; s < STEPS; s++) step();
    for (int i = 0; i < BODIES; i++) sum = sum * 31 + bits(bodies[i].x[n % 3]);
  }
  return sum;
}
