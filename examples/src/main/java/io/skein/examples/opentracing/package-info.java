/** OpenTracing 0.33: requests in and out, active spans, scope managers. */
@NullMarked
package io.skein.examples.opentracing;

import org.jspecify.annotations.NullMarked;
