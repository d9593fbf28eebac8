/**
 * The profiler: samples the threads of requests that a profile task, or their own slowness, has
 * chosen.
 */
@NullMarked
package io.skein.core.profile;

import org.jspecify.annotations.NullMarked;
