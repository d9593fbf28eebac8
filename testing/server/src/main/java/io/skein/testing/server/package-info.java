/** The packaged server and other processes that tests start beside themselves. */
package io.skein.testing.server;
