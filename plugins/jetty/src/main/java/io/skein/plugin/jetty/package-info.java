/** Jetty 12: requests served. */
@NullMarked
package io.skein.plugin.jetty;

import org.jspecify.annotations.NullMarked;
