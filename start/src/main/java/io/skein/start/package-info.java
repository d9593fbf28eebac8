/**
 * What the agent and the SDK both need to start tracing: what a user can set, under every name it
 * goes by, and how it is found; who this process is; and the tracer with its way out, put together
 * from that.
 */
@NullMarked
package io.skein.start;

import org.jspecify.annotations.NullMarked;
