/**
 * The server process: its command line, its log, and the wiring of store, collector and queries.
 */
@NullMarked
package io.skein.server;

import org.jspecify.annotations.NullMarked;
