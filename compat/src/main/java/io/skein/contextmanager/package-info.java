/**
 * A static facade for people who come from SkyWalking's older clients, where spans are started and
 * stopped through a {@code ContextManager} that knows the thread's context.
 *
 * <pre>{@code
 * SkyWalking.boot();
 *
 * Span entry = ContextManager.createEntrySpan("/orders", new ContextCarrier().deserialize(header));
 * SpanHelpers.setTagMethod(entry, "GET");
 * ContextCarrier carrier = new ContextCarrier();
 * Span exit = ContextManager.createExitSpan("/stock", carrier, "stock:8080");
 * request.setHeader(ContextCarrier.HEADER, carrier.serialize());
 * ...
 * ContextManager.stopSpan(exit);
 * ContextManager.stopSpan(entry);
 * }</pre>
 *
 * <p>It is a thin layer over {@link io.skein.api.Tracing}, which new code should use: spans of both
 * are in one segment. Nothing here throws for a mistake in the order of calls; it is repaired, and
 * said in the log of {@code java.lang.System.Logger} "io.skein.contextmanager".
 */
@NullMarked
package io.skein.contextmanager;

import org.jspecify.annotations.NullMarked;
