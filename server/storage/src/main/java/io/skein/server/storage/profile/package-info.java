/** What profiling leaves behind: tasks and what became of them, and snapshots of threads. */
@NullMarked
package io.skein.server.storage.profile;

import org.jspecify.annotations.NullMarked;
