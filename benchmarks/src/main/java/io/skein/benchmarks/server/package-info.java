/** What the packaged server bears, from gRPC to the disk, and how fast it answers meanwhile. */
@NullMarked
package io.skein.benchmarks.server;

import org.jspecify.annotations.NullMarked;
