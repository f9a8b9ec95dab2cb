// How this process asks the kernel for memory.
#pragma once

namespace hansom {

// For a program that commits all day: what is freed stays with the process, and what it needs comes
// in large steps, of which the kernel can make large pages. A store under load frees and takes some
// hundred megabytes a second; each 4 KiB of them that went back costs a page fault, which on a
// virtual machine can take as long as a sync. Requires: called first in main(), before any thread.
void keep_freed_memory();

}  // namespace hansom
