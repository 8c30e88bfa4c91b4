/*
 * The part of Microsoft's C runtime that is linked into each library, as far as pyferry.dll asks for it. With import libraries by
 * llvm-dlltool this lets lld-link make one where Microsoft's own files are not to be had: see tools/systems.
 */
#include <windows.h>

/* The library's thread-local block: linkers put between these what sections have that sort between. */
ULONG _tls_index = 0;
__attribute__((section(".tls"))) char _tls_start = 0;
__attribute__((section(".tls$ZZZ"))) char _tls_end = 0;
__attribute__((section(".CRT$XLA"))) PIMAGE_TLS_CALLBACK callbacks_begin = NULL;
__attribute__((section(".CRT$XLZ"))) PIMAGE_TLS_CALLBACK callbacks_end = NULL;
const IMAGE_TLS_DIRECTORY64 _tls_used = {
    .StartAddressOfRawData = (ULONG64)&_tls_start,
    .EndAddressOfRawData = (ULONG64)&_tls_end,
    .AddressOfIndex = (ULONG64)&_tls_index,
    .AddressOfCallBacks = (ULONG64)(&callbacks_begin + 1),
};

/* What runs when it is loaded. */
typedef void (*initializer)(void);
__attribute__((section(".CRT$XCA"))) initializer initializers_begin = NULL;
__attribute__((section(".CRT$XCZ"))) initializer initializers_end = NULL;

BOOL WINAPI _DllMainCRTStartup(HINSTANCE module, DWORD reason, LPVOID reserved)
{
    (void)module, (void)reserved;
    if (reason == DLL_PROCESS_ATTACH)
        for (initializer *run = &initializers_begin + 1; run < &initializers_end; run++)
            if (*run != NULL) (*run)();
    return TRUE;
}

/* It is never unloaded: so what is to be done at the end may be the process's. */
int _crt_atexit(void (*function)(void));
int atexit(void (*function)(void)) { return _crt_atexit(function); }

/* Says that there is floating-point arithmetic. */
int _fltused = 1;
/* What stands for the functions of C++'s type_info, which a panic of Rust's has as an exception: nobody calls them. */
void *type_info[2];
