/** Spring's blocking HTTP clients, whatever they stand on. */
@NullMarked
package io.skein.plugin.springrest;

import org.jspecify.annotations.NullMarked;
