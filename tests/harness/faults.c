/* One fault, named by the argument. A tool that lets it pass would let everything pass. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Volatile all round: the compiler must neither see it coming nor leave it out. */
static void overflow(void)
{
    volatile char *volatile block = malloc(8);
    if (block != NULL)
        block[8] = 1;
    free((void *)block);
}

static void use_after_free(void)
{
    volatile char *volatile block = malloc(8), *volatile same = block;
    free((void *)block);
    if (same != NULL)
        same[0] = 1;
}

static void leak(void)
{
    char *volatile block = malloc(8);
    block = NULL;
    (void)block;
}

static void undefined(void)
{
    volatile int number = 0x7fffffff;
    number += 1;
}

static volatile int shared;

static void *count(void *unused)
{
    for (int i = 0; i < 1000; i++)
        shared++;
    return unused;
}

static void race(void)
{
    pthread_t other;
    if (pthread_create(&other, NULL, count, NULL) != 0)
        abort();
    count(NULL);
    pthread_join(other, NULL);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*commit)(void);
    } faults[] = { { "overflow", overflow }, { "use-after-free", use_after_free }, { "leak", leak },
                   { "undefined", undefined }, { "race", race } };
    for (size_t i = 0; argc > 1 && i < sizeof faults / sizeof *faults; i++)
        if (strcmp(argv[1], faults[i].name) == 0)
            faults[i].commit();
    return 0;
}
