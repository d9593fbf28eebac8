/** Which agents, under which loads, and what is read off while they run. */
@NullMarked
package io.skein.benchmarks.overhead.measure;

import org.jspecify.annotations.NullMarked;
