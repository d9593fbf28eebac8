/** Time spent waiting for a connection of HikariCP. */
@NullMarked
package io.skein.plugin.hikaricp;

import org.jspecify.annotations.NullMarked;
