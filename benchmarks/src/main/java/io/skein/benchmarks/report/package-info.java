/** What reporting costs the process that reports. */
@NullMarked
package io.skein.benchmarks.report;

import org.jspecify.annotations.NullMarked;
