/** Hands the trace over with the work: pools, fork/join, completable futures, virtual threads. */
@NullMarked
package io.skein.plugin.executors;

import org.jspecify.annotations.NullMarked;
