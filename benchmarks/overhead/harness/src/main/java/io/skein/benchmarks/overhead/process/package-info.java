/**
 * The processes that are measured, and what the kernel says of them. Linux only: {@code /proc} and
 * {@code taskset}.
 */
@NullMarked
package io.skein.benchmarks.overhead.process;

import org.jspecify.annotations.NullMarked;
