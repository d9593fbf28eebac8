/** What a database call means as a span, and what a JDBC URL tells about the database behind it. */
@NullMarked
package io.skein.core.db;

import org.jspecify.annotations.NullMarked;
