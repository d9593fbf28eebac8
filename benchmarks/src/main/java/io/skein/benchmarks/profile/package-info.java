/** What sampling a request costs, and how true it is: {@code benchmarks/profiler.sh}. */
package io.skein.benchmarks.profile;
