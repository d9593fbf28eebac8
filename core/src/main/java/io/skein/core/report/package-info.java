/**
 * The agent's way out: a bounded queue that application threads put finished segments into, and one
 * thread that encodes them, sends them, and keeps an account of each of them.
 */
@NullMarked
package io.skein.core.report;

import org.jspecify.annotations.NullMarked;
