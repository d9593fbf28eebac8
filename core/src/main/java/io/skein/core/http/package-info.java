/**
 * What an HTTP request means as a span, once for all libraries: a plugin only tells where to find
 * the method, the path and the headers.
 */
@NullMarked
package io.skein.core.http;

import org.jspecify.annotations.NullMarked;
