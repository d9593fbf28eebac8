/**
 * The other end of all agents: one process that accepts what each sends, decodes it with the
 * protocol's own library and counts its spans. It keeps nothing.
 */
@NullMarked
package io.skein.benchmarks.overhead.sink;

import org.jspecify.annotations.NullMarked;
