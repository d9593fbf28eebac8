package io.skein.wire.grpc;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How the way to the collector is encrypted. The files are PEM, and are read whenever a connection
 * is made: what is renewed under the same name is taken up without a restart.
 *
 * @param authorities the certificates that the collector's must lead to; null for those that the
 *     JDK trusts
 * @param certificate our own certificate, followed by those that lead to its authority; null for
 *     none
 * @param key the private key of our own certificate, PKCS#8 without a password; null for none
 */
public record TlsSettings(
    @Nullable Path authorities, @Nullable Path certificate, @Nullable Path key) {}
