/** A small Spring Boot service as many are: agents are measured in it. */
@NullMarked
package io.skein.benchmarks.overhead.service;

import org.jspecify.annotations.NullMarked;
