/*
 * A host of LV2 plug-ins that does with them what hosts do, in any order: it loads one, makes an instance, plays it on a thread of
 * its own, stops it, frees it, unloads the library, and begins anew; several at a time. In the end it exits, in one of several
 * ways, with the instances that happen to play. It knows nothing of Python.
 *
 *     cc -std=c11 host.c -o host -lpthread -ldl
 *     ./host 42 return bundles/lowpass.lv2/ bundles/echo.lv2/
 *
 * 42: which order; return: free everything first. Or exit, _exit, quick_exit, which do not; or exit-elsewhere: another
 * thread calls exit.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <lv2/core/lv2.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 3, STEPS = 20, FRAMES = 300, ENOUGH = 4096 };

struct slot {
    const char *bundle;
    void *library;
    const LV2_Descriptor *plugin;
    LV2_Handle instance;
    pthread_t thread;
    atomic_bool plays, heard;
    atomic_ulong frames;
    float in[FRAMES], out[FRAMES], amount, freewheel, latency;
};

static struct slot slots[SLOTS];

static void fail(const char *what, const char *why) {
    fprintf(stderr, "host: %s: %s\n", what, why != NULL ? why : "?");
    _exit(EXIT_FAILURE);
}

static void pause_ms(long ms) {
    const struct timespec length = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&length, NULL);
}

/* The audio thread of an instance, faster than a sound card would have it. */
static void *play(void *data) {
    struct slot *slot = data;
    while (atomic_load(&slot->plays)) {
        slot->plugin->run(slot->instance, FRAMES);
        for (int i = 0; i < FRAMES; i++)
            if (slot->out[i] != 0) atomic_store(&slot->heard, true);
        atomic_fetch_add(&slot->frames, FRAMES);
        pause_ms(1);
    }
    return NULL;
}

static void load(struct slot *slot, const char *bundle, bool freewheel) {
    char path[4096];
    snprintf(path, sizeof path, "%splugin.so", bundle);
    slot->bundle = bundle;
    slot->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (slot->library == NULL) fail(path, dlerror());
    LV2_Descriptor_Function find;
    *(void **)&find = dlsym(slot->library, "lv2_descriptor");
    slot->plugin = find != NULL ? find(0) : NULL;
    if (slot->plugin == NULL) fail(path, "has no plug-in");
    const LV2_Feature *const none[] = {NULL};
    slot->instance = slot->plugin->instantiate(slot->plugin, 48000, bundle, none);
    if (slot->instance == NULL) fail(path, "makes no instance");
    slot->amount = 0.5F;
    slot->freewheel = freewheel ? 1 : 0;
    void *ports[] = {slot->in, slot->out, &slot->amount, &slot->freewheel, &slot->latency};
    for (uint32_t i = 0; i < sizeof ports / sizeof *ports; i++) slot->plugin->connect_port(slot->instance, i, ports[i]);
    for (int i = 0; i < FRAMES; i++) slot->in[i] = 1;
}

static void start(struct slot *slot) {
    atomic_store(&slot->plays, true);
    if (slot->plugin->activate != NULL) slot->plugin->activate(slot->instance);
    if (pthread_create(&slot->thread, NULL, play, slot) != 0) fail(slot->bundle, "no thread");
}

static void stop(struct slot *slot) {
    atomic_store(&slot->plays, false);
    pthread_join(slot->thread, NULL);
    if (slot->plugin->deactivate != NULL) slot->plugin->deactivate(slot->instance);
    /* Who waits for the plug-in hears it for certain. */
    if (slot->freewheel > 0 && atomic_load(&slot->frames) > ENOUGH && !atomic_load(&slot->heard)) fail(slot->bundle, "is silent");
}

static void unload(struct slot *slot) {
    slot->plugin->cleanup(slot->instance);
    if (dlclose(slot->library) != 0) fail(slot->bundle, dlerror());
    memset(slot, 0, sizeof *slot);
}

static void *exit_here(void *unused) {
    (void)unused;
    exit(EXIT_SUCCESS);
}

int main(int argc, char **argv) {
    if (argc < 4) fail("usage", "host SEED return|exit|_exit|quick_exit|exit-elsewhere BUNDLE/...");
    unsigned seed = (unsigned)strtoul(argv[1], NULL, 10);
    const char *end = argv[2];
    int made = 0;
    for (int step = 0; step < STEPS; step++) {
        struct slot *slot = &slots[rand_r(&seed) % SLOTS];
        if (slot->instance == NULL) {
            load(slot, argv[3 + rand_r(&seed) % (unsigned)(argc - 3)], rand_r(&seed) % 2 == 0);
            made++;
        } else if (atomic_load(&slot->plays)) {
            stop(slot);
        } else if (rand_r(&seed) % 2 == 0) {
            start(slot);
        } else {
            unload(slot);
        }
        pause_ms(rand_r(&seed) % 4);
    }
    int playing = 0;
    for (int i = 0; i < SLOTS; i++) playing += atomic_load(&slots[i].plays);
    printf("%d instances made, %d playing, now %s\n", made, playing, end);
    fflush(stdout);
    if (strcmp(end, "exit") == 0) exit(EXIT_SUCCESS);
    if (strcmp(end, "_exit") == 0) _exit(EXIT_SUCCESS);
    if (strcmp(end, "quick_exit") == 0) quick_exit(EXIT_SUCCESS);
    if (strcmp(end, "exit-elsewhere") == 0) {
        pthread_t other;
        if (pthread_create(&other, NULL, exit_here, NULL) != 0) fail(end, "no thread");
        pthread_join(other, NULL);
    }
    for (int i = 0; i < SLOTS; i++) {
        if (atomic_load(&slots[i].plays)) stop(&slots[i]);
        if (slots[i].instance != NULL) unload(&slots[i]);
    }
    puts("all freed");
    return EXIT_SUCCESS;
}
