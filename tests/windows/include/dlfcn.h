/* What the programs need of <dlfcn.h>, by the functions that Windows has for it. */
#ifndef PYFERRY_TEST_DLFCN_H
#define PYFERRY_TEST_DLFCN_H

#include <windows.h>
#include <psapi.h>
#include <stdio.h>
#include <string.h>

#define RTLD_NOW 0
#define RTLD_LAZY 0
#define RTLD_LOCAL 0
#define RTLD_GLOBAL 0
#define RTLD_NOLOAD 4
#define RTLD_DEFAULT ((void *)0)

/* libNAME.so is NAME.dll here. */
static inline void *dlopen(const char *path, int flags)
{
    if (path == NULL)
        return (void *)GetModuleHandleA(NULL);
    char name[1024], whole[1024];
    const char *file = path + strlen(path);
    while (file > path && file[-1] != '/' && file[-1] != '\\')
        file--;
    size_t length = strlen(file);
    if (length > 6 && strncmp(file, "lib", 3) == 0 && strcmp(file + length - 3, ".so") == 0)
        snprintf(name, sizeof name, "%.*s%.*s.dll", (int)(file - path), path, (int)(length - 6), file + 3);
    else
        snprintf(name, sizeof name, "%s", path);
    HMODULE module = NULL;
    if (flags & RTLD_NOLOAD)
        GetModuleHandleExA(0, name, &module);
    else
        module = file == path ? LoadLibraryA(name) : LoadLibraryA(_fullpath(whole, name, sizeof whole));
    return (void *)module;
}

static inline void *dlsym(void *library, const char *name)
{
    if (library != NULL)
        return (void *)GetProcAddress((HMODULE)library, name);
    HMODULE modules[512];
    DWORD size = 0;
    EnumProcessModules(GetCurrentProcess(), modules, sizeof modules, &size);
    for (DWORD i = 0; i < size / sizeof *modules; i++) {
        void *found = (void *)GetProcAddress(modules[i], name);
        if (found != NULL)
            return found;
    }
    return NULL;
}

static inline const char *dlerror(void)
{
    static char text[64];
    snprintf(text, sizeof text, "error %lu", GetLastError());
    return text;
}

static inline int dlclose(void *library)
{
    return !FreeLibrary((HMODULE)library);
}

#endif
