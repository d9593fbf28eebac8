/**
 * The tracer: contexts, segments, spans, ids, propagation, sampling.
 *
 * <h2>Two ways to have spans</h2>
 *
 * <p><b>On a thread's stack</b>: {@code startEntry}, {@code startLocal}, {@code startExit}. The
 * span is active until it ends, spans end in the order of a stack, and a {@link
 * io.skein.core.Segment} is what one thread does from the first span to the last. No lock is taken.
 * This is what plugins do.
 *
 * <p><b>Detached</b>: {@code startDetached}. The span is started below a given parent, by any
 * thread, ended by any thread, in any order, with times of its own, and is active wherever it is
 * {@linkplain io.skein.core.Tracer#activate activated}. It is in its parent's segment where that is
 * possible; the segment then is shared, and what happens in it happens under its lock. How a
 * segment becomes shared without making plain ones slower is told in {@link io.skein.core.Sharing}.
 *
 * <pre>
 *   plain     thread ──active──► Segment ◄──segment── spans          home: the thread
 *
 *   shared    thread ──active──► Branch ─┐
 *   thread ──Activation──► Branch (base: an active span) ─┴─► Segment, Sharing   home: nowhere
 *                                        detached spans ──┘
 * </pre>
 *
 * <p>It lives inside other people's programs, so it has no dependency, no static state and no
 * thread of its own, and nothing here throws into its caller.
 */
@NullMarked
package io.skein.core;

import org.jspecify.annotations.NullMarked;
