package io.skein.core;

/** The name a service is known by, put together from its parts. */
public final class ServiceName {
  private ServiceName() {}

  /**
   * {@code name|namespace|cluster}, empty parts kept; the bare name where neither is given. As
   * SkyWalking's Java agent has it, because the services of a JVM stand beside each other under one
   * backend; its Python agent leaves the last bar out, and the two never meet under one name (T35).
   */
  public static String of(String name, String namespace, String cluster) {
    return namespace.isEmpty() && cluster.isEmpty() ? name : name + "|" + namespace + "|" + cluster;
  }
}
