/* What src/cpython/config.rs takes for granted of this CPython's PyConfig and PyPreConfig: the ints that are 1 by
   PyConfig_InitPythonConfig and 0 by PyConfig_InitIsolatedConfig are these six, in this order, and 4 KiB are enough. And why
   PyInitConfig does not do: the day it does, this fails. */
#include <Python.h>

#include "py.h"

#include <stddef.h>

#define SWITCH(field) offsetof(PyConfig, field)
static const size_t SWITCHES[] = {
    SWITCH(use_environment),      SWITCH(install_signal_handlers), SWITCH(parse_argv),
    SWITCH(user_site_directory),  SWITCH(configure_c_stdio),       SWITCH(pathconfig_warnings),
};

#if PY_VERSION_HEX >= 0x030e0000
/* What `python3` leaves to its environment and its own choice is -1 in its PyConfig: PYTHONHASHSEED, PYTHONTRACEMALLOC,
   PYTHONDEVMODE, PYTHONINTMAXSTRDIGITS, PYTHONPERFSUPPORT. A PyInitConfig begins as `python3 -I` does, and no caller brings it
   back to that; and its strings have to be UTF-8, which names of files need not be. */
static void check_init_config(void)
{
    static const char *const LEFT_OPEN[] = { "use_hash_seed", "tracemalloc", "dev_mode", "int_max_str_digits",
                                             "perf_profiling" };
    PyConfig python;
    PyConfig_InitPythonConfig(&python);
    CHECK(python.use_hash_seed == -1 && python.tracemalloc == -1 && python.dev_mode == -1);
    CHECK(python.int_max_str_digits == -1 && python.perf_profiling == -1);
    PyInitConfig *config = PyInitConfig_Create();
    CHECK(config != NULL);
    for (size_t i = 0; i < COUNT(LEFT_OPEN); i++) {
        int64_t value = -1;
        CHECK(PyInitConfig_GetInt(config, LEFT_OPEN[i], &value) == 0 && value >= 0);
        CHECK(PyInitConfig_SetInt(config, LEFT_OPEN[i], -1) == -1);
    }
    char name[] = "caf\xe9";
    char *words[] = { name };
    CHECK(PyInitConfig_SetStrList(config, "argv", 1, words) == -1);
    PyInitConfig_Free(config);
}
#endif

int main(void)
{
    static int python[1024], isolated[1024];
    CHECK(sizeof(PyConfig) <= sizeof python);
    PyConfig_InitPythonConfig((PyConfig *)(void *)python);
    PyConfig_InitIsolatedConfig((PyConfig *)(void *)isolated);
    size_t found = 0;
    for (size_t i = 0; i < COUNT(python); i++) {
        if (python[i] != 1 || isolated[i] != 0)
            continue;
        CHECK(found < COUNT(SWITCHES));
        CHECK(i * sizeof *python == SWITCHES[found]);
        found++;
    }
    CHECK(found == COUNT(SWITCHES));

    struct pre_config {
        int config_init, parse_argv, isolated, use_environment, configure_locale, coerce_c_locale, coerce_c_locale_warn;
#ifdef _WIN32
        int legacy_windows_fs_encoding;
#endif
        int utf8_mode, dev_mode, allocator;
    };
    CHECK(sizeof(PyPreConfig) == sizeof(struct pre_config));
    CHECK(offsetof(PyPreConfig, parse_argv) == offsetof(struct pre_config, parse_argv));
    CHECK(offsetof(PyPreConfig, isolated) == offsetof(struct pre_config, isolated));
    CHECK(offsetof(PyPreConfig, use_environment) == offsetof(struct pre_config, use_environment));
    CHECK(offsetof(PyPreConfig, configure_locale) == offsetof(struct pre_config, configure_locale));
    CHECK(offsetof(PyPreConfig, coerce_c_locale) == offsetof(struct pre_config, coerce_c_locale));
    CHECK(offsetof(PyPreConfig, coerce_c_locale_warn) == offsetof(struct pre_config, coerce_c_locale_warn));
#if PY_VERSION_HEX >= 0x030e0000
    check_init_config();
#endif
    return 0;
}
