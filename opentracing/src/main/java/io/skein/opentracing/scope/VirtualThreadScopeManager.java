package io.skein.opentracing.scope;

/**
 * For applications whose work is done in virtual threads. The active span belongs to the virtual
 * thread; when it is unmounted and mounted again the span is still there, and neither its carrier
 * nor another virtual thread on the same carrier ever sees it.
 *
 * <p>That is what a thread local does in a virtual thread anyway, so this is {@link
 * ThreadLocalScopeManager} under the name that one looks for. A scoped value would not do: it lives
 * as long as a call, and a scope is closed wherever the application likes. To have new threads
 * begin with the span of the one that starts them, take {@link InheritingScopeManager}.
 */
public final class VirtualThreadScopeManager extends StackScopeManager {}
