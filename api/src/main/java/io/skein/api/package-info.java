/**
 * What applications and plugins say about their work: spans and the words to describe them.
 *
 * <p>Applications begin with {@link io.skein.api.Tracing} and {@link io.skein.api.Carry}, or only
 * with the annotations {@link io.skein.api.Trace}, {@link io.skein.api.Tag} and {@link
 * io.skein.api.TraceCrossThread}.
 *
 * <p>There is no tracer here and no dependency. What is behind these types is decided at run time:
 * the agent if there is one, else the SDK if it was started, else nothing, and then all of this
 * does nothing. Whatever it is must be total: no method throws, whatever it is given, and nothing
 * here ever changes what the application does.
 */
@NullMarked
package io.skein.api;

import org.jspecify.annotations.NullMarked;
