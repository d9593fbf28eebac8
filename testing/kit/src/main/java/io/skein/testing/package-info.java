/**
 * What tests of plugins stand on: the queue of recorded spans, assertions, and the contracts that
 * every plugin of a kind fulfils.
 */
@NullMarked
package io.skein.testing;

import org.jspecify.annotations.NullMarked;
