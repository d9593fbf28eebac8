/** Requests served by Tomcat. */
@NullMarked
package io.skein.plugin.tomcat;

import org.jspecify.annotations.NullMarked;
