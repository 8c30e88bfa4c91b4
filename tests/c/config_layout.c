/* What src/cpython/config.rs takes for granted of this CPython's PyConfig and PyPreConfig: the ints that are 1 by
   PyConfig_InitPythonConfig and 0 by PyConfig_InitIsolatedConfig are these six, in this order, and 4 KiB are enough. */
#include <Python.h>

#include "py.h"

#include <stddef.h>

#define SWITCH(field) offsetof(PyConfig, field)
static const size_t SWITCHES[] = {
    SWITCH(use_environment),      SWITCH(install_signal_handlers), SWITCH(parse_argv),
    SWITCH(user_site_directory),  SWITCH(configure_c_stdio),       SWITCH(pathconfig_warnings),
};

int main(void)
{
    static int python[1024], isolated[1024];
    CHECK(sizeof(PyConfig) <= sizeof python);
    PyConfig_InitPythonConfig((PyConfig *)(void *)python);
    PyConfig_InitIsolatedConfig((PyConfig *)(void *)isolated);
    size_t found = 0;
    for (size_t i = 0; i < sizeof python / sizeof *python; i++) {
        if (python[i] != 1 || isolated[i] != 0)
            continue;
        CHECK(found < sizeof SWITCHES / sizeof *SWITCHES);
        CHECK(i * sizeof *python == SWITCHES[found]);
        found++;
    }
    CHECK(found == sizeof SWITCHES / sizeof *SWITCHES);

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
    return 0;
}
