/**
 * The tracer: contexts, segments, spans, ids, propagation, sampling.
 *
 * <p>It lives inside other people's programs, so it has no dependency, no static state and no
 * thread of its own, and nothing here throws into its caller.
 */
@NullMarked
package io.skein.core;

import org.jspecify.annotations.NullMarked;
