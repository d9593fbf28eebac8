/** What the store costs and how fast it answers. */
@NullMarked
package io.skein.benchmarks.store;

import org.jspecify.annotations.NullMarked;
