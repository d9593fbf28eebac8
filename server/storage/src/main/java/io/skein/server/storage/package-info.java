/**
 * What every store of traces does: the contract, and the store in memory that tests and other
 * stores measure against.
 */
@NullMarked
package io.skein.server.storage;

import org.jspecify.annotations.NullMarked;
