/**
 * The side of a test that lives in the traced application: in a loader of its own in the test's
 * JVM, or in a JVM of its own. It names nothing but the JDK, so it stands on any class path.
 */
@NullMarked
package io.skein.testing.app;

import org.jspecify.annotations.NullMarked;
