/** The two HTTP clients of the JDK. */
@NullMarked
package io.skein.plugin.jdkhttp;

import org.jspecify.annotations.NullMarked;
