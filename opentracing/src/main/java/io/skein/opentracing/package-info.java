/**
 * OpenTracing 0.33 on Skein's tracer.
 *
 * <p>{@link io.skein.opentracing.SkeinTracer} is the tracer, {@link io.skein.opentracing.Spans} has
 * what 0.33 took out of the API, {@link io.skein.opentracing.Requests} does for a request what
 * every application otherwise writes itself, and {@link io.skein.opentracing.scope} decides for
 * whom a span is active.
 *
 * <p>Spans started here, by the application through other APIs, and by an agent are of one trace:
 * each is the parent of what is started inside it, whoever starts it.
 */
@NullMarked
package io.skein.opentracing;

import org.jspecify.annotations.NullMarked;
