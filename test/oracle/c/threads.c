// pthread: create, join, mutex, condition, thread-local storage, barriers, once, cancellation-free exit, signals to threads, semaphores.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static long counter, turn;
static atomic_long atomic_counter;
static __thread int local = 5;
static int initialised;
static pthread_barrier_t barrier;
static sem_t sem;

static void initialise(void) { initialised++; }
static void *count(void *argument) {
  pthread_once(&once, initialise);
  long id = (long)argument;
  local += id;
  for (int i = 0; i < 2000; i++) {
    pthread_mutex_lock(&mutex);
    counter++;
    pthread_mutex_unlock(&mutex);
    atomic_fetch_add(&atomic_counter, 1);
  }
  pthread_barrier_wait(&barrier);
  pthread_mutex_lock(&mutex);
  while (turn != id) pthread_cond_wait(&changed, &mutex);
  printf("thread %ld: local %d, counter %ld\n", id, local, counter);
  turn++;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
  return (void *)(id * id);
}
static pthread_t handled_by;
static void handler(int signal) { (void)signal, handled_by = pthread_self(); }
static void *waits(void *argument) {
  (void)argument;
  sem_post(&sem);
  while (!handled_by) usleep(1000);
  return NULL;
}
static int *queue, head, tail;
static void *producer(void *argument) {
  (void)argument;
  for (int i = 1; i <= 500; i++) {
    pthread_mutex_lock(&mutex);
    queue[tail++] = i;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}
static void destroyed(void *value) { printf("destroyed %s\n", (char *)value); }
static pthread_key_t key;
static void *with_key(void *argument) {
  pthread_setspecific(key, argument);
  pthread_exit("left");
}

int main(void) {
  pthread_t threads[THREADS];
  pthread_barrier_init(&barrier, NULL, THREADS);
  for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, count, (void *)i);
  long sum = 0;
  for (int i = 0; i < THREADS; i++) {
    void *result;
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  printf("joined: sum %ld, counter %ld, atomic %ld, initialised %d, main's local %d\n", sum, counter, atomic_counter, initialised, local);
  // A producer and a consumer.
  queue = calloc(1000, sizeof *queue);
  pthread_create(&threads[0], NULL, producer, NULL);
  long received = 0;
  while (head < 500) {
    pthread_mutex_lock(&mutex);
    while (head == tail) pthread_cond_wait(&changed, &mutex);
    received += queue[head++];
    pthread_mutex_unlock(&mutex);
  }
  pthread_join(threads[0], NULL);
  printf("received %ld\n", received);
  // A wait that times out.
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 5000000;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
  pthread_mutex_lock(&mutex);
  printf("timed wait: %s\n", strerror(pthread_cond_timedwait(&changed, &mutex, &until)));
  printf("trylock: %s\n", strerror(pthread_mutex_trylock(&mutex)));
  pthread_mutex_unlock(&mutex);
  // A signal to a thread.
  signal(SIGUSR1, handler);
  sem_init(&sem, 0, 0);
  pthread_create(&threads[0], NULL, waits, NULL);
  sem_wait(&sem);
  pthread_kill(threads[0], SIGUSR1);
  pthread_join(threads[0], NULL);
  printf("handled by the thread: %d\n", pthread_equal(handled_by, threads[0]) != 0);
  pthread_key_create(&key, destroyed);
  pthread_create(&threads[0], NULL, with_key, "the value");
  void *result;
  pthread_join(threads[0], &result);
  printf("%s\n", (char *)result);
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  int reader = pthread_rwlock_rdlock(&lock), second = pthread_rwlock_tryrdlock(&lock), writer = pthread_rwlock_trywrlock(&lock);
  printf("rwlock: %d %d %s\n", reader, second, strerror(writer));
  // Detached, and the process ends with its main thread.
  pthread_create(&threads[0], NULL, (void *(*)(void *))pause, NULL);
  pthread_detach(threads[0]);
  return 3;
}
