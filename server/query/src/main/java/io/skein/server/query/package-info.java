/** Answers questions about what is stored, over HTTP as JSON, and serves the user interface. */
@NullMarked
package io.skein.server.query;

import org.jspecify.annotations.NullMarked;
