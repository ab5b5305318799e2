#include "kernels.h"
// Iterations of 64x64 points of the Mandelbrot set, at most 200 each, in doubles.
enum { SIDE = 64, MOST = 200 };
u64 kernel(u64 n) {
  u64 sum = 0;
  while (n--) {
    double shift = (n & 7) * 0.001;
    for (int row = 0; row < SIDE; row++)
      for (int column = 0; column < SIDE; column++) {
        double cr = column * (3.0 / SIDE) - 2.0 + shift, ci = row * (2.0 / SIDE) - 1.0;
        double zr = 0, zi = 0;
        int steps = 0;
        while (steps < MOST && zr * zr + zi * zi <= 4.0) {
          double next = zr * zr - zi * zi + cr;
          zi = 2 * zr * zi + ci;
          zr = next;
          steps++;
        }
        sum = sum * 31 + steps;
      }
  }
  return sum;
}
