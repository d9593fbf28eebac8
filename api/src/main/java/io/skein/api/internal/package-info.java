/**
 * The API's side of the way to an agent. Public so that an agent can weave it, and not for
 * applications: it changes as agents need it.
 */
@NullMarked
package io.skein.api.internal;

import org.jspecify.annotations.NullMarked;
