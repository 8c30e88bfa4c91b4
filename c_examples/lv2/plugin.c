/*
 * An LV2 plug-in whose sound is made by a Python script: filter.py, in the bundle. Each instance has an interpreter of its own.
 *
 * The host's audio thread never waits for Python. It gathers samples into blocks, posts each full block, and plays the result
 * of the one that it posted two blocks before: the latency, which it reports. A worker of pyferry's calls the script. A block
 * that is not ready in time is silence. A host that renders a file has time: it sets the port `freewheel`, and is waited for.
 *
 * The script works on the samples in place. What it raises is shown, and the instance is silent from then on.
 *
 * C11 and lv2-dev's lv2.h; no Python.h, no libpython. For each bundle, in this folder (or with CMake, see CMakeLists.txt):
 *     cc -std=c11 -shared -fPIC -fvisibility=hidden -I../../include plugin.c -o bundles/lowpass.lv2/plugin.so \
 *         -DPLUGIN_URI='"https://example.org/pyferry/lowpass"' \
 *         -L../../target/release -Wl,-rpath,$PWD/../../target/release -lpyferry
 *     LV2_PATH=$PWD/bundles lv2apply -c amount 200 -c freewheel 1 -i in.wav -o out.wav https://example.org/pyferry/lowpass
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dladdr */
#endif

#include <lv2/core/lv2.h>
#include <pyferry_python.h>

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256, BLOCKS = 16, BEHIND = 2, PATIENCE_MS = 500, LAST_PATIENCE_MS = 10000 };

/* As in manifest.ttl. */
enum { PORT_IN, PORT_OUT, PORT_AMOUNT, PORT_FREEWHEEL, PORT_LATENCY, PORTS };

struct instance;

struct block {
    float in[BLOCK], out[BLOCK];
    float amount;
    unsigned long number;   /* which one it was filled with: the audio thread's */
    atomic_bool posted;     /* the worker has it; else it is the audio thread's */
    PyObject *in_view, *out_view;
    struct instance *owner;
};

struct instance {
    float *ports[PORTS];
    struct block blocks[BLOCKS];
    unsigned long number; /* of the block that is being filled */
    unsigned filled;
    bool skips, silent; /* there is no room for this block; there is nothing to play meanwhile */
    atomic_bool failed; /* the script has raised something */
    pyferry_view *home;
    pyferry_queue *queue;
    PyObject *process;
};

static bool check(pyferry_status status, const char *doing) {
    char message[4096];
    if (status == PYFERRY_STATUS_OK) return true;
    pyferry_last_error(message, sizeof message);
    fprintf(stderr, PLUGIN_URI ": %s: %s: %s\n", doing, pyferry_status_name(status), message);
    return false;
}

/* --- On the worker, attached. */

static void work(void *data, pyferry_status status) {
    struct block *block = data;
    struct instance *self = block->owner;
    memset(block->out, 0, sizeof block->out);
    /* CLOSED: Python is shutting down. */
    if (status == PYFERRY_STATUS_OK && !atomic_load(&self->failed)) {
        PyObject *done = PyObject_CallFunction(self->process, "OOd", block->in_view, block->out_view, (double)block->amount);
        if (done == NULL) {
            check(pyferry_take_exception(), "the script has failed");
            atomic_store(&self->failed, true);
        }
        Py_XDECREF(done);
    }
    atomic_store_explicit(&block->posted, false, memory_order_release);
}

/* --- On the host's audio thread: it posts, and reads. */

static void begin_block(struct instance *self) {
    struct block *block = &self->blocks[self->number % BLOCKS];
    const struct block *played = &self->blocks[(self->number + BLOCKS - BEHIND) % BLOCKS];
    self->skips = atomic_load_explicit(&block->posted, memory_order_acquire) || atomic_load(&self->failed);
    self->silent = atomic_load_explicit(&played->posted, memory_order_acquire) || atomic_load(&self->failed) ||
                   self->number < BEHIND || played->number != self->number - BEHIND;
}

static void end_block(struct instance *self) {
    struct block *block = &self->blocks[self->number % BLOCKS];
    if (!self->skips) {
        block->amount = *self->ports[PORT_AMOUNT];
        block->number = self->number;
        atomic_store_explicit(&block->posted, true, memory_order_relaxed);
        bool has_time = self->ports[PORT_FREEWHEEL] != NULL && *self->ports[PORT_FREEWHEEL] > 0;
        pyferry_status status = has_time ? pyferry_queue_call(self->queue, work, block, LAST_PATIENCE_MS)
                                         : pyferry_queue_post(self->queue, work, block);
        if (status == PYFERRY_STATUS_TIMEOUT) { /* the worker has it yet: nobody waits a second time */
            check(status, "the script does not return");
            atomic_store(&self->failed, true);
        } else if (status != PYFERRY_STATUS_OK) { /* not taken: silence */
            block->number = ~0UL;
            atomic_store_explicit(&block->posted, false, memory_order_relaxed);
        }
    }
    self->number++;
    self->filled = 0;
}

static void run(LV2_Handle handle, uint32_t count) {
    struct instance *self = handle;
    const float *in = self->ports[PORT_IN];
    float *out = self->ports[PORT_OUT];
    if (self->ports[PORT_LATENCY] != NULL) *self->ports[PORT_LATENCY] = BEHIND * BLOCK;
    for (uint32_t i = 0; i < count; i++) {
        if (self->filled == 0) begin_block(self);
        float sample = in[i]; /* read first: out may be the same memory */
        out[i] = self->silent ? 0 : self->blocks[(self->number + BLOCKS - BEHIND) % BLOCKS].out[self->filled];
        if (!self->skips) self->blocks[self->number % BLOCKS].in[self->filled] = sample;
        if (++self->filled == BLOCK) end_block(self);
    }
}

static void connect_port(LV2_Handle handle, uint32_t port, void *data) {
    struct instance *self = handle;
    if (port < PORTS) self->ports[port] = data;
}

/* --- On the thread with which the host makes and frees instances. */

static PyObject *floats(float *first) {
    PyObject *bytes = PyMemoryView_FromMemory((char *)first, BLOCK * sizeof *first, PyBUF_WRITE);
    PyObject *view = bytes != NULL ? PyObject_CallMethod(bytes, "cast", "s", "f") : NULL;
    Py_XDECREF(bytes);
    return view;
}

/* When the interpreter ends, attached to it. */
static void let_go(void *data) {
    struct instance *self = data;
    for (int i = 0; i < BLOCKS; i++) {
        Py_CLEAR(self->blocks[i].in_view);
        Py_CLEAR(self->blocks[i].out_view);
    }
    Py_CLEAR(self->process);
}

/* Attached. False: an exception may be set. */
static bool start_filter(struct instance *self, double rate) {
    PyObject *main = PyImport_AddModule("__main__");
    PyObject *filter = main != NULL ? PyObject_CallMethod(main, "Filter", "d", rate) : NULL;
    self->process = filter != NULL ? PyObject_GetAttrString(filter, "process") : NULL;
    Py_XDECREF(filter);
    bool good = self->process != NULL;
    for (int i = 0; i < BLOCKS && good; i++) {
        struct block *block = &self->blocks[i];
        block->owner = self;
        block->in_view = floats(block->in);
        block->out_view = floats(block->out);
        good = block->in_view != NULL && block->out_view != NULL;
    }
    return good;
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long length;
    if (file == NULL) return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0 &&
        (text = calloc((size_t)length + 1, 1)) != NULL && fread(text, 1, (size_t)length, file) != (size_t)length) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

static bool run_script(struct instance *self, const char *bundle, double rate) {
    char path[4096];
    pyferry_token token = PYFERRY_TOKEN_INIT;
    int length = snprintf(path, sizeof path, "%sfilter.py", bundle); /* LV2 ends a bundle's path with / */
    char *source = length > 0 && (size_t)length < sizeof path ? read_file(path) : NULL;
    if (source == NULL) {
        fprintf(stderr, PLUGIN_URI ": cannot read %s\n", path);
        return false;
    }
    bool good = check(pyferry_attach_labeled(self->home, "instantiate", &token), "attaching");
    if (good) {
        good = check(pyferry_exec(source, path), "running the script");
        if (good && !start_filter(self, rate)) good = false;
        check(pyferry_take_exception(), "making the filter");
        good = check(pyferry_detach(&token), "detaching") && good;
    }
    free(source);
    return good;
}

/* First Python lets go of what is here, and only then it is freed. */
static void cleanup(LV2_Handle handle) {
    struct instance *self = handle;
    if (self->home != NULL && !check(pyferry_interpreter_stop(self->home, PATIENCE_MS, LAST_PATIENCE_MS), "ending")) {
        /* The script is in C code that does not come back. Its memory stays, and so does this library when it is unloaded. */
        Dl_info this;
        if (dladdr((void *)(size_t)&cleanup, &this) != 0) dlopen(this.dli_fname, RTLD_NOW);
        return;
    }
    pyferry_queue_free(self->queue);
    pyferry_view_free(self->home);
    free(self);
}

static LV2_Handle instantiate(const LV2_Descriptor *descriptor, double rate, const char *bundle,
                              const LV2_Feature *const *features) {
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    struct instance *self = calloc(1, sizeof *self);
    (void)descriptor, (void)features;
    if (self == NULL) return NULL;
    options.capacity = 2 * BLOCKS;
    options.worker = true;
    /* Never taken back: a library does not end the Python of its process. Where there is one already this joins it. */
    bool good = check(pyferry_runtime_start(NULL), "starting Python") &&
                check(pyferry_interpreter_new(NULL, &self->home), "making an interpreter") &&
                check(pyferry_at_end(self->home, let_go, self), "setting up") && run_script(self, bundle, rate) &&
                check(pyferry_queue_new(self->home, &options, &self->queue), "making a queue");
    if (good) return self;
    cleanup(self);
    return NULL;
}

static const LV2_Descriptor plugin = {
    .URI = PLUGIN_URI, .instantiate = instantiate, .connect_port = connect_port, .run = run, .cleanup = cleanup,
};

LV2_SYMBOL_EXPORT const LV2_Descriptor *lv2_descriptor(uint32_t index) {
    return index == 0 ? &plugin : NULL;
}
