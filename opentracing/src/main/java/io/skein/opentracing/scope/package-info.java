/**
 * Scope managers: which span is active, for whom, and where it flows by itself.
 *
 * <table>
 *   <caption>Which one to take</caption>
 *   <tr><th>manager</th><th>the active span belongs to</th><th>flows by itself into</th></tr>
 *   <tr><td>{@link io.skein.opentracing.scope.ThreadLocalScopeManager}</td><td>a thread</td><td>nothing</td></tr>
 *   <tr><td>{@link io.skein.opentracing.scope.VirtualThreadScopeManager}</td><td>a thread, virtual or not</td><td>nothing</td></tr>
 *   <tr><td>{@link io.skein.opentracing.scope.InheritingScopeManager}</td><td>a thread</td><td>threads it starts</td></tr>
 *   <tr><td>{@link io.skein.opentracing.scope.CompletableFutureScopeManager}</td><td>a thread</td><td>the stages of its futures</td></tr>
 *   <tr><td>{@link io.skein.opentracing.scope.ReactorScopeManager}</td><td>a thread and a subscription</td><td>everything the subscription does</td></tr>
 *   <tr><td>{@link io.skein.opentracing.scope.TaskScopeManager}</td><td>a task object</td><td>nothing</td></tr>
 * </table>
 *
 * A framework with a notion of its own implements {@link io.opentracing.ScopeManager}, and {@link
 * io.skein.opentracing.scope.ObservableScopeManager} if the threads it moves work among shall be
 * known to instrumentation that is not OpenTracing's.
 */
@NullMarked
package io.skein.opentracing.scope;

import org.jspecify.annotations.NullMarked;
