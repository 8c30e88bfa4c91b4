/* harness: mode=runtime */
/* What pyferry_interpreter_new is asked for it makes, or refuses by name; a struct from the future is fine while what it adds
   is zero. */
#include "use.h"

/* A struct of a later pyferry, as the caller's header has it. */
struct newer {
    pyferry_interpreter_options known;
    uint64_t added[3];
};

static void refused(const void *options, pyferry_status status, const char *part)
{
    pyferry_view *view = NULL;
    CHECK_REFUSED(pyferry_interpreter_new(options, &view), status, part);
    CHECK(view == NULL);
}

static void made(const void *options)
{
    pyferry_view *view = NULL;
    CHECK_OK(pyferry_interpreter_new(options, &view));
    CHECK(pyferry_view_interpreter_id(view) > 0);
    CHECK(!pyferry_is_attached(view));
    check_works(view);
    CHECK_OK(pyferry_interpreter_end(view, -1));
    pyferry_view_free(view);
}

int main(void)
{
    start_runtime();
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    CHECK_OK(pyferry_runtime_get_info(&info));

    pyferry_interpreter_options options = PYFERRY_INTERPRETER_OPTIONS_INIT;
    made(NULL);
    made(&options);
    options.flags = PYFERRY_INTERPRETER_SHARED_GIL;
    made(&options);
    options.flags = PYFERRY_INTERPRETER_OWN_GIL;
    if (info.own_gil)
        made(&options);
    else
        refused(&options, PYFERRY_STATUS_UNSUPPORTED, "3.12");
    options.flags = PYFERRY_INTERPRETER_OWN_GIL | PYFERRY_INTERPRETER_SHARED_GIL;
    refused(&options, PYFERRY_STATUS_INVALID_ARGUMENT, "flags");
    for (int bit = 2; bit < 32; bit++) {
        options.flags = UINT32_C(1) << bit;
        refused(&options, PYFERRY_STATUS_INVALID_ARGUMENT, "flags");
    }
    options.flags = 0;
    options.reserved = 1;
    refused(&options, PYFERRY_STATUS_INVALID_ARGUMENT, "reserved");
    options.reserved = 0;

    struct newer newer = { PYFERRY_INTERPRETER_OPTIONS_INIT, { 0 } };
    newer.known.struct_size = sizeof newer;
    made(&newer);
    for (int i = 0; i < 3; i++) {
        newer.added[i] = UINT64_C(1) << 63;
        refused(&newer, PYFERRY_STATUS_INVALID_ARGUMENT, "does not know");
        newer.added[i] = 0;
    }

    /* An older one ends early; one that cannot be is refused. */
    options.struct_size = offsetof(pyferry_interpreter_options, output);
    options.output = (pyferry_output)(uintptr_t)77;
    made(&options);
    options.struct_size = offsetof(pyferry_interpreter_options, flags);
    options.flags = 77;
    made(&options);
    options.flags = 0;
    static const size_t impossible[] = { 0, 1, sizeof(size_t) - 1, SIZE_MAX, SIZE_MAX / 2,
                                         /* within a field: nobody is called by half an address */
                                         offsetof(pyferry_interpreter_options, output) + 4,
                                         offsetof(pyferry_interpreter_options, output_data) + 1,
                                         sizeof(pyferry_interpreter_options) - 1 };
    for (size_t i = 0; i < COUNT(impossible); i++) {
        options.struct_size = impossible[i];
        refused(&options, PYFERRY_STATUS_INVALID_ARGUMENT, "struct_size");
    }
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
