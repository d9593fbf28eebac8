package io.skein.start;

import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Who this process is, towards the backend.
 *
 * @param service the service's name with namespace and cluster
 * @param instance the name of this process
 * @param processId 32 hex digits, new for each start
 */
public record ProcessIdentity(String service, String instance, String processId) {
  /**
   * SkyWalking's server keeps so much of a service's or an instance's name, and its Java agent
   * still less. What is cut here is cut where it can be seen; see RATIONALE.md.
   */
  static final int LONGEST_NAME = 70;

  /**
   * Reads it from the settings, and finds what is not set.
   *
   * @param warnings is told what had to be changed
   */
  public static ProcessIdentity of(Settings settings, Consumer<String> warnings) {
    String name = settings.text(Setting.SERVICE);
    if (name.isEmpty()) {
      name =
          ServiceName.find(
              System.getProperty("sun.java.command", ""),
              Map.of("spring.application.name", System.getProperty("spring.application.name", "")),
              System.getenv());
    }
    String namespace = settings.text(Setting.NAMESPACE);
    String cluster = settings.text(Setting.CLUSTER);
    if (!namespace.isEmpty() || !cluster.isEmpty()) {
      // Empty parts keep their bar: this is how SkyWalking's Java agent joins them, and names must
      // agree.
      name = name + "|" + namespace + "|" + cluster;
    }
    String processId = UUID.randomUUID().toString().replace("-", "");
    String instance = settings.text(Setting.INSTANCE);
    if (instance.isEmpty()) {
      instance = processId + "@" + InstanceFacts.address();
    }
    return new ProcessIdentity(
        cut("service", name, warnings), cut("instance", instance, warnings), processId);
  }

  private static String cut(String what, String name, Consumer<String> warnings) {
    if (name.length() <= LONGEST_NAME) {
      return name;
    }
    int end = LONGEST_NAME;
    if (Character.isHighSurrogate(name.charAt(end - 1))) {
      end--;
    }
    String cut = name.substring(0, end);
    warnings.accept(
        "the name of the "
            + what
            + " has "
            + name.length()
            + " characters; backends keep "
            + LONGEST_NAME
            + ", so it is reported as \""
            + cut
            + "\"");
    return cut;
  }
}
