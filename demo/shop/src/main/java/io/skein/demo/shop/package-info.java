/**
 * The shop that {@code ./skein demo} traces: an ordinary Spring Boot application that knows nothing
 * of Skein.
 *
 * <pre>
 *   storefront --RestClient--> inventory   (HikariCP, H2)
 *       |                          ^
 *       +-----RestClient--> payment        (HikariCP, H2)
 *                             |    |
 *                             +----+ JDK HttpClient
 * </pre>
 */
@NullMarked
package io.skein.demo.shop;

import org.jspecify.annotations.NullMarked;
