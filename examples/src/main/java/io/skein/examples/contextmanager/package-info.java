/** The static facade, for people who come from SkyWalking's older clients. */
@NullMarked
package io.skein.examples.contextmanager;

import org.jspecify.annotations.NullMarked;
