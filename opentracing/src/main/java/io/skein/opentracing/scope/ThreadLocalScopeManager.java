package io.skein.opentracing.scope;

/**
 * The active span belongs to the thread that activated it. The default.
 *
 * <p>Nothing flows: a thread starts with no active span, whoever starts it. Hand the span over and
 * activate it there. When the last scope of a thread is closed, the thread local is removed, so
 * that threads of a pool keep nothing of an application that has gone.
 */
public final class ThreadLocalScopeManager extends StackScopeManager {}
