/** The same test two ways: in the test's own JVM, or in a child JVM with the packaged agent. */
@NullMarked
package io.skein.testing.harness;

import org.jspecify.annotations.NullMarked;
