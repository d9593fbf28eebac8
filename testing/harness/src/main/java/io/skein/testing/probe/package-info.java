/** The plugin that lets a test's application make spans of its own. */
@NullMarked
package io.skein.testing.probe;

import org.jspecify.annotations.NullMarked;
