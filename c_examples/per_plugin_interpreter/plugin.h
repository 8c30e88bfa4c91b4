/* What the host and its plug-ins agree on. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <pyferry.h>

/* To be raised when anything here changes: a plug-in of another number is refused. */
#define PLUGIN_VERSION 1

/* Each plug-in exports one of these, under the name `plugin`. */
struct plugin {
    int version;
    /* Begins to work in an interpreter that is this plug-in's alone, on a thread of its own. */
    bool (*start)(const pyferry_view *home);
    /* Has that thread run a script next. */
    void (*post)(const char *script);
    /* How many scripts it has run. */
    long (*count)(void);
    /* Called when the interpreter is closed to it. Afterwards nothing of the plug-in runs any more. */
    void (*join)(void);
};

#endif
