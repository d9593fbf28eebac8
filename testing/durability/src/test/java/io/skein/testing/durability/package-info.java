/** The packaged server under everything that a machine does to a process. */
package io.skein.testing.durability;
