/**
 * What {@code ./skein demo} does once everything is built: it starts the server and the shop, makes
 * traffic, shows counts, and at the end audits that every request became one whole trace.
 *
 * <p>It sees the server only as a user does: a process with options and a query API.
 */
@NullMarked
package io.skein.demo.launcher;

import org.jspecify.annotations.NullMarked;
