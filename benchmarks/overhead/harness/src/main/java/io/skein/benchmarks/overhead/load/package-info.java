/**
 * The load, and the process that the service calls: plain sockets, so that they cost little beside
 * the service.
 */
@NullMarked
package io.skein.benchmarks.overhead.load;

import org.jspecify.annotations.NullMarked;
