/* harness: mode=runtime */
/* harness: not-on=windows it asks a Python by way of a shell */
/* harness: not-under=arm64 the emulator's Pythons are started by scripts, which know one name */
/* A start runs no code that lies in the working directory: neither in the program that is asked which Python it is nor here. */
#include "use.h"

static const char *const MODULES[] = { "os", "sysconfig", "encodings", "json", "site", "sitecustomize" };

static void lay_out(const char *module)
{
    char file[4096];
    snprintf(file, sizeof file, "%s.py", module);
    write_file(file, "open('was_run', 'w').close()\nraise SystemError\n");
}

int main(void)
{
    char name[256], command[4096];
    snprintf(command, sizeof command, "'%s' -c 'import sysconfig; print(sysconfig._get_sysconfigdata_name())'",
             getenv("PYFERRY_TEST_PYTHON"));
    FILE *said = popen(command, "r");
    CHECK(said != NULL && fgets(name, sizeof name, said) != NULL && pclose(said) == 0);
    name[strcspn(name, "\n")] = 0;
    lay_out(name);
    for (size_t i = 0; i < COUNT(MODULES); i++)
        lay_out(MODULES[i]);
    const uint32_t ways[] = { 0, PYFERRY_RUNTIME_NO_SITE, PYFERRY_RUNTIME_ISOLATED };
    for (size_t i = 0; i < COUNT(ways); i++) {
        pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
        options.flags = ways[i];
        CHECK_OK(pyferry_runtime_start(&options));
        pyferry_view *main = main_view();
        run_in(main, "import json, os");
        CHECK_OK(pyferry_runtime_stop(-1));
        pyferry_view_free(main);
        CHECK(access("was_run", F_OK) != 0);
    }
    return 0;
}
