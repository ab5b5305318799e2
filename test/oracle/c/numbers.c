// printf and scanf at length, strtod and strtol, floating point, integer edges, mathematics, conversions.
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long long state = 88172645463325252ull;
static unsigned long long next(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state;
}
static double number(void) {
  unsigned long long bits = next();
  double value;
  memcpy(&value, &bits, 8);
  return isfinite(value) ? value : 1.5;
}

int main(void) {
  printf("%d %5d|%-5d|%05d %+d %x %#X %o %u %c %s %10s|%-10s|%.2s %%\n", -1, 42, 42, 42, 42, 255, 255, 8, UINT_MAX, 'c', "str", "right", "left", "cut");
  printf("%ld %lld %zu %hhd %hd %" PRIu64 " %p\n", LONG_MIN, LLONG_MAX, (size_t)-1, (signed char)200, (short)70000, UINT64_MAX, (void *)0x1234);
  printf("%f %.0f %e %g %G %a %.10g %10.3f|%-10.2e|%+g\n", 3.14159, 2.5, 12345.678, 1e-5, 1e20, 1.0, 1.0 / 3, 2.0 / 3, 1e10, 0.5);
  printf("%g %g %g %g %f\n", INFINITY, -INFINITY, NAN, -0.0, DBL_MAX);
  printf("%.17g %.17g %.17g %a\n", 0.1, DBL_MIN, 4.9e-324, DBL_EPSILON);
  printf("%Lf %.20Lg %La\n", 1.0L / 3, 2.0L / 3, 1.5L);
  char text[100];
  double parsed;
  int i, used;
  printf("sscanf %d:", sscanf("12 abc 0x1f 3.5e2 [xyz] tail", "%d %3s %i %lf [%[a-z]] %n", &i, text, &used, &parsed, text + 50, &used));
  printf(" %d %s %g %s %d\n", i, text, parsed, text + 50, used);
  for (int n = 0; n < 40; n++) {
    double value = number();
    snprintf(text, sizeof text, "%.17g", value);
    double again = strtod(text, NULL);
    printf("%s %d %.6e %a\n", text, again == value, value, value);
  }
  char *end;
  printf("%ld", strtol("99999999999999999999", &end, 10));
  printf(" %s %lu %ld %ld '%s'\n", strerror(errno), strtoul("-1", NULL, 10), strtol("0x7f", NULL, 0), strtol("777zz", &end, 8), end);
  double a = 1e308, b = 10, zero = 0, minus = -1;
  feclearexcept(FE_ALL_EXCEPT);
  volatile double r = a * b;
  printf("overflow %g %d\n", r, fetestexcept(FE_OVERFLOW | FE_INEXACT) == (FE_OVERFLOW | FE_INEXACT));
  feclearexcept(FE_ALL_EXCEPT);
  r = b / zero;
  printf("division %g %d\n", r, fetestexcept(FE_ALL_EXCEPT) == FE_DIVBYZERO);
  feclearexcept(FE_ALL_EXCEPT);
  r = sqrt(minus);
  printf("invalid %d %d\n", isnan(r), fetestexcept(FE_ALL_EXCEPT) == FE_INVALID);
  int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD};
  for (int m = 0; m < 4; m++) {
    fesetround(modes[m]);
    volatile double one = 1, three = 3, big = 9007199254740993.0;
    printf("mode %d: %a %a %ld %ld %a %a\n", m, one / three, -one / three, lrint(2.5), lrint(-2.5), (double)(float)(one / three), big + one);
  }
  fesetround(FE_TONEAREST);
  double sums = 0;
  for (int n = 1; n <= 200; n++) sums += sin(n) * cos(n * 0.5) + exp(-n * 0.01) + log(n) + pow(n, 0.3) + atan2(n, 3) + fmod(n, 2.7) + cbrt(n);
  printf("mathematics %.15g %a\n", sums, sums);
  for (int n = 0; n < 20; n++) {
    double x = number(), y = number();
    float fx = (float)(x > 1e38 || x < -1e38 ? 3 : x), fy = (float)(y > 1e38 || y < -1e38 ? 7 : y);
    printf("%a %a %a %a %a %a %d %d %a\n", x + y, x * 1e-100 * y, fx / fy, (double)(fx * fy), fma(x, 0.5, y), floor(fx), x < y, (int)fmax(fmin(fx, 1e6), -1e6), hypot(fx, fy));
  }
  long low = LONG_MIN, ones = -1;
  volatile long vl = low, vo = ones, vz = 0;
  printf("%ld %ld %ld %lu\n", vl / vo, vl % vo, vl / vz, (unsigned long)vl / 3);
  printf("%lld %llu %d %u\n", (long long)-2.9, (unsigned long long)1.8e19, (int)2147483646.9, (unsigned)4e9);
  unsigned __int128 wide = (unsigned __int128)next() * next();
  printf("%llx%016llx\n", (unsigned long long)(wide >> 64), (unsigned long long)wide);
  printf("%d %d %d %d\n", __builtin_clzll(1000), __builtin_ctzll(1000), __builtin_popcountll(state), __builtin_bswap32(0x12345678));
  return 0;
}
