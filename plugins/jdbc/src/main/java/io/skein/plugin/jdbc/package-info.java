/** Calls to databases over JDBC, whatever the driver. */
@NullMarked
package io.skein.plugin.jdbc;

import org.jspecify.annotations.NullMarked;
