/**
 * What stands behind the API: an agent, the SDK, or nothing; for bridges from other tracing APIs,
 * which need more than applications do.
 *
 * <h2>Places</h2>
 *
 * Several methods take a <i>place</i>, something in a trace that others can go on from. It is a
 * {@link io.skein.api.Span}, or an object from {@link io.skein.api.spi.TracingProvider#capture} or
 * {@link io.skein.api.spi.TracingProvider#extractContext}. Anything else is no place and ignored.
 *
 * <h2>Detached spans</h2>
 *
 * A span is usually bound to the thread that started it and to the order of ends. A <i>detached</i>
 * span is not: it is started without becoming active, is changed and ended by any thread, in any
 * order, with times of its own, and is {@linkplain io.skein.api.spi.TracingProvider#activate
 * activated} wherever, by any number of threads at once.
 *
 * <ul>
 *   <li><b>Which segment?</b> The parent's, while that segment is open and either the calling
 *       thread is the one whose work it is, or it has a detached span already. Otherwise a new
 *       segment of the same trace, with a CrossThread reference to the parent (CrossProcess for
 *       what came with headers). So one request handled by one thread is one segment, whatever mix
 *       of automatic, manual and detached spans it consists of; and a child that comes after its
 *       parent's segment was reported is still in the right place of the trace.
 *   <li><b>When is a segment reported?</b> Once, when the last open span in it has ended. One whose
 *       spans nobody ends is reported after the tracer's time for asynchronous work, with the tag
 *       {@code async=unfinished}; until then they cost bounded memory.
 *   <li><b>Active spans.</b> Spans started in a thread, by plugins or by hand, are children of the
 *       innermost of what was started or activated there. A scope that is closed while another is
 *       open above it is taken out when that one closes; closing it twice or from another thread
 *       does nothing. Scopes that nobody closes end with the request (the outermost span of the
 *       thread) they were opened in.
 *   <li><b>Kind.</b> Entry, exit or local may be said until the end, since other APIs know it only
 *       from tags.
 * </ul>
 */
@NullMarked
package io.skein.api.spi;

import org.jspecify.annotations.NullMarked;
