/**
 * Segments that wait on disk: for the collector to come back, or for the next process of the
 * service. Used by the reporter's thread only. No class of this package is loaded, and nothing is
 * written, before there is something to keep.
 *
 * <pre>
 * &lt;root&gt;/&lt;service&gt;/              one directory per service, with one budget
 *   .lock                        held while the budget is looked at
 *   &lt;process id&gt;/                one per process
 *     lock                       held as long as the process lives
 *     identity                   who it is
 *     position                   its account, what is delivered, what is under way
 *     0000000001.chunk ...       records, one per segment, oldest first
 * </pre>
 */
@NullMarked
package io.skein.core.report.spool;

import org.jspecify.annotations.NullMarked;
