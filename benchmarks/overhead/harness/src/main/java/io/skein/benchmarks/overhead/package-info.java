/** What an agent costs a service, beside its peers: {@code benchmarks/overhead/run}. */
@NullMarked
package io.skein.benchmarks.overhead;

import org.jspecify.annotations.NullMarked;
