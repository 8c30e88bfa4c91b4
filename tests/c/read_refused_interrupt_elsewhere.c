/* The same in a sandbox that refuses process_vm_readv, by which memory is read that may be gone. */
/* harness: not-on=windows it has no such filters */
/* harness: not-under=arm64 the emulator takes no filters, and has no such call itself */
#include "refused.h"

__attribute__((constructor)) static void refuse_to_read(void)
{
    refuse(SYS_process_vm_readv);
}

#include "interrupt_elsewhere.c"
