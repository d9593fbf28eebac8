/** The manual API: spans, errors, threads. */
@NullMarked
package io.skein.examples.manual;

import org.jspecify.annotations.NullMarked;
