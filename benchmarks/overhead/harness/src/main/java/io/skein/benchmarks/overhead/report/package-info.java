/** From runs to ratios, and what they tell. */
@NullMarked
package io.skein.benchmarks.overhead.report;

import org.jspecify.annotations.NullMarked;
